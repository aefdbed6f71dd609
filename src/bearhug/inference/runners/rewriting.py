"""Texts turned into others by encoder-decoder models: summaries, translations, any text."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM, StoppingCriteria, StoppingCriteriaList

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import BadInput, Parameters, Setup, Task, texts_of

TRUNCATION = ("do_not_truncate", "longest_first", "only_first", "only_second")
NEW_TOKENS = 256
MOST_NEW_TOKENS = 4096
# Of transformers' GenerationConfig: what changes the words, and nothing that loads or runs code.
GENERATION = frozenset(
    {
        *("max_length", "max_new_tokens", "min_length", "min_new_tokens", "early_stopping"),
        *("do_sample", "num_beams", "num_beam_groups", "temperature", "top_k", "top_p", "min_p"),
        *("typical_p", "epsilon_cutoff", "eta_cutoff", "diversity_penalty", "repetition_penalty"),
        *("encoder_repetition_penalty", "length_penalty", "no_repeat_ngram_size"),
        *("encoder_no_repeat_ngram_size", "num_return_sequences", "seed", "max_time"),
        *("bad_words_ids", "renormalize_logits", "remove_invalid_values", "use_cache"),
    }
)
MOST_BEAMS = 16


@dataclass(frozen=True)
class Rewriter:
    model: Any
    tokenizer: Any
    longest: int


class Gone(StoppingCriteria):
    """Stops a generation whose asker has left."""

    def __init__(self, gone: threading.Event) -> None:
        self._gone = gone

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        left = self._gone.is_set()
        return torch.full((len(input_ids),), left, dtype=torch.bool, device=input_ids.device)


def load(setup: Setup) -> Rewriter:
    tokenizer = loading.tokenizer(setup)
    model = loading.model(setup, AutoModelForSeq2SeqLM, decoding=True)
    # T5 has no table of positions: what its tokenizer says, or what it was trained on, counts.
    relative = not hasattr(model.config, "max_position_embeddings")
    longest = min(tokenizer.model_max_length, 1024 if relative else 10**9)
    return Rewriter(
        model, tokenizer, longest if relative else loading.longest(tokenizer, model.config)
    )


def summarize(rewriter: Rewriter, inputs: Any, parameters: Parameters) -> list[dict[str, str]]:
    texts = _prefixed(rewriter, texts_of(inputs), "summarization")
    return _rewritten(rewriter, texts, parameters, {})


def translate(rewriter: Rewriter, inputs: Any, parameters: Parameters) -> list[dict[str, str]]:
    texts = texts_of(inputs)
    source, target = parameters.word("src_lang"), parameters.word("tgt_lang")
    if bool(source) != bool(target):
        missing = "tgt_lang" if source else "src_lang"
        raise BadInput("Give both `src_lang` and `tgt_lang`, or neither.", missing)
    if not source:
        return _rewritten(rewriter, _default_translation(rewriter, texts), parameters, {})
    if _has_languages(rewriter):
        return _rewritten(rewriter, texts, parameters, _between(rewriter, source, target))
    if prefix := _task(rewriter, f"translation_{source}_to_{target}"):
        return _rewritten(rewriter, [prefix + text for text in texts], parameters, {})
    known = ", ".join(name for name in _tasks(rewriter) if name.startswith("translation"))
    raise BadInput(
        f"This model does not translate from {source} to {target}"
        + (f"; it knows {known}." if known else ": it has one pair of languages, and needs none."),
        "src_lang",
    )


def rewrite(rewriter: Rewriter, inputs: Any, parameters: Parameters) -> list[dict[str, str]]:
    return _rewritten(rewriter, texts_of(inputs), parameters, {})


def _prefixed(rewriter: Rewriter, texts: list[str], name: str) -> list[str]:
    """T5 is told what to do in words, which its configuration names."""
    prefix = _task(rewriter, name)
    return [text if text.startswith(prefix) else prefix + text for text in texts]


def _default_translation(rewriter: Rewriter, texts: list[str]) -> list[str]:
    """A T5 with several translations begins with its first; others have but one."""
    named = [name for name in _tasks(rewriter) if name.startswith("translation")]
    if not named or any(texts[0].startswith(_task(rewriter, name)) for name in named):
        return texts
    return _prefixed(rewriter, texts, named[0])


def _tasks(rewriter: Rewriter) -> Mapping[str, Any]:
    given = getattr(rewriter.model.config, "task_specific_params", None)
    return given if isinstance(given, dict) else {}


def _task(rewriter: Rewriter, name: str) -> str:
    return str((_tasks(rewriter).get(name) or {}).get("prefix") or "")


def _has_languages(rewriter: Rewriter) -> bool:
    return hasattr(rewriter.tokenizer, "src_lang")


def _between(rewriter: Rewriter, source: str, target: str) -> dict[str, Any]:
    """NLLB, mBART and M2M: the tokenizer marks the source, the first token forces the target."""
    tokenizer = rewriter.tokenizer
    for field, language in (("src_lang", source), ("tgt_lang", target)):
        if _language(tokenizer, language) is None:
            raise BadInput(f"This model does not know the language {language!r}.", field)
    tokenizer.src_lang = source
    return {"forced_bos_token_id": _language(tokenizer, target)}


def _language(tokenizer: Any, language: str) -> int | None:
    if hasattr(tokenizer, "lang_code_to_id") and language in tokenizer.lang_code_to_id:
        return int(tokenizer.lang_code_to_id[language])
    if hasattr(tokenizer, "lang_token_to_id") and hasattr(tokenizer, "get_lang_token"):
        try:
            return int(tokenizer.get_lang_id(language))
        except KeyError:
            return None
    number = tokenizer.convert_tokens_to_ids(language)
    return None if number in (None, tokenizer.unk_token_id) else int(number)


@torch.inference_mode()
def _rewritten(
    rewriter: Rewriter, texts: list[str], parameters: Parameters, forced: dict[str, Any]
) -> list[dict[str, str]]:
    tokenizer, model = rewriter.tokenizer, rewriter.model
    clean = parameters.flag("clean_up_tokenization_spaces")
    truncation = parameters.word("truncation", "longest_first", TRUNCATION)
    options = generation_options(parameters)
    answers = []
    for text in texts:
        encoded = tokenizer(
            text,
            return_tensors="pt",
            truncation=False if truncation == "do_not_truncate" else truncation,
            max_length=rewriter.longest,
        )
        count = encoded["input_ids"].shape[1]
        if count > rewriter.longest:
            raise BadInput(
                f"The text has {count} tokens; this model reads {rewriter.longest}.", "inputs"
            )
        numbers = model.generate(
            **encoded.to(model.device),
            **forced,
            **_length(model, options),
            stopping_criteria=StoppingCriteriaList([Gone(parameters.gone)]),
        )
        said = tokenizer.decode(
            numbers[0], skip_special_tokens=True, clean_up_tokenization_spaces=clean
        )
        answers.append({"text": said})
    return answers


def generation_options(parameters: Parameters) -> dict[str, Any]:
    """What `generate` is given: fields at the root, or together under either of their names."""
    given = {
        **parameters.mapping("generate_parameters"),
        **parameters.mapping("generation_parameters"),
    }
    for name in GENERATION:
        if parameters.has(name):
            given[name] = parameters.raw(name)
    parameters.done()
    inner = Parameters({name: value for name, value in given.items() if name not in GENERATION})
    inner.done()
    if (seed := given.pop("seed", None)) is not None:
        torch.manual_seed(Parameters({"seed": seed}).count("seed", 0, 0, 2**63 - 1))
    checked = Parameters(given)
    checked.count("num_beams", 1, 1, MOST_BEAMS)
    checked.count("num_return_sequences", 1, 1, MOST_BEAMS)
    for name in ("max_new_tokens", "max_length"):
        checked.count(name, 1, 1, MOST_NEW_TOKENS)
    given.pop("num_return_sequences", None)  # one answer for each text is what can be told
    return given


def _length(model: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The model's own length; transformers' own default, twenty tokens, cuts answers short."""
    if "max_new_tokens" in options or "max_length" in options:
        return options
    own = model.generation_config
    if own.max_new_tokens or (own.max_length or 20) != 20:
        return options
    return {**options, "max_new_tokens": NEW_TOKENS}


TASKS = {
    "summarization": Task(load, summarize),
    "translation": Task(load, translate),
    "text2text-generation": Task(load, rewrite),
}

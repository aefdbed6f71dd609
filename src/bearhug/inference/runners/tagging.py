"""Words of a text told apart: names, places, parts of speech."""

from typing import Any

from transformers import AutoModelForTokenClassification, pipeline

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import BadInput, Parameters, Setup, Task, texts_of

STRATEGIES = ("none", "simple", "first", "average", "max")


def load(setup: Setup) -> Any:
    tokenizer = loading.tokenizer(setup)
    model = loading.model(setup, AutoModelForTokenClassification)
    tokenizer.model_max_length = loading.longest(tokenizer, model.config)
    return pipeline("token-classification", model=model, tokenizer=tokenizer)


def run(tagger: Any, inputs: Any, parameters: Parameters) -> list[list[dict[str, Any]]]:
    """Long texts are read in windows that overlap by `stride` tokens."""
    texts = texts_of(inputs)
    strategy = parameters.word("aggregation_strategy", "simple", STRATEGIES)
    ignored = parameters.words("ignore_labels", ["O"])
    longest = tagger.tokenizer.model_max_length
    stride = parameters.count("stride", longest // 4, 0, longest - 1)
    parameters.done()
    if strategy in ("first", "average", "max") and not tagger.tokenizer.is_fast:
        raise BadInput(
            f"`aggregation_strategy` {strategy} needs a fast tokenizer, which this model has not.",
            "aggregation_strategy",
        )
    options: dict[str, Any] = {"aggregation_strategy": strategy, "ignore_labels": ignored}
    if strategy != "none" and tagger.tokenizer.is_fast:
        options["stride"] = stride
    return [[_plain(found) for found in tagger(text, **options)] if text else [] for text in texts]


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Without the token's number; its score as a plain number."""
    kept = ("entity_group", "entity", "score", "word", "start", "end")
    return {name: found[name] for name in kept if name in found} | {"score": float(found["score"])}


TASKS = {"token-classification": Task(load, run)}

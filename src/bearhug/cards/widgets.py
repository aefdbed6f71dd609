"""What one may try a model with: its card's `widget`, or an example that its task suggests.

Keys by task as in specs, INFERENCE.md §7; `<mask>` becomes the model's own mask.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bearhug.cards.examples import examples
from bearhug.cards.model import Card, Example

_MASK = "<mask>"
_FOREST = (
    "Bears are found in forests, on mountains and on the ice of the Arctic. Most of them eat plants"
    " and small animals, sleep through the winter and raise their cubs alone. The polar bear lives"
    " almost entirely on seals, which it hunts from the edge of the ice."
)
_TEXTS = {
    "text-classification": "What a fine day: the salmon are running.",
    "token-classification": "Ada Lovelace lived in London and wrote to Charles Babbage.",
    "translation": "The bear sleeps in the cave until spring.",
    "summarization": _FOREST,
    "text-generation": "Once upon a time, a bear went out to",
    "text2text-generation": "Answer: which bear is the largest?",
    "fill-mask": f"In winter, most bears {_MASK} in their den.",
    "feature-extraction": "Brown bears love honey.",
    "text-to-speech": "The bear went over the mountain.",
    "text-to-audio": "A calm piano in a forest, with birds",
    "text-to-image": "A bear reading a book under a tree, watercolour",
    "text-to-video": "A bear walking through snow",
}
_OTHERS: dict[str, dict[str, Any]] = {
    "question-answering": {"text": "What do polar bears hunt?", "context": _FOREST},
    "table-question-answering": {
        "text": "Which bear is the heaviest?",
        "table": {"Bear": ["Polar bear", "Sun bear"], "Weight in kg": ["450", "65"]},
    },
    "zero-shot-classification": {
        "text": "My phone no longer charges since the last update.",
        "candidate_labels": "complaint, praise, question",
        "multi_class": False,
    },
    "sentence-similarity": {
        "source_sentence": "The bear is asleep.",
        "sentences": ["The bear is sleeping.", "A bear catches a fish.", "It rains today."],
    },
    "text-ranking": {
        "source_sentence": "What do polar bears eat?",
        "sentences": ["They hunt seals.", "They are white."],
    },
}
_TALK = ({"text": "Hello, who are you?"}, {"text": "Explain why bears sleep in winter."})


def widget_data(card: Card) -> list[Any] | None:
    """The examples of a model's page; None where there is nothing to propose."""
    given = card.metadata.get("widget")
    if isinstance(given, list | dict):
        listed = given if isinstance(given, list) else [given]
    else:
        listed = _by_task(card)
    mask = card.facts.get("mask_token") or _MASK
    return [_masked(each, mask) for each in listed] or None


def proposals(card: Card) -> list[Example]:
    """What `widget_data` proposes, as typed values."""
    return examples(replace(card, metadata={**card.metadata, "widget": widget_data(card)}))


def _by_task(card: Card) -> list[Any]:
    task = card.pipeline_tag or ""
    if card.conversational:
        return list(_TALK)
    if task in _TEXTS:
        return [{"text": _TEXTS[task]}]
    return [_OTHERS[task]] if task in _OTHERS else []


def _masked(example: Any, mask: str) -> Any:
    if isinstance(example, Mapping) and isinstance(example.get("text"), str):
        return {**example, "text": example["text"].replace(_MASK, mask)}
    return example

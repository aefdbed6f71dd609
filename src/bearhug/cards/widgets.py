"""What one may try a model with: its card's `widget`, or an example that its task suggests.

Keys by task as in specs, INFERENCE.md §7; `<mask>` becomes the model's own mask.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bearhug.cards.examples import examples
from bearhug.cards.model import Card, Example
from bearhug.cards.tongues import ENGLISH, MASK, WORDS, Words

_OF_WORDS: Mapping[str, Callable[[Words], list[dict[str, Any]]]] = {
    "text-classification": lambda words: [{"text": words.glad}, {"text": words.sad}],
    "token-classification": lambda words: [{"text": words.person}],
    "translation": lambda words: [{"text": words.alike[0]}, {"text": words.sad}],
    "summarization": lambda words: [{"text": words.forest}],
    "text-generation": lambda words: [{"text": words.story}],
    "text2text-generation": lambda words: [{"text": words.asked}],
    "fill-mask": lambda words: [{"text": words.masked}],
    "feature-extraction": lambda words: [{"text": words.alike[0]}],
    "text-to-speech": lambda words: [{"text": words.glad}],
    "question-answering": lambda words: [{"text": words.asked, "context": words.forest}],
    "zero-shot-classification": lambda words: [
        {"text": words.complaint, "candidate_labels": words.labels, "multi_class": False}
    ],
    "sentence-similarity": lambda words: [
        {"source_sentence": words.alike[0], "sentences": [*words.alike[1:], words.sad]}
    ],
    "text-ranking": lambda words: [
        {"source_sentence": words.asked, "sentences": [words.person, words.forest, words.sad]}
    ],
}
_OTHERS: Mapping[str, list[dict[str, Any]]] = {
    "table-question-answering": [
        {
            "text": "Which bear is the heaviest?",
            "table": {
                "Bear": ["Polar bear", "Brown bear", "Sun bear"],
                "Weight in kg": ["450", "310", "65"],
            },
        }
    ],
    "text-to-audio": [{"text": "A calm piano in a forest, with birds"}],
    "text-to-image": [{"text": "A bear reading a book under a tree, watercolour"}],
    "text-to-video": [{"text": "A bear walking through snow"}],
}
_TALK = ({"text": "Hello, who are you?"}, {"text": "Explain why bears sleep in winter."})


def widget_data(card: Card) -> list[Any] | None:
    """The examples of a model's page; None where there is nothing to propose."""
    given = card.metadata.get("widget")
    if isinstance(given, list | dict):
        listed = given if isinstance(given, list) else [given]
    else:
        listed = _by_task(card)
    mask = card.facts.get("mask_token") or MASK
    return [_masked(each, mask) for each in listed] or None


def proposals(card: Card) -> list[Example]:
    """What `widget_data` proposes, as typed values."""
    return examples(replace(card, metadata={**card.metadata, "widget": widget_data(card)}))


def _by_task(card: Card) -> list[Any]:
    """What the task suggests, in the first of the card's languages that is known here."""
    task = card.pipeline_tag or ""
    if card.conversational:
        return list(_TALK)
    if task in _OF_WORDS:
        return _OF_WORDS[task](_words(card))
    return list(_OTHERS.get(task, ()))


def _words(card: Card) -> Words:
    given = card.metadata.get("language")
    listed = given if isinstance(given, list) else [given]
    codes = [str(each).lower().partition("-")[0] for each in listed if isinstance(each, str)]
    return next((WORDS[code] for code in codes if code in WORDS), ENGLISH)


def _masked(example: Any, mask: str) -> Any:
    if isinstance(example, Mapping) and isinstance(example.get("text"), str):
        return {**example, "text": example["text"].replace(MASK, mask)}
    return example

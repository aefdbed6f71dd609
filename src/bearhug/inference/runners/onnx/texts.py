"""Whole texts by ONNX Runtime: put into classes, made into vectors, compared and ranked."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bearhug.inference.runners.onnx import session
from bearhug.inference.runners.onnx.reader import Reader
from bearhug.inference.runners.task import (
    Asked,
    BadInput,
    Batched,
    CannotLoad,
    Parameters,
    Setup,
    Task,
    template_of,
    texts_of,
)

FUNCTIONS = ("softmax", "sigmoid", "none")
HYPOTHESIS = "This example is {}."
MOST_LABELS = 100


@dataclass(frozen=True)
class Classifier:
    reader: Reader
    labels: list[str]


def load(setup: Setup) -> Classifier:
    reader = Reader(setup)
    return Classifier(reader, session.labels(reader.config))


def read(classifier: Classifier, inputs: Any, parameters: Parameters) -> Asked:
    labels = classifier.labels
    usual = session.function_of(classifier.reader.config, len(labels))
    function = parameters.word("function_to_apply", usual, FUNCTIONS)
    top = parameters.count("top_k", len(labels))
    parameters.done()

    def answer(rows: list[Any]) -> list[list[dict[str, Any]]]:
        return [session.best(labels, session.applied(function, row), top) for row in rows]

    return Asked(texts_of(inputs), "texts", answer)


def compute(classifier: Classifier, like: Hashable, items: Sequence[Any]) -> Sequence[Any]:
    return list(classifier.reader.rows(items))


def load_entailing(setup: Setup) -> Classifier:
    classifier = load(setup)
    if len(classifier.labels) < 2:
        raise CannotLoad("Zero-shot classification needs a model trained on entailment.")
    return classifier


def zero_shot(classifier: Classifier, inputs: Any, parameters: Parameters) -> Any:
    """Rules as in transformers' ZeroShotClassificationPipeline."""
    texts = texts_of(inputs)
    labels = candidates(parameters)
    template = template_of(parameters, HYPOTHESIS)
    multiple = parameters.flag("multi_label")
    parameters.done()
    return [_entailed(classifier, text, labels, template, multiple) for text in texts]


def candidates(parameters: Parameters) -> list[str]:
    named = parameters.words("candidate_labels")
    found = [part.strip() for label in named for part in label.split(",") if part.strip()]
    if not 1 <= len(found) <= MOST_LABELS:
        raise BadInput(f"`candidate_labels` names 1 to {MOST_LABELS} labels.", "candidate_labels")
    return list(dict.fromkeys(found))


def _entailed(
    classifier: Classifier, text: str, labels: list[str], template: str, multiple: bool
) -> list[dict[str, Any]]:
    pairs = [(text, template.format(label)) for label in labels]
    logits = classifier.reader.rows(pairs, "only_first")
    names = [name.lower() for name in classifier.labels]
    entailing = [place for place, name in enumerate(names) if name.startswith("entail")]
    entailment = entailing[0] if entailing else len(names) - 1
    if multiple or len(labels) == 1:
        contradiction = -1 if entailment == 0 else 0
        scores = session.softmax(logits[:, [contradiction, entailment]])[:, 1]
    else:
        scores = session.softmax(logits[:, entailment])
    return session.best(labels, scores, len(labels))


def read_ranking(classifier: Classifier, inputs: Any, parameters: Parameters) -> Asked:
    """How well each text answers the query, 0…1; as the graph gives it with `raw_scores`."""
    if not isinstance(inputs, dict) or not isinstance(inputs.get("query"), str):
        raise BadInput("`inputs` needs a `query`, as text.", "query")
    pairs = [(inputs["query"], text) for text in texts_of(inputs.get("texts"), "texts")]
    raw = parameters.flag("raw_scores")
    parameters.flag("truncate", True)
    parameters.done()

    def answer(rows: list[Any]) -> list[float]:
        scores = np.stack(rows)[:, 0]
        return [float(score) for score in (scores if raw else session.sigmoid(scores))]

    return Asked(pairs, "pairs", answer)


def load_ranker(setup: Setup) -> Classifier:
    classifier = load(setup)
    if len(classifier.labels) > 1 and "id2label" in classifier.reader.config:
        raise CannotLoad("Ranking needs a model that gives one score.")
    return classifier


TASKS = {
    "text-classification": Batched(load, read, compute),
    "zero-shot-classification": Task(load_entailing, zero_shot),
    "text-ranking": Batched(load_ranker, read_ranking, compute),
}

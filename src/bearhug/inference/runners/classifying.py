"""Texts put into classes: those a model was trained on, or any that the asker names."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForSequenceClassification

from bearhug.inference.runners import loading
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
    model: Any
    tokenizer: Any
    longest: int

    @property
    def labels(self) -> Mapping[int, str]:
        labels: Mapping[int, str] = self.model.config.id2label
        return labels

    @torch.inference_mode()
    def logits(self, texts: Sequence[Any], truncation: str = "longest_first") -> torch.Tensor:
        """A row of logits for each text, or pair of texts; too long ones are cut."""
        single = self.tokenizer.pad_token is None
        rows = [
            self.model(
                **self.tokenizer(
                    part,
                    return_tensors="pt",
                    padding=not single,
                    truncation=truncation,
                    max_length=self.longest,
                ).to(self.model.device)
            ).logits
            for part in ([[text] for text in texts] if single else [list(texts)])
        ]
        return torch.cat(rows).float().cpu()


def load(setup: Setup) -> Classifier:
    tokenizer = loading.tokenizer(setup)
    model = loading.model(setup, AutoModelForSequenceClassification)
    return Classifier(model, tokenizer, loading.longest(tokenizer, model.config))


def read(classifier: Classifier, inputs: Any, parameters: Parameters) -> Asked:
    function = parameters.word("function_to_apply", _function(classifier), FUNCTIONS)
    top = parameters.count("top_k", len(classifier.labels))
    parameters.done()

    def answer(rows: list[Any]) -> list[list[dict[str, Any]]]:
        return [labelled(classifier.labels, applied(function, row), top) for row in rows]

    return Asked(texts_of(inputs), "texts", answer)


def compute(classifier: Classifier, like: Hashable, items: Sequence[str]) -> Sequence[Any]:
    return list(classifier.logits(items))


def _function(classifier: Classifier) -> str:
    """As transformers' TextClassificationPipeline chooses it."""
    config = classifier.model.config
    if config.problem_type == "regression":
        return "none"
    multiple = config.problem_type == "multi_label_classification"
    return "sigmoid" if multiple or len(classifier.labels) == 1 else "softmax"


def applied(function: str, logits: torch.Tensor) -> torch.Tensor:
    if function == "none":
        return logits
    return logits.sigmoid() if function == "sigmoid" else logits.softmax(-1)


def labelled(labels: Mapping[int, str], scores: torch.Tensor, top: int) -> list[dict[str, Any]]:
    """The best first."""
    best = scores.topk(min(top, scores.shape[-1]))
    pairs = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    return [{"label": labels[index], "score": score} for score, index in pairs]


def load_entailing(setup: Setup) -> Classifier:
    classifier = load(setup)
    if len(classifier.labels) < 2:
        raise CannotLoad("Zero-shot classification needs a model trained on entailment.")
    return classifier


def zero_shot(classifier: Classifier, inputs: Any, parameters: Parameters) -> Any:
    """Each label is a hypothesis; how surely the text entails it is its score.

    Rules as in transformers' ZeroShotClassificationPipeline.
    """
    texts = texts_of(inputs)
    labels = _candidates(parameters)
    hypothesis = template_of(parameters, HYPOTHESIS)
    multiple = parameters.flag("multi_label")
    parameters.done()
    return [_entailed(classifier, text, labels, hypothesis, multiple) for text in texts]


def _candidates(parameters: Parameters) -> list[str]:
    named = parameters.words("candidate_labels")
    labels = [part.strip() for label in named for part in label.split(",") if part.strip()]
    if not labels:
        raise BadInput("`candidate_labels` must name at least one label.", "candidate_labels")
    if len(labels) > MOST_LABELS:
        raise BadInput(f"`candidate_labels` may name {MOST_LABELS} labels.", "candidate_labels")
    return list(dict.fromkeys(labels))


def _entailed(
    classifier: Classifier, text: str, labels: list[str], hypothesis: str, multiple: bool
) -> list[dict[str, Any]]:
    pairs = [(text, hypothesis.format(label)) for label in labels]
    logits = classifier.logits(pairs, "only_first")
    entailment = _entailment(classifier.labels)
    if multiple or len(labels) == 1:
        contradiction = -1 if entailment == 0 else 0
        scores = logits[:, [contradiction, entailment]].softmax(-1)[:, 1]
    else:
        scores = logits[:, entailment].softmax(-1)
    return labelled(dict(enumerate(labels)), scores, len(labels))


def _entailment(labels: Mapping[int, str]) -> int:
    named = [index for index, label in labels.items() if label.lower().startswith("entail")]
    return named[0] if named else max(labels)


TASKS = {
    "text-classification": Batched(load, read, compute),
    "zero-shot-classification": Task(load_entailing, zero_shot),
}

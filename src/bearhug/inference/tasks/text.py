"""Tasks that read a text: classes, entities, masks, vectors.

Sources: huggingface_hub, inference/_generated/types; @huggingface/inference, hf-inference.ts,
whose checks are the stricter; INFERENCE.md §6.
"""

from typing import Any

from bearhug.inference.tasks.arrays import numbers
from bearhug.inference.tasks.base import Asked, Caller, Sent, Task, Told, refused
from bearhug.inference.tasks.rules import Rule, flag, text, texts, whole, word
from bearhug.inference.tasks.sending import one_or_more

MOST_LABELS = 100
"""Each is a question of its own to the model."""

MOST_EMBEDDED = 2048
"""As OpenAI's embeddings."""

CLASSES: dict[str, Rule] = {
    "function_to_apply": word("sigmoid", "softmax", "none"),
    "top_k": whole(1, 10_000),
}
ENTITIES: dict[str, Rule] = {
    "aggregation_strategy": word("none", "simple", "first", "average", "max"),
    "ignore_labels": texts(0, 1000),
    "stride": whole(0, 4096),
}
LABELS: dict[str, Rule] = {
    "candidate_labels": texts(1, MOST_LABELS),
    "hypothesis_template": text(2000),
    "multi_label": flag,
}
MASKS: dict[str, Rule] = {"targets": texts(1, 1000), "top_k": whole(1, 1000)}
VECTORS: dict[str, Rule] = {
    "dimensions": whole(1, 100_000),
    "normalize": flag,
    "prompt_name": text(200),
    "truncate": flag,
    "truncation_direction": lambda value: word("left", "right")(str(value).lower()),
}


def _classified(sent: Sent) -> Asked:
    return one_or_more(sent, CLASSES)


def _classes(output: Any, asked: Asked, caller: Caller) -> Told:
    """A list of lists for one text too: JavaScript's client refuses a flat one."""
    return Told(output)


def _tagged(sent: Sent) -> Asked:
    asked = one_or_more(sent, ENTITIES)
    parameters = {"aggregation_strategy": "simple", **asked.parameters}
    return Asked(asked.inputs, parameters, asked.many, asked.words)


def _each(output: Any, asked: Asked, caller: Caller) -> Told:
    """One answer for one text, a list of them for a list."""
    return Told(output if asked.many else output[0])


def _labelled(sent: Sent) -> Asked:
    if not sent.parameters.get("candidate_labels"):
        raise refused(
            "parameters.candidate_labels", 'name the labels to choose from, ["spam", "ham"].'
        )
    given = dict(sent.parameters)
    if "multi_class" in given:  # as it was called once
        given["multi_label"] = given.pop("multi_class")
    asked = one_or_more(Sent({**sent.fields, "parameters": given}, sent.data), LABELS)
    labels = ", ".join(asked.parameters["candidate_labels"])
    return Asked(asked.inputs, asked.parameters, asked.many, f"{asked.words}\n({labels})")


def _zero_shot(output: Any, asked: Asked, caller: Caller) -> Told:
    """A list, or the dictionary that older Python clients insist on and newer ones refuse."""
    if caller.dated:
        output = [
            {
                "sequence": sequence,
                "labels": [each["label"] for each in found],
                "scores": [each["score"] for each in found],
            }
            for sequence, found in zip(asked.inputs, output, strict=True)
        ]
    return _each(output, asked, caller)


def _filled(output: Any, asked: Asked, caller: Caller) -> Told:
    """A list of guesses; a list a mask where a text has several."""
    told = [masks[0] if len(masks) == 1 else masks for masks in output]
    return _each(told, asked, caller)


def _embedded(sent: Sent) -> Asked:
    return one_or_more(sent, VECTORS, most=MOST_EMBEDDED, rooted=True)


def _vectors(output: Any, asked: Asked, caller: Caller) -> Told:
    """A vector a text from sentence-transformers; a vector a token from plain transformers."""
    if "embeddings" in output:
        return _each(numbers(output["embeddings"]), asked, caller)
    tokens = [[numbers(each)] for each in output["tokens"]]
    return _each(tokens, asked, caller)


TASKS = (
    Task("text-classification", _classified, _classes, CLASSES, gives=("classification",)),
    Task("token-classification", _tagged, _each, ENTITIES, gives=("entities",)),
    Task("zero-shot-classification", _labelled, _zero_shot, LABELS, gives=("classification",)),
    Task("fill-mask", lambda sent: one_or_more(sent, MASKS), _filled, MASKS),
    Task("feature-extraction", _embedded, _vectors, VECTORS, gives=("embeddings",)),
)

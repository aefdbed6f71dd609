"""A question answered by a passage of a text, by ONNX Runtime."""

from typing import Any

import numpy as np

from bearhug.inference.runners.onnx import session
from bearhug.inference.runners.onnx.reader import Reader
from bearhug.inference.runners.onnx.session import Array
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

LONGEST_ANSWER = 15


def load(setup: Setup) -> Reader:
    reader = Reader(setup)
    if not {"start_logits", "end_logits"} <= set(reader.session.outputs):
        raise CannotLoad("Its graph gives no start_logits and end_logits: it finds no answers.")
    return reader


def run(reader: Reader, inputs: Any, parameters: Parameters) -> list[list[dict[str, Any]]]:
    """For each question its answers, the best first."""
    pairs = [_pair(one) for one in (inputs if isinstance(inputs, list) else [inputs])]
    top = parameters.count("top_k", 1, 1, 100)
    stride = parameters.count("doc_stride", reader.longest // 4, 1, reader.longest // 2)
    longest = parameters.count("max_answer_len", LONGEST_ANSWER, 1, reader.longest)
    impossible = parameters.flag("handle_impossible_answer")
    parameters.done()
    answers = []
    for question, context in pairs:
        if len(reader.encoded([question])[0].ids) > reader.longest // 2:
            raise BadInput("The question leaves no room for the text: it is too long.", "question")
        found, nothing = [], 1.0
        for encoded in reader.windows((question, context), stride, "only_second"):
            spans, none = _spans(reader, encoded, context, top, longest)
            found += spans
            nothing = min(nothing, none)
        if impossible:
            found.append({"answer": "", "score": nothing, "start": 0, "end": 0})
        best = {one["start"]: one for one in sorted(found, key=lambda one: one["score"])}
        answers.append(sorted(best.values(), key=lambda one: -one["score"])[:top])
    return answers


def _pair(one: Any) -> tuple[str, str]:
    for field in ("question", "context"):
        if not isinstance(one, dict) or not isinstance(one.get(field), str):
            raise BadInput(f"`inputs` needs a `{field}`, as text.", field)
        if not one[field].strip():
            raise BadInput(f"`{field}` is empty.", field)
    return one["question"], one["context"]


def _spans(
    reader: Reader, encoded: Any, context: str, top: int, longest: int
) -> tuple[list[dict[str, Any]], float]:
    """The best spans of a window, and how likely it holds no answer: its first token's score.

    Rules as in select_starts_ends of transformers 4.
    """
    logits = reader.run([encoded])
    inside = np.array([part == 1 for part in encoded.sequence_ids])
    start = _likely(logits["start_logits"][0], inside)
    end = _likely(logits["end_logits"][0], inside)
    nothing = float(start[0] * end[0])
    scores = np.outer(np.where(inside, start, 0), np.where(inside, end, 0))
    scores = np.tril(np.triu(scores), longest - 1)
    found = []
    for place in np.argsort(-scores, axis=None, kind="stable")[: top * 4]:
        first, last = np.unravel_index(place, scores.shape)
        if scores[first, last] > 0:
            begin, stop = encoded.offsets[first][0], encoded.offsets[last][1]
            found.append(
                {
                    "answer": context[begin:stop],
                    "score": float(scores[first, last]),
                    "start": begin,
                    "end": stop,
                }
            )
    return found, nothing


def _likely(logits: Array, inside: Array) -> Array:
    """Only the text, and the first token for "no answer", may be chosen."""
    allowed = inside.copy()
    allowed[0] = True
    return session.softmax(np.where(allowed, logits, -1e4))


TASKS = {"question-answering": Task(load, run)}

"""A question answered by a passage of a text, found in windows that overlap."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForQuestionAnswering

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

LONGEST_ANSWER, LONGEST_QUESTION, WINDOW, STRIDE = 15, 64, 384, 128


@dataclass(frozen=True)
class Reader:
    model: Any
    tokenizer: Any
    longest: int


@dataclass(frozen=True)
class How:
    """What the asker set; lengths in tokens."""

    top: int
    window: int
    stride: int
    longest_answer: int
    longest_question: int
    impossible: bool
    words: bool


@dataclass(frozen=True)
class Span:
    score: float
    start: int
    end: int


def load(setup: Setup) -> Reader:
    tokenizer = loading.tokenizer(setup)
    if not tokenizer.is_fast:
        raise CannotLoad("Question answering needs a fast tokenizer (tokenizer.json).")
    model = loading.model(setup, AutoModelForQuestionAnswering)
    return Reader(model, tokenizer, loading.longest(tokenizer, model.config))


def run(reader: Reader, inputs: Any, parameters: Parameters) -> list[list[dict[str, Any]]]:
    """For each question its answers, the best first."""
    pairs = [_pair(one) for one in (inputs if isinstance(inputs, list) else [inputs])]
    how = _how(reader, parameters)
    return [_answers(reader, question, context, how) for question, context in pairs]


def _pair(one: Any) -> tuple[str, str]:
    for field in ("question", "context"):
        if not isinstance(one, dict) or not isinstance(one.get(field), str):
            raise BadInput(f"`inputs` needs a `{field}`, as text.", field)
        if not one[field].strip():
            raise BadInput(f"`{field}` is empty.", field)
    return one["question"], one["context"]


def _how(reader: Reader, parameters: Parameters) -> How:
    window = parameters.count("max_seq_len", min(WINDOW, reader.longest), 16, reader.longest)
    how = How(
        top=parameters.count("top_k", 1, 1, 100),
        window=window,
        stride=parameters.count("doc_stride", min(STRIDE, window // 2), 1, window - 8),
        longest_answer=parameters.count("max_answer_len", LONGEST_ANSWER),
        longest_question=parameters.count("max_question_len", LONGEST_QUESTION),
        impossible=parameters.flag("handle_impossible_answer"),
        words=parameters.flag("align_to_words", True),
    )
    parameters.done()
    return how


@torch.inference_mode()
def _answers(reader: Reader, question: str, context: str, how: How) -> list[dict[str, Any]]:
    found, nothing = [], 1.0
    for spans, none in _windows(reader, question, context, how):
        found += spans
        nothing = min(nothing, none)
    if how.impossible:
        found.append(Span(nothing, 0, 0))
    answers: dict[str, dict[str, Any]] = {}
    for span in sorted(found, key=lambda span: -span.score):
        start, end = _whole_words(context, span) if how.words else (span.start, span.end)
        answer = context[start:end]
        same = answers.get(answer.lower().strip())
        if same is not None:  # the same words, found twice: together they are surer
            same["score"] = min(1.0, same["score"] + span.score)
            continue
        answers[answer.lower().strip()] = {
            "answer": answer,
            "score": span.score,
            "start": start,
            "end": end,
        }
    return sorted(answers.values(), key=lambda one: -one["score"])[: how.top]


def _windows(
    reader: Reader, question: str, context: str, how: How
) -> Iterator[tuple[list[Span], float]]:
    """The best spans of each window, with the score of there being no answer in it."""
    tokenizer, model = reader.tokenizer, reader.model
    asked = tokenizer(
        question, add_special_tokens=False, truncation=True, max_length=how.longest_question
    )
    question = tokenizer.decode(asked["input_ids"]) if _cut(asked, how) else question
    room = how.window - len(asked["input_ids"]) - tokenizer.num_special_tokens_to_add(pair=True)
    if room < 8:
        raise BadInput("The question leaves no room for the text: it is too long.", "question")
    encoded = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=how.window,
        stride=min(how.stride, room - 1),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        padding=len(context) > how.window,
        return_tensors="pt",
    )
    offsets = encoded.pop("offset_mapping")
    encoded.pop("overflow_to_sample_mapping", None)
    for index in range(len(offsets)):
        part = {
            name: values[index : index + 1].to(model.device) for name, values in encoded.items()
        }
        logits = model(**part)
        inside = torch.tensor([one == 1 for one in encoded.sequence_ids(index)])
        start, end = logits.start_logits[0].float().cpu(), logits.end_logits[0].float().cpu()
        yield _spans(start, end, inside, offsets[index], how)


def _cut(asked: Any, how: How) -> bool:
    return len(asked["input_ids"]) >= how.longest_question


def _spans(
    start: torch.Tensor, end: torch.Tensor, inside: torch.Tensor, offsets: torch.Tensor, how: How
) -> tuple[list[Span], float]:
    """Rules as in select_starts_ends of transformers 4: softmax over the text and the first token,
    which stands for "no answer".
    """
    allowed = inside.clone()
    allowed[0] = True
    start = start.masked_fill(~allowed, -1e4).softmax(-1)
    end = end.masked_fill(~allowed, -1e4).softmax(-1)
    nothing = float(start[0] * end[0])
    start, end = start.masked_fill(~inside, 0), end.masked_fill(~inside, 0)
    scores = (start[:, None] * end[None, :]).triu().tril(how.longest_answer - 1)
    best = scores.flatten().topk(min(how.top * 4, scores.numel()))
    spans = []
    for score, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
        first, last = divmod(place, scores.shape[1])
        if score > 0:
            spans.append(Span(score, int(offsets[first][0]), int(offsets[last][1])))
    return spans, nothing


def _whole_words(context: str, span: Span) -> tuple[int, int]:
    """Widened to where words begin and end; no answer stays none."""
    start, end = span.start, span.end
    if start == end:
        return start, end
    while start > 0 and context[start].isalnum() and context[start - 1].isalnum():
        start -= 1
    while end < len(context) and context[end - 1].isalnum() and context[end].isalnum():
        end += 1
    return start, end


TASKS = {"question-answering": Task(load, run)}

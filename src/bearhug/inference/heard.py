"""What models said lately: only what the hub heard itself can be saved as a run."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bearhug.inference.model import Figures, Said, Turn

KEPT_SECONDS = 3600
KEPT_ANSWERS = 1000
KEPT_CHARACTERS = 64_000_000
LARGEST_PIECE = 4 * 1024**2
"""Bytes of a picture or a recording that is remembered with its answer; of a larger one, only
that there was one."""

Clock = Callable[[], float]


@dataclass(eq=False)
class Answer:
    """One answer as it comes. It can be saved while it comes, too, as far as it came."""

    id: str
    user_id: int | None
    asked: Said
    """Everything but the output, and the figures that are known before."""
    began: float
    clock: Clock = time.monotonic
    first: float | None = None
    last: float = 0.0
    tokens: int = 0
    finish: str = ""
    timings: Mapping[str, Any] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    """Characters of the output, and of what else is kept."""
    whole: bool = False
    """Whether it came at once, as a task's: `asked` has its output then."""

    def hear(self, chunk: Mapping[str, Any]) -> None:
        """A chunk of a stream, or a whole answer, in OpenAI's shape with llama.cpp's timings."""
        self.timings = chunk.get("timings") or self.timings
        for choice in chunk.get("choices", ())[:1]:
            told = choice.get("delta") or choice.get("message") or choice
            text = told.get("content") or told.get("text") or ""
            if text:
                self._hear(text)
            self.finish = choice.get("finish_reason") or self.finish

    @property
    def output(self) -> str:
        return "".join(self.pieces)

    @property
    def characters(self) -> int:
        return self.length + sum(len(turn.content) for turn in self.asked.turns)

    def is_said(self, repo_id: int, text: str) -> bool:
        """Whether this is what that repo's model answered, to the letter."""
        same = self.asked.repo_id == repo_id and self.length == len(text)
        return same and self.output == text

    def said(self) -> Said:
        """The question with what was heard so far, and how it went."""
        if self.whole:
            return self.asked
        return replace(self.asked, output=self.output, figures=self.figures())

    def figures(self) -> Figures:
        """By the engine's count where it gave one; by ours for an answer that was stopped."""
        timings = self.timings if self.finish in ("stop", "length", "tool_calls") else {}
        took = self.last - (self.first or self.last)
        speed = (self.tokens - 1) / took if took > 0 else 0.0
        waited = self.first - self.began if self.first is not None else 0.0
        return replace(
            self.asked.figures,
            prompt_tokens=int(timings.get("prompt_n", 0)) + int(timings.get("cache_n", 0)),
            completion_tokens=int(timings.get("predicted_n", self.tokens)),
            tokens_per_second=round(float(timings.get("predicted_per_second", speed)), 2),
            first_token_seconds=round(waited, 3),
            finish=self.finish or "stopped",
        )

    def _hear(self, text: str) -> None:
        self.last = self.clock()
        if self.first is None:
            self.first = self.last
        self.pieces.append(text)
        self.length += len(text)
        self.tokens += 1


class Heard:
    """The answers of the last hour, as many as there is room for. For the event loop alone."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def begin(self, asked: Said, user_id: int | None, *, chat: bool) -> Answer:
        """An answer about to come, under an id that cannot be guessed."""
        self._forget()
        id = f"{'chatcmpl' if chat else 'cmpl'}-{secrets.token_urlsafe(18)}"
        turns = tuple(self._checked(asked.repo_id, turn) for turn in asked.turns)
        answer = Answer(id, user_id, replace(asked, turns=turns), self._clock(), self._clock)
        self._answers[id] = answer
        return answer

    def keep(self, said: Said, user_id: int | None) -> str:
        """A task's whole answer; returned is the id it may be saved by."""
        self._forget()
        id = f"infer-{secrets.token_urlsafe(18)}"
        kept = replace(said, inputs=_small(said.inputs), answer=_small(said.answer))
        length = len(kept.output) + _size(kept.inputs) + _size(kept.answer)
        now = self._clock()
        self._answers[id] = Answer(
            id, user_id, kept, now, self._clock, finish="stop", length=length, whole=True
        )
        return id

    def get(self, id: str, user_id: int | None) -> Answer | None:
        """The answer, for whoever asked; a visitor's for whoever holds its id."""
        self._forget()
        answer = self._answers.get(id)
        if answer is None or answer.user_id not in (None, user_id):
            return None
        return answer

    def _checked(self, repo_id: int, turn: Turn) -> Turn:
        """Mark an answer that a caller only claims the model gave."""
        if turn.role != "assistant":
            return turn
        known = any(each.is_said(repo_id, turn.content) for each in self._answers.values())
        return replace(turn, heard=known)

    def _forget(self) -> None:
        total = sum(answer.characters for answer in self._answers.values())
        while self._answers and self._oldest_must_go(total):
            _, gone = self._answers.popitem(last=False)
            total -= gone.characters

    def _oldest_must_go(self, total: int) -> bool:
        oldest = next(iter(self._answers.values()))
        too_old = oldest.began < self._clock() - KEPT_SECONDS
        return too_old or len(self._answers) >= KEPT_ANSWERS or total > KEPT_CHARACTERS


def turns(messages: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """OpenAI's messages as turns; parts of text are joined."""
    return tuple(Turn(str(each.get("role", "")), _text(each.get("content"))) for each in messages)


def known(engine: str, quantisation: str, digest: str, machine: str) -> Figures:
    """What can be said of an answer before it comes."""
    return Figures(engine=engine, quantisation=quantisation, digest=digest, machine=machine)


def _small(value: Any) -> Any:
    """The same without the bytes of what is too large to remember."""
    if isinstance(value, dict):
        if "$bytes" in value and (size := len(value["$bytes"]) * 3 // 4) > LARGEST_PIECE:
            return {"$gone": size, "type": value.get("type", "")}
        return {name: _small(each) for name, each in value.items()}
    return [_small(each) for each in value] if isinstance(value, list) else value


def _size(value: Any) -> int:
    """About how many characters it takes as JSON."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(str(name)) + _size(each) for name, each in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else 8


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content) if content is not None else ""

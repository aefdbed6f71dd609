"""One answer, token by token, in a thread of its own that takes turns with the others."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList
from transformers.generation.streamers import BaseStreamer

from bearhug.inference.runners.pieces import Pieces
from bearhug.inference.runners.sampling import Sampling, ends
from bearhug.inference.runners.turns import Turns


@dataclass
class Said:
    """A piece of an answer, or its end: then `finish` says why."""

    text: str
    tokens: list[dict[str, Any]] = field(default_factory=list)
    """With probabilities, the tokens of this piece: token, logprob, bytes, top_logprobs."""
    finish: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_seconds: float = 0.0
    seconds: float = 0.0
    """Of writing, after the prompt was read."""


class Decoding:
    """Runs `generate`, and gives what it says to the event loop as it comes.

    A generation is a thread, which computes while it is its turn. Every token passes through
    `put`, so there an asker who left, a stop string and the others' turns are seen to.
    """

    def __init__(self, model: Any, tokenizer: Any, turns: Turns) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._turns = turns

    async def say(
        self, inputs: Mapping[str, Any], sampling: Sampling, seed: int | None, *, special: bool
    ) -> AsyncIterator[Said]:
        """Closing the iterator stops the work. `special`: show special tokens too."""
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Said | BaseException]()

        def tell(said: Said | BaseException) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, said)

        work = _Work(self._model, self._tokenizer, inputs, sampling, special=special, tell=tell)
        thread = threading.Thread(target=work.run, args=(self._turns, seed), daemon=True)
        thread.start()
        try:
            while True:
                said = await queue.get()
                if isinstance(said, BaseException):
                    raise said
                yield said
                if said.finish:
                    return
        finally:
            work.gone.set()


class _Work(BaseStreamer):
    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        inputs: Mapping[str, Any],
        sampling: Sampling,
        *,
        special: bool,
        tell: Any,
    ) -> None:
        self.gone = threading.Event()
        self._model = model
        self._tokenizer = tokenizer
        self._inputs = inputs
        self._sampling = sampling
        self._ends = frozenset(ends(model))
        self._pieces = Pieces(tokenizer, sampling.stops, special=special)
        self._tell = tell
        self._turns: Turns | None = None
        self._prompt_tokens = 0
        self._count = 0
        self._last = -1
        self._untold: list[dict[str, Any]] = []
        self._started = self._first = time.perf_counter()

    def run(self, turns: Turns, seed: int | None) -> None:
        self._turns = turns
        try:
            with turns.turn():
                self._started = self._first = time.perf_counter()
                if seed is not None:
                    torch.manual_seed(seed)
                self._generate()
        except BaseException as error:
            self._tell(error)
            raise SystemExit from None  # a thread's quiet end: the asker has the reason

    @torch.inference_mode()
    def _generate(self) -> None:
        self._model.generate(
            **self._inputs,
            generation_config=self._sampling.config,
            logits_processor=self._sampling.processors,
            stopping_criteria=StoppingCriteriaList([_Enough(self)]),
            streamer=self,
        )

    @property
    def enough(self) -> bool:
        return self.gone.is_set() or self._pieces.stopped

    def put(self, value: torch.Tensor) -> None:
        """First the whole prompt, then token after token."""
        if not self._prompt_tokens:
            self._prompt_tokens = value.shape[-1]
            return
        token = int(value.flatten()[0])
        if self._count == 0:
            self._first = time.perf_counter()
        self._count, self._last = self._count + 1, token
        if token not in self._ends or self._sampling.config.eos_token_id is None:
            self._show(token)
        assert self._turns is not None
        self._turns.pass_on()

    def end(self) -> None:
        stopped = self._pieces.stopped or self._last in self._ends
        self._tell(
            Said(
                text=self._pieces.rest(),
                tokens=self._untold,
                finish="stop" if stopped else "length",
                prompt_tokens=self._prompt_tokens,
                completion_tokens=self._count,
                prompt_seconds=self._first - self._started,
                seconds=time.perf_counter() - self._first,
            )
        )

    def _show(self, token: int) -> None:
        if self._sampling.logprobs is not None:
            self._untold.append(self._probable(token, self._sampling.logprobs))
        if text := self._pieces.add(token):
            tokens, self._untold = self._untold, []
            self._tell(Said(text, tokens))

    def _probable(self, token: int, count: int) -> dict[str, Any]:
        scores = self._sampling.watch.scores
        assert scores is not None
        known = scores.log_softmax(-1)
        best = known.topk(count)
        others = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return {
            **self._told(token, float(known[token])),
            "top_logprobs": [self._told(other, value) for other, value in others],
        }

    def _told(self, token: int, logprob: float) -> dict[str, Any]:
        text = self._tokenizer.decode([token])
        return {"token": text, "logprob": logprob, "bytes": list(text.encode())}


class _Enough(StoppingCriteria):
    def __init__(self, work: _Work) -> None:
        self._work = work

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        enough = self._work.enough
        return torch.full((len(input_ids),), enough, dtype=torch.bool, device=input_ids.device)

"""Whose turn it is: threads that share one model compute a token each, one after the other."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

import torch


class Turns:
    """First come, first served, token by token. Numbers drawn by chance stay each thread's own,
    so that an answer with a seed does not depend on who else is asking.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """The model is ours, but for `pass_on`, until the block ends."""
        with self._lock:
            mine = self._queue() if self._taken else None
            self._taken = True
        if mine is not None:
            mine.wait()
        try:
            yield
        finally:
            with self._lock:
                self._next()

    def pass_on(self) -> None:
        """Let those who wait have their turn first, and come back after them."""
        with self._lock:
            if not self._waiting:
                return
            chance = _chance()
            mine = self._queue()
            self._next()
        mine.wait()
        _recall(chance)

    def _queue(self) -> threading.Event:
        self._waiting.append(threading.Event())
        return self._waiting[-1]

    def _next(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._taken = False


def _chance() -> list[torch.Tensor]:
    """The states of all generators of random numbers."""
    cuda = [torch.cuda.get_rng_state()] if torch.cuda.is_available() else []
    return [torch.get_rng_state(), *cuda]


def _recall(states: list[torch.Tensor]) -> None:
    torch.set_rng_state(states[0])
    for state in states[1:]:
        torch.cuda.set_rng_state(state)

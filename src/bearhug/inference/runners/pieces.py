"""Tokens turned into text piece by piece: whole characters only, and none of a stop string."""

from collections.abc import Sequence
from typing import Any

UNFINISHED = "\ufffd"


class Pieces:
    """What one answer has said so far."""

    def __init__(self, tokenizer: Any, stops: Sequence[str], *, special: bool = False) -> None:
        self.text = ""
        """All of it but what is held back."""
        self.stopped = False
        """Whether a stop string was said; nothing after it counts."""
        self._tokenizer = tokenizer
        self._stops = [stop for stop in stops if stop]
        self._special = special
        self._tokens: list[int] = []
        self._first = self._read = 0
        self._held = ""

    def add(self, token: int) -> str:
        """What may now be shown: "" while a character, or what may be a stop, is incomplete.

        Two spans are decoded and compared, since a token's text can depend on the one before it:
        as in detokenize_incrementally of vLLM, or Stream.next_token of TGI.
        """
        self._tokens.append(token)
        before = self._decoded(self._tokens[self._first : self._read])
        after = self._decoded(self._tokens[self._first :])
        if after.endswith(UNFINISHED) or len(after) <= len(before):
            return ""
        self._first, self._read = self._read, len(self._tokens)
        return self._shown(after[len(before) :])

    def rest(self) -> str:
        """What was held back, now that nothing follows."""
        if self.stopped:
            return ""
        before = self._decoded(self._tokens[self._first : self._read])
        last = self._held + self._decoded(self._tokens[self._first :])[len(before) :]
        self._held = ""
        self.text += last
        return last

    def _shown(self, new: str) -> str:
        said = self._held + new
        found = [place for stop in self._stops if (place := said.find(stop)) >= 0]
        if found:
            self.stopped, self._held = True, ""
            said = said[: min(found)]
        else:
            held = max((_overlap(said, stop) for stop in self._stops), default=0)
            self._held = said[len(said) - held :]
            said = said[: len(said) - held]
        self.text += said
        return said

    def _decoded(self, tokens: list[int]) -> str:
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=not self._special)
        return text


def _overlap(said: str, stop: str) -> int:
    """How many of the last characters might be the beginning of `stop`."""
    longest = min(len(said), len(stop) - 1)
    return next((count for count in range(longest, 0, -1) if stop.startswith(said[-count:])), 0)

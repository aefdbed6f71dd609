"""Long texts in pieces a speaking model can say in one breath."""

import re
from collections.abc import Iterator

from bearhug.inference.runners.task import BadInput

MOST_CHARACTERS = 10_000
BREATH = 300
"""Attention over the letters of a piece takes memory by their square."""
SENTENCE = re.compile(r"[^.!?。！？…\n]*[.!?。！？…\n]+[\"'”’)\]]*\s*|[^.!?。！？…\n]+")  # noqa: RUF001


def of(inputs: object) -> list[str]:
    """Sentences, joined up to a breath's length and cut where even one is longer.

    Raises BadInput for what is no text, has none, or is too long.
    """
    text = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else inputs
    if not isinstance(text, str) or not text.strip():
        raise BadInput("Send the text that is to be spoken.", "inputs")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"At most {MOST_CHARACTERS} characters can be spoken at once.", "inputs")
    pieces = [""]
    for part in _parts(text):
        if pieces[-1] and len(pieces[-1]) + len(part) > BREATH:
            pieces.append("")
        pieces[-1] += part
    return [piece.strip() for piece in pieces if piece.strip()]


def _parts(text: str) -> Iterator[str]:
    for sentence in SENTENCE.findall(text):
        rest = sentence
        while len(rest) > BREATH:
            cut = rest.rfind(" ", 1, BREATH) + 1 or BREATH
            yield rest[:cut]
            rest = rest[cut:]
        yield rest

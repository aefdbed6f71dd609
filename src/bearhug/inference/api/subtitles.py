"""What was said when: subtitles of a recording, as SRT and WebVTT."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Segment:
    """Some words, from `start` to `end` in seconds."""

    start: float
    end: float
    text: str


def segments(output: dict[str, Any]) -> list[Segment]:
    """By an engine's chunks; all in one where it gives none. A last end may be unknown."""
    found: list[Segment] = []
    for chunk in output.get("chunks") or ():
        start, end = chunk["timestamp"]
        start = float(start or 0.0)
        found.append(Segment(start, float(end) if end is not None else start, chunk["text"]))
    return found or [Segment(0.0, 0.0, str(output["text"]))]


def srt(parts: Sequence[Segment]) -> str:
    blocks = (
        f"{number}\n{_clock(each.start, ',')} --> {_clock(each.end, ',')}\n{each.text.strip()}\n"
        for number, each in enumerate(parts, 1)
    )
    return "\n".join(blocks)


def vtt(parts: Sequence[Segment]) -> str:
    blocks = (
        f"{_clock(each.start, '.')} --> {_clock(each.end, '.')}\n{each.text.strip()}\n"
        for each in parts
    )
    return "WEBVTT\n\n" + "\n".join(blocks)


def _clock(seconds: float, point: str) -> str:
    whole = round(seconds * 1000)
    minutes, milliseconds = divmod(whole, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"

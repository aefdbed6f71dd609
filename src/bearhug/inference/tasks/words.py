"""An answer in words, for a list of saved runs and for its picture."""

from typing import Any

MOST_LINES = 8


def told(output: Any) -> str:
    """What an engine's output says, in a few lines."""
    lines = [line for line in _lines(output) if line]
    more = ["…"] if len(lines) > MOST_LINES else []
    return "\n".join(lines[:MOST_LINES] + more)


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        if value and all(isinstance(each, int | float) for each in value):
            return [", ".join(_number(each) for each in value[:20])]
        return [line for each in value for line in _lines(each)]
    return [str(value)]


def _object(value: dict[str, Any]) -> list[str]:
    """By the fields that each task's output has (engines.base)."""
    if "$bytes" in value or "$object" in value:
        return ["A picture" if str(value.get("type", "")).startswith("image/") else "A recording"]
    if "$array" in value:
        return [f"{' × '.join(map(str, value['shape']))} numbers"]
    for name in ("embeddings", "tokens", "image", "audio", "depth", "predictions"):
        if name in value:
            return _lines(value[name])
    if "sequence" in value:
        return [f"{value['token_str'].strip()} {_percent(value['score'])}"]
    if "word" in value:
        kind = value.get("entity_group") or value.get("entity")
        return [f"{value['word']}: {kind} {_percent(value['score'])}"]
    if "label" in value:
        score = f" {_percent(value['score'])}" if value.get("score") is not None else ""
        return [f"{value['label']}{score}"]
    return [str(value[name]) for name in ("answer", "text") if name in value]


def _percent(score: float) -> str:
    return f"{100 * score:.1f} %" if 0 <= score <= 1 else _number(score)


def _number(value: float) -> str:
    return f"{value:.4g}"

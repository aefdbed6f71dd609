"""Whether a README's metadata can stand: what the Hub refuses is refused here too.

The fields' shapes as in the Hub's documentation of model and dataset cards, and
huggingface_hub/repocard_data.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bearhug.cards import licences
from bearhug.cards.front_matter import parse
from bearhug.repos.model import RepoKind

EMPTY = "empty or missing yaml metadata in repo card"
SDKS = ("gradio", "streamlit", "docker", "static")
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")


@dataclass(frozen=True)
class Verdict:
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check(readme: str, kind: RepoKind) -> Verdict:
    """What is wrong with a README's metadata, each with the field's name."""
    parsed = parse(readme)
    if parsed.warning:
        return Verdict(errors=(parsed.warning,))
    if not parsed.metadata:
        return Verdict(warnings=(EMPTY,))
    wrong = [
        f'"{field}" {problem}'
        for field, rule in RULES.items()
        if field in parsed.metadata and (problem := rule(parsed.metadata[field]))
    ]
    if kind is RepoKind.SPACE:
        wrong += _space(parsed.metadata)
    return Verdict(errors=tuple(wrong))


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "must be a string"


def _texts(value: Any) -> str:
    """One text, or a list of them; `null` says nothing."""
    if value is None or isinstance(value, str):
        return ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ""
    return "must be a string or an array of strings"


def _list(value: Any) -> str:
    return "" if isinstance(value, list) else "must be an array"


def _results(value: Any) -> str:
    """`model-index`: named models, each with results of a task, a dataset and metrics."""
    if not isinstance(value, list):
        return "must be an array"
    for place, model in enumerate(value):
        if not isinstance(model, Mapping) or not isinstance(model.get("name"), str):
            return f"[{place}]: needs a name"
        results = model.get("results", [])
        if not isinstance(results, list):
            return f"[{place}].results must be an array"
        for number, result in enumerate(results):
            if not isinstance(result, Mapping) or not isinstance(result.get("task"), Mapping):
                return f"[{place}].results[{number}].task is required"
    return ""


def _inference(value: Any) -> str:
    return "" if isinstance(value, bool | str | Mapping) else "must be a boolean or an object"


def _space(metadata: Mapping[str, Any]) -> list[str]:
    wrong = []
    sdk = metadata.get("sdk")
    if sdk not in SDKS:
        wrong.append(f'"sdk" must be one of [{", ".join(SDKS)}]')
    for field in ("colorFrom", "colorTo"):
        if metadata.get(field, "gray") not in COLOURS:
            wrong.append(f'"{field}" must be one of [{", ".join(COLOURS)}]')
    return wrong


RULES: Mapping[str, Callable[[Any], str]] = {
    "license": licences.problem,
    "license_name": _text,
    "license_link": _text,
    "language": _texts,
    "library_name": _text,
    "pipeline_tag": _text,
    "tags": _texts,
    "datasets": _texts,
    "metrics": _texts,
    "base_model": _texts,
    "base_model_relation": _text,
    "pretty_name": _text,
    "task_categories": _texts,
    "task_ids": _texts,
    "size_categories": _texts,
    "configs": _list,
    "widget": _list,
    "model-index": _results,
    "inference": _inference,
}

"""What evaluations found: `.eval_results/*.yaml`, and a card's older `model-index`.

Shapes as in the Hub's "Evaluation Results" and huggingface_hub/_eval_results.py.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bearhug.cards.front_matter import Unreadable, load_list

FOLDER = ".eval_results"
MOST = 500


def evaluations(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """[{filename, verified, data: {dataset: {id, task_id, …}, value, …}}] of these YAML files.

    Entries that are wrong are left out; nothing here may break a push.
    """
    found: list[dict[str, Any]] = []
    for name in sorted(files):
        if not name.endswith((".yaml", ".yml")):
            continue
        try:
            listed = load_list(files[name].decode("utf-8", "replace"))
        except Unreadable:
            continue
        found += [_entry(name, each) for each in listed if _stands(each)]
    return found[:MOST]


def of_index(index: Any) -> Iterator[dict[str, Any]]:
    """The same entries, made of a card's `model-index`: one for each metric."""
    for model in index if isinstance(index, list) else []:
        for result in _listed(model, "results"):
            task, dataset = _part(result, "task"), _part(result, "dataset")
            for metric in _listed(result, "metrics"):
                if "value" not in metric or not isinstance(dataset.get("type"), str):
                    continue
                said = {
                    "dataset": {
                        "id": dataset["type"],
                        "task_id": str(dataset.get("config") or task.get("type") or "default"),
                    },
                    "value": metric["value"],
                    "notes": str(metric.get("name") or metric.get("type") or ""),
                }
                yield {"filename": "README.md", "verified": False, "data": said}


def _stands(entry: Any) -> bool:
    dataset = _part(entry, "dataset")
    named = isinstance(dataset.get("id"), str) and isinstance(dataset.get("task_id"), str)
    source = entry.get("source") if isinstance(entry, Mapping) else None
    addressed = source is None or isinstance(_part(entry, "source").get("url"), str)
    return named and addressed and entry.get("value") is not None


def _entry(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("dataset", "value", "verifyToken", "date", "source", "notes")
    said = {key: data[key] for key in kept if data.get(key) is not None}
    return {"filename": name, "verified": False, "data": said}


def _part(value: Any, key: str) -> Mapping[str, Any]:
    part = value.get(key) if isinstance(value, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _listed(value: Any, key: str) -> list[Mapping[str, Any]]:
    listed = value.get(key) if isinstance(value, Mapping) else None
    return (
        [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    )

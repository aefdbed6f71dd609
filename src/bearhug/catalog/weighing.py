"""What a model's weights come to: types, memory by precision, results. For its page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bearhug.cards.apps import templates
from bearhug.cards.evaluations import of_index
from bearhug.cards.model import Card
from bearhug.catalog.templates_told import named_after
from bearhug.catalog.tensors import Share, shares_of

PRECISIONS = (
    ("32 bits", "F32", 4.0),
    ("16 bits", "BF16, F16", 2.0),
    ("8 bits", "int8, FP8", 1.0),
    ("4 bits", "int4, NF4", 0.5),
)
OVERHEAD = 1.15
"""Beside the weights: what is computed with them, in a short context."""

WHOLE = {"F32", "F16", "BF16", "F64"}
"""Types of weights that nobody has packed: of others a count says nothing about precision."""

MOST_RESULTS = 12


@dataclass(frozen=True)
class Need:
    """Memory to load it so. `own` is how the files here have it; `file` one to look into."""

    words: str
    hint: str
    bytes: int
    fits: bool
    own: bool = False
    file: str = ""


@dataclass(frozen=True)
class Result:
    """What an evaluation found. `share` of the scale, 0 to 1; None where it has none."""

    dataset: str
    task: str
    metric: str
    value: str
    share: float | None
    source: str = ""
    verified: bool = False


@dataclass(frozen=True)
class Weighing:
    """All of it. Empty where nothing is known."""

    parameters: int | None
    shares: Sequence[Share]
    tensors: int
    needs: Sequence[Need]
    architecture: str
    context: int
    template: str
    """What its chat template is called; "" without one."""

    @property
    def known(self) -> bool:
        return bool(self.parameters or self.needs or self.architecture or self.template)


def weigh(card: Card, room: int) -> Weighing:
    """`room`: bytes of memory that a model could have here."""
    facts = card.facts
    counted: Mapping[str, int] = facts.get("safetensors", {}).get("parameters", {})
    gguf = facts.get("gguf", {})
    spoken = next(iter(templates(facts).values()), "")
    return Weighing(
        card.parameters,
        shares_of(counted),
        facts.get("safetensors", {}).get("tensors", 0),
        _needs(counted, gguf.get("files", ()), room),
        _architecture(facts),
        gguf.get("context_length", 0),
        (named_after(spoken) or "yes") if spoken or gguf.get("chat_template") else "",
    )


def _needs(counted: Mapping[str, int], files: Sequence[Mapping[str, Any]], room: int) -> list[Need]:
    total = sum(counted.values())
    most = max(counted, key=lambda dtype: counted[dtype], default="")
    found = []
    if most in WHOLE:
        own = "F32" if most in ("F32", "F64") else "BF16, F16"
        for words, hint, bytes in PRECISIONS:
            needed = int(total * bytes * OVERHEAD)
            found.append(Need(words, hint, needed, needed <= room, own=hint == own))
    for file in files:
        needed = int(file["size"] * OVERHEAD)
        name = file["quantization"] or file["file"]
        found.append(Need(name, "GGUF", needed, needed <= room, own=True, file=file["file"]))
    return found


def _architecture(facts: Mapping[str, Any]) -> str:
    listed = facts.get("config", {}).get("architectures")
    named = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], str) else ""
    return named or str(facts.get("gguf", {}).get("architecture", ""))


def results(card: Card) -> list[Result]:
    """What evaluations found, those in the repo's own files before the card's older index."""
    entries: Iterable[Mapping[str, Any]] = [
        *card.facts.get("evaluations", ()),
        *of_index(card.metadata.get("model-index")),
    ]
    return [_result(each) for each in entries][:MOST_RESULTS]


def _result(entry: Mapping[str, Any]) -> Result:
    data = entry["data"]
    number = _number(data.get("value"))
    scale = 1.0 if number is not None and number <= 1 else 100.0
    within = number is not None and 0 <= number <= scale
    address = data.get("source", {}).get("url", "") if isinstance(data.get("source"), dict) else ""
    web = isinstance(address, str) and urlsplit(address).scheme in ("http", "https")
    return Result(
        str(data["dataset"]["id"]),
        str(data["dataset"]["task_id"]),
        str(data.get("notes", ""))[:120],
        f"{number:.4g}" if number is not None else str(data.get("value"))[:40],
        number / scale if within and number is not None else None,
        address if web else "",
        bool(entry.get("verified")),
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None

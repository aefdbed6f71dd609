"""What a widget proposes to try: its card's examples or its task's, as its form takes them."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from bearhug.cards.model import Example
from bearhug.inference.pages.forms import Field, Form
from bearhug.inference.task_snippets import FILE
from bearhug.repos.model import Repo

MOST = 12
ELSEWHERE = "huggingface.co"
"""The hub whose addresses cards are written with: such a file is looked for by its name here."""


@dataclass(frozen=True)
class Shown:
    """What a card says its model answers; each part may be missing."""

    labels: Sequence[tuple[str, float]] = ()
    text: str = ""
    score: float | None = None
    url: str = ""

    @property
    def said(self) -> bool:
        return bool(self.labels or self.text or self.url)


@dataclass(frozen=True)
class Proposal:
    """An example: what each field of the form would hold, and what the card says comes of it."""

    title: str
    group: str
    fills: Mapping[str, Any]
    output: Shown = field(default_factory=Shown)

    @property
    def unnamed(self) -> bool:
        """Whether its card gave it no title."""
        return self.title.startswith("Example ")

    @property
    def words(self) -> str:
        """Its title or, without one, how its text begins."""
        text = self.source[0]
        if not self.unnamed or not text:
            return self.title
        kept = textwrap.shorten(text, 32, placeholder=" …")
        # Scripts without spaces have nothing to be shortened at.
        return kept if kept.strip(" …") else f"{text[:12]}…"

    @property
    def sends(self) -> str:
        return json.dumps(self.fills, ensure_ascii=False)

    @property
    def source(self) -> tuple[str, str]:
        """(what it asks, in words; the address of its picture or sound)."""
        values = [each for each in self.fills.values() if isinstance(each, str) and each]
        files = [each["src"] for each in self.fills.values() if _is_file(each)]
        return (values[0] if values else "", files[0] if files else "")


def proposals(repo: Repo, form: Form, listed: Sequence[Example]) -> list[Proposal]:
    """The examples that fill this form; one whose file lies elsewhere is left out."""
    found = [_proposal(repo, form, each) for each in listed]
    return [each for each in found if each is not None][:MOST]


def body_of(form: Form, fills: Mapping[str, Any]) -> dict[str, Any]:
    """What the API is sent when the form holds this. As js/widget/body.js makes it."""
    body: dict[str, Any] = {}
    for each in (*form.fields, *form.settings):
        value = _sent(each, fills.get(each.name))
        if value in ("", None, []) or value is False:
            continue
        *way, last = each.name.split(".")
        place = body
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return {"inputs": "", **body}


def local(repo: Repo, src: str) -> str:
    """The address on this hub of an example's file, "" for one that lies elsewhere."""
    parts = urlsplit(src)
    if not parts.scheme and not parts.netloc:
        return f"{repo.path}/resolve/main/{quote(src.removeprefix('./').lstrip('/'))}"
    if parts.scheme in ("http", "https") and parts.netloc == ELSEWHERE:
        return quote(parts.path).replace("/blob/", "/resolve/", 1)
    return ""


def shown(repo: Repo, output: Any) -> Shown:
    """A card's `output`. Forms: specs, INFERENCE.md §7."""
    if isinstance(output, list):
        pairs = [_label(each) for each in output[:20] if isinstance(each, Mapping)]
        return Shown([pair for pair in pairs if pair])
    if not isinstance(output, Mapping):
        return Shown(text=output) if isinstance(output, str) else Shown()
    text, score = output.get("text", output.get("answer", "")), output.get("score")
    url = output.get("url", "")
    return Shown(
        text=str(text).strip(),
        score=float(score) if isinstance(score, int | float) else None,
        url=local(repo, url) if isinstance(url, str) and url else "",
    )


def _proposal(repo: Repo, form: Form, example: Example) -> Proposal | None:
    fills: dict[str, Any] = {}
    for each in form.fields:
        value = _filled(repo, each, example)
        if value in ("", None, [], {}) and not each.optional and each.kind not in _CHOSEN:
            return None
        if value not in ("", None):
            fills[each.name] = value
    given = example.parameters
    for each in (*form.fields, *form.settings):
        name = each.name.removeprefix("parameters.")
        if name != each.name and name in given:
            fills[each.name] = given[name]
    return Proposal(example.title, example.group, fills, shown(repo, example.fields.get("output")))


_CHOSEN = ("switch", "select")


def _filled(repo: Repo, field: Field, example: Example) -> Any:
    if field.kind in ("image", "audio"):
        address = local(repo, example.src) if example.src else ""
        return {"src": address, "name": address.rpartition("/")[2]} if address else ""
    value = example.text if field.source == "text" else example.fields.get(field.source, "")
    if field.kind == "table":
        return _table(value)
    if field.kind == "list":
        return [str(each) for each in value] if isinstance(value, list) else []
    if field.kind == "switch":
        return value is True
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return value if isinstance(value, str) else ""


def _table(value: Any) -> dict[str, list[str]]:
    """Columns of text: cards write them as columns, under `data` or not, or as rows with a head."""
    if isinstance(value, Mapping) and isinstance(value.get("data"), Mapping):
        value = value["data"]
    if isinstance(value, Mapping):
        return {
            str(name): [str(each) for each in column]
            for name, column in value.items()
            if isinstance(column, list)
        }
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        head, *rows = value
        return {
            str(name): [str(row[at]) if at < len(row) else "" for row in rows]
            for at, name in enumerate(head)
        }
    return {}


def _label(entry: Mapping[str, Any]) -> tuple[str, float] | None:
    label, score = entry.get("label"), entry.get("score")
    if label is None or not isinstance(score, int | float):
        return None
    return str(label), float(score)


def _sent(field: Field, value: Any) -> Any:
    if _is_file(value):
        return {FILE: value["name"]}
    if field.kind in ("image", "audio") and not value:
        return {FILE: "picture.png" if field.kind == "image" else "sound.wav"}
    if field.kind == "words" and isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


def _is_file(value: Any) -> bool:
    return isinstance(value, Mapping) and "src" in value

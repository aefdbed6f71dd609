"""A repo as one line of a list, wherever lists are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bearhug.accounts.model.account import avatar_path
from bearhug.cards.tasks import task
from bearhug.catalog.model import Hit
from bearhug.hub import Transaction
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.templating import hue

STAGES = {"on": "on", "can": "can", "busy": "busy", "cannot": "failed"}
"""How a placement's stage is drawn. One that no engine here can load says nothing."""


@dataclass(frozen=True)
class Who:
    """Whose it is, as avatars show them."""

    name: str
    avatar: str | None
    hue: str
    org: bool


@dataclass(frozen=True)
class Line:
    """What one line says. `task` is (words, hue); `stage` (words, how it is drawn)."""

    repo: Repo
    who: Who
    task: tuple[str, str] | None
    parameters: int | None
    note: str
    stage: tuple[str, str] | None
    figures: str


def lines(tx: Transaction, hits: Sequence[Hit]) -> list[Line]:
    """The hits, with what the models among them mean on this machine."""
    placement = tx.hub.rooms.get("placement")
    models = [hit.repo for hit in hits if hit.repo.kind is RepoKind.MODEL]
    placed = placement(tx, models) if placement and models else {}
    return [_line(hit, placed.get(hit.repo.id)) for hit in hits]


def _line(hit: Hit, placed: Any) -> Line:
    owner = hit.repo.name.owner
    picture = avatar_path(owner, hit.avatar_sha256) if hit.avatar_sha256 else None
    known = task(hit.pipeline_tag) if hit.pipeline_tag else None
    stage = STAGES.get(placed.stage) if placed else None
    return Line(
        hit.repo,
        Who(owner, picture, hue(owner), hit.of_org),
        (known.label, known.hue) if known else None,
        hit.parameters,
        hit.summary if hit.repo.kind is RepoKind.SPACE else "",
        (placed.words, stage) if stage else None,
        figures(placed) if stage else "",
    )


def figures(placed: Any) -> str:
    """Memory and speed, as far as they are known: "271 MB · 58 tokens/s"."""
    parts = []
    if placed.memory_bytes:
        parts.append(_megabytes(placed.memory_bytes))
    if placed.tokens_per_second:
        parts.append(f"{placed.tokens_per_second:.0f} tokens/s")
    return " · ".join(parts)


def _megabytes(bytes: int) -> str:
    """Never rounded down: memory that is short is short."""
    if bytes < 995_000_000:
        return f"{-(-bytes // 1_000_000)} MB"
    return f"{-(-bytes // 100_000_000) / 10:.1f} GB"

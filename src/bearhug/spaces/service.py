"""What people set of Spaces: hardware, sleep, volumes, variables, secrets; and how a Space is.

Nothing here runs a Space. What is asked for is kept and told again; `runtime` says what is true.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.errors import NotFound, RevisionNotFound, Unprocessable
from bearhug.files import service as files
from bearhug.hub import Transaction
from bearhug.kit.sealing import seal
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Hosting, Repo, RepoChanged, RepoCreated, RepoKind
from bearhug.spaces import store
from bearhug.spaces.model import (
    MOST,
    Entry,
    Kept,
    Runtime,
    Stage,
    check_hardware,
    check_key,
    check_tier,
    check_value,
    check_volumes,
)

APP_FILES = {"docker": "Dockerfile", "static": "index.html"}
"""What a Space of each SDK begins with, where its card names no `app_file`."""

PURPOSE = "space-secret"
TEMPLATE_TAG = "space-template"
"""A Space whose card has this tag is offered to begin others from."""

TEMPLATES = 100


def find(tx: Transaction, name: str, access: Access) -> Repo:
    """Raises as `repos.find` does."""
    return repos.find(tx, RepoKind.SPACE, name, access=access)


def runtime(tx: Transaction, repo: Repo, card: Card | None = None, *, look: bool = True) -> Runtime:
    """How a Space is. A page of a list does not `look` whether its first file is there. Slow."""
    kept = store.kept(tx.db, repo.id)
    static = repo.sdk == "static"
    if kept.paused:
        return Runtime(Stage.PAUSED, static, kept)
    if look and not _has_app(tx, repo, card or cards.card(tx, repo) or Card()):
        return Runtime(Stage.NO_APP_FILE, static, kept)
    return Runtime(Stage.RUNNING if static else Stage.STOPPED, static, kept)


def told_runtime(tx: Transaction, name: str) -> Runtime:
    """Raises as `repos.find` does."""
    return runtime(tx, find(tx, name, Access.METADATA))


def change(tx: Transaction, name: str, values: Mapping[str, Any]) -> Runtime:
    """Keep these fields of `Kept`. Raises as `repos.find` does, and Unprocessable."""
    repo = find(tx, name, Access.WRITE)
    _keep(tx, repo, dict(values))
    tx.announce(RepoChanged(repo, repo))
    return runtime(tx, repo)


def entries(tx: Transaction, name: str, *, secret: bool) -> list[Entry]:
    """Variables with their values, or secrets without, by name; for those who write there."""
    return _entries(tx, find(tx, name, Access.WRITE), secret=secret)


def put(
    tx: Transaction, name: str, key: str, value: str, *, secret: bool, description: str = ""
) -> list[Entry]:
    """Set one; all there are now. Raises as `repos.find` does, and Unprocessable."""
    repo = find(tx, name, Access.WRITE)
    _put(tx, repo, key, value, secret=secret, description=description)
    tx.announce(RepoChanged(repo, repo))
    return _entries(tx, repo, secret=secret)


def drop(tx: Transaction, name: str, key: str, *, secret: bool) -> list[Entry]:
    """Take one away; all there are left. Raises NotFound if there is none of that name."""
    repo = find(tx, name, Access.WRITE)
    if not store.drop(tx.db, repo.id, key, secret=secret):
        raise NotFound(f"{repo.name} has no {'secret' if secret else 'variable'} {key[:80]!r}.")
    tx.announce(RepoChanged(repo, repo))
    return _entries(tx, repo, secret=secret)


def templates(tx: Transaction) -> Sequence[tuple[Repo, str]]:
    """The Spaces offered to begin others from: those whose card has TEMPLATE_TAG."""
    return store.tagged(tx.db, tx.actor, TEMPLATE_TAG, TEMPLATES)


def this_machine() -> tuple[int, int]:
    """(processors, bytes of memory) of the machine the hub stands on."""
    return os.cpu_count() or 1, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def on_repo_created(tx: Transaction, event: RepoCreated) -> None:
    """Keep what was asked of a new Space; a copy has its origin's variables, but no secrets."""
    repo, hosting = event.repo, event.beginning.hosting
    if repo.kind is not RepoKind.SPACE:
        return
    if event.beginning.origin is not None:
        store.copy_variables(tx.db, event.beginning.origin.id, repo.id)
    asked = _asked(hosting)
    if asked:
        _keep(tx, repo, asked)
    for each in hosting.variables:
        _put(tx, repo, each.key, each.value, secret=each.secret, description=each.description)


def _asked(hosting: Hosting) -> dict[str, Any]:
    values = {
        "hardware": hosting.hardware,
        "storage": hosting.storage,
        "sleep_seconds": hosting.sleep_seconds,
        "volumes": hosting.volumes,
    }
    return {name: value for name, value in values.items() if value is not None}


def _keep(tx: Transaction, repo: Repo, values: dict[str, Any]) -> Kept:
    checks = {"hardware": check_hardware, "storage": check_tier, "volumes": check_volumes}
    for name, check in checks.items():
        if values.get(name) is not None:
            values[name] = check(values[name])  # type: ignore[operator]
    now = replace(store.kept(tx.db, repo.id), **values)
    store.keep(tx.db, repo.id, now)
    return now


def _put(
    tx: Transaction, repo: Repo, key: str, value: str, *, secret: bool, description: str
) -> None:
    check_key(key)
    check_value(value)
    about = f"{repo.id}:{key}"
    kept = seal(tx.hub.secret, PURPOSE, about, value) if secret else value.encode()
    said = description.strip()[:1000]
    store.put(tx.db, repo.id, key, kept, secret=secret, description=said, at=tx.now)
    if store.count(tx.db, repo.id) > MOST:
        raise Unprocessable(f"A Space may have {MOST} variables and secrets.")


def _entries(tx: Transaction, repo: Repo, *, secret: bool) -> list[Entry]:
    return [
        Entry(
            row.key,
            None if secret else bytes(row.value).decode(),
            row.description,
            row.updated_at,
        )
        for row in store.entries(tx.db, repo.id, secret=secret)
    ]


def _has_app(tx: Transaction, repo: Repo, card: Card) -> bool:
    named = card.metadata.get("app_file")
    path = named if isinstance(named, str) and named else APP_FILES.get(repo.sdk, "app.py")
    try:
        snapshot = files.at(tx, repo)
    except RevisionNotFound:
        return False
    return snapshot.repository.entry(snapshot.commit, path.strip("/")) is not None

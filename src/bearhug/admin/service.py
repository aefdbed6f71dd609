"""Looking after the hub: what it holds, whether it is well, who may come in."""

import os
import platform
import shutil
import sys
from pathlib import Path
from uuid import uuid4

from bearhug.admin import store
from bearhug.admin.model import FailedJob, Finding, Health, Holdings, Person
from bearhug.cas.model import Totals
from bearhug.cas.service import figures, scrubbing, sweeping
from bearhug.cas.service.sweeping import Freed
from bearhug.errors import BadRequest, Forbidden, NotFound
from bearhug.hub import Hub, Transaction
from bearhug.inference.engines import ENGINES
from bearhug.inference.memory import available

LITTLE_DISK_BYTES = 5 * 10**9
PEOPLE_A_PAGE = 100


def require_operator(tx: Transaction) -> None:
    """Raises NotFound for everybody else: the operator's pages are nobody's business."""
    if not tx.actor.operator:
        tx.actor.require_user()
        raise NotFound("Nothing here by that name, or nothing you may see.")


def overview(tx: Transaction) -> tuple[Holdings, dict[str, int], list[FailedJob]]:
    """What the hub holds, what waits to be done, and what was given up."""
    require_operator(tx)
    return store.holdings(tx.db), store.waiting_jobs(tx.db), store.failed_jobs(tx.db)


def storage(tx: Transaction) -> tuple[Totals, Freed | None]:
    """What lies at rest, and what the collector deleted last, if it ever came."""
    require_operator(tx)
    return figures.totals(tx), sweeping.last(tx)


def people(tx: Transaction, after: str = "") -> list[Person]:
    """Accounts by name, a page at a time."""
    require_operator(tx)
    return store.people(tx.db, after.lower(), PEOPLE_A_PAGE)


def try_again(tx: Transaction, job_id: int) -> None:
    require_operator(tx)
    if not store.try_again(tx.db, job_id, tx.now):
        raise NotFound("That job is gone.")
    tx.after(tx.hub.wake_worker)


def set_disabled(tx: Transaction, name: str, disabled: bool) -> None:
    """Lock an account out: its sessions end, its tokens are refused. Nothing of it is lost.

    Raises NotFound, or Forbidden for oneself.
    """
    require_operator(tx)
    if name.lower() == (tx.actor.name or "").lower():
        raise Forbidden("You cannot lock yourself out.")
    if not store.set_disabled(tx.db, name, tx.now if disabled else None):
        raise NotFound(f"No user {name} here.")


def set_operator(tx: Transaction, name: str, operator: bool) -> None:
    """Let somebody operate the hub, or no longer. Raises NotFound, or BadRequest for oneself."""
    require_operator(tx)
    if name.lower() == (tx.actor.name or "").lower():
        raise BadRequest("Ask another operator to do this to you.")
    if not store.set_operator(tx.db, name, operator):
        raise NotFound(f"No user {name} here.")


def readiness(hub: Hub) -> list[Finding]:
    """Whether rows and objects answer. Slow: call it in a thread."""
    return [_database(hub), _objects(hub)]


def examine(hub: Hub) -> list[Finding]:
    """All that `bearhug doctor` looks at."""
    return [
        _python(),
        *readiness(hub),
        _scrub(hub),
        _disk(hub.settings.data_dir),
        _git(),
        _memory(),
        *_engines(),
    ]


def _python() -> Finding:
    words = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    good = sys.version_info >= (3, 11)
    return Finding("python", Health.GOOD if good else Health.BAD, words)


def _database(hub: Hub) -> Finding:
    try:
        held = hub.db.read(store.holdings)
    except hub.db.failures as error:
        return Finding("database", Health.BAD, f"{hub.db.dialect}: {error}")
    repos = held.models + held.datasets + held.spaces + held.kernels
    words = f"{hub.db.dialect}, with accounts ({held.users}) and repos ({repos})"
    return Finding("database", Health.GOOD, words)


def _objects(hub: Hub) -> Finding:
    key = f"probes/{uuid4().hex}"
    try:
        hub.objects.put(key, b"bearhug")
        good = hub.objects.get(key) == b"bearhug"
        hub.objects.delete(key)
    except OSError as error:
        return Finding("objects", Health.BAD, f"Cannot write and read: {error}")
    where = "on disk" if hub.objects.local else hub.settings.objects_url
    return Finding(
        "objects", Health.GOOD if good else Health.BAD, f"written, read, deleted {where}"
    )


def _scrub(hub: Hub) -> Finding:
    """What the scrub knows (`bearhug fsck` looks for itself)."""
    try:
        damaged = hub.read(scrubbing.damaged)
    except hub.db.failures as error:
        return Finding("stored bytes", Health.BAD, str(error))
    words = "; ".join(damaged.values()) or "read over again and again, and whole as far as known"
    return Finding("stored bytes", Health.BAD if damaged else Health.GOOD, words)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    health = Health.GOOD if free > LITTLE_DISK_BYTES else Health.WARN
    return Finding("disk", health, f"{free / 1e9:.1f} GB free under {folder}")


def _git() -> Finding:
    found = shutil.which("git")
    if found is None:
        return Finding("git", Health.BAD, "not found: install it (apt-get install git)")
    return Finding(
        "git", Health.GOOD, f"found, for compaction of packs; {os.cpu_count()} processors"
    )


def _memory() -> Finding:
    free = available()
    health = Health.GOOD if free > 10**9 else Health.WARN
    return Finding("memory", health, f"{free / 1e9:.1f} GB available to models")


def _engines() -> list[Finding]:
    return [
        Finding(
            f"engine {engine.name}", Health.WARN if missing else Health.GOOD, missing or "ready"
        )
        for engine in ENGINES
        for missing in [engine.available()]
    ]

"""What happens to files later: packs are rolled into one, and old ones forgotten."""

from bearhug.files import store
from bearhug.files.service import holdings
from bearhug.git import compact as compacting
from bearhug.git import pruning
from bearhug.hub import Hub, Transaction

GRACE_SECONDS = 3600
"""A pack given up may still be read by a node that looked just before."""


def compact(hub: Hub, repo_id: int) -> None:
    """Roll a repo's many small packs into one, if it is still due."""
    _forget_later(hub, compacting.run(hub.db, hub.git, hub.objects, repo_id, at=hub.clock()))


def prune(hub: Hub, repo_id: int) -> None:
    """Keep of a repo's history what its refs lead to, and no more."""
    _forget_later(hub, pruning.run(hub.db, hub.git, hub.objects, repo_id, at=hub.clock()))
    pruning.forget_pointers(hub.db, hub.git, repo_id)
    hub.write(lambda tx: store.measure(tx.db, repo_id))


def sweep(hub: Hub) -> None:
    """Delete the bytes of objects that no repo holds any more."""
    holdings.sweep(hub)


def forget(hub: Hub, shas: str) -> None:
    """Delete these packs (apart by spaces) from the object store, unless a row names them again."""
    compacting.forget(hub.db, hub.objects, shas.split())


def _forget_later(hub: Hub, given_up: list[str]) -> None:
    def later(tx: Transaction) -> None:
        tx.later("git.forget", delay_seconds=GRACE_SECONDS, shas=" ".join(given_up))

    if given_up:
        hub.write(later)

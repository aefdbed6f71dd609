"""What happens to files later: packs are rolled into one, and old ones forgotten."""

from bearhug.git import compact as compacting
from bearhug.hub import Hub, Transaction

GRACE_SECONDS = 3600
"""A pack given up may still be read by a node that looked just before."""


def compact(hub: Hub, repo_id: int) -> None:
    """Roll a repo's many small packs into one, if it is still due."""
    given_up = compacting.run(hub.db, hub.git, hub.objects, repo_id, at=hub.clock())

    def forget_later(tx: Transaction) -> None:
        tx.later("git.forget", delay_seconds=GRACE_SECONDS, shas=" ".join(given_up))

    if given_up:
        hub.write(forget_later)


def forget(hub: Hub, shas: str) -> None:
    """Delete these packs (apart by spaces) from the object store, unless a row names them again."""
    compacting.forget(hub.db, hub.objects, shas.split())

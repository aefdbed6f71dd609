"""When a repo's history is written anew: its talk calls each commit what it became."""

from bearhug.discussions.store import events, talks
from bearhug.files.model import HistoryRewritten
from bearhug.hub import Transaction


def on_rewritten(tx: Transaction, event: HistoryRewritten) -> None:
    """Where requests were merged, and every commit their stories name, under its new id."""
    talks.rename_commits(tx.db, event.repo.id, event.commits)
    events.rename_commits(tx.db, event.repo.id, event.commits)

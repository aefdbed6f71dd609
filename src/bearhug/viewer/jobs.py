"""What runs after a push to a dataset: finding out its rows, then measuring them."""

from bearhug.hub import Hub
from bearhug.viewer import service


def build(hub: Hub, repo_id: int, commit: str) -> None:
    service.build(hub, repo_id, commit)


def measure(hub: Hub, repo_id: int, commit: str, config: str, split: str) -> None:
    service.measure(hub, repo_id, commit, config, split)

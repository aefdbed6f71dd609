"""What runs later: reading what new weights will take here, forgetting files of runs gone."""

from bearhug.hub import Hub
from bearhug.inference import service


def estimate(hub: Hub, repo_id: int) -> None:
    service.estimate(hub, repo_id)


def forget_files(hub: Hub, run: str) -> None:
    service.forget(hub, run)


def sweep_runs(hub: Hub) -> None:
    service.sweep(hub)

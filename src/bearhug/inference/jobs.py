"""What runs later: reading what new weights will take of this machine."""

from bearhug.hub import Hub
from bearhug.inference import service


def estimate(hub: Hub, repo_id: int) -> None:
    service.estimate(hub, repo_id)

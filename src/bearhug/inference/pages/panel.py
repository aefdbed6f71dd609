"""The panels of a model's page: talk to it, and what it costs here."""

from typing import Any

from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call


async def panel(call: Call, repo: Repo) -> tuple[str, dict[str, Any]] | None:
    return None if repo.kind is not RepoKind.MODEL else None

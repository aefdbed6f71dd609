"""What the pages of discussions share: reading an address, asking for a preview."""

from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request

from bearhug.discussions import service as talk
from bearhug.discussions.service import Spot
from bearhug.hub import Transaction
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call

REPO = "/{owner:seg}/{name:seg}"
HOME = REPO + "/discussions"
ONE = HOME + "/{num:int}"
ICONS = {"draft": "edit", "open": "circle", "closed": "x", "merged": "merge"}


def named(request: Request) -> tuple[RepoKind, str]:
    params = request.path_params
    return RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"


def spot(request: Request) -> Spot:
    return Spot(*named(request), request.path_params["num"])


def of_repo(repo: Repo, manages: bool) -> dict[str, Any]:
    """What the lintel wants."""
    return {"repo": repo, "manages": manages, "place": repo.kind.plural, "icons": ICONS}


async def preview_of(call: Call, repo: Repo, form: FormData, field: str) -> Markup | None:
    """The text as it would look, if that is what was asked for."""
    if "preview" not in form:
        return None
    text = call.text(form, field)

    def look(tx: Transaction) -> str:
        return talk.preview(tx, repo, text)

    return Markup(await call.read_slow(look))

"""A person or an organisation, and what they made and like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account, Member, Membership
from bearhug.catalog import service as catalog
from bearhug.catalog.cursors import after_of, cursor_of
from bearhug.catalog.model import Query, Sort
from bearhug.catalog.pages.lines import Line, lines
from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from bearhug.web.call import Call

PAGE = 20
LIKES = "likes"


@dataclass(frozen=True)
class Profile:
    account: Account
    members: Sequence[Member]
    orgs: Sequence[Membership]
    manage: str
    own: bool
    counts: dict[str, int]
    shown: str
    lines: Sequence[Line]
    next: str | None


async def show(request: Request) -> Response:
    call = Call.of(request)
    found = await call.read_slow(_profile, request.path_params["owner"], dict(request.query_params))
    name = request.path_params["owner"]
    if found.account.name != name and found.account.name.lower() == name.lower():
        return call.redirect(found.account.path)
    path = found.account.path
    tabs = [
        (kind.plural, words, f"{path}?show={kind.plural}", icon, found.counts[kind.plural])
        for kind, words, icon in (
            (RepoKind.MODEL, "Models", "cube"),
            (RepoKind.DATASET, "Datasets", "data"),
            (RepoKind.SPACE, "Spaces", "window"),
            (RepoKind.KERNEL, "Kernels", "bolt"),
        )
        if kind is not RepoKind.KERNEL or found.counts[kind.plural]
    ]
    if not found.account.is_org:
        tabs.append((LIKES, "Likes", f"{path}?show={LIKES}", "heart", found.counts[LIKES]))
    return await call.page("catalog/profile.html", profile=found, tabs=tabs, place="")


def _profile(tx: Transaction, name: str, params: dict[str, Any]) -> Profile:
    account = accounts.find(tx, name)
    own = tx.actor.user_id == account.id
    counts = {kind.plural: catalog.count(tx, kind, author=account.name) for kind in RepoKind}
    if not account.is_org:
        counts[LIKES] = social.count_liked(tx, account.id)
    shown = params.get("show", "")
    if shown not in counts:
        shown = next((each for each, number in counts.items() if number), "models")
    found, following = _shown(tx, account, shown, params.get("after", ""))
    manage = "/settings/profile" if own else ""
    if account.is_org and accounts.manages(tx, account):
        manage = f"/organizations/{account.name}/settings"
    return Profile(
        account,
        accounts.members(tx, account) if account.is_org else (),
        () if account.is_org else accounts.organisations(tx, account),
        manage,
        own,
        counts,
        shown,
        found,
        f"{account.path}?show={shown}&after={following}" if following else None,
    )


def _shown(
    tx: Transaction, account: Account, shown: str, after: str
) -> tuple[Sequence[Line], str | None]:
    try:
        since = after_of(after, Sort.UPDATED)
    except BadRequest:
        since = None
    if shown == LIKES:
        return _liked(tx, account, since)
    kind = next(kind for kind in RepoKind if kind.plural == shown)
    query = Query(kind, author=account.name, sort=Sort.UPDATED, after=since, limit=PAGE)
    listing = catalog.browse(tx, query, facets=False)
    return lines(tx, listing.hits), cursor_of(listing.next) if listing.next else None


def _liked(
    tx: Transaction, account: Account, since: tuple[float, int] | None
) -> tuple[Sequence[Line], str | None]:
    before = (int(since[0]), since[1]) if since else social.NEWEST
    found = social.liked_by(tx, account.name, before, PAGE)
    more = cursor_of((found[-1].at, found[-1].repo.id)) if len(found) == PAGE else None
    return lines(tx, catalog.hits(tx, [like.repo.id for like in found])), more


routes = [Route("/{owner:seg}", show)]

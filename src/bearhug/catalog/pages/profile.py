"""A person or an organisation: what they made, gathered and like, what they did, who follows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account, Member, Membership
from bearhug.catalog import service as catalog
from bearhug.catalog.cursors import after_of, cursor_of
from bearhug.catalog.model import After, Query, Sort
from bearhug.catalog.pages.lines import lines
from bearhug.collections import service as collections
from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from bearhug.social.model import Following, Person
from bearhug.web.call import Call

PAGE = 20
PEOPLE = 50
KINDS = (
    (RepoKind.MODEL, "Models", "cube"),
    (RepoKind.DATASET, "Datasets", "data"),
    (RepoKind.SPACE, "Spaces", "window"),
)
Since = After | None
Shown = tuple[Sequence[Any], After | None]


@dataclass(frozen=True)
class Tab:
    """One view of the page. `count` is None where there is none; `list` draws what it shows.

    One that is not `barred` is led to from beside the name.
    """

    name: str
    words: str
    icon: str
    count: int | None
    list: str
    barred: bool = True


@dataclass(frozen=True)
class Profile:
    account: Account
    members: Sequence[Member]
    roles: bool
    """Whether the viewer is told what each member is, and what a person is in organisations."""
    orgs: Sequence[Membership]
    manage: str
    own: bool
    writes: bool
    standing: Following
    tabs: Sequence[Tab]
    tab: Tab
    shown: Sequence[Any]
    next: str | None


async def show(request: Request) -> Response:
    call = Call.of(request)
    name = request.path_params["owner"]
    found = await call.read_slow(_profile, name, dict(request.query_params))
    account = found.account
    if account.name != name and account.name.lower() == name.lower():
        return call.redirect(account.path)
    tabs = [
        (each.name, each.words, f"{account.path}?show={each.name}", each.icon, each.count)
        for each in found.tabs
        if each.barred
    ]
    return await call.page(
        "catalog/profile.html",
        profile=found,
        account=account,
        standing=found.standing,
        tabs=tabs,
        place="",
    )


def _profile(tx: Transaction, name: str, params: dict[str, Any]) -> Profile:
    account = accounts.find(tx, name)
    own = tx.actor.user_id == account.id
    standing = social.standing(tx, account)
    members = accounts.members(tx, account) if account.is_org else ()
    tabs = _tabs(tx, account, standing, len(members))
    tab = next((each for each in tabs if each.name == params.get("show")), None)
    tab = tab or next((each for each in tabs if each.count and each.barred), tabs[0])
    shown, following = VIEWS[tab.list](tx, account, tab.name, _since(params.get("after", "")))
    manage = "/settings/profile" if own else ""
    if account.is_org and accounts.manages(tx, account):
        manage = f"/organizations/{account.name}/settings"
    more = f"{account.path}?show={tab.name}&after={cursor_of(following)}" if following else None
    return Profile(
        account,
        members,
        social.sees_roles(tx, account),
        () if account.is_org else accounts.organisations(tx, account),
        manage,
        own,
        own or bool(manage),
        standing,
        tabs,
        tab,
        shown,
        more,
    )


def _tabs(tx: Transaction, account: Account, standing: Following, members: int) -> list[Tab]:
    tabs = [
        Tab(kind.plural, words, icon, catalog.count(tx, kind, author=account.name), "repos")
        for kind, words, icon in KINDS
    ]
    kernels = catalog.count(tx, RepoKind.KERNEL, author=account.name)
    if kernels:
        tabs.append(Tab("kernels", "Kernels", "bolt", kernels, "repos"))
    gathered = len(collections.of_owner(tx, account.name))
    tabs.append(Tab("collections", "Collections", "list", gathered, "collections"))
    if account.is_org:
        tabs.append(Tab("members", "Members", "users", members, "members"))
    else:
        liked = social.count_liked(tx, account.id)
        tabs.append(Tab("likes", "Likes", "heart", liked, "likes"))
    tabs.append(Tab("lately", "Lately", "history", None, "lately"))
    tabs.append(Tab("followers", "Followers", "bell", standing.followers, "followers", False))
    if not account.is_org:
        following = standing.people + standing.orgs
        tabs.append(Tab("following", "Following", "eye", following, "following", False))
    return tabs


def _since(after: str) -> Since:
    try:
        return after_of(after, Sort.UPDATED)
    except BadRequest:
        return None


def _repos(tx: Transaction, account: Account, name: str, since: Since) -> Shown:
    kind = next(kind for kind in RepoKind if kind.plural == name)
    query = Query(kind, author=account.name, sort=Sort.UPDATED, after=since, limit=PAGE)
    listing = catalog.browse(tx, query, facets=False)
    return lines(tx, listing.hits), listing.next


def _likes(tx: Transaction, account: Account, name: str, since: Since) -> Shown:
    found = social.liked_by(tx, account.name, _before(since), PAGE)
    more = (found[-1].at, found[-1].repo.id) if len(found) == PAGE else None
    return lines(tx, catalog.hits(tx, [like.repo.id for like in found])), more


def _collections(tx: Transaction, account: Account, name: str, since: Since) -> Shown:
    return collections.of_owner(tx, account.name), None


def _lately(tx: Transaction, account: Account, name: str, since: Since) -> Shown:
    return catalog.lately(tx, account), None


def _followers(tx: Transaction, account: Account, name: str, since: Since) -> Shown:
    return _people(social.followers(tx, account, _before(since), PEOPLE))


def _following(tx: Transaction, account: Account, name: str, since: Since) -> Shown:
    return _people(social.following(tx, account, _before(since), PEOPLE, with_orgs=True))


def _members(tx: Transaction, account: Account, name: str, since: Since) -> Shown:
    found = social.members(tx, account, since[1] if since else 0, PEOPLE)
    return found, (0, found[-1].id) if len(found) == PEOPLE else None


def _people(found: list[Person]) -> Shown:
    return found, (found[-1].at, found[-1].id) if len(found) == PEOPLE else None


def _before(since: Since) -> tuple[int, int]:
    return (int(since[0]), since[1]) if since else social.NEWEST


VIEWS: dict[str, Callable[[Transaction, Account, str, Since], Shown]] = {
    "repos": _repos,
    "likes": _likes,
    "collections": _collections,
    "lately": _lately,
    "followers": _followers,
    "following": _following,
    "members": _members,
}

routes = [Route("/{owner:seg}", show)]

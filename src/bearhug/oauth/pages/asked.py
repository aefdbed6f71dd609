"""What an app asks for, as a page lists it, and what a person ticked there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from bearhug.accounts.model import Account, Membership
from bearhug.oauth.model import SCOPES
from bearhug.oauth.model.scopes import COVERS, GRAVE, VOID
from bearhug.web.call import Call

Problems = Mapping[str, str] | None


@dataclass(frozen=True)
class Wish:
    """One thing it asks for, in words. `grave`: it changes something."""

    words: str
    grave: bool


@dataclass(frozen=True)
class Org:
    """An organisation the app may be let into."""

    account: Account
    ticked: bool
    needed: bool


def wishes(scopes: Sequence[str]) -> list[Wish]:
    """What tells a person something. What changes something comes last, where it is read."""
    said = VOID.union(*(COVERS.get(scope, frozenset()) for scope in scopes))
    listed = [Wish(SCOPES[scope], scope in GRAVE) for scope in scopes if scope not in said]
    return sorted(listed, key=lambda wish: wish.grave) or [Wish(SCOPES["openid"], False)]


def orgs_of(
    offered: Sequence[Membership], ticked: Collection[int], needed: Collection[int] = ()
) -> list[Org]:
    return [
        Org(each.org, each.org.id in ticked or each.org.id in needed, each.org.id in needed)
        for each in offered
    ]


def ticked(form: FormData) -> list[int]:
    """The ids of the organisations chosen; what is none is left out."""
    values = [value for value in form.getlist("org") if isinstance(value, str)]
    return [
        int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19
    ]


def told(problems: Problems) -> Mapping[str, str]:
    """For templates, which ask of every field: "" where there is nothing to say."""
    return defaultdict(str, problems or {})


def to_login(call: Call) -> Response:
    """To sign in first, and back to this very address."""
    query = call.request.url.query
    here = call.raw_path + (f"?{query}" if query else "")
    return call.redirect(f"/login?next={quote(here, safe='')}")

"""One's access tokens. A new one is on the answer to the form, once, and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts import service
from bearhug.accounts.model import Account, Refused, Token
from bearhug.accounts.pages.forms import Problems, told
from bearhug.accounts.service import NewToken
from bearhug.hub import Permission, Transaction
from bearhug.kit.wire import Moment
from bearhug.web.call import Call

DAY = 24 * 3600 * 1000
TERMS = {"never": None, "7": 7, "30": 30, "90": 90}
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Fresh:
    """A secret to show this once."""

    name: str
    secret: str


async def index(request: Request) -> Response:
    return await _page(Call.of(request), FormData())


async def make(request: Request) -> Response:
    call = Call.of(request)
    form = await call.form()
    try:
        new = _wanted(call, form, call.hub.clock())
        token, secret = await call.write(service.make_token, new)
    except Refused as refused:
        return await _page(call, form, refused.problems)
    return await _page(call, FormData(), fresh=Fresh(token.name, secret))


async def renew(request: Request) -> Response:
    call = Call.of(request)
    token, secret = await call.write(service.renew_token, request.path_params["id"])
    return await _page(call, FormData(), fresh=Fresh(token.name, secret))


async def delete(request: Request) -> Response:
    call = Call.of(request)
    token = await call.write(service.delete_token, request.path_params["id"])
    return call.redirect("/settings/tokens", flash=f"{token.name} is deleted: it works no more.")


def _wanted(call: Call, form: FormData, now: Moment) -> NewToken:
    """What the form asks for. Raises Refused for a day that is none."""
    return NewToken(
        name=call.text(form, "name"),
        role=call.text(form, "role"),
        expires_at=_expiry(call.text(form, "expires"), call.text(form, "expires_on"), now),
        everywhere=_ticked(form, "everywhere"),
        accounts={id: _ticked(form, f"account-{id}") for id in _accounts(form)},
        repos=call.text(form, "repos"),
        repo_permissions=_ticked(form, "repo"),
    )


def _accounts(form: FormData) -> Sequence[int]:
    named = {key.removeprefix("account-") for key in form if key.startswith("account-")}
    return sorted(int(id) for id in named if id.isascii() and id.isdigit() and len(id) < 19)


def _ticked(form: FormData, field: str) -> frozenset[Permission]:
    known = {permission.value for permission in Permission}
    given = {value for value in form.getlist(field) if isinstance(value, str)}
    return frozenset(Permission(value) for value in given & known)


def _expiry(term: str, day: str, now: Moment) -> Moment | None:
    """The moment a token ends: after so many days, or with the end of a day."""
    if term in TERMS or (not term and not day):
        days = TERMS.get(term)
        return None if days is None else now + days * DAY
    try:
        last = date.fromisoformat(day)
        end = datetime.combine(last, time.min, UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Refused(expires="Choose a day, such as 2030-01-31.") from None
    return int(end.timestamp() * 1000)


async def _page(
    call: Call,
    form: FormData,
    problems: Problems = None,
    *,
    fresh: Fresh | None = None,
) -> Response:
    def gather(tx: Transaction) -> tuple[list[Token], Account, list[Account]]:
        me = service.me(tx)
        held = service.tokens(tx)
        return held, me, [each.org for each in service.organisations(tx, me)]

    held, me, orgs = await call.read(gather)
    return await call.page(
        "accounts/tokens.html",
        status=422 if problems else 200,
        headers=NOT_KEPT,
        tokens=held,
        owners=[me, *orgs],
        fresh=fresh,
        given=form,
        ticked={key: set(form.getlist(key)) for key in form},
        problems=told(problems),
        now=call.hub.clock(),
    )


routes: list[BaseRoute] = [
    Route("/settings/tokens", index, methods=["GET"]),
    Route("/settings/tokens", make, methods=["POST"]),
    Route("/settings/tokens/{id:int}/renew", renew, methods=["POST"]),
    Route("/settings/tokens/{id:int}/delete", delete, methods=["POST"]),
]

"""The page on which a person lets an app in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.errors import BadRequest
from bearhug.hub import Transaction
from bearhug.oauth import service
from bearhug.oauth.model import Ask, SentBack
from bearhug.oauth.model.apps import source
from bearhug.oauth.pages.asked import Org, orgs_of, ticked, to_login, wishes
from bearhug.web.call import Call
from bearhug.web.guard import POLICY

CARRIED = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method", "orgIds"),
)
"""What the form of consent brings back, to be checked as it was at first."""


@dataclass(frozen=True)
class Question:
    """What is asked, and what of it needs no asking any more."""

    ask: Ask
    remembered: bool
    orgs: list[Org]


async def authorize(request: Request) -> Response:
    """To the app at once, if it was let in before; else the question."""
    call = Call.of(request)
    params = _once(request.query_params.multi_items())
    try:
        ask = await call.read(service.asked, params)
        if (await call.actor()).user_id is None:
            return _sign_in(call, ask)
        return await _answer(call, ask, params)
    except SentBack as back:
        if not await call.read(service.hears_refusals, params):
            raise BadRequest(f"{back.error}: {back.description}") from None
        return away(back.address(call.base_url))


async def decide(request: Request) -> Response:
    """What the person chose."""
    call = Call.of(request)
    form = await call.form()
    params = {name: call.text(form, name) for name in CARRIED if name in form}
    allowed = call.text(form, "decision") == "allow"
    try:
        ask = await call.read(service.asked, params)
        if not allowed:
            raise service.deny(ask)
        return away(await call.write(service.allow, ask, ticked(form), call.base_url))
    except SentBack as back:
        return away(back.address(call.base_url))


def away(address: str) -> Response:
    """To the app. The address as it is: an app's own scheme is nothing to quote again."""
    sent = {
        "Location": address,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(status_code=303, headers=sent)


def _sign_in(call: Call, ask: Ask) -> Response:
    if "none" in ask.prompt:
        raise SentBack(ask.redirect_uri, ask.state, "login_required", "Nobody is signed in here.")
    return to_login(call)


async def _answer(call: Call, ask: Ask, params: Mapping[str, str]) -> Response:
    question = await call.read(_question, ask)
    if question.remembered:
        return away(await call.write(service.allow_again, ask, call.base_url))
    if "none" in ask.prompt:
        raise SentBack(ask.redirect_uri, ask.state, "consent_required", "They must be asked first.")
    # A browser holds the redirect that answers a form to the form's policy.
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {source(ask.redirect_uri)}")
    return await call.page(
        "oauth/consent.html",
        headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"},
        app=ask.app,
        whither=ask.redirect_uri.partition("?")[0],
        wishes=wishes(ask.scopes),
        orgs=question.orgs,
        carried=[(name, params[name]) for name in CARRIED if name in params],
    )


def _question(tx: Transaction, ask: Ask) -> Question:
    if service.remembered(tx, ask):
        return Question(ask, True, [])
    needed, before = service.wanted_ids(tx, ask), service.let_in_before(tx, ask.app)
    return Question(ask, False, orgs_of(service.offered(tx, ask.scopes), before, needed))


def _once(pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Each parameter once (RFC 6749 §3.1); orgIds alone may come again and again."""
    said: dict[str, str] = {}
    for name, value in pairs:
        if name in said and name != "orgIds":
            raise BadRequest(f"{name}: send it once.")
        said[name] = f"{said[name]} {value}" if name in said else value
    return said


routes = [
    Route("/oauth/authorize", authorize, methods=["GET"]),
    Route("/oauth/authorize", decide, methods=["POST"]),
]

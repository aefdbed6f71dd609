"""The page on which the code of a device is typed, and what it may do is allowed."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.errors import TooMany
from bearhug.hub import Transaction
from bearhug.oauth import service
from bearhug.oauth.model import Device
from bearhug.oauth.pages.asked import Org, orgs_of, ticked, to_login, told, wishes
from bearhug.web.call import Call

PAGE = "/oauth/device"
UNKNOWN = "No device waits with this code. Look at it again, or begin anew on the device."
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Found:
    device: Device
    orgs: list[Org]


async def ask(request: Request) -> Response:
    """Where a code is typed. A link may bring it along; it is still shown, to be compared."""
    call = Call.of(request)
    if (await call.actor()).user_id is None:
        return to_login(call)
    code = service.plain(request.query_params.get("user_code", ""))
    return await _typing(call, service.spelled(code) if code else "")


async def short(request: Request) -> Response:
    """The same, by an address that one can type."""
    call = Call.of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    return call.redirect(PAGE + query)


async def check(request: Request) -> Response:
    """Which app it is, and what it asks for."""
    call = Call.of(request)
    typed = call.text(await call.form(), "user_code")
    try:
        device = await call.write(service.look_up, typed, call.address)
    except TooMany as many:
        return await _typing(call, typed, many.message, status=many.status, headers=many.headers)
    if device is None:
        return await _typing(call, typed, UNKNOWN)
    found = await call.read(_found, device)
    return await call.page(
        "oauth/device_consent.html",
        headers=NOT_KEPT,
        app=found.device.app,
        user_code=found.device.user_code,
        wishes=wishes(found.device.scopes),
        orgs=found.orgs,
    )


async def decide(request: Request) -> Response:
    """What the person chose: the device learns of it when it asks next."""
    call = Call.of(request)
    form = await call.form()
    typed, allowed = call.text(form, "user_code"), call.text(form, "decision") == "allow"
    try:
        orgs = ticked(form)
        device = await call.write(service.decide, typed, call.address, allowed=allowed, orgs=orgs)
    except TooMany as many:
        return await _typing(call, typed, many.message, status=many.status, headers=many.headers)
    if device is None:
        return await _typing(call, typed, UNKNOWN)
    text = (
        f"{device.app.name} is signed in as you. Go back to it; this page can be closed."
        if allowed
        else f"{device.app.name} was told no. If you did not begin this, nothing is left to do."
    )
    return await call.page(
        "message.html",
        title="Signed in" if allowed else "Not signed in",
        text=text,
        href="/settings/connected-applications" if allowed else "/",
        button="Your connected applications" if allowed else "Go home",
    )


def _found(tx: Transaction, device: Device) -> Found:
    """The hub's own client is let into all that one has oneself; any other is asked about."""
    offered = service.offered(tx, device.scopes)
    before = service.let_in_before(tx, device.app)
    ticked = {each.org.id for each in offered} if device.app.own else before
    return Found(device, orgs_of(offered, ticked))


async def _typing(
    call: Call,
    code: str,
    problem: str = "",
    *,
    status: int = 422,
    headers: dict[str, str] | None = None,
) -> Response:
    return await call.page(
        "oauth/device.html",
        status=status if problem else 200,
        headers={**NOT_KEPT, **(headers or {})},
        user_code=code,
        problems=told({"user_code": problem}),
    )


routes = [
    Route(PAGE, ask, methods=["GET"]),
    Route("/device", short, methods=["GET"]),
    Route(f"{PAGE}/check", check, methods=["POST"]),
    Route(f"{PAGE}/decide", decide, methods=["POST"]),
]

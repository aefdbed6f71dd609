"""Signing up, in and out."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts import service
from bearhug.accounts.model import Refused
from bearhug.accounts.pages.forms import Problems, told
from bearhug.accounts.pages.hashing import hashing
from bearhug.accounts.service import Attempt, Browser, NewUser
from bearhug.errors import TooMany
from bearhug.hub import Transaction
from bearhug.web.call import Call

# The server decides when a session ends, by when it was last seen; the cookie only must not go
# before it. 400 days is the most that browsers keep one.
COOKIE_SECONDS = 400 * 24 * 3600
THRESHOLD = ("/login", "/join", "/logout")


async def join(request: Request) -> Response:
    call = Call.of(request)
    onward = safe_next(request.query_params.get("next", ""))
    if (await call.actor()).user_id is not None:
        return call.redirect(onward)
    closed = await _closed(call)
    return closed or await _join_page(call, onward, NewUser("", "", ""))


async def do_join(request: Request) -> Response:
    call = Call.of(request)
    closed = await _closed(call)
    if closed:
        return closed
    form = await call.form()
    new = NewUser(call.text(form, "name"), call.text(form, "email"), call.text(form, "password"))
    onward = safe_next(call.text(form, "next"))
    try:
        await call.read(service.check_sign_up, new)
        hashed = await hashing.run(service.hash_password, new.password)
        account, secret = await call.write(service.sign_up, new, hashed, _browser(call))
    except Refused as refused:
        return await _join_page(call, onward, new, refused.problems)
    duty = " You are this hub's operator." if account.operator else ""
    return _signed_in(call, call.redirect(onward, flash=f"Welcome, {account.name}.{duty}"), secret)


async def login(request: Request) -> Response:
    call = Call.of(request)
    onward = safe_next(request.query_params.get("next", ""))
    if (await call.actor()).user_id is not None:
        return call.redirect(onward)
    return await _login_page(call, onward)


async def do_login(request: Request) -> Response:
    call = Call.of(request)
    await call.actor()  # which refuses another site's form before anything is counted
    form = await call.form()
    name, password = call.text(form, "name"), call.text(form, "password")
    onward = safe_next(call.text(form, "next"))
    try:
        attempt = await call.write(service.begin_attempt, name, call.address)
        rehashed = await check(attempt, password, "password")
        secret = await call.write(service.sign_in, attempt, _browser(call), rehashed=rehashed)
    except Refused as refused:
        return await _login_page(call, onward, name, status=422, problems=refused.problems)
    except TooMany as many:
        return await _login_page(
            call,
            onward,
            name,
            status=many.status,
            problems={"password": many.message},
            headers=many.headers,
        )
    return _signed_in(call, call.redirect(onward), secret)


async def logout(request: Request) -> Response:
    call = Call.of(request)
    await call.write(service.sign_out, request.cookies.get(call.session_cookie, ""))
    response = call.redirect("/", flash="You are signed out.")
    response.delete_cookie(call.session_cookie, httponly=True, samesite="lax", secure=call.secure)
    return response


async def check(attempt: Attempt, password: str, field: str) -> str | None:
    """Raises Refused unless this is the password; returns its new hash if the old is outdated."""
    if not await hashing.run(service.matches, attempt.hashed, password):
        raise Refused(**{field: service.WRONG if field == "password" else "This is not it."})
    assert attempt.hashed is not None
    if service.outdated(attempt.hashed):
        return await hashing.run(service.hash_password, password)
    return None


def safe_next(wanted: str) -> str:
    """A path on this hub, or its home: never another site's address, nor this door again.

    Browsers read a backslash as a slash and skip control characters, so neither may be there.
    """
    local = wanted.startswith("/") and not wanted.startswith("//")
    if not local or not wanted.isprintable() or "\\" in wanted:
        return "/"
    return "/" if urlsplit(wanted).path in THRESHOLD else wanted


async def _closed(call: Call) -> Response | None:
    """The page that says so, where visitors may not sign up."""
    if await call.read(service.open_to_sign_up):
        return None
    return await call.page(
        "message.html",
        status=403,
        title="Sign-up is closed",
        text="Accounts on this hub are made by its operator. Ask them for one.",
        href="/login",
        button="Sign in",
    )


async def _join_page(call: Call, onward: str, new: NewUser, problems: Problems = None) -> Response:
    return await call.page(
        "accounts/join.html",
        status=422 if problems else 200,
        new=new,
        next=onward,
        first=await call.read(service.is_first),
        problems=told(problems),
    )


async def _login_page(
    call: Call,
    onward: str,
    name: str = "",
    *,
    status: int = 200,
    problems: Problems = None,
    headers: dict[str, str] | None = None,
) -> Response:
    def doors(tx: Transaction) -> tuple[bool, bool]:
        return service.open_to_sign_up(tx), service.is_first(tx)

    may_join, first = await call.read(doors)
    return await call.page(
        "accounts/login.html",
        status=status,
        headers=headers,
        name=name,
        next=onward,
        may_join=may_join,
        first=first,
        problems=told(problems),
    )


def _browser(call: Call) -> Browser:
    cookie = call.request.cookies.get(call.session_cookie, "")
    return Browser(call.request.headers.get("user-agent", ""), call.address, cookie)


def _signed_in(call: Call, response: Response, secret: str) -> Response:
    response.set_cookie(
        call.session_cookie,
        secret,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=call.secure,
    )
    return response


routes: list[BaseRoute] = [
    Route("/join", join, methods=["GET"]),
    Route("/join", do_join, methods=["POST"]),
    Route("/login", login, methods=["GET"]),
    Route("/login", do_login, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
]

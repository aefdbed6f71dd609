"""One's own settings: profile, account, sessions."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts import service
from bearhug.accounts.model import Account, Refused
from bearhug.accounts.model.profile import Profile
from bearhug.accounts.pages.avatars import uploaded
from bearhug.accounts.pages.forms import Problems, profile_of, told
from bearhug.accounts.pages.hashing import hashing
from bearhug.accounts.pages.threshold import check
from bearhug.errors import TooMany
from bearhug.hub import Transaction
from bearhug.web.call import Call


async def index(request: Request) -> Response:
    return Call.of(request).redirect("/settings/profile")


async def profile(request: Request) -> Response:
    return await _profile_page(Call.of(request))


async def change_profile(request: Request) -> Response:
    call = Call.of(request)
    wanted = profile_of(call, await call.form())
    try:
        await call.write(service.change_profile, wanted)
    except Refused as refused:
        return await _profile_page(call, wanted, refused.problems)
    return call.redirect("/settings/profile", flash="Your profile is saved.")


async def change_avatar(request: Request) -> Response:
    call = Call.of(request)
    try:
        await call.write(service.set_avatar, await uploaded(call))
    except Refused as refused:
        return await _profile_page(call, problems=refused.problems)
    return call.redirect("/settings/profile", flash="Your picture is saved.")


async def remove_avatar(request: Request) -> Response:
    call = Call.of(request)
    await call.write(service.remove_avatar)
    return call.redirect("/settings/profile", flash="Your picture is removed.")


async def account(request: Request) -> Response:
    return await _account_page(Call.of(request))


async def change_email(request: Request) -> Response:
    call = Call.of(request)
    email = call.text(await call.form(), "email")
    try:
        await call.write(service.change_email, email)
    except Refused as refused:
        return await _account_page(call, refused.problems, email=email)
    return call.redirect("/settings/account", flash="Your address is saved.")


async def change_password(request: Request) -> Response:
    call = Call.of(request)
    me = await call.read(_me)
    form = await call.form()
    old, new = call.text(form, "old_password"), call.text(form, "new_password")
    try:
        _check_new(me, new)
        attempt = await call.write(service.begin_own_attempt, call.address)
        await check(attempt, old, "old_password")
        hashed = await hashing.run(service.hash_password, new)
        await call.write(_change_password, attempt, hashed)
    except Refused as refused:
        return await _account_page(call, refused.problems)
    except TooMany as many:
        problems = {"old_password": many.message}
        return await _account_page(call, problems, status=many.status, headers=many.headers)
    return call.redirect(
        "/settings/account", flash="Your password is changed. Other browsers are signed out."
    )


async def delete_account(request: Request) -> Response:
    call = Call.of(request)
    form = await call.form()
    confirm, repos = call.text(form, "confirm"), "with_repos" in form
    try:
        await call.write(service.delete_account, confirm=confirm, with_repos=repos)
    except Refused as refused:
        return await _account_page(call, refused.problems)
    response = call.redirect("/", flash="Your account is deleted.")
    response.delete_cookie(call.session_cookie, httponly=True, samesite="lax", secure=call.secure)
    return response


async def sessions(request: Request) -> Response:
    call = Call.of(request)
    found = await call.read(service.sessions)
    this = (await call.actor()).session_id
    return await call.page("accounts/sessions.html", sessions=found, this=this)


async def end_session(request: Request) -> Response:
    call = Call.of(request)
    await call.write(service.end_session, request.path_params["id"])
    return call.redirect("/settings/sessions", flash="That browser is signed out.")


async def end_other_sessions(request: Request) -> Response:
    call = Call.of(request)
    await call.write(service.end_other_sessions)
    return call.redirect("/settings/sessions", flash="All other browsers are signed out.")


def _me(tx: Transaction) -> Account:
    service.require_in_person(tx.actor)
    return service.me(tx)


def _check_new(me: Account, password: str) -> None:
    try:
        service.check_password(password, name=me.name, email=me.email)
    except Refused as refused:
        raise Refused(new_password=refused.message) from None


def _change_password(tx: Transaction, attempt: service.Attempt, hashed: str) -> None:
    service.end_attempt(tx, attempt)
    service.change_password(tx, attempt.hashed or "", hashed)


async def _profile_page(
    call: Call, given: Profile | None = None, problems: Problems = None
) -> Response:
    me = await call.read(_me)
    shown = given or Profile(me.full_name, me.about, me.website, me.default_private)
    return await call.page(
        "accounts/profile_settings.html",
        status=422 if problems else 200,
        account=me,
        given=shown,
        problems=told(problems),
    )


async def _account_page(
    call: Call,
    problems: Problems = None,
    *,
    email: str | None = None,
    status: int = 422,
    headers: dict[str, str] | None = None,
) -> Response:
    me = await call.read(_me)
    return await call.page(
        "accounts/account.html",
        status=status if problems else 200,
        headers=headers,
        account=me,
        email=me.email if email is None else email,
        going=await call.read(service.farewell),
        problems=told(problems),
    )


routes: list[BaseRoute] = [
    Route("/settings", index, methods=["GET"]),
    Route("/settings/profile", profile, methods=["GET"]),
    Route("/settings/profile", change_profile, methods=["POST"]),
    Route("/settings/profile/avatar", change_avatar, methods=["POST"]),
    Route("/settings/profile/avatar/remove", remove_avatar, methods=["POST"]),
    Route("/settings/account", account, methods=["GET"]),
    Route("/settings/account/email", change_email, methods=["POST"]),
    Route("/settings/account/password", change_password, methods=["POST"]),
    Route("/settings/account/delete", delete_account, methods=["POST"]),
    Route("/settings/sessions", sessions, methods=["GET"]),
    Route("/settings/sessions/end-others", end_other_sessions, methods=["POST"]),
    Route("/settings/sessions/{id:int}/end", end_session, methods=["POST"]),
]

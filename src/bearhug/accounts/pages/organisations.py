"""Organisations: founding one, its settings, its members; those one is in."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts import service
from bearhug.accounts.model import Account, Member, Membership, Refused
from bearhug.accounts.model.profile import Profile
from bearhug.accounts.pages.avatars import uploaded
from bearhug.accounts.pages.forms import Problems, profile_of, told
from bearhug.errors import BadRequest
from bearhug.hub import Role, Transaction
from bearhug.web.call import Call

ROLES = {role.wire: role for role in sorted(Role, reverse=True)}


async def mine(request: Request) -> Response:
    return await _mine_page(Call.of(request))


async def leave(request: Request) -> Response:
    call = Call.of(request)
    name = request.path_params["name"]
    try:
        await call.write(service.leave, name)
    except Refused as refused:
        return await _mine_page(call, {name: refused.message})
    return call.redirect("/settings/organizations", flash=f"You have left {name}.")


async def new(request: Request) -> Response:
    call = Call.of(request)
    (await call.actor()).require_user()
    return await call.page("accounts/new_org.html", name="", full_name="", problems=told(None))


async def found(request: Request) -> Response:
    call = Call.of(request)
    form = await call.form()
    name, full_name = call.text(form, "name"), call.text(form, "full_name")
    try:
        org = await call.write(service.found_org, name, full_name=full_name)
    except Refused as refused:
        return await call.page(
            "accounts/new_org.html",
            status=422,
            name=name,
            full_name=full_name,
            problems=told(refused.problems),
        )
    return call.redirect(f"{_base(org.name)}/members", flash=f"{org.title} is yours. Who is in it?")


async def settings(request: Request) -> Response:
    return await _settings_page(Call.of(request))


async def change(request: Request) -> Response:
    call = Call.of(request)
    name = request.path_params["name"]
    wanted = profile_of(call, await call.form())
    try:
        await call.write(service.change_org, name, wanted)
    except Refused as refused:
        return await _settings_page(call, wanted, refused.problems)
    return call.redirect(_base(name), flash="The profile is saved.")


async def change_avatar(request: Request) -> Response:
    call = Call.of(request)
    name = request.path_params["name"]
    try:
        await call.write(service.set_avatar, await uploaded(call), org=name)
    except Refused as refused:
        return await _settings_page(call, problems=refused.problems)
    return call.redirect(_base(name), flash="The picture is saved.")


async def remove_avatar(request: Request) -> Response:
    call = Call.of(request)
    name = request.path_params["name"]
    await call.write(service.remove_avatar, org=name)
    return call.redirect(_base(name), flash="The picture is removed.")


async def delete(request: Request) -> Response:
    call = Call.of(request)
    name = request.path_params["name"]
    confirm = call.text(await call.form(), "confirm")
    try:
        await call.write(service.delete_org, name, confirm=confirm)
    except Refused as refused:
        return await _settings_page(call, problems=refused.problems)
    return call.redirect("/settings/organizations", flash=f"{name} is deleted.")


async def members(request: Request) -> Response:
    return await _members_page(Call.of(request))


async def set_member(request: Request) -> Response:
    """Add somebody, or give them another role: the same form, with a name typed or told."""
    call = Call.of(request)
    name = request.path_params["name"]
    form = await call.form()
    user, word = call.text(form, "user"), call.text(form, "role")
    if word not in ROLES:
        raise BadRequest(f"role: use one of {', '.join(ROLES)}.")
    try:
        await call.write(service.set_member, name, user, ROLES[word])
    except Refused as refused:
        return await _members_page(call, refused.problems, user=user)
    return call.redirect(f"{_base(name)}/members", flash=f"{user}: {word.replace('_', ' ')}.")


async def remove_member(request: Request) -> Response:
    call = Call.of(request)
    name, user = request.path_params["name"], request.path_params["user"]
    try:
        await call.write(service.remove_member, name, user)
    except Refused as refused:
        return await _members_page(call, refused.problems)
    return call.redirect(f"{_base(name)}/members", flash=f"{user} is no longer a member.")


def _base(name: str) -> str:
    return f"/organizations/{name}/settings"


async def _mine_page(call: Call, problems: Problems = None) -> Response:
    def gather(tx: Transaction) -> Sequence[Membership]:
        service.require_in_person(tx.actor)
        return service.organisations(tx, service.me(tx))

    return await call.page(
        "accounts/organisations.html",
        status=422 if problems else 200,
        memberships=await call.read(gather),
        problems=told(problems),
    )


async def _settings_page(
    call: Call, given: Profile | None = None, problems: Problems = None
) -> Response:
    def gather(tx: Transaction) -> tuple[Account, int]:
        org = service.find_managed(tx, call.request.path_params["name"])
        return org, service.count_repos(tx, org)

    org, repos = await call.read(gather)
    shown = given or Profile(org.full_name, org.about, org.website, org.default_private)
    return await call.page(
        "accounts/org_settings.html",
        status=422 if problems else 200,
        account=org,
        given=shown,
        repos=repos,
        problems=told(problems),
    )


async def _members_page(call: Call, problems: Problems = None, *, user: str = "") -> Response:
    def gather(tx: Transaction) -> tuple[Account, Sequence[Member]]:
        org = service.find_managed(tx, call.request.path_params["name"])
        return org, service.members(tx, org)

    org, people = await call.read(gather)
    return await call.page(
        "accounts/org_members.html",
        status=422 if problems else 200,
        account=org,
        members=people,
        user=user,
        problems=told(problems),
    )


routes: list[BaseRoute] = [
    Route("/settings/organizations", mine, methods=["GET"]),
    Route("/settings/organizations/{name:seg}/leave", leave, methods=["POST"]),
    Route("/organizations/new", new, methods=["GET"]),
    Route("/organizations/new", found, methods=["POST"]),
    Route("/organizations/{name:seg}/settings", settings, methods=["GET"]),
    Route("/organizations/{name:seg}/settings", change, methods=["POST"]),
    Route("/organizations/{name:seg}/settings/avatar", change_avatar, methods=["POST"]),
    Route("/organizations/{name:seg}/settings/avatar/remove", remove_avatar, methods=["POST"]),
    Route("/organizations/{name:seg}/settings/delete", delete, methods=["POST"]),
    Route("/organizations/{name:seg}/settings/members", members, methods=["GET"]),
    Route("/organizations/{name:seg}/settings/members", set_member, methods=["POST"]),
    Route(
        "/organizations/{name:seg}/settings/members/{user:seg}/remove",
        remove_member,
        methods=["POST"],
    ),
]

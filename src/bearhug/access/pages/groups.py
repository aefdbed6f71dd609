"""Resource groups of an organisation: its admins' pages, and each group's admins'."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.access import service as access
from bearhug.access.model import Group, Placed
from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account, Member
from bearhug.errors import BadRequest, HubError
from bearhug.hub import Role, Transaction
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call

ALL = "/organizations/{org:seg}/settings/groups"
ONE = ALL + "/{id:seg}"
ROLES = {role.wire: role for role in sorted(Role, reverse=True)}


async def show_all(request: Request) -> Response:
    return await _all_page(Call.of(request))


async def create(request: Request) -> Response:
    call = Call.of(request)
    org = request.path_params["org"]
    form = await call.form()
    given = {key: call.text(form, key) for key in ("name", "description")}
    try:
        group = await call.write(
            access.create_group, org, given["name"], description=given["description"]
        )
    except HubError as refused:
        return await _all_page(call, status=refused.status, given=given, problem=refused.message)
    return call.redirect(_path(org, group.object_id), flash=f"{group.name}: who is in it?")


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def change(request: Request) -> Response:
    """Its name, what it is for, and what it does with new members."""
    call = Call.of(request)
    org, id = _named(request)
    form = await call.form()
    name, description = call.text(form, "name"), call.text(form, "description")
    word = call.text(form, "auto_join")

    def save(tx: Transaction) -> None:
        access.change_group(tx, org, id, name=name, description=description)
        access.set_auto_join(tx, org, id, ROLES[word] if word else None)

    if word and word not in ROLES:
        raise BadRequest(f"auto_join: use one of {', '.join(ROLES)}.")
    return await _done(call, save, "It is saved.")


async def set_member(request: Request) -> Response:
    """Put somebody in, or give them another role."""
    call = Call.of(request)
    org, id = _named(request)
    form = await call.form()
    user, word = call.text(form, "user").strip(), call.text(form, "role")
    if word not in ROLES:
        raise BadRequest(f"role: use one of {', '.join(ROLES)}.")

    def save(tx: Transaction) -> None:
        group = access.group_of(tx, org, id)
        inside = user.lower() in {member.user.name.lower() for member in group.members}
        if inside:
            access.change_member(tx, org, id, user, ROLES[word])
        else:
            access.add_members(tx, org, id, {user: ROLES[word]})

    return await _done(call, save, f"{user}: {word.replace('_', ' ')}.")


async def remove_member(request: Request) -> Response:
    call = Call.of(request)
    org, id = _named(request)
    user = request.path_params["user"]

    def save(tx: Transaction) -> None:
        access.remove_group_member(tx, org, id, user)

    return await _done(call, save, f"{user} is no longer in it.")


async def set_repo(request: Request) -> Response:
    """Put a repo in (`place` in), or take it out."""
    call = Call.of(request)
    id = request.path_params["id"]
    form = await call.form()
    kind, _, name = call.text(form, "repo").partition(" ")
    out = call.text(form, "place", default="in") == "out"
    if kind not in list(RepoKind):
        raise BadRequest("repo: choose one of the list.")

    def save(tx: Transaction) -> None:
        access.move_repo(tx, RepoKind(kind), name, None if out else id)

    return await _done(call, save, f"{name} is {'out of it' if out else 'in it'}.")


async def delete(request: Request) -> Response:
    call = Call.of(request)
    org, id = _named(request)
    confirm = call.text(await call.form(), "confirm").strip()
    group = await call.read(access.group_of, org, id)
    if confirm != group.name:
        return await _page(call, status=422, problem=f"Type {group.name} to confirm.")
    await call.write(access.delete_group, org, id)
    return call.redirect(f"/organizations/{org}/settings/groups", flash=f"{group.name} is gone.")


async def _done(call: Call, save: Any, flash: str) -> Response:
    try:
        await call.write(save)
    except HubError as refused:
        if refused.status in (401, 404):
            raise
        return await _page(call, status=refused.status, problem=refused.message)
    return call.redirect(_path(*_named(call.request)), flash=flash)


async def _all_page(
    call: Call, *, status: int = 200, given: Mapping[str, str] | None = None, problem: str = ""
) -> Response:
    def gather(tx: Transaction) -> tuple[Account, Sequence[Group], bool]:
        name = call.request.path_params["org"]
        found = access.groups(tx, name)
        org = accounts.find_org(tx, name)
        return org, found, accounts.manages(tx, org)

    org, groups, manages = await call.read_slow(gather)
    return await call.page(
        "access/groups.html",
        status=status,
        account=org,
        groups=groups,
        manages_org=manages,
        given=given or {"name": "", "description": ""},
        problem=problem,
    )


async def _page(call: Call, *, status: int = 200, problem: str = "") -> Response:
    def gather(tx: Transaction) -> tuple[Account, Group, Sequence[Member], Sequence[Placed], bool]:
        name, id = _named(call.request)
        group = access.group_of(tx, name, id)
        org = accounts.find_org(tx, name)
        inside = {member.user.id for member in group.members}
        people = [each for each in accounts.members(tx, org) if each.account.id not in inside]
        repos = [each for each in access.placed(tx, org) if each.repo.group_id != group.id]
        return org, group, people, repos, accounts.manages(tx, org)

    org, group, people, repos, manages = await call.read_slow(gather)
    return await call.page(
        "access/group.html",
        status=status,
        account=org,
        group=group,
        people=people,
        others=repos,
        manages_org=manages,
        problem=problem,
    )


def _named(request: Request) -> tuple[str, str]:
    return request.path_params["org"], request.path_params["id"]


def _path(org: str, id: str) -> str:
    return f"/organizations/{org}/settings/groups/{id}"


routes: list[BaseRoute] = [
    Route(ALL, show_all, methods=["GET"]),
    Route(ALL, create, methods=["POST"]),
    Route(ONE, show, methods=["GET"]),
    Route(ONE, change, methods=["POST"]),
    Route(ONE + "/members", set_member, methods=["POST"]),
    Route(ONE + "/members/{user:seg}/remove", remove_member, methods=["POST"]),
    Route(ONE + "/repos", set_repo, methods=["POST"]),
    Route(ONE + "/delete", delete, methods=["POST"]),
]

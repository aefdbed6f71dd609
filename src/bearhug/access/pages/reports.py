"""Reporting what should not be here; and the operators' list of it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.access import service as access
from bearhug.access.model import Report, Suspension
from bearhug.access.pages.gates import HOME, named
from bearhug.accounts.model import Refused
from bearhug.errors import BadRequest, HubError
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

MOST_DIGITS = 9


async def form(request: Request) -> Response:
    call = Call.of(request)
    (await call.actor()).require_user()
    return await _form(call, request.query_params.get("discussion", ""))


async def send(request: Request) -> Response:
    call = Call.of(request)
    kind, name = named(request)
    given = await call.form()
    reason = call.text(given, "reason")
    discussion = call.text(given, "discussion", default="")
    try:
        repo = await call.write(access.complain, kind, name, reason, discussion=_number(discussion))
    except Refused as refused:
        return await _form(call, discussion, reason=reason, problems=refused.problems)
    return call.redirect(repo.path, flash="Thank you. The operators of this hub will look at it.")


async def listed(request: Request) -> Response:
    return await _listed(Call.of(request))


async def close(request: Request) -> Response:
    """Handle a report: by doing nothing, or by disabling what it is about."""
    call = Call.of(request)
    act = call.text(await call.form(), "act")
    if act not in ("close", "disable"):
        raise BadRequest("act: use close or disable.")
    await call.write(access.close, request.path_params["id"], disable_repo=act == "disable")
    said = "The repo is disabled." if act == "disable" else "The report is closed."
    return call.redirect("/admin/reports", flash=said)


async def suspend(request: Request) -> Response:
    """Disable a repo by its name, or open one again."""
    call = Call.of(request)
    given = await call.form()
    kind, name = call.text(given, "kind"), call.text(given, "repo").strip()
    reason, act = call.text(given, "reason", default=""), call.text(given, "act")
    if kind not in list(RepoKind):
        raise BadRequest(f"kind: use one of {', '.join(RepoKind)}.")
    try:
        if act == "enable":
            await call.write(access.enable, RepoKind(kind), name)
        else:
            await call.write(access.disable, RepoKind(kind), name, reason)
    except HubError as refused:
        if not (await call.actor()).operator:
            raise
        return await _listed(call, status=refused.status, problem=refused.message)
    said = "is open again" if act == "enable" else "is disabled"
    return call.redirect("/admin/reports", flash=f"{name} {said}.")


async def _form(
    call: Call, discussion: str, *, reason: str = "", problems: dict[str, str] | None = None
) -> Response:
    repo = await call.read(repos.find, *named(call.request))
    return await call.page(
        "access/report.html",
        status=422 if problems else 200,
        repo=repo,
        manages=False,
        place=repo.kind.plural,
        discussion=discussion if _number(discussion) is not None else "",
        reason=reason,
        problems=problems or {},
    )


async def _listed(call: Call, *, status: int = 200, problem: str = "") -> Response:
    query = call.request.query_params
    done = query.get("handled") == "1"
    after = _number(query.get("after", ""))

    def gather(tx: Transaction) -> tuple[list[Report], int, list[tuple[Repo, Suspension]]]:
        found = access.reports(tx, handled=done, cursor=after)
        return list(found), access.count_waiting(tx), list(access.suspended(tx))

    found, waiting, suspended = await call.read_slow(gather)
    more: Any = found[-1].id if len(found) == access.PAGE else None
    return await call.page(
        "access/reports.html",
        status=status,
        reports=found,
        waiting=waiting,
        suspended=suspended,
        done=done,
        more=f"?handled={int(done)}&after={more}" if more else None,
        kinds=[(str(kind), kind.title) for kind in RepoKind],
        problem=problem,
    )


def _number(text: str) -> int | None:
    usable = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if usable else None


routes = [
    *repo_routes(HOME + "/report", form),
    *repo_routes(HOME + "/report", send, ["POST"]),
    Route("/admin/reports", listed, methods=["GET"]),
    Route("/admin/reports/{id:int}", close, methods=["POST"]),
    Route("/admin/suspensions", suspend, methods=["POST"]),
]

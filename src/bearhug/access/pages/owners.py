"""What a gate's owner sees: how it is set, who asked, who is in."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bearhug.access import service as access
from bearhug.access.model import Request as Asked
from bearhug.access.model import Status
from bearhug.access.pages.gates import HOME, named
from bearhug.errors import BadRequest, HubError
from bearhug.hub import Transaction
from bearhug.kit.disposition import content_disposition
from bearhug.kit.wire import wire_time
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.repos.service import GATES
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

AT = HOME + "/settings/access"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins a formula in a spreadsheet: such an answer is quoted."""


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def set_gate(request: Request) -> Response:
    call = Call.of(request)
    kind, name = named(request)
    gated = call.text(await call.form(), "gated")
    if gated not in GATES:
        return await _page(call, status=422)
    repo = await call.write(access.set_gate, kind, name, gated)
    words = {"": "It has no gate now.", "auto": "Its gate opens to whoever asks."}
    said = words.get(gated, "Its gate opens to whom you let in.")
    return call.redirect(f"{repo.path}/settings/access", flash=said)


async def handle(request: Request) -> Response:
    call = Call.of(request)
    kind, name = named(request)
    form = await call.form()
    user, word = call.text(form, "user"), call.text(form, "status")
    reason = call.text(form, "reason", default="").strip()
    if word not in list(Status):
        raise BadRequest(f"status: use one of {', '.join(Status)}.")
    status = Status(word)
    reason = reason if status is Status.REJECTED else ""
    try:
        await call.write(access.handle, kind, name, user, status, reason=reason)
    except HubError as refused:
        return await _page(call, status=refused.status, problem=refused.message)
    back = call.text(form, "from", default="")
    query = f"?status={back}" if back in list(Status) else ""
    repo = await call.read(repos.find, kind, name)
    return call.redirect(f"{repo.path}/settings/access{query}", flash=f"{user} is {status}.")


async def grant(request: Request) -> Response:
    call = Call.of(request)
    kind, name = named(request)
    user = call.text(await call.form(), "user").strip()
    try:
        account = await call.write(access.grant, kind, name, user)
    except HubError as refused:
        return await _page(call, status=refused.status, problem=refused.message, user=user)
    path = (await call.read(repos.find, kind, name)).path
    return call.redirect(
        f"{path}/settings/access?status=accepted", flash=f"{account.name} may read its files now."
    )


async def report(request: Request) -> Response:
    """Everybody who ever asked, as JSON, as the Hub has it, or with `?format=csv` as a table."""
    call = Call.of(request)
    kind, name = named(request)
    rows = [_row(each) for each in await call.read_slow(access.report, kind, name)]
    file = f"user-access-report-{name.replace('/', '-')}"
    if request.query_params.get("format") == "csv":
        body, media_type, file = _table(rows), "text/csv", f"{file}.csv"
    else:
        body = json.dumps(rows, ensure_ascii=False, indent=1)
        media_type, file = "application/json", f"{file}.json"
    headers = {
        "Content-Disposition": content_disposition("attachment", file),
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=media_type, headers=headers)


async def _page(call: Call, *, status: int = 200, problem: str = "", user: str = "") -> Response:
    query = call.request.query_params
    word = query.get("status", "")
    asked = Status(word) if word in list(Status) else Status.PENDING
    kind, name = named(call.request)
    repo, counts, step = await call.read_slow(
        _gather, kind, name, asked, _before(query.get("before", ""))
    )
    more = f"?status={asked}&before={step.more[0]}-{step.more[1]}" if step and step.more else ""
    return await call.page(
        "access/requests.html",
        status=status,
        repo=repo,
        manages=True,
        place=repo.kind.plural,
        shown=asked,
        counts=counts,
        requests=step.requests if step else (),
        more=more,
        problem=problem,
        user=user,
    )


def _gather(
    tx: Transaction, kind: RepoKind, name: str, status: Status, before: tuple[int, int]
) -> tuple[Repo, Mapping[Status, int], access.Step | None]:
    repo = repos.find(tx, kind, name, access=Access.ADMIN)
    if not repo.gated:
        return repo, {}, None
    step = access.browse(tx, kind, name, status, before=before)
    return repo, access.counts(tx, repo), step


def _before(text: str) -> tuple[int, int]:
    at, _, id = text.partition("-")
    known = at.isdecimal() and id.isdecimal() and len(at) < 19 and len(id) < 19
    return (int(at), int(id)) if known else access.NEWEST


def _row(asked: Asked) -> dict[str, Any]:
    """Keys as in the Hub's documentation, "Download access report"."""
    row: dict[str, Any] = {
        "user": asked.user.name,
        "fullname": asked.user.title,
        "status": asked.status,
        "email": asked.email or None,
        "time": wire_time(asked.asked_at),
    }
    return {**row, "fields": dict(asked.fields)} if asked.fields else row


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    fields = list(dict.fromkeys(name for row in rows for name in row.get("fields", {})))
    out = io.StringIO()
    table = csv.writer(out)
    plain = ("user", "fullname", "status", "email", "time")
    table.writerow([*plain, *map(_cell, fields)])
    for row in rows:
        answers = row.get("fields", {})
        cells = [row[name] or "" for name in plain] + [answers.get(name, "") for name in fields]
        table.writerow(map(_cell, cells))
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


routes = [
    *repo_routes(AT, show),
    *repo_routes(AT + "/gate", set_gate, ["POST"]),
    *repo_routes(AT + "/handle", handle, ["POST"]),
    *repo_routes(AT + "/grant", grant, ["POST"]),
    *repo_routes(HOME + "/user-access-report", report),
]

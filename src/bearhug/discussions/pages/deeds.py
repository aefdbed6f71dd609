"""What is done to a discussion: each a form, answered with the page again."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bearhug.discussions import service as talk
from bearhug.discussions.model import Event, Status
from bearhug.discussions.pages import thread
from bearhug.discussions.pages.common import ONE, preview_of, spot
from bearhug.errors import BadRequest, Conflict, Unprocessable
from bearhug.hub import Transaction
from bearhug.repos.model import Repo
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

COMMENT = ONE + "/comments/{comment:seg}"
REFUSED = (Conflict, Unprocessable)
"""What the writer can mend: the page is shown again, with all that was typed."""


async def comment(request: Request) -> Response:
    """Say it, or see what it would look like."""
    call = Call.of(request)
    form = await call.form()
    text = call.text(form, "comment")
    if "preview" in form:
        repo, _ = await call.read(talk.find, spot(request))
        prose = await preview_of(call, repo, form, "comment")
        return await thread.page(call, spot(request), text=text, preview=prose)
    try:
        _, said = await call.write(talk.comment, spot(request), text)
    except REFUSED as refused:
        return await thread.page(call, spot(request), text=text, refused=refused)
    return _back(call, f"#{said.object_id}")


async def set_status(request: Request) -> Response:
    """Open, close, make a draft of it; with what was typed as a comment before."""
    call = Call.of(request)
    form = await call.form()
    text, status = call.text(form, "comment"), call.text(form, "status")
    if status not in list(Status):
        raise BadRequest(f"status: use open, closed or draft; got {status!r}.")
    try:
        await call.write(talk.set_status, spot(request), Status(status), text)
    except REFUSED as refused:
        return await thread.page(call, spot(request), text=text, refused=refused)
    return _back(call)


async def merge(request: Request) -> Response:
    call = Call.of(request)
    text = call.text(await call.form(), "comment")
    actor = await call.actor()
    try:
        oid = await call.thread(talk.merge_now, call.hub, actor, spot(request), text)
    except REFUSED as refused:
        return await thread.page(call, spot(request), text=text, refused=refused)
    return _back(call, flash=f"Merged: {oid[:7]}.")


async def rename(request: Request) -> Response:
    call = Call.of(request)
    title = call.text(await call.form(), "title")
    try:
        await call.write(talk.rename, spot(request), title)
    except REFUSED as refused:
        return await thread.page(call, spot(request), refused=refused)
    return _back(call)


async def pin(request: Request) -> Response:
    call = Call.of(request)
    on = call.text(await call.form(), "on") == "1"
    await call.write(talk.set_pinned, spot(request), on)
    return _back(call, flash="Pinned to the top." if on else "No longer pinned.")


async def lock(request: Request) -> Response:
    call = Call.of(request)
    on = call.text(await call.form(), "on") == "1"
    await call.write(talk.set_locked, spot(request), on)
    return _back(call, flash="Locked." if on else "Everyone may go on.")


async def ref(request: Request) -> Response:
    """Delete the ref of a pull request that is over, or bring it back."""
    call = Call.of(request)
    gone = call.text(await call.form(), "on") == "0"
    _, found = await call.write(talk.delete_ref if gone else talk.restore_ref, spot(request))
    return _back(call, flash=f"{found.ref} is {'deleted' if gone else 'back'}.")


async def edit(request: Request) -> Response:
    call = Call.of(request)
    text = call.text(await call.form(), "content")
    edited = await call.write(talk.edit_comment, spot(request), _id(request), text)
    return await _item(call, edited)


async def hide(request: Request) -> Response:
    call = Call.of(request)
    hidden = await call.write(talk.hide_comment, spot(request), _id(request))
    return await _item(call, hidden)


async def react(request: Request) -> Response:
    call = Call.of(request)
    emoji = call.text(await call.form(), "emoji")
    changed = await call.write(talk.react, spot(request), _id(request), emoji)
    return await _item(call, changed)


async def _item(call: Call, changed: tuple[Repo, Event]) -> Response:
    """The comment alone, to a component that asked for it; else the page, where it stands."""
    _, event = changed
    if "fragment" not in call.request.headers:
        return _back(call, f"#{event.object_id}")

    def look(tx: Transaction) -> dict[str, Any]:
        found = talk.thread(tx, spot(call.request))
        (shown,) = (each for each in found.events if each.id == event.id)
        return {"event": shown, **thread.of_thread(found)}

    return await call.page("discussions/comment.html", **(await call.read_slow(look)))


def _back(call: Call, fragment: str = "", flash: str = "") -> Response:
    """To the discussion this was done to."""
    path = call.raw_path.partition("/discussions/")
    return call.redirect(f"{path[0]}/discussions/{path[2].split('/')[0]}{fragment}", flash=flash)


def _id(request: Request) -> str:
    id: str = request.path_params["comment"]
    return id


routes = [
    *repo_routes(ONE + "/comment", comment, ["POST"]),
    *repo_routes(ONE + "/status", set_status, ["POST"]),
    *repo_routes(ONE + "/merge", merge, ["POST"]),
    *repo_routes(ONE + "/title", rename, ["POST"]),
    *repo_routes(ONE + "/pin", pin, ["POST"]),
    *repo_routes(ONE + "/lock", lock, ["POST"]),
    *repo_routes(ONE + "/ref", ref, ["POST"]),
    *repo_routes(COMMENT + "/edit", edit, ["POST"]),
    *repo_routes(COMMENT + "/hide", hide, ["POST"]),
    *repo_routes(COMMENT + "/react", react, ["POST"]),
]

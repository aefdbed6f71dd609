"""Writing in a repo from the browser: a new file, a changed one, one less."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import (
    BadRequest,
    Conflict,
    EntryNotFound,
    HubError,
    Stale,
    TooLarge,
    Unprocessable,
)
from bearhug.files import service as files
from bearhug.files.model import Add, Delete, Op, Proposal
from bearhug.files.pages.blob import TEXT_BYTES, as_prose, is_prose
from bearhug.files.pages.place import Place, Spot, editable, find, of_place, shown
from bearhug.files.service import browsing
from bearhug.hub import Transaction
from bearhug.web.call import Call
from bearhug.web.content import looks_like_text
from bearhug.web.doors import repo_routes

FORM_BYTES = 4 * TEXT_BYTES
REFUSED = (Conflict, EntryNotFound, Stale, TooLarge, Unprocessable)
"""What the writer can mend: the page is shown again, with all that was typed."""


@dataclass(frozen=True)
class Draft:
    """What is in the editor. `old` is the file's path until now, "" for a new one.

    `parent` is the commit it was read at; `crlf` keeps a file's line ends as they were; whoever
    `proposes` asks for a pull request where they might commit.
    """

    path: str
    content: str = ""
    old: str = ""
    title: str = ""
    body: str = ""
    parent: str = ""
    crlf: bool = False
    proposes: bool = False

    @property
    def verb(self) -> str:
        return "Update" if self.old else "Create"

    @property
    def usual_title(self) -> str:
        return f"{self.verb} {self.path.rpartition('/')[2]}".strip()

    @property
    def bytes(self) -> bytes:
        # A form sends every line end as CRLF, whatever the file had.
        text = self.content.replace("\r\n", "\n").replace("\r", "\n")
        return (text.replace("\n", "\r\n") if self.crlf else text).encode()

    def ops(self) -> tuple[Op, ...]:
        moved = self.old and self.old != self.path
        return (Add(self.path, self.bytes), *((Delete(self.old),) if moved else ()))


async def edit(request: Request) -> Response:
    call = Call.of(request)
    place, draft = await call.read_slow(_opened, Spot.of(request))
    return await _editor(call, place, draft)


async def new(request: Request) -> Response:
    """An empty editor; `?name=README.md` names the file."""
    call = Call.of(request)
    place = await call.read_slow(editable, Spot.of(request))
    name = request.query_params.get("name", "")
    path = "/".join(part for part in (place.path, name) if part)
    return await _editor(call, place, Draft(path, parent=place.commit))


async def save(request: Request) -> Response:
    """Commit what is in the editor, or show it again with the reason why not."""
    call = Call.of(request)
    spot = Spot.of(request)
    place = await call.read_slow(editable, spot)
    draft, preview = await _draft(call)
    if preview:
        return await _editor(call, place, draft, preview=True)
    try:
        draft = await call.read_slow(_based, spot, draft)
        number = await _commit(call, place, spot, draft.ops(), draft)
    except REFUSED as refused:
        return await _editor(call, place, draft, refused)
    if number is not None:
        return _proposed(call, place, number)
    return call.redirect(place.to("blob", draft.path), flash=f"Committed: {_title(draft)}")


async def ask_to_delete(request: Request) -> Response:
    call = Call.of(request)
    place, draft, folder = await call.read_slow(_doomed, Spot.of(request))
    return await call.page("files/delete.html", draft=draft, folder=folder, **of_place(place))


async def delete(request: Request) -> Response:
    call = Call.of(request)
    spot = Spot.of(request)
    place, draft, _ = await call.read_slow(_doomed, spot)
    form = await call.form()
    title = call.text(form, "title").strip() or draft.title
    draft = replace(draft, title=title, body=call.text(form, "description"))
    draft = replace(draft, parent="", proposes=call.text(form, "pr") == "1")
    number = await _commit(call, place, spot, (Delete(spot.path),), draft)
    if number is not None:
        return _proposed(call, place, number)
    folder = await call.read_slow(_what_is_left, spot)
    return call.redirect(place.to("tree", folder), flash=f"{shown(spot.path)} is deleted.")


async def _editor(
    call: Call,
    place: Place,
    draft: Draft,
    refused: HubError | None = None,
    *,
    preview: bool = False,
) -> Response:
    """With a refusal, the branch's commit as it is now becomes what the next try is based on."""
    status, error = (refused.status, refused.message) if refused else (200, "")
    based = draft.parent
    if isinstance(refused, Stale):
        draft = replace(draft, parent=place.commit)
    prose = None
    if preview:
        prose = await call.thread(as_prose, call.hub, place, draft.path, draft.content)
    return await call.page(
        "files/edit.html",
        status=status,
        draft=draft,
        error=error,
        preview=prose,
        is_prose=is_prose(draft.path),
        stale=based if isinstance(refused, Stale) else "",
        **of_place(place),
    )


async def _draft(call: Call) -> tuple[Draft, bool]:
    """What was typed, and whether it is only to be looked at."""
    form = await call.request.form(max_part_size=FORM_BYTES)
    path = call.text(form, "path").strip().strip("/")
    if not path:
        raise BadRequest("path: give the file a name.")
    draft = Draft(
        path,
        call.text(form, "content"),
        call.text(form, "old"),
        call.text(form, "title").strip(),
        call.text(form, "description").strip(),
        call.text(form, "parent"),
        call.text(form, "crlf") == "1",
        call.text(form, "pr") == "1",
    )
    return draft, "preview" in form


async def _commit(
    call: Call, place: Place, spot: Spot, ops: tuple[Op, ...], draft: Draft
) -> int | None:
    """Onto the branch; or beside it, and then the number of the pull request."""
    proposal = Proposal(
        ops, _title(draft), draft.body.strip(), branch=spot.rev, parent=draft.parent or None
    )
    actor = await call.actor()
    name = str(place.repo.name)
    if draft.proposes or not place.pushes:
        _, number = await call.thread(files.propose_now, call.hub, actor, spot.kind, name, proposal)
        return number
    await call.thread(files.commit_now, call.hub, actor, spot.kind, name, proposal)
    return None


def _proposed(call: Call, place: Place, number: int) -> Response:
    said = f"Pull request {number} is open."
    return call.redirect(f"{place.repo.path}/discussions/{number}", flash=said)


def _title(draft: Draft) -> str:
    return " ".join(draft.title.split()) or draft.usual_title


def _opened(tx: Transaction, spot: Spot) -> tuple[Place, Draft]:
    place = editable(tx, spot)
    node = files.node(tx, place.snapshot, spot.path)
    content = (
        b"" if node.is_dir else files.read(tx, place.snapshot, spot.path, limit_bytes=TEXT_BYTES)
    )
    if node.is_dir or node.lfs or not looks_like_text(content):
        raise Unprocessable(f"{shown(spot.path)} is no text to edit here: upload it anew instead.")
    text = content.decode("utf-8", "replace")
    draft = Draft(spot.path, text, spot.path, parent=place.commit, crlf="\r\n" in text)
    return place, draft


def _based(tx: Transaction, spot: Spot, draft: Draft) -> Draft:
    """The draft on the branch's present commit, unless someone changed this very file.

    Raises Conflict for a new file where one stands.
    """
    place = editable(tx, spot)
    taken = draft.path != draft.old and place.snapshot.repository.entry(place.commit, draft.path)
    if taken:
        raise Conflict(f"There is a {shown(draft.path)} already: choose another name, or edit it.")
    if draft.parent and browsing.same_file(place.snapshot, draft.old or draft.path, draft.parent):
        return replace(draft, parent=place.commit)
    return draft


def _doomed(tx: Transaction, spot: Spot) -> tuple[Place, Draft, bool]:
    place = editable(tx, spot)
    node = files.node(tx, place.snapshot, spot.path)
    return place, Draft(spot.path, title=f"Delete {shown(node.name)}"), node.is_dir


def _what_is_left(tx: Transaction, spot: Spot) -> str:
    """The nearest folder above the path that is still there: git keeps no empty ones."""
    place = find(tx, spot)
    folder = spot.path.rpartition("/")[0]
    while folder and place.snapshot.repository.entry(place.commit, folder) is None:
        folder = folder.rpartition("/")[0]
    return folder


REPO = "/{owner:seg}/{name:seg}"
routes = [
    *repo_routes(REPO + "/edit/{rev:seg}/{path:rest}", edit),
    *repo_routes(REPO + "/edit/{rev:seg}/{path:rest}", save, ["POST"]),
    *repo_routes(REPO + "/new/{rev:seg}", new),
    *repo_routes(REPO + "/new/{rev:seg}/{path:rest}", new),
    *repo_routes(REPO + "/new/{rev:seg}", save, ["POST"]),
    *repo_routes(REPO + "/delete/{rev:seg}/{path:rest}", ask_to_delete),
    *repo_routes(REPO + "/delete/{rev:seg}/{path:rest}", delete, ["POST"]),
]

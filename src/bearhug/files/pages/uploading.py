"""Bringing files in from the browser: the page that sends them, and the same without a script."""

from typing import BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import BadRequest
from bearhug.files import service as files
from bearhug.files.model import Add, AddLfs, Op, Proposal
from bearhug.files.pages.place import Place, Spot, editable, of_place
from bearhug.files.service.looking import Fate, Preupload, preupload
from bearhug.hub import Hub
from bearhug.repos.model import Repo
from bearhug.storage import Incoming, Received
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

SAMPLE_BYTES = 512
BLOCK_BYTES = 1024 * 1024
MOST_FILES = 1000

Sent = tuple[str, int, BinaryIO]
"""(path in the repo, bytes, its content)."""


async def show(request: Request) -> Response:
    call = Call.of(request)
    place = await call.read_slow(editable, Spot.of(request))
    proposes = request.query_params.get("pr") == "1"
    return await call.page("files/upload.html", proposes=proposes, **of_place(place))


async def take(request: Request) -> Response:
    """One commit of all that a plain form sent. With a script, the page uses the API instead."""
    call = Call.of(request)
    spot = Spot.of(request)
    place = await call.read_slow(editable, spot)
    async with request.form(max_files=MOST_FILES) as form:
        said, number = await _commit(call, spot, place, form)
    if number is not None:
        return call.redirect(f"{place.repo.path}/discussions/{number}", flash=said)
    return call.redirect(place.to("tree", spot.path), flash=said)


async def _commit(call: Call, spot: Spot, place: Place, form: FormData) -> tuple[str, int | None]:
    """What was done, in words, and the number of the pull request if it opened one."""
    proposing = call.text(form, "pr") == "1" or not place.pushes
    sent = _sent(form, spot.path)
    wanted = Preupload([_announced(each) for each in sent], None, None)
    _, fates = await call.read_slow(preupload, spot.kind, spot.name, spot.rev, wanted, proposing)
    ops = await call.thread(_ops, call.hub, place.repo, sent, fates)
    if not ops:
        return "Nothing to commit: .gitignore leaves all of it out.", None
    usual = f"Upload {sent[0][0]}" if len(sent) == 1 else f"Upload {len(sent)} files"
    title = " ".join(call.text(form, "summary").split()) or usual
    body = call.text(form, "description").strip()
    proposal = Proposal(ops, title, body, branch=spot.rev)
    actor = await call.actor()
    whose = call.hub, actor, spot.kind, str(place.repo.name), proposal
    if proposing:
        _, number = await call.thread(files.propose_now, *whose)
        return f"Pull request {number} is open.", number
    await call.thread(files.commit_now, *whose)
    return title, None


def _sent(form: FormData, folder: str) -> list[Sent]:
    """Raises BadRequest if there is no file. Of a name with folders, the last part counts."""
    found = [file for file in form.getlist("files") if isinstance(file, UploadFile)]
    named = [(_name(file), file) for file in found if file.filename]
    if not named:
        raise BadRequest("files: choose at least one file.")
    prefix = f"{folder}/" if folder else ""
    return [(prefix + name, file.size or 0, file.file) for name, file in named]


def _name(file: UploadFile) -> str:
    return (file.filename or "").replace("\\", "/").rpartition("/")[2]


def _announced(sent: Sent) -> tuple[str, int, bytes]:
    path, size, content = sent
    sample = content.read(SAMPLE_BYTES)
    content.seek(0)
    return path, size, sample


def _ops(hub: Hub, repo: Repo, sent: list[Sent], fates: list[Fate]) -> tuple[Op, ...]:
    """Bytes first: what goes to LFS is stored, and this repo's, before any commit names it."""
    paired = zip(sent, fates, strict=True)
    return tuple(_op(hub, repo, each, fate) for each, fate in paired if not fate.ignored)


def _op(hub: Hub, repo: Repo, sent: Sent, fate: Fate) -> Op:
    path, size, content = sent
    if not fate.lfs or not size:
        return Add(path, content.read())
    received = _received(hub, content, size)
    files.claim(hub, repo, received.path, received.sha256, received.size)
    return AddLfs(path, received.sha256, received.size)


def _received(hub: Hub, content: BinaryIO, size: int) -> Received:
    limit = hub.settings.max_file_bytes
    with Incoming(hub.objects.scratch, expected_size=size, limit=limit) as incoming:
        while block := content.read(BLOCK_BYTES):
            incoming.feed(block)
        return incoming.finish()


REPO = "/{owner:seg}/{name:seg}/upload/{rev:seg}"
routes = [
    *repo_routes(REPO, show),
    *repo_routes(REPO + "/{path:rest}", show),
    *repo_routes(REPO, take, ["POST"]),
    *repo_routes(REPO + "/{path:rest}", take, ["POST"]),
]

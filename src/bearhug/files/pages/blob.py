"""One file, read, looked at or listened to in the page."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bearhug.files import service as files
from bearhug.files.model import Node
from bearhug.files.pages.place import Place, Spot, find, of_place
from bearhug.files.pages.source import coloured
from bearhug.files.pages.weights import FORMS, Weights, weights
from bearhug.files.service import browsing
from bearhug.files.service.browsing import Said
from bearhug.git.formats import SUBMODULE, SYMLINK
from bearhug.hub import Hub, Transaction
from bearhug.web.call import Call
from bearhug.web.content import SHOWN, SVG, guess, looks_like_text
from bearhug.web.doors import repo_routes

TEXT_BYTES = 1024 * 1024
"""A longer text is for downloading."""

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


@dataclass(frozen=True)
class Blob:
    """`view` is how it is shown: folder, text, image, audio, video, pdf, weights, link,
    submodule, large or binary.
    """

    place: Place
    node: Node
    last: Said | None = None
    view: str = "folder"
    text: str = ""
    weights: Weights | None = None

    @property
    def lines(self) -> int:
        return self.text.count("\n") + (not self.text.endswith("\n")) if self.text else 0

    @property
    def pointer(self) -> str:
        """What git holds of it, where the content lies outside."""
        return POINTER.format(self.node.lfs.sha256, self.node.lfs.size) if self.node.lfs else ""

    @property
    def prose(self) -> bool:
        return self.view == "text" and is_prose(self.node.name)

    @property
    def edits(self) -> bool:
        return self.place.edits and self.view == "text" and self.node.lfs is None


def is_prose(name: str) -> bool:
    return name.lower().endswith((".md", ".markdown"))


async def show(request: Request) -> Response:
    call = Call.of(request)
    blob = await call.read_slow(_blob, Spot.of(request))
    place = blob.place
    if blob.node.is_dir:
        return call.redirect(place.to("tree", place.path))
    rendered = blob.prose and "plain" not in request.query_params
    source = prose = Markup()
    if rendered:
        prose = await call.thread(as_prose, call.hub, place, place.path, blob.text)
    elif blob.view == "text":
        source = await call.thread(coloured, blob.text.removesuffix("\n"), blob.node.name)
    return await call.page(
        "files/blob.html",
        blob=blob,
        rendered=rendered,
        source=source,
        prose=prose,
        **of_place(place),
    )


def as_prose(hub: Hub, place: Place, path: str, text: str) -> Markup:
    """Markdown as HTML that may stand in a page. Slow: in a thread."""
    render = hub.rooms["markdown"]  # whoever renders cards lives above this floor
    return Markup(render(text, place.repo.path, place.rev, path.rpartition("/")[0]))


def _blob(tx: Transaction, spot: Spot) -> Blob:
    place = find(tx, spot)
    node = files.node(tx, place.snapshot, place.path)
    if node.is_dir:
        return Blob(place, node)
    last = browsing.last_commit(tx, place.snapshot, node.path)
    if node.mode == SUBMODULE:
        return Blob(place, node, last, "submodule")
    read = files.reader(tx, place.snapshot, node)
    if node.mode == SYMLINK:
        return Blob(place, node, last, "link", read(0, node.size).decode("utf-8", "replace"))
    view = _view(node)
    if view == "weights" and (header := weights(node.name, read)):
        return Blob(place, node, last, view, weights=header)
    if view in ("weights", "binary"):
        return _text_or_not(place, node, last, read(0, min(node.size, TEXT_BYTES + 1)))
    return Blob(place, node, last, view)


def _view(node: Node) -> str:
    """How its name says it is shown; "binary" for whatever must be looked into."""
    if PurePosixPath(node.name.lower()).suffix.lstrip(".") in FORMS:
        return "weights"
    kind = guess(node.name)
    if kind == SVG:
        return "image"
    if kind in SHOWN.values():
        family = kind.partition("/")[0]
        return "pdf" if family == "application" else family
    return "binary"


def _text_or_not(place: Place, node: Node, last: Said | None, head: bytes) -> Blob:
    if not looks_like_text(head):
        return Blob(place, node, last, "binary")
    if node.size > TEXT_BYTES:
        return Blob(place, node, last, "large")
    return Blob(place, node, last, "text", head.decode("utf-8", "replace"))


routes = repo_routes("/{owner:seg}/{name:seg}/blob/{rev:seg}/{path:rest}", show)

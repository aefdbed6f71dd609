"""A folder, and going to a file by name."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bearhug.files.pages.place import Place, Spot, find, of_place, quoted
from bearhug.files.service import browsing
from bearhug.files.service.browsing import Listed, Said
from bearhug.hub import Transaction
from bearhug.repos.model import Access
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

PAGE = 500


@dataclass(frozen=True)
class Folder:
    place: Place
    rows: list[Listed]
    last: Said | None
    commits: int | None
    bytes: int | None
    next: str
    """The address that goes on with this folder, or ""."""


async def show(request: Request) -> Response:
    call = Call.of(request)
    after = request.query_params.get("after")
    folder = await call.read_slow(_folder, Spot.of(request), after)
    context = of_place(folder.place)
    return await call.page("files/tree.html", folder=folder, after=after, **context)


async def go_to_file(request: Request) -> Response:
    """The paths that hold what was typed; the component asks again at each letter."""
    call = Call.of(request)
    text = request.query_params.get("q", "").strip()
    place, found = await call.read_slow(_found, Spot.of(request), text)
    return await call.page("files/find.html", text=text, found=found, **of_place(place))


def _folder(tx: Transaction, spot: Spot, after: str | None) -> Folder:
    place = find(tx, spot, Access.NAMES)
    snapshot, path = place.snapshot, place.path
    rows = browsing.listing(tx, snapshot, path, after=after, limit=PAGE + 1)
    more = len(rows) > PAGE
    following = ""
    if more:
        rows = rows[:PAGE]
        following = f"{place.to('tree', path)}?after={quoted(rows[-1].node.path, safe='')}"
    return Folder(
        place,
        rows,
        browsing.last_commit(tx, snapshot, path),
        None if path else snapshot.repository.count(snapshot.commit),
        None if more or after else browsing.total_bytes(tx, snapshot, path),
        following,
    )


def _found(tx: Transaction, spot: Spot, text: str) -> tuple[Place, list[str]]:
    place = find(tx, spot, Access.NAMES)
    return place, browsing.search(place.snapshot, text)


routes = [
    *repo_routes("/{owner:seg}/{name:seg}/tree/{rev:seg}", show),
    *repo_routes("/{owner:seg}/{name:seg}/tree/{rev:seg}/{path:rest}", show),
    *repo_routes("/{owner:seg}/{name:seg}/find/{rev:seg}", go_to_file),
]

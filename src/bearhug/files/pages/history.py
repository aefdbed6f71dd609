"""What happened: the commits of a repo or a path, one commit, two revisions compared."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import BadRequest, NotFound
from bearhug.files import service as files
from bearhug.files.pages.place import Place, Spot, find, of_place
from bearhug.files.service import browsing
from bearhug.files.service.browsing import Change, Said
from bearhug.files.service.differences import differences
from bearhug.hub import Transaction
from bearhug.repos.model import Access
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

PAGE = 50


@dataclass(frozen=True)
class Compared:
    place: Place
    base: str
    head: str
    commits: list[Said]
    changes: list[Change]


async def commits(request: Request) -> Response:
    call = Call.of(request)
    after = request.query_params.get("after")
    place, found, total = await call.read_slow(_commits, Spot.of(request), after)
    following = ""
    if len(found) > PAGE:
        found = found[:PAGE]
        following = f"{place.to('commits', place.path)}?after={found[-1].oid}"
    return await call.page(
        "files/commits.html",
        commits=found,
        total=total,
        after=after,
        following=following,
        **of_place(place),
    )


async def commit(request: Request) -> Response:
    call = Call.of(request)
    place, said, changes = await call.read_slow(_commit, Spot.of(request))
    return await call.page(
        "files/commit.html", said=said, **differences(changes), **of_place(place)
    )


async def compare(request: Request) -> Response:
    """`a..b` or `a...b`: what b has that a has not, from their common ancestor on."""
    call = Call.of(request)
    spot = Spot.of(request)
    base, dots, head = spot.path.partition("...")
    if not dots:
        base, dots, head = spot.path.partition("..")
    if not base or not head:
        raise BadRequest("Compare two revisions like this: compare/main..other.")
    compared = await call.read_slow(_compare, spot, base, head)
    return await call.page(
        "files/compare.html",
        compared=compared,
        **differences(compared.changes),
        **of_place(compared.place),
    )


def _commits(
    tx: Transaction, spot: Spot, after: str | None
) -> tuple[Place, list[Said], int | None]:
    place = find(tx, spot, Access.NAMES)
    snapshot = place.snapshot
    found = browsing.history(tx, snapshot, path=place.path, after=after, limit=PAGE + 1)
    return place, found, None if place.path else snapshot.repository.count(snapshot.commit)


def _commit(tx: Transaction, spot: Spot) -> tuple[Place, Said, list[Change]]:
    place = find(tx, spot)
    snapshot = place.snapshot
    (said,) = browsing.told(tx, snapshot, [snapshot.repository.commit(snapshot.commit)])
    # A merge is shown against the branch it was merged into, its first parent.
    base = said.parents[0] if said.parents else None
    return place, said, browsing.changed(tx, snapshot, base)


def _compare(tx: Transaction, spot: Spot, base: str, head: str) -> Compared:
    place = find(tx, spot)
    old = files.at(tx, place.repo, base)
    new = files.at(tx, place.repo, head)
    compared = new.repository.compare(old.commit, new.commit)
    if compared.merge_base is None:
        raise NotFound(f"{base} and {head} have no commit in common.")
    said = browsing.told(tx, new, compared.commits)
    return Compared(place, base, head, said, browsing.with_sides(tx, new, compared.files))


routes = [
    *repo_routes("/{owner:seg}/{name:seg}/commits/{rev:seg}", commits),
    *repo_routes("/{owner:seg}/{name:seg}/commits/{rev:seg}/{path:rest}", commits),
    *repo_routes("/{owner:seg}/{name:seg}/commit/{rev:seg}", commit),
    *repo_routes("/{owner:seg}/{name:seg}/compare/{path:rest}", compare),
]

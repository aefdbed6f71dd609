"""Papers as pages: those this hub's cards name, and one with what names it."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bearhug.hub import Transaction
from bearhug.papers import service as papers
from bearhug.papers.model import Paper
from bearhug.papers.telling import markdown, told
from bearhug.repos.model import RepoKind
from bearhug.social.lines import RepoLine, repo_lines
from bearhug.web.call import Call

PAGE = 30
LINES = 30
SORTS = [("new", "New here"), ("trending", "Trending")]


async def listing(request: Request) -> Response:
    call = Call.of(request)
    params = request.query_params
    asked, sort = params.get("q", "").strip(), params.get("sort", "new")
    number = params.get("p", "")
    known = number.isascii() and number.isdecimal() and len(number) < 6
    at = int(number) if known else 0
    found, total = await call.read_slow(
        papers.browse, asked, trending=sort == "trending", start=at * PAGE, limit=PAGE
    )

    def page(p: int) -> str:
        given = {"q": asked, "sort": "" if sort == "new" else sort, "p": str(p or "")}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/papers?{query}" if query else "/papers"

    return await call.page(
        "papers/list.html",
        papers=found,
        total=total,
        asked=asked,
        sort=sort,
        sorts=SORTS,
        next=page(at + 1) if (at + 1) * PAGE < total else None,
        previous=page(at - 1) if at else None,
        place="papers",
    )


async def show(request: Request) -> Response:
    """The page; with `.md` after the number, its text."""
    call = Call.of(request)
    id = request.path_params["id"]
    if id.endswith(".md"):
        found = await call.read_slow(told, id.removesuffix(".md"), papers.SHOWN)
        return PlainTextResponse(
            markdown(found, call.base_url), media_type="text/markdown; charset=utf-8"
        )
    paper, lines = await call.read_slow(_page, id)
    if paper.id != id:
        return call.redirect(paper.path)
    return await call.page("papers/paper.html", paper=paper, lines=lines, place="papers")


def _page(tx: Transaction, id: str) -> tuple[Paper, dict[RepoKind, list[RepoLine]]]:
    paper = papers.find(tx, id)
    linked: dict[RepoKind, Any] = {
        kind: repo_lines(tx, papers.linked(tx, paper, kind, LINES)) for kind in RepoKind
    }
    return paper, linked


routes = [Route("/papers", listing), Route("/papers/{id:seg}", show)]

"""A repo's community tab: what is talked about, and opening something new."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from bearhug.discussions import service as talk
from bearhug.discussions.model import EMPTY, Filter, Wish
from bearhug.discussions.pages.common import HOME, named, of_repo, preview_of
from bearhug.errors import HubError, Unprocessable
from bearhug.files.service.committing import MAIN
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

KINDS = ("all", "discussion", "pull_request")
STATUSES = ("open", "closed", "all")
USUAL = {"type": "all", "status": "open", "p": "0"}


async def show(request: Request) -> Response:
    """`?type=`, `?status=`, `?author=`, `?search=`; pages from `?p=0`."""
    call = Call.of(request)
    query = request.query_params
    kind = query.get("type") if query.get("type") in KINDS else "all"
    status = query.get("status") if query.get("status") in STATUSES else "open"
    wanted = Filter(
        kind or "all",
        status or "open",
        query.get("author", "").strip(),
        query.get("search", "").strip(),
        pinned_first=True,
    )
    given = query.get("p", "")
    page = int(given) if given.isascii() and given.isdecimal() and len(given) < 7 else 0
    board, found = await call.read_slow(talk.board, *named(request), wanted, page)
    home = f"{board.repo.path}/discussions"
    asked = {"type": wanted.kind, "status": wanted.status, "author": wanted.author}
    asked |= {"search": wanted.text}

    def to(**other: object) -> str:
        return _address(home, {**asked, **other})

    return await call.page(
        "discussions/list.html",
        board=board,
        found=found,
        wanted=wanted,
        to=to,
        page=page,
        last=max(0, -(-board.total // talk.BOARD) - 1),
        **of_repo(board.repo, board.manages),
    )


async def new(request: Request) -> Response:
    call = Call.of(request)
    pull = request.query_params.get("type") == "pull_request"
    return await _form(call, EMPTY, pull=pull)


async def create(request: Request) -> Response:
    """Open it, or show the form again: with a preview, or with the reason why not."""
    call = Call.of(request)
    form = await call.form()
    pull = call.text(form, "type") == "pull_request"
    wish = Wish(
        call.text(form, "title"),
        call.text(form, "description"),
        base=MAIN if pull else "",
        draft=pull,
    )
    if "preview" in form:
        board = await call.read(talk.asking, *named(request))
        prose = await preview_of(call, board.repo, form, "description")
        return await _form(call, wish, pull=pull, preview=prose)
    try:
        repo, opened = await call.write(talk.open_discussion, *named(request), wish)
    except Unprocessable as refused:
        return await _form(call, wish, pull=pull, refused=refused)
    said = f"Pull request {opened.num} is a draft." if pull else f"Discussion {opened.num} is open."
    return call.redirect(opened.path(repo), flash=said)


async def _form(
    call: Call, wish: Wish, *, pull: bool, refused: HubError | None = None, preview: Any = None
) -> Response:
    board = await call.read(talk.asking, *named(call.request))
    return await call.page(
        "discussions/new.html",
        status=refused.status if refused else 200,
        wish=wish,
        pull=pull,
        reads=board.reads,
        error=refused.message if refused else "",
        preview=preview,
        **of_repo(board.repo, board.manages),
    )


def _address(home: str, asked: Mapping[str, object]) -> str:
    """With what is not as usual only."""
    said = {name: value for name, value in asked.items() if str(value) != USUAL.get(name, "")}
    return f"{home}?{urlencode(said)}" if said else home


routes = [
    *repo_routes(HOME, show),
    *repo_routes(HOME, create, ["POST"]),
    *repo_routes(HOME + "/new", new),
]

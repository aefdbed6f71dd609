"""One discussion: its talk, its commits, the files it changes."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bearhug.discussions import service as talk
from bearhug.discussions.model import EMOJI, Status, Thread
from bearhug.discussions.pages.common import ONE, of_repo, spot
from bearhug.discussions.service import Spot
from bearhug.discussions.service.contents import Contents
from bearhug.errors import HubError, NotFound
from bearhug.files.service.differences import differences
from bearhug.hub import Transaction
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes


@dataclass(frozen=True)
class At:
    """Where files/changes.html leads: the files as the pull request has them."""

    path: str
    commit: str

    def to(self, page: str, path: str = "", *, rev: str | None = None) -> str:
        parts = [self.path, page, quote(rev or self.commit, safe="")]
        return "/".join([*parts, quote(path, errors="surrogateescape")] if path else parts)


async def show(request: Request) -> Response:
    """The talk. Whoever looks has read what they were told of it."""
    call = Call.of(request)
    response = await page(call, spot(request))
    await _note_read(call, spot(request))
    return response


async def commits(request: Request) -> Response:
    call = Call.of(request)
    return await _contents(call, spot(request), "commits")


async def files(request: Request) -> Response:
    call = Call.of(request)
    return await _contents(call, spot(request), "files")


async def page(
    call: Call,
    spot: Spot,
    *,
    text: str = "",
    preview: Markup | None = None,
    refused: HubError | None = None,
) -> Response:
    """With what was typed, when a comment comes back."""
    thread, held = await call.read_slow(_look, spot)
    return await call.page(
        "discussions/thread.html",
        status=refused.status if refused else 200,
        view="talk",
        text=text,
        preview=preview,
        error=refused.message if refused else "",
        held=held,
        **of_thread(thread),
    )


def of_thread(thread: Thread) -> dict[str, Any]:
    """What every template of a thread is told, by name."""
    found = thread.discussion
    return {
        "thread": thread,
        "found": found,
        "base": found.path(thread.repo),
        "branch": found.base.removeprefix("refs/heads/"),
        "emoji": EMOJI,
        "Status": Status,
        "markup": Markup,
        **of_repo(thread.repo, thread.manages),
    }


async def _contents(call: Call, spot: Spot, view: str) -> Response:
    thread, held = await call.read_slow(_look, spot)
    if not thread.discussion.is_pull_request:
        raise NotFound("A discussion changes no files.")
    changes = list(held.changes) if held else []
    head = held.head if held else ""
    return await call.page(
        f"discussions/{view}.html",
        view=view,
        held=held,
        at=At(thread.repo.path, head),
        shown=_shown,
        **differences(changes),
        **of_thread(thread),
    )


async def _note_read(call: Call, spot: Spot) -> None:
    if await call.read(_has_news, spot):
        await call.write(_read, spot)


def _look(tx: Transaction, spot: Spot) -> tuple[Thread, Contents | None]:
    thread = talk.thread(tx, spot)
    return thread, talk.contents(tx, thread)


def _has_news(tx: Transaction, spot: Spot) -> bool:
    return talk.has_news(tx, talk.find(tx, spot)[1])


def _read(tx: Transaction, spot: Spot) -> None:
    talk.note_read(tx, talk.find(tx, spot)[1])


def _shown(text: str) -> str:
    """A path for people: what is not UTF-8 in it becomes question marks."""
    return text.encode("utf-8", "replace").decode()


routes = [
    *repo_routes(ONE, show),
    *repo_routes(ONE + "/commits", commits),
    *repo_routes(ONE + "/files", files),
]

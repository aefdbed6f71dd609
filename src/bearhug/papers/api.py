"""Papers as JSON and Markdown. Clients: HfApi.list_papers, paper_info, read_paper, ….

What only arXiv knows (the abstract) is left empty; what only a reader could add (votes,
comments) is none.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.accounts.model.account import avatar_path
from bearhug.cards.model import Card
from bearhug.errors import BadRequest
from bearhug.kit.wire import object_id, wire_time
from bearhug.papers import service as papers
from bearhug.papers.model import Paper
from bearhug.papers.telling import Told, browsed, told
from bearhug.repos.model import Repo, RepoKind
from bearhug.social.model import Person
from bearhug.web.call import Call

LIMIT, MOST = 50, 100
FORMS = {"date": "%Y-%m-%d", "week": "%G-W%V-%u", "month": "%Y-%m"}


async def search(request: Request) -> Response:
    """Papers whose number or title has `q`. Client: HfApi.list_papers."""
    call = Call.of(request)
    params = request.query_params
    limit = _number(params.get("limit"), "limit", LIMIT)
    found = await call.read_slow(browsed, params.get("q", ""), limit=limit)
    return JSONResponse([_entry(call, each) for each in found])


async def daily(request: Request) -> Response:
    """By when they were first named here. Client: HfApi.list_daily_papers."""
    call = Call.of(request)
    params = request.query_params
    limit = min(_number(params.get("limit"), "limit", LIMIT), MOST)
    found = await call.read_slow(
        browsed,
        within=_within(params),
        submitter=params.get("submitter", ""),
        trending=params.get("sort") == "trending",
        start=_number(params.get("p"), "p", 0) * limit,
        limit=limit,
    )
    return JSONResponse([_entry(call, each) for each in found])


async def paper(request: Request) -> Response:
    """One paper, with the repos that name it. Client: HfApi.paper_info."""
    call = Call.of(request)
    it = await call.read_slow(told, request.path_params["id"])
    found, linked = it.paper, it.linked
    said = {
        **_paper(call, it),
        "numComments": 0,
        "projectPage": None,
        "githubRepo": None,
        "githubStars": None,
        "organization": None,
        "ai_summary": None,
        "ai_keywords": [],
        "source": "arxiv",
        "sourceUrl": found.arxiv,
    }
    for kind in RepoKind:
        said[f"linked{kind.plural.capitalize()}"] = [_repo(*each) for each in linked[kind]]
        said[f"numTotal{kind.plural.capitalize()}"] = found.counts[kind]
    return JSONResponse(said)


async def repos(request: Request) -> Response:
    """What names a paper, by kind."""
    call = Call.of(request)
    it = await call.read_slow(told, request.path_params["id"], papers.SHOWN)
    return JSONResponse(
        {kind.plural: [_repo(*each) for each in it.linked[kind]] for kind in RepoKind}
    )


def _entry(call: Call, it: Told) -> dict[str, Any]:
    """One of a list: the paper, and when and by whom it came here."""
    found = it.paper
    return {
        "paper": _paper(call, it),
        "title": found.name,
        "summary": "",
        "publishedAt": wire_time(found.submitted_at),
        "thumbnail": None,
        "numComments": 0,
        "submittedBy": _person(call, it.submitter),
        "isAuthorParticipating": False,
    }


def _paper(call: Call, it: Told) -> dict[str, Any]:
    found = it.paper
    return {
        "id": found.id,
        "title": found.name,
        "summary": "",
        "authors": _authors(found),
        "publishedAt": wire_time(found.published_at),
        "submittedOnDailyAt": wire_time(found.submitted_at),
        "submittedOnDailyBy": _person(call, it.submitter),
        "upvotes": 0,
        "discussionId": None,
    }


def _authors(found: Paper) -> Sequence[dict[str, Any]]:
    return [
        {"_id": object_id(f"authors/{found.id}", at), "name": name, "hidden": False}
        for at, name in enumerate(found.authors)
    ]


def _person(call: Call, person: Person) -> dict[str, Any]:
    return {
        "_id": object_id("accounts", person.id),
        "type": "org" if person.org else "user",
        "name" if person.org else "user": person.name,
        "fullname": person.title,
        "avatarUrl": call.base_url + avatar_path(person.name, person.avatar_sha256),
        "isPro": False,
    }


def _repo(repo: Repo, card: Card) -> dict[str, Any]:
    said = {
        "_id": repo.object_id,
        "id": str(repo.name),
        "author": repo.name.owner,
        "private": repo.private,
        "gated": repo.gated or False,
        "likes": repo.likes,
        "downloads": repo.downloads,
        "createdAt": wire_time(repo.created_at),
        "lastModified": wire_time(repo.updated_at),
        "tags": list(card.tags),
    }
    if repo.kind is RepoKind.MODEL:
        said |= {"pipeline_tag": card.pipeline_tag, "library_name": card.library}
    return said


def _within(params: Any) -> papers.Span | None:
    """The days asked for. Raises BadRequest for what is no day, week or month."""
    for name, form in FORMS.items():
        if asked := params.get(name):
            try:
                begin = datetime.strptime(asked + ("-1" if name == "week" else ""), form)
                end = begin + timedelta(days={"date": 1, "week": 7, "month": 31}[name])
            except (ValueError, OverflowError) as error:
                raise BadRequest(f"{name}: {asked[:40]!r} is none.") from error
            if name == "month":
                end = end.replace(day=1)
            return _instant(begin), _instant(end)
    return None


def _instant(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)


def _number(text: str | None, name: str, usual: int) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise BadRequest(f"{name}: send a whole number.")
    return int(text)


routes = [
    Route("/api/papers/search", search),
    Route("/api/papers/{id:seg}", paper),
    Route("/api/arxiv/{id:seg}/repos", repos),
    Route("/api/daily_papers", daily),
]

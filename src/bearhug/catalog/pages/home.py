"""The first page: for whoever is new, at home, or only passing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.accounts import service as accounts
from bearhug.catalog import service as catalog
from bearhug.catalog.pages.lines import Line, lines
from bearhug.catalog.service.home import Home
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call

AWAKE = {"ready": ("Warm", "on"), "loading": ("Waking", "busy"), "draining": ("Ending", "")}
"""Stages of a model that has memory, and how they are drawn."""

WORDS = {
    "account": ("Open your account", "You have a name here, and a place for what you make."),
    "look": ("Look around", "What is on this hub, and which of it runs on this machine."),
    "card": ("Read a card", "What a model does, how it was made, where it is weak."),
    "run": ("Run it once", "Ask it anything. Nothing leaves this machine."),
    "dataset": ("Look into a dataset", "What models learn from: its card and its files."),
    "space": ("See a Space", "A small page around a model, to copy and change."),
    "save": ("Save the run", "One link and one picture: what you asked and what it said."),
}


@dataclass(frozen=True)
class Step:
    """One step of a newcomer's path."""

    name: str
    done: bool
    title: str
    text: str
    button: str
    href: str


@dataclass(frozen=True)
class Awake:
    """A model in memory: `stage` as (words, how it is drawn), `held` what it takes."""

    repo: Repo
    stage: tuple[str, str]
    memory_bytes: int


@dataclass(frozen=True)
class Front:
    home: Home
    trending: Sequence[Line]
    open_to_sign_up: bool
    awake: Sequence[Awake]


async def home(request: Request) -> Response:
    call = Call.of(request)
    supervisor = call.hub.rooms.get("supervisor")
    actor = await call.actor()
    followed = actor.user_id is not None and request.query_params.get("news") == "following"
    front = await call.read_slow(_front, supervisor.statuses() if supervisor else {}, followed)
    template = "catalog/visitor.html" if actor.user_id is None else "catalog/home.html"
    return await call.page(
        template,
        home=front.home,
        front=front,
        kinds=list(RepoKind),
        greeting=_greeting(datetime.now(UTC).astimezone().hour),
        steps=_steps(front.home),
        host=call.base_url.partition("://")[2],
        followed=followed,
        place="",
    )


def _front(tx: Transaction, statuses: Mapping[str, Any], followed: bool) -> Front:
    found = catalog.home(tx, followed=followed)
    awake = [_awake(tx, key.partition("@")[0], status) for key, status in statuses.items()]
    return Front(
        found,
        lines(tx, found.trending),
        accounts.open_to_sign_up(tx),
        [each for each in awake if each],
    )


def _awake(tx: Transaction, name: str, status: Any) -> Awake | None:
    """A model in memory, if the actor may know of it."""
    stage = AWAKE.get(status.stage)
    repo = repo_rows.by_name(tx.db, RepoKind.MODEL, name) if stage else None
    if stage is None or repo is None or not repos.can(tx.actor, repo, Access.METADATA):
        return None
    words, kind = stage
    said = f"{status.progress:.0%}".replace("%", " %") if kind == "busy" else words
    return Awake(repo, (said, kind), status.memory_bytes)


def _steps(found: Home) -> list[Step]:
    """A newcomer's steps, each with where it is taken."""
    talker = found.talker.repo if found.talker else None
    of = {kind: hit.repo for kind, hit in found.first.items()}
    model = talker or of.get(RepoKind.MODEL)
    dataset, space = of.get(RepoKind.DATASET), of.get(RepoKind.SPACE)
    ways = {
        "account": ("", ""),
        "look": ("See the models", "/models"),
        "card": ("Read one", model.path if model else "/models"),
        "run": (f"Run {model.name.name}" if talker and model else "Choose one",
                f"{model.path}#try" if model else "/models"),
        "dataset": ("Open one", dataset.path if dataset else "/datasets"),
        "space": ("See one", space.path if space else "/spaces"),
        "save": ("Run and save", f"{model.path}#try" if model else "/models"),
    }  # fmt: skip
    return [Step(name, done, *WORDS[name], *ways[name]) for name, done in found.path]


def _greeting(hour: int) -> str:
    if 5 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"


routes = [Route("/", home)]

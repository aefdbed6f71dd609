"""The page of one repo: its card at the left, what one wishes to know at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bearhug.cards import service as cards
from bearhug.cards.model import OTHER, PREFIXES, Card
from bearhug.cards.tasks import TASKS
from bearhug.catalog import service as catalog
from bearhug.catalog.pages.lines import figures
from bearhug.catalog.pages.steps import step_taken
from bearhug.catalog.service.info import Page
from bearhug.catalog.snippets import Setting, Snippet, beginning, snippets
from bearhug.catalog.weighing import Result, results, weigh
from bearhug.catalog.words import LANGUAGES, LIBRARIES, MISC, hue, label
from bearhug.hub import Transaction
from bearhug.inference.service.measuring import ceiling
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

STEP = {RepoKind.MODEL: "card", RepoKind.DATASET: "dataset", RepoKind.SPACE: "space"}
MOST_TAGS = 12
HIDDEN = ("base_model:", "dataset:", "license:", "region:", "diffusers:", "endpoints_compatible")
"""Tags that a panel of the page says better, or that every repo has."""


BARE: dict[str, Mapping[str, object]] = {
    "pipeline_tag": TASKS,
    "library": LIBRARIES,
    "language": LANGUAGES,
    "misc": MISC,
}
"""Facets whose tags have no prefix, and the values known of them."""


@dataclass(frozen=True)
class Tag:
    """One of the tags under a repo's name, leading to what else has it."""

    words: str
    href: str
    hue: str = ""
    strong: str = ""


async def show(request: Request) -> Response:
    call = Call.of(request)
    params = request.path_params
    kind, name = RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"
    page = await call.read_slow(catalog.page, kind, name)
    if page.html is not None and page.html.key:
        packed = await call.thread(cards.packed, page.html)
        await call.write(cards.keep, page.html.key, packed)
    if kind in STEP:
        await step_taken(call, STEP[kind])
    return await call.page("catalog/repo.html", **(await _context(call, page)))


async def _context(call: Call, page: Page) -> dict[str, Any]:
    repo, card = page.repo, page.card
    room = ceiling(call.hub.settings)
    served = page.placed is not None and page.placed.answers
    wanted = call.request.query_params.get("file", "")
    setting = Setting(call.base_url, repo, card, page.files, served, wanted)
    ways = snippets(setting)
    return {
        "page": page,
        "repo": repo,
        "card": card,
        "html": Markup(page.html.text) if page.html else None,
        "manages": page.manages,
        "liked": page.liked,
        "tag_list": tags(repo, card),
        "panels": await _panels(call, repo, "panels"),
        "lower_panels": await _panels(call, repo, "lower_panels"),
        "ways": ways,
        "use": _chosen(ways, call.request.query_params.get("use", "")),
        "quantised": setting.quantised,
        "gguf": setting.gguf,
        "beginning": beginning(setting),
        "weighed": weigh(card, room),
        "room": room,
        "results": await call.read(_results, card) if repo.kind is RepoKind.MODEL else [],
        "spark": _spark(page.days),
        "figures": figures(page.placed) if served else "",
        "place": repo.kind.plural,
    }


def tags(repo: Repo, card: Card) -> list[Tag]:
    """Task first, coloured; then library and formats, languages, licence, papers, the rest."""
    prefixes = PREFIXES[repo.kind]
    found = [_tag(repo, tag, prefixes) for tag in card.tags if not tag.startswith(HIDDEN)]
    once = {f"{tag.words} {tag.strong}".lower(): tag for tag in reversed(found)}
    kept = sorted(reversed(once.values()), key=lambda tag: not tag.hue)[:MOST_TAGS]
    if card.license:
        kept.append(Tag("Licence", _to(repo, "license", card.license), strong=card.license))
    return kept


def _tag(repo: Repo, tag: str, prefixes: dict[str, str]) -> Tag:
    if tag.startswith("arxiv:"):
        id = tag.removeprefix("arxiv:")
        return Tag("arXiv", f"/papers/{id}", strong=id)
    facet, value = _facet(repo, tag, prefixes)
    if facet == OTHER:
        return Tag(tag, _to(repo, "filter", tag))
    return Tag(label(facet, value), _to(repo, facet, value), hue(facet, value))


def _facet(repo: Repo, tag: str, prefixes: dict[str, str]) -> tuple[str, str]:
    """Which facet a tag is of: by its prefix or, without one, by what it says."""
    for facet, prefix in prefixes.items():
        if prefix and tag.startswith(prefix):
            return facet, tag.removeprefix(prefix)
    known = next(
        (facet for facet, values in BARE.items() if facet in prefixes and tag in values), OTHER
    )
    return ("sdk" if tag == repo.sdk else known), tag


def _to(repo: Repo, name: str, value: str) -> str:
    return f"/{repo.kind.plural}?{urlencode({name: value})}"


async def _panels(call: Call, repo: Repo, room: str) -> list[Markup]:
    """What other features have beside the card, each rendered with variables of its own."""
    made = [await panel(call, repo) for panel in call.hub.rooms.get(room, ())]
    shown = []
    for template, context in filter(None, made):
        response = await call.page(template, **context)
        shown.append(Markup(bytes(response.body).decode()))
    return shown


def _chosen(ways: Sequence[Snippet], id: str) -> Snippet | None:
    return next((way for way in ways if way.id == id), None)


def _results(tx: Transaction, card: Card) -> list[tuple[Result, str]]:
    """Each with the page of its dataset, if that is here."""
    found = [(each, catalog.seen(tx, RepoKind.DATASET, each.dataset)) for each in results(card)]
    return [(each, dataset.path if dataset else "") for each, dataset in found]


def _spark(days: Sequence[int]) -> str:
    """Points of a line over a box of 200 by 40; "" where nothing was downloaded."""
    most = max(days, default=0)
    if not most:
        return ""
    step = 200 / (len(days) - 1)
    return " ".join(
        f"{at * step:.0f},{38 - 35 * number / most:.1f}" for at, number in enumerate(days)
    )


routes = repo_routes("/{owner:seg}/{name:seg}", show)

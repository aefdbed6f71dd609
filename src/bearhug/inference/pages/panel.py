"""The panels of a model's page: talk to it, and what it costs here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.model import Card, Example
from bearhug.hub import Transaction
from bearhug.inference import service, watching
from bearhug.inference.model import NotServed, Placement, PlacementStage, Run, RunNotFound, Turn
from bearhug.inference.pages.colours import Coloured, coloured
from bearhug.inference.pages.keepsakes import address, fills_of
from bearhug.inference.pages.widgets import Widget, widget_of
from bearhug.inference.room import ModelRoom
from bearhug.inference.service import Located
from bearhug.inference.service.measuring import machine
from bearhug.inference.snippets import snippets
from bearhug.inference.task_snippets import task_snippets
from bearhug.inference.watching import Bar
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.call import Call

TEMPLATE = "inference/panel.html"
MOST_EXAMPLES = 8
DEFAULT_TOKENS = 512
TOKENS_AT_MOST = 4096

HELLO = Turn("user", "Hello! Who are you?")
STAGES = {
    PlacementStage.NONE: "",
    PlacementStage.CANNOT: "failed",
    PlacementStage.CAN: "can",
    PlacementStage.BUSY: "busy",
    PlacementStage.ON: "on",
}


@dataclass(frozen=True)
class Chip:
    """An example of the card: its title, and what it sends, as JSON."""

    title: str
    sends: str


@dataclass(frozen=True)
class Settings:
    """What the form's fields hold; "" leaves the choice to the engine."""

    temperature: float | str = ""
    max_tokens: int | str = DEFAULT_TOKENS
    top_p: float | str = ""
    seed: int | str = ""


@dataclass(frozen=True)
class Talk:
    """All the panel shows."""

    repo: Repo
    placement: Placement
    stage: str
    """The design's word for the placement's stage."""
    bar: Bar | None = None
    machine: str = ""
    chips: list[Chip] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    turns: tuple[Turn, ...] = ()
    """A saved run to go on from."""
    message: str = ""
    """What stands in the field already."""
    code: list[Coloured] = field(default_factory=list)
    isolation: str = ""
    """What keeps its process from the rest, once it was started."""
    widget: Widget | None = None
    """What is asked by filling in a form, and not by talking."""

    @property
    def history(self) -> str:
        return json.dumps(messages(self.turns), ensure_ascii=False)


async def panel(call: Call, repo: Repo) -> tuple[str, dict[str, Any]] | None:
    """The template to include beside the card and its one variable, `talk`; None for no panel."""
    if repo.kind is not RepoKind.MODEL:
        return None
    talk = await talk_of(call, repo)
    return (TEMPLATE, {"talk": talk}) if talk else None


async def talk_of(call: Call, repo: Repo) -> Talk | None:
    """What the panel shows, for whoever may read the repo; None where its card wants none."""
    wanted = call.request.query_params.get("run", "")
    card, found, run = await call.read_slow(_look, repo, wanted)
    if card is not None and cards.refuses_inference(card):
        return None
    widget = widget_of(repo, card)
    if isinstance(found, Placement):
        return Talk(repo, found, STAGES[found.stage], widget=widget)
    room: ModelRoom = call.hub.rooms["inference"]
    sight = await watching.look(room, found)
    placement = sight.placement
    if widget and not widget.talks:
        if run is not None and run.said.inputs is not None:
            widget = replace(widget, fills=fills_of(widget.form, run.said, partial(address, run)))
        code = task_snippets(call.base_url, str(repo.name), widget.form.task, widget.body)
        return Talk(
            repo,
            placement,
            STAGES[placement.stage],
            sight.bar,
            machine(),
            code=coloured(code),
            isolation=sight.status.isolation,
            widget=widget,
        )
    again = "again" in call.request.query_params
    turns, message = _seed(run, again=again)
    chips = _chips(card)
    settings = settings_of(run.said.parameters if run else _defaults(card))
    first = _first(card) if card else HELLO
    code = snippets(call.base_url, str(repo.name), [first], _given(settings), chat=placement.chat)
    return Talk(
        repo,
        placement,
        STAGES[placement.stage],
        sight.bar,
        machine(),
        chips,
        settings,
        turns,
        message,
        coloured(code),
        sight.status.isolation,
        widget,
    )


def settings_of(parameters: Mapping[str, Any]) -> Settings:
    """The fields' values from a card's or a run's parameters; what makes no sense is left out."""
    tokens = parameters.get("max_tokens", parameters.get("max_new_tokens"))
    return Settings(
        _number(parameters.get("temperature"), 0, 2),
        int(_number(tokens, 1, TOKENS_AT_MOST) or DEFAULT_TOKENS),
        _number(parameters.get("top_p"), 0, 1),
        int(seed) if (seed := _number(parameters.get("seed"), 0, 2**31)) != "" else "",
    )


def messages(turns: tuple[Turn, ...]) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def example_turns(example: Example) -> tuple[Turn, ...]:
    """What an example says; a bare text is said by the user."""
    if example.messages:
        return tuple(Turn(each.role, each.content) for each in example.messages)
    return (Turn("user", example.text),) if example.text else ()


def examples(card: Card | None) -> list[Example]:
    """The examples that a text model can answer."""
    listed = cards.examples(card) if card else []
    return [each for each in listed if example_turns(each)][:MOST_EXAMPLES]


def _look(
    tx: Transaction, repo: Repo, wanted: str
) -> tuple[Card | None, Located | Placement, Run | None]:
    card = cards.card(tx, repo)
    try:
        found: Located | Placement = service.locate(tx, repo)
    except NotServed as reason:
        found = service.unplaced(tx, repo, reason)
    return card, found, _wanted(tx, repo, wanted) if wanted else None


def _wanted(tx: Transaction, repo: Repo, id: str) -> Run | None:
    try:
        run, model = service.run(tx, id)
    except RunNotFound:
        return None
    return run if model.id == repo.id else None


def _seed(run: Run | None, *, again: bool) -> tuple[tuple[Turn, ...], str]:
    """(turns to begin with, message to send): a run asked again, or gone on from."""
    if run is None:
        return (), ""
    if not again:
        return (*run.said.turns, Turn("assistant", run.said.output)), ""
    return run.said.turns[:-1], run.said.turns[-1].content if run.said.turns else ""


def _chips(card: Card | None) -> list[Chip]:
    return [
        Chip(
            each.title,
            json.dumps(
                {"messages": messages(example_turns(each)), "parameters": dict(each.parameters)},
                ensure_ascii=False,
            ),
        )
        for each in examples(card)
    ]


def _first(card: Card) -> Turn:
    """What the code shows being asked: the card's first example."""
    listed = examples(card)
    return example_turns(listed[0])[-1] if listed else HELLO


def _defaults(card: Card | None) -> Mapping[str, Any]:
    return cards.parameters(card) if card else {}


def _given(settings: Settings) -> dict[str, Any]:
    return {name: value for name, value in vars(settings).items() if value != ""}


def _number(value: Any, least: float, most: float) -> float | str:
    """The number within its bounds, or "" for anything else."""
    if isinstance(value, bool):
        return ""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    return number if least <= number <= most else ""

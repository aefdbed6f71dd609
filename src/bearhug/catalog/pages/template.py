"""A model's chat templates: as they are written, and a conversation put through them."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bearhug.cards import service as cards
from bearhug.cards.apps import templates
from bearhug.cards.model import Card
from bearhug.cards.render import colour
from bearhug.catalog.templates_told import indented, named_after
from bearhug.errors import EntryNotFound
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import KindRoute
from bearhug.web.rendering import Rendered, render_apart

KEPT = 64
SYSTEM = {"role": "system", "content": "You answer in one sentence."}
TALK = [
    {"role": "user", "content": "Why do bears hum?"},
    {"role": "assistant", "content": "They hum when they are content."},
    {"role": "user", "content": "And when they are not?"},
]
TOOL = {
    "type": "function",
    "function": {
        "name": "find_bear",
        "description": "Where a bear was seen last.",
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string", "description": "The bear's name."}},
            "required": ["name"],
        },
    },
}


@dataclass(frozen=True)
class _Found:
    repo: Repo
    card: Card
    manages: bool


async def show(request: Request) -> Response:
    """One of the templates; `view` is pretty (by default) or raw."""
    call = Call.of(request)
    name = f"{request.path_params['owner']}/{request.path_params['name']}"
    found = await call.read_slow(_find, name)
    known = templates(found.card.facts)
    if not known:
        raise EntryNotFound("This model has no chat template.")
    asked = request.query_params
    chosen = asked.get("name", "") if asked.get("name", "") in known else next(iter(known))
    text = known[chosen]
    pretty = asked.get("view") != "raw"
    with_tools = "tools" in asked and "tools" in text
    shown = indented(text) if pretty else text
    return await call.page(
        "catalog/template.html",
        repo=found.repo,
        manages=found.manages,
        place="models",
        names=list(known),
        chosen=chosen,
        pretty=pretty,
        text=text,
        html=Markup(await call.thread(colour, shown, "jinja")),
        knows_tools="tools" in text,
        with_tools=with_tools,
        family=named_after(text),
        example=await _example(call, text, _special(found.card), with_tools),
        lines=text.count("\n") + 1,
    )


def _find(tx: Transaction, name: str) -> _Found:
    repo = repos.find(tx, RepoKind.MODEL, name, access=Access.READ)
    manages = repos.can(tx.actor, repo, Access.ADMIN)
    return _Found(repo, cards.card(tx, repo) or Card(), manages)


def _special(card: Card) -> dict[str, str]:
    """The tokens that templates speak of."""
    tokenizer: Mapping[str, Any] = card.facts.get("config", {}).get("tokenizer_config", {})
    gguf: Mapping[str, Any] = card.facts.get("gguf", {})
    names = ("bos_token", "eos_token", "pad_token", "unk_token")
    said = {name: tokenizer.get(name) or gguf.get(name) for name in names}
    return {name: value for name, value in said.items() if isinstance(value, str)}


async def _example(call: Call, text: str, special: dict[str, str], tools: bool) -> Rendered:
    """A conversation as the model reads it; kept, since a process had to be started for it."""
    room: OrderedDict[str, Rendered] = call.hub.rooms.setdefault("chat_examples", OrderedDict())
    key = sha256(f"{text}{sorted(special.items())}{tools}".encode()).hexdigest()
    if key not in room:
        room[key] = await call.thread(_rendered, text, special, tools)
        while len(room) > KEPT:
            room.popitem(last=False)
    return room[key]


def _rendered(text: str, special: dict[str, str], tools: bool) -> Rendered:
    """Some templates know no system prompt: those are asked without one."""
    values = {**special, "add_generation_prompt": True, "tools": [TOOL] if tools else None}
    found = render_apart(text, {**values, "messages": [SYSTEM, *TALK]})
    if "ystem" not in found.error and "role" not in found.error:
        return found
    return render_apart(text, {**values, "messages": TALK})


routes: list[BaseRoute] = [KindRoute("model", "/{owner:seg}/{name:seg}/template", show, ["GET"])]

"""A model's widget: the form of its task, filled in with the first of its examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from bearhug.cards import service as cards
from bearhug.cards.model import Card, Example
from bearhug.inference.pages.forms import Form, form_of
from bearhug.inference.pages.proposing import Proposal, body_of, proposals
from bearhug.repos.model import Repo

MASK = "<mask>"


@dataclass(frozen=True)
class Widget:
    """What the page draws. `fills` has the fields' values to begin with, by name."""

    form: Form
    proposals: Sequence[Proposal] = ()
    fills: Mapping[str, Any] = field(default_factory=dict)
    mask: str = MASK
    said: str = ""
    """What the model answered, in words, where no script draws it."""

    @property
    def talks(self) -> bool:
        """Whether one talks with it: its examples are shown here, the rest is the chat's."""
        return self.form.answer == "talk"

    @cached_property
    def body(self) -> dict[str, Any]:
        """What the API would be sent as the form stands."""
        return body_of(self.form, self.fills)

    @property
    def takes_file(self) -> bool:
        return any(each.kind in ("image", "audio") for each in self.form.fields)

    @property
    def chosen(self) -> bool:
        """Whether there is a choice: an only one, without a name, is filled in already."""
        return len(self.proposals) > 1 or any(not each.unnamed for each in self.proposals)

    @cached_property
    def groups(self) -> list[tuple[str, list[tuple[int, Proposal]]]]:
        """The examples by their group, each with its place in `proposals`."""
        found: dict[str, list[tuple[int, Proposal]]] = {}
        for at, each in enumerate(self.proposals):
            found.setdefault(each.group, []).append((at, each))
        return list(found.items())

    @property
    def outputs(self) -> list[Proposal]:
        """The examples whose answers the card tells."""
        return [each for each in self.proposals if each.output.said]


def widget_of(repo: Repo, card: Card | None) -> Widget | None:
    """The widget of a model's task, None where there is none."""
    if card is None:
        return None
    form = form_of(card.pipeline_tag, _model_type(repo, card))
    if form is None:
        return None
    listed = proposals(repo, form, [_asked(each) for each in cards.proposals(card)])
    given = _given(form, cards.parameters(card))
    first = dict(listed[0].fills) if listed else {}
    mask = card.facts.get("mask_token")
    return Widget(form, listed, {**given, **first}, str(mask) if mask else MASK)


def _given(form: Form, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The card's `inference.parameters`, as far as the form has fields for them."""
    names = {each.name.rpartition(".")[2]: each.name for each in (*form.fields, *form.settings)}
    return {names[key]: value for key, value in parameters.items() if key in names}


def _asked(example: Example) -> Example:
    """An example of messages, as what it says last."""
    if example.messages and not example.text:
        return replace(example, text=example.messages[-1].content)
    return example


def _model_type(repo: Repo, card: Card) -> str:
    """What the model calls its kind; NLLB calls itself M2M100, but spells languages its own way."""
    if "nllb" in card.tags or "nllb" in repo.name.name.lower():
        return "nllb"
    return str(card.facts.get("config", {}).get("model_type", ""))

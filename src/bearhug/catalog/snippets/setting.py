"""The words of ways to use a repo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from bearhug.cards.apps import ways
from bearhug.cards.model import Card
from bearhug.cards.render import colour
from bearhug.repos.model import Repo


@dataclass(frozen=True)
class Step:
    """One block to copy. `name` stands over it: a file, or where it is typed."""

    name: str
    code: str
    language: str

    @property
    def html(self) -> str:
        return colour(self.code, self.language)


@dataclass(frozen=True)
class Snippet:
    """One way of using it. `id` stands in the address; `picks`: it wants one GGUF of several."""

    id: str
    words: str
    icon: str
    steps: Sequence[Step]
    note: str = ""
    group: str = "Python"
    picks: bool = False


@dataclass(frozen=True)
class Setting:
    """Which repo, from which hub.

    `names` are its files, `served` whether it answers here, `wanted` the GGUF file asked for.
    """

    base_url: str
    repo: Repo
    card: Card
    names: Sequence[str] = ()
    served: bool = False
    wanted: str = ""

    @property
    def name(self) -> str:
        return str(self.repo.name)

    @property
    def endpoint(self) -> str:
        """The line that turns every client of the Hub to this one."""
        return f"export HF_ENDPOINT={self.base_url}"

    @property
    def quantised(self) -> Sequence[Mapping[str, Any]]:
        """The GGUF models here: [{file, size, quantization, shards}]."""
        listed: Sequence[Mapping[str, Any]] = self.card.facts.get("gguf", {}).get("files", ())
        return listed

    @property
    def gguf(self) -> str:
        """The GGUF file that was asked for, or stands for all; "" without one."""
        if self.wanted and self.wanted in self.names_of_gguf:
            return self.wanted
        file = str(self.card.facts.get("gguf", {}).get("file", ""))
        return file or next(iter(self.names_of_gguf), "")

    @cached_property
    def names_of_gguf(self) -> list[str]:
        known = [str(each["file"]) for each in self.quantised]
        return known or [name for name in self.names if name.endswith(".gguf")]

    @property
    def tag(self) -> str:
        """What names that file to llama.cpp and Ollama: ":Q4_K_M"; "" if there is no other."""
        named = (each for each in self.quantised if each["file"] == self.gguf)
        said = str(next(named, {}).get("quantization", ""))
        return f":{said}" if said else ""

    @cached_property
    def ways(self) -> set[str]:
        """In which ways programs can run it: bearhug/cards/apps.py."""
        card = self.card
        return ways(card.pipeline_tag, card.library, card.tags, card.facts)

    @property
    def base_model(self) -> str:
        """What an adapter was made for; a word to fill in where nobody said."""
        named = (tag.split(":") for tag in self.card.tags if tag.startswith("base_model:"))
        return next((parts[-1] for parts in named if len(parts) > 1), "the/base-model")

    def address_of(self, path: str) -> str:
        return f"{self.base_url}{self.repo.path}/resolve/main/{quote(path)}"

    @property
    def token_note(self) -> str:
        return "It is private: sign in first, with hf auth login and a token of yours." * (
            self.repo.private
        )


def script(setting: Setting, *lines: str) -> str:
    """A Python file whose imports find this hub."""
    turned = f'import os\n\nos.environ["HF_ENDPOINT"] = "{setting.base_url}"'
    return f"{turned}  # before the import below\n\n" + "\n".join(lines)

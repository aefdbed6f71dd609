"""How much a tree holds once it is spread out: few objects can stand for billions of files."""

from collections.abc import Callable
from typing import NamedTuple

from bearhug.git.formats import FOLDER_MODE
from bearhug.git.trees import raw_entries

MOST_ENTRIES = 500_000
"""Files and folders of one revision: whoever lists it holds all of them at once."""


class Weight(NamedTuple):
    """Of a tree: all that is beneath it, counted at each path, and how many folders deep."""

    entries: int
    depth: int


class Weights:
    """Each tree is read once, however often it stands in others. `read`: a tree's bytes."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._known: dict[str, Weight] = {}

    def of(self, tree: str) -> Weight:
        """Without recursion, which a deep tree would exhaust. Raises as `read` does."""
        begun: dict[str, tuple[int, list[str]]] = {}
        waiting = [tree]
        while waiting:
            oid = waiting[-1]
            if oid in self._known:
                waiting.pop()
                continue
            if oid not in begun:
                entries = raw_entries(self._read(oid))
                folders = [each[2].hex() for each in entries if each[0] == FOLDER_MODE]
                begun[oid] = len(entries), folders
                waiting += folders
                continue
            count, folders = begun.pop(oid)
            beneath = [self._known[each] for each in folders]
            self._known[oid] = Weight(
                count + sum(each.entries for each in beneath),
                1 + max((each.depth for each in beneath), default=0),
            )
            waiting.pop()
        return self._known[tree]

"""Where in a repository a file is, or was: a name for each of many blobs."""

from collections.abc import Iterator, Set

from bearhug.git.formats import FOLDER, SUBMODULE, parse_tree
from bearhug.git.history import BUDGET_BYTES, newest_first
from bearhug.git.reader import Reader
from bearhug.git.repository import DEFAULT_BRANCH, Repository


def whereabouts(repository: Repository, wanted: Set[str]) -> dict[str, tuple[str, str]]:
    """{blob: (path, ref)}: on main before elsewhere, in newer commits before older ones.

    What is only in commits that no ref leads to is left out, as is what lies too far back to
    look for (`history.BUDGET_BYTES`).
    """
    search = _Search(repository.reader, wanted)
    names = sorted(repository.refs, key=lambda name: (name != DEFAULT_BRANCH, name))
    for name in names:
        commit = repository.refs[name].commit
        if not repository.reader.expand(commit):
            continue  # a tag on a file or a folder
        for oid in newest_first(repository.reader, commit):
            if search.over:
                return search.found
            search.look(repository.reader.tree_of(oid), name)
    return search.found


class _Search:
    def __init__(self, reader: Reader, wanted: Set[str]) -> None:
        self.reader = reader
        self.left = set(wanted)
        self.found: dict[str, tuple[str, str]] = {}
        self._seen: set[str] = set()
        self._read = 0

    @property
    def over(self) -> bool:
        return not self.left or self._read > BUDGET_BYTES

    def look(self, tree: str, ref: str) -> None:
        for path, oid in self._files(tree, ""):
            if oid in self.left:
                self.left.remove(oid)
                self.found[oid] = (path, ref)

    def _files(self, tree: str, prefix: str) -> Iterator[tuple[str, str]]:
        """Of folders not seen before."""
        if tree in self._seen or self.over:
            return
        self._seen.add(tree)
        content = self.reader.read(tree)
        self._read += len(content)
        for name, (mode, binary) in parse_tree(content).items():
            path = prefix + name.decode("utf-8", "replace")
            if int(mode, 8) == FOLDER:
                yield from self._files(binary.hex(), f"{path}/")
            elif int(mode, 8) != SUBMODULE:
                yield path, binary.hex()

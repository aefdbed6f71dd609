"""What a push may not bring: told in sentences that name the file and the way out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from bearhug.errors import Unprocessable
from bearhug.files import store
from bearhug.git.formats import Pointer, parse_commit, parse_pointer
from bearhug.git.packets import Command
from bearhug.git.quarantine import New, Quarantine, Tip
from bearhug.git.store import Blob
from bearhug.git.weighing import MOST_ENTRIES
from bearhug.git.writing import MAX_DEPTH, check_path
from bearhug.hub import Hub
from bearhug.repos.model import Repo, RepoKind

POINTER_BYTES = (120, 1023)
"""An LFS pointer is no shorter (git-lfs's docs/spec.md) and no longer; others are not read."""

NAMED = 10
"""So many files are named; a push may have thousands like them."""

CARD = "README.md"
MAX_COMMITS = 100
"""So many of the newest commits are noted one by one."""


class Verdict(Protocol):
    @property
    def errors(self) -> tuple[str, ...]: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...


CardCheck = Callable[[str, RepoKind], Verdict]
"""`hub.rooms["check_card"]`: what is wrong with a README's metadata, which `cards` knows."""


@dataclass(frozen=True)
class NewCommit:
    oid: str
    title: str
    email: str


@dataclass
class Looked:
    """What a push brings. `wrong` holds sentences: a push with any is refused."""

    blobs: dict[str, Blob] = field(default_factory=dict)
    commits: list[NewCommit] = field(default_factory=list)
    """The newest MAX_COMMITS, newest first."""
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    reason: str = ""
    """A few words for each ref that is refused for what is wrong."""

    def refuse(self, reason: str, sentence: str) -> None:
        self.reason = self.reason or reason
        self.wrong.append(sentence)


def look(
    hub: Hub,
    repo: Repo,
    quarantine: Quarantine,
    commands: Iterable[Command],
    tips: dict[str, Tip],
) -> Looked:
    """Everything new in a push, read once. Slow. Raises BadPack if something is missing."""
    asked = list(commands)
    looked = Looked()
    small: dict[str, str] = {}
    commits: list[str] = []
    for new in quarantine.new(command.new for command in asked if command.new):
        if new.kind == "commit":
            commits.append(new.oid)
        elif new.kind in ("blob", "tree") and new.path:
            _look_at(hub, looked, new, small)
        if new.kind == "tree":
            _weigh(looked, quarantine, new)
    _pointers(hub, repo, looked, small, quarantine)
    looked.commits = [_commit(*each) for each in quarantine.contents(commits[:MAX_COMMITS])]
    _cards(hub, repo, looked, quarantine, asked, tips)
    return looked


def _look_at(hub: Hub, looked: Looked, new: New, small: dict[str, str]) -> None:
    try:
        check_path(new.path)
    except Unprocessable as error:
        looked.refuse("a path that cannot be", error.message)
    if new.kind != "blob":
        return
    looked.blobs[new.oid] = Blob(new.oid, new.size)
    limit = hub.settings.max_inline_bytes
    if new.size > limit:
        looked.refuse(
            "a large file that is not in LFS",
            f"{new.path} has {new.size} bytes; over {limit} a file must be kept with git-lfs."
            f' Run: git lfs migrate import --include="{new.path}"; then push again.',
        )
    elif POINTER_BYTES[0] <= new.size <= POINTER_BYTES[1]:
        small[new.oid] = new.path


def _weigh(looked: Looked, quarantine: Quarantine, new: New) -> None:
    """Of a tree that stands at many paths git names one: what is behind all of them is counted."""
    weight = quarantine.weight(new.oid)
    if weight.entries > MOST_ENTRIES:
        looked.refuse(
            "too many files",
            f"A folder ({new.path or 'the top'}) has {weight.entries} entries with all beneath it;"
            f" a revision may have {MOST_ENTRIES}. Pack small files together, as in archives.",
        )
    if weight.depth > MAX_DEPTH:
        looked.refuse(
            "folders too deep",
            f"A folder ({new.path or 'the top'}) is {weight.depth} folders deep; at most"
            f" {MAX_DEPTH} are.",
        )


def _pointers(
    hub: Hub, repo: Repo, looked: Looked, small: dict[str, str], quarantine: Quarantine
) -> None:
    """Which of the small files are pointers, and whether the repo owns what they point at."""
    found: dict[str, Pointer] = {}
    for oid, content in quarantine.contents(small):
        pointer = parse_pointer(content)
        if pointer is not None:
            found[oid] = pointer
            looked.blobs[oid] = Blob(oid, len(content), pointer)
    hashes = [pointer.sha256 for pointer in found.values()]
    owned = hub.read(lambda tx: store.owned(tx.db, repo.id, hashes)) if hashes else {}
    for oid, pointer in found.items():
        size = owned.get(pointer.sha256)
        if size is None:
            looked.refuse(
                "LFS objects are missing",
                f"{small[oid]} is an LFS pointer, and its object {pointer.sha256} was not sent to"
                " this repo. Run: git lfs push --all origin; then push again.",
            )
        elif size != pointer.size:
            looked.refuse(
                "an LFS pointer of another size",
                f"{small[oid]} is an LFS pointer that says {pointer.size} bytes, and its object"
                f" has {size}. Add the file anew with git-lfs, and push again.",
            )


def _cards(
    hub: Hub,
    repo: Repo,
    looked: Looked,
    quarantine: Quarantine,
    commands: list[Command],
    tips: dict[str, Tip],
) -> None:
    """The metadata of each new README.md at a branch's tip, by the rules of validate-yaml."""
    check: CardCheck | None = hub.rooms.get("check_card")
    if check is None:
        return
    ends = {tips[c.new].commit for c in commands if c.new and not c.ref.startswith("refs/tags/")}
    found = [quarantine.file(commit, CARD) for commit in ends if commit]
    most = hub.settings.max_inline_bytes
    new = {card.oid for card in found if card and card.oid in looked.blobs and card.size <= most}
    for _, content in quarantine.contents(new):
        verdict = check(content.decode("utf-8", "replace"), repo.kind)
        for error in verdict.errors:
            looked.refuse(
                f"invalid metadata in {CARD}",
                f"Invalid metadata in {CARD}: {_line(error)}. Mend it between the lines of ---,"
                " commit, and push again.",
            )
        looked.remarks += [f"{CARD}: {_line(warning)}" for warning in verdict.warnings]


def shown(sentences: list[str]) -> list[str]:
    """As many as a terminal is for."""
    more = len(sentences) - NAMED
    return [*sentences[:NAMED], f"… and {more} more like these."] if more > 0 else sentences


def _commit(oid: str, content: bytes) -> NewCommit:
    commit = parse_commit(oid, content)
    return NewCommit(oid, commit.title.replace("\0", ""), commit.author.email.lower())


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")

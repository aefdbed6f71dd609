"""Pushes by git: what may move where, then all of it landed in one transaction.

Bytes first, rows last, as with any commit: an interrupted push leaves nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bearhug.errors import HubError, RepoNotFound
from bearhug.files import store
from bearhug.files.service import permits
from bearhug.files.service.committing import MAIN, pushed, signature
from bearhug.files.service.inspecting import Looked, NewCommit, look, shown
from bearhug.files.service.refs import BAD, FULL, MOST_REFS
from bearhug.git import store as git
from bearhug.git.clone import link
from bearhug.git.compact import THRESHOLD
from bearhug.git.formats import Pack
from bearhug.git.packets import Command, Push, Report
from bearhug.git.quarantine import BadPack, Quarantine, Tip
from bearhug.git.store import Blob, Ref
from bearhug.hub import Actor, Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.storage.objects import pack_key

PLACES = re.compile(r"refs/(heads|tags)/(?P<name>.+)|refs/pr/[1-9]\d{0,17}")
BLOBS_AT_ONCE = 10_000
"""Rows written in one turn of the writer: sizes of what nothing names yet harm nobody."""

ATOMIC = "atomic push: another ref was refused"


@dataclass(frozen=True)
class Arrival:
    """What a push brings, stored: all that is left is to say so in rows."""

    pack: Pack | None = None
    """None where nothing was new."""
    blobs: tuple[Blob, ...] = ()
    commits: tuple[NewCommit, ...] = ()


@dataclass
class _Fate:
    """Of each ref: "" or why not. Begun anew whenever a transaction is."""

    reasons: dict[str, str] = field(default_factory=dict)

    def allowed(self, commands: Iterable[Command]) -> list[Command]:
        return [command for command in commands if not self.reasons[command.ref]]


class _Withdrawn(Exception):
    """A ref of an atomic push was refused in the last moment: nothing is to have happened."""


def door(tx: Transaction, kind: RepoKind, name: str) -> tuple[Repo, dict[str, Ref]]:
    """The repo and its refs, if the actor may push to any at all.

    Raises as `repos.find`, NotSignedIn to visitors, so that git asks for a token, and Forbidden.
    """
    repo = repos.find(tx, kind, name, access=Access.READ)
    tx.actor.require_user()
    if not permits.may_propose(tx, repo):  # pull requests of their own, it may be
        repos.require(tx.actor, repo, Access.WRITE)
    return repo, git.refs(tx.db, repo.id)


def bare(tx: Transaction, repo: Repo) -> Path:
    """The repository on this node's disk, with all packs and refs of the moment."""
    return tx.hub.git.sync_refs(tx.db, repo.id)


def decide(tx: Transaction, repo: Repo, push: Push) -> dict[str, str]:
    """For each ref "", or why the actor may not move it so; before its pack is looked at."""
    return {command.ref: _refusal(tx, repo, command) for command in push.commands}


def receive(
    hub: Hub, actor: Actor, repo: Repo, push: Push, quarantine: Quarantine, decided: dict[str, str]
) -> Report:
    """Look through what came and land it, durably. Slow: call it in a thread.

    Raises nothing that a user can mend: that is what the report says.
    """
    fate = _Fate(dict(decided))
    try:
        return _receive(hub, actor, repo, push, quarantine, fate)
    except BadPack as error:
        return _refused(fate, push, "unpacker error", [error.message], unpack="failed")
    except HubError as error:
        return _refused(fate, push, error.message, [])


def _receive(
    hub: Hub, actor: Actor, repo: Repo, push: Push, quarantine: Quarantine, fate: _Fate
) -> Report:
    wanted = fate.allowed(push.commands)
    brings = [command.new for command in wanted if command.new]
    if brings:
        quarantine.finish()
    tips = quarantine.tips(brings)
    for command in wanted:
        fate.reasons[command.ref] = _wrong_target(command, tips)
    wanted = _or_nothing(push, fate)
    looked = look(hub, repo, quarantine, wanted, tips) if brings and wanted else Looked()
    if looked.wrong:
        return _refused(fate, push, looked.reason, shown(looked.wrong))
    arrival = _store(hub, repo, quarantine, looked) if brings and wanted else Arrival()

    def work(tx: Transaction) -> dict[str, str]:
        return land(tx, repo.id, push, wanted, tips, arrival)

    try:
        results = {**fate.reasons, **hub.write_as(actor, work)} if wanted else fate.reasons
    except _Withdrawn as withdrawn:
        fate.reasons.update(withdrawn.args[0])
        _or_nothing(push, fate)
        results = fate.reasons
    return Report(results, tuple(looked.remarks))


def land(
    tx: Transaction,
    repo_id: int,
    push: Push,
    wanted: list[Command],
    tips: Mapping[str, Tip],
    arrival: Arrival,
) -> dict[str, str]:
    """Move the refs that may still be moved so; the pack's row, if one moved, before them all."""
    repo = repo_rows.by_id(tx.db, repo_id)
    if repo is None:
        raise RepoNotFound
    fate = _Fate()
    moved: list[tuple[Command, Ref | None]] = []
    room = max(MOST_REFS - git.count_refs(tx.db, repo.id), 0)
    for command in sorted(wanted, key=lambda command: command.new is not None):
        before = git.ref(tx.db, repo.id, command.ref)
        more = _more(command, before)
        reason = _refusal(tx, repo, command) or (FULL if more > room else "")
        reason = reason or _move(tx, repo, command, before, tips)
        fate.reasons[command.ref] = reason
        if not reason:
            moved.append((command, before))
            room -= more
    if push.atomic and len(moved) < len(wanted):
        raise _Withdrawn(fate.reasons)
    if moved:
        _keep(tx, repo, arrival, [command for command, _ in moved])
    for command, before in moved:
        _announce(tx, repo, command, before, tips, arrival, alone=len(moved) == 1)
    return fate.reasons


def _refusal(tx: Transaction, repo: Repo, command: Command) -> str:
    place = PLACES.fullmatch(command.ref)
    name = place["name"] if place else None
    if place is None:
        return "only refs/heads/…, refs/tags/… and refs/pr/N can be pushed"
    if name and (BAD.search(name) or len(name.encode("utf-8", "surrogateescape")) > 200):
        return "this cannot name a branch or tag"
    if name and not name.isascii() and any("\ud800" <= letter <= "\udfff" for letter in name):
        return "this name is not UTF-8"
    if not permits.may_push(tx, repo, command.ref):
        return _not_theirs(tx, repo, command)
    if command.new is None and command.ref == MAIN:
        return "main cannot be deleted"
    if command.new is None and name is None:
        return "a pull request's ref is deleted on its page, once it has ended"
    return ""


def _not_theirs(tx: Transaction, repo: Repo, command: Command) -> str:
    if command.ref.startswith(permits.PR_PREFIX):
        return "no open pull request of yours has this ref"
    return f"you may not write to {repo.name}: open a pull request instead"


def _wrong_target(command: Command, tips: Mapping[str, Tip]) -> str:
    if command.new is None:
        return ""
    tip = tips.get(command.new)
    if tip is None:
        return "the object it names did not come"
    if tip.commit is None or (tip.kind != "commit" and not command.ref.startswith("refs/tags/")):
        return "it must name a commit"
    return ""


def _or_nothing(push: Push, fate: _Fate) -> list[Command]:
    """What is still to land; of an atomic push all or none."""
    allowed = fate.allowed(push.commands)
    if push.atomic and len(allowed) < len(push.commands):
        for command in allowed:
            fate.reasons[command.ref] = ATOMIC
        return []
    return allowed


def _refused(
    fate: _Fate, push: Push, reason: str, sentences: list[str], *, unpack: str = "ok"
) -> Report:
    """Nothing lands: what had not been refused before is now."""
    results = {command.ref: fate.reasons[command.ref] or reason for command in push.commands}
    remarks = ("", *sentences, "") if sentences else ()
    return Report(results, remarks, unpack)


def _store(hub: Hub, repo: Repo, quarantine: Quarantine, looked: Looked) -> Arrival:
    """The pack's bytes into the store and into this node's cache, most sizes into rows."""
    pack = quarantine.pack()
    if not pack.count:
        return Arrival(commits=tuple(looked.commits))
    file, index = quarantine.files()
    if pack.data is None:
        part = hub.objects.scratch / uuid4().hex
        link(file, part)
        hub.objects.adopt(pack_key(pack.sha), part)
    hub.git.place(repo.id, pack, file, index)
    blobs = list(looked.blobs.values())
    while len(blobs) > BLOBS_AT_ONCE:
        some, blobs = blobs[:BLOBS_AT_ONCE], blobs[BLOBS_AT_ONCE:]
        hub.write(_add_blobs, repo.id, some)
    return Arrival(pack, tuple(blobs), tuple(looked.commits))


def _add_blobs(tx: Transaction, repo_id: int, blobs: list[Blob]) -> None:
    if repo_rows.by_id(tx.db, repo_id) is not None:
        git.add_blobs(tx.db, repo_id, blobs)


def _move(
    tx: Transaction, repo: Repo, command: Command, before: Ref | None, tips: Mapping[str, Tip]
) -> str:
    if (before.oid if before else None) != command.old:
        return "it has moved meanwhile: fetch first"
    if command.new is not None and before is None:
        other = git.clashing(tx.db, repo.id, command.ref)
        if other is not None:
            return f"{other} is there already: git cannot keep both names"
    peeled = None
    if command.new is not None and tips[command.new].kind == "tag":
        peeled = tips[command.new].commit
    swapped = git.swap_ref(tx.db, repo.id, command.ref, command.old, command.new, peeled=peeled)
    return "" if swapped else "it has moved meanwhile: fetch first"


def _more(command: Command, before: Ref | None) -> int:
    """How many branches and tags there will be more: 1, 0 or -1."""
    if command.ref.startswith(permits.PR_PREFIX):
        return 0
    return (command.new is not None) - (before is not None)


def _keep(tx: Transaction, repo: Repo, arrival: Arrival, moved: list[Command]) -> None:
    """The rows of what came: its pack, sizes and commits."""
    git.add_blobs(tx.db, repo.id, arrival.blobs)
    known = {row.sha for row in git.packs(tx.db, repo.id)}
    pack = arrival.pack
    if pack is not None and pack.sha not in known:
        git.add_pack(tx.db, repo.id, pack, stored=pack.data is None, at=tx.now)
        store.grow(tx.db, repo.id, pack.size)
        if (len(known) + 1) % THRESHOLD == 0:
            tx.later("git.compact", repo_id=repo.id)
    lines = [command.ref for command in moved if command.new and "/tags/" not in command.ref]
    if lines and arrival.commits:
        ref = MAIN if MAIN in lines else lines[0]
        tips = {command.new for command in moved}
        own = _addresses(tx)
        store.add_commits(
            tx.db,
            repo.id,
            ref,
            [
                (each.oid, each.title, tx.actor.user_id)
                for each in reversed(arrival.commits)
                if each.oid in tips or each.email in own
            ],
            tx.now,
        )


def _addresses(tx: Transaction) -> set[str]:
    """The e-mail addresses by which the actor's own commits are known."""
    row = store.signature(tx.db, tx.actor.user_id) if tx.actor.user_id else None
    given = {row.email.lower()} if row is not None and row.email else set()
    return {*given, signature(tx).email.lower()}


def _announce(
    tx: Transaction,
    repo: Repo,
    command: Command,
    before: Ref | None,
    tips: Mapping[str, Tip],
    arrival: Arrival,
    *,
    alone: bool,
) -> None:
    """Which commits came to which of several refs is not told."""
    new = tips[command.new].commit if command.new else None
    titles = {each.oid: each.title for each in arrival.commits}
    short = command.ref.split("/", 2)[2]
    verb = "Delete" if new is None else "Create" if before is None else "Move"
    title = titles.get(new or "", f"{verb} {short}")
    came = tuple((each.oid, each.title) for each in reversed(arrival.commits)) if alone else ()
    old = before.commit if before else None
    pushed(tx, repo, command.ref, old, new, title, came)

"""Everybody there is to a repo, and a repo of every sort: for the table of doors."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bearhug.access.model import Status
from bearhug.access.store import groups as group_rows
from bearhug.access.store import requests as request_rows
from bearhug.admin import store as admin
from bearhug.db import adding
from bearhug.db.schema import accounts, members, tokens
from bearhug.files import service as files
from bearhug.files.model import Add, AddLfs, Proposal
from bearhug.hub import Hub, Role, Transaction
from bearhug.identity.service import speak_for
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo, RepoKind, Visibility
from tests.conftest import introduce

ADA, LINUS, BEARS = 1, 3, 4
SECRET = "quince-jam"
LFS = b"a whole file of quince-jam " * 20
SHA = hashlib.sha256(LFS).hexdigest()

PEOPLE = ("pending", "accepted", "rejected", "contributor", "writer", "grouped", "operator")
"""Besides ada, who governs bears, grace, who reads there, and linus, a stranger."""

MEMBERS = {"contributor": "contributor", "writer": "write", "grouped": "no_access"}

_ACCOUNT = adding(accounts, "kind", "name", "name_key", "created_at", returning=[accounts.c.id])
_TOKEN = adding(
    tokens,
    *("sha256", "user_id", "name", "role", "scopes", "ending", "created_at", "expires_at"),
)
_MEMBER = adding(members, "org_id", "user_id", "role", "created_at")


@dataclass(frozen=True)
class Sort:
    """One repo of the table."""

    name: str
    kind: RepoKind = RepoKind.MODEL
    visibility: Visibility = Visibility.PUBLIC
    gated: str = ""
    disabled: bool = False
    grouped: bool = False

    @property
    def full(self) -> str:
        return f"bears/{self.name}"


SORTS = (
    Sort("public"),
    Sort("private", visibility=Visibility.PRIVATE),
    Sort("dataset", kind=RepoKind.DATASET, visibility=Visibility.PRIVATE),
    Sort("auto", gated="auto"),
    Sort("manual", gated="manual"),
    Sort("private-gated", visibility=Visibility.PRIVATE, gated="manual"),
    Sort("disabled", disabled=True),
    Sort("guarded", kind=RepoKind.SPACE, visibility=Visibility.PROTECTED),
    Sort("grouped", visibility=Visibility.PRIVATE, grouped=True),
    Sort("grouped-public", grouped=True),
)


@dataclass(frozen=True)
class Scene:
    """All of them, by name: ids of people, and repos."""

    people: dict[str, int]
    repos: dict[str, Repo]


def gather(hub: Hub) -> Scene:
    """The cast, and every sort of repo with a card, a file, and a whole file by LFS."""
    hub.write(introduce)
    people = hub.write(_people)
    return Scene(people, {sort.name: _repo(hub, sort) for sort in SORTS})


def settle(hub: Hub, scene: Scene) -> None:
    """Who asked at which gate, what is disabled, what is in a group, and tokens for some."""
    hub.write(_standing, scene.repos, scene.people)


def _people(tx: Transaction) -> dict[str, int]:
    ids = {"linus": LINUS, "ada": ADA}
    for name in PEOPLE:
        row = tx.db.one(_ACCOUNT, kind="user", name=name, name_key=name, created_at=tx.now)
        ids[name] = int(row.id)
        _token(tx, f"hf_{name}", ids[name])
    for name, role in MEMBERS.items():
        tx.db.run(_MEMBER, org_id=BEARS, user_id=ids[name], role=role, created_at=tx.now)
    admin.set_operator(tx.db, "operator", True)
    _token(tx, "hf_reading", LINUS, role="read")
    _token(tx, "hf_expired", ADA, expires_at=tx.now - 1)
    _token(tx, "hf_roleless", ADA, role="fineGrained")
    return ids


def _token(
    tx: Transaction,
    secret: str,
    user_id: int,
    *,
    role: str = "write",
    scopes: Iterable[Mapping[str, object]] = (),
    expires_at: int | None = None,
) -> None:
    tx.db.run(
        _TOKEN,
        sha256=hashlib.sha256(secret.encode()).hexdigest(),
        user_id=user_id,
        name=secret,
        role=role,
        scopes=json.dumps(list(scopes)),
        ending=secret[-4:],
        created_at=0,
        expires_at=expires_at,
    )


def _repo(hub: Hub, sort: Sort) -> Repo:
    def create(tx: Transaction) -> Repo:
        sdk = "static" if sort.kind is RepoKind.SPACE else ""
        return repos.create(
            tx, sort.kind, sort.name, owner="bears", visibility=sort.visibility, sdk=sdk
        )

    ada = hub.read(speak_for, ADA)
    repo = hub.write_as(ada, create)
    path = hub.settings.data_dir / "whole.bin"
    path.write_bytes(LFS)
    files.claim(hub, repo, path, SHA, len(LFS))
    ops = (
        Add("README.md", b"# The card of bears"),
        Add("notes.txt", SECRET.encode()),
        AddLfs("whole.bin", SHA, len(LFS)),
    )
    files.commit_now(hub, ada, sort.kind, sort.full, Proposal(ops, "Fill it"))
    if sort.gated:
        hub.write_as(ada, repos.change_settings, sort.kind, sort.full, gated=sort.gated)
    return repo


def _standing(tx: Transaction, made: Mapping[str, Repo], ids: Mapping[str, int]) -> None:
    for sort in SORTS:
        if sort.gated:
            for status in Status:
                asker, repo = ids[status], made[sort.name]
                request_rows.put(tx.db, repo.id, asker, status, at=tx.now, fields={}, by=ADA)
        if sort.disabled:
            repo_rows.set_disabled(tx.db, made[sort.name], True, tx.now)
    group = group_rows.add(tx.db, BEARS, "North", description="", auto_join=None, at=tx.now)
    assert group is not None
    for sort in SORTS:
        if sort.grouped:
            repo_rows.set_group(tx.db, made[sort.name], group.id)
    group_rows.put_member(tx.db, group.id, ids["grouped"], Role.WRITE, tx.now)
    scopes = [
        {"type": "repo", "id": repo.id, "permissions": ["repo.content.read"]}
        for repo in made.values()
    ]
    _token(tx, "hf_fine_reading", ADA, role="fineGrained", scopes=scopes)
    other = [{"type": "repo", "id": 10**6, "permissions": ["repo.write"]}]
    _token(tx, "hf_fine_elsewhere", ADA, role="fineGrained", scopes=other)

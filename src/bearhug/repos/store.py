"""Repo rows in and out. Every SQL statement of this feature is here."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from bearhug.db import Connection, IntegrityError, Row, adding, statement, upsert
from bearhug.db.schema import accounts, repo_aliases, repos, resource_groups
from bearhug.hub import Actor, Permission, Role
from bearhug.kit.wire import Moment
from bearhug.repos.model import Repo, RepoKind, RepoName, Visibility

COLUMNS = (
    repos.c.id,
    repos.c.kind,
    repos.c.owner,
    repos.c.name,
    repos.c.owner_id,
    repos.c.visibility,
    repos.c.gated,
    repos.c.disabled,
    repos.c.sdk,
    repos.c.created_by,
    repos.c.created_at,
    repos.c.updated_at,
    repos.c.head,
    repos.c.downloads,
    repos.c.downloads_all,
    repos.c.likes,
    repos.c.trending,
    repos.c.used_bytes,
    repos.c.talk,
    repos.c.group_id,
)
"""What `repo_of` needs of a row; other features' joins select these too."""

_NEW = ("kind", "owner_id", "owner", "name", "key", "visibility", "sdk", "created_by", "group_id")
_ADD = adding(repos, *_NEW, "created_at", "updated_at", returning=COLUMNS)
_BY_KEY = statement(
    select(*COLUMNS).where(repos.c.kind == bindparam("kind"), repos.c.key == bindparam("key"))
)
_BY_ID = statement(select(*COLUMNS).where(repos.c.id == bindparam("id")))
_ALIAS = statement(
    select(*COLUMNS)
    .join(repo_aliases, repo_aliases.c.repo_id == repos.c.id)
    .where(repo_aliases.c.kind == bindparam("kind"), repo_aliases.c.key == bindparam("key"))
)
_ADD_ALIAS = upsert(
    repo_aliases, ("kind", "key", "repo_id"), keys=("kind", "key"), update=("repo_id",)
)
_DROP_ALIAS = statement(
    delete(repo_aliases).where(
        repo_aliases.c.kind == bindparam("kind"), repo_aliases.c.key == bindparam("key")
    )
)
_MOVE = statement(
    update(repos)
    .where(repos.c.id == bindparam("id"))
    .values(
        owner_id=bindparam("owner_id"),
        owner=bindparam("owner"),
        name=bindparam("name"),
        key=bindparam("key"),
        updated_at=bindparam("updated_at"),
    )
    .returning(*COLUMNS)
)
_SET = statement(
    update(repos)
    .where(repos.c.id == bindparam("id"))
    .values(
        visibility=bindparam("visibility"),
        gated=bindparam("gated"),
        sdk=bindparam("sdk"),
        talk=bindparam("talk"),
        updated_at=bindparam("updated_at"),
    )
    .returning(*COLUMNS)
)
_SET_GROUP = statement(
    update(repos)
    .where(repos.c.id == bindparam("id"))
    .values(group_id=bindparam("group_id"))
    .returning(*COLUMNS)
)
_SET_DISABLED = statement(
    update(repos)
    .where(repos.c.id == bindparam("id"))
    .values(disabled=bindparam("disabled"), updated_at=bindparam("updated_at"))
    .returning(*COLUMNS)
)
_DELETE = statement(delete(repos).where(repos.c.id == bindparam("id")))
_ADVANCE = statement(
    update(repos)
    .where(repos.c.id == bindparam("id"))
    .values(head=bindparam("head"), updated_at=bindparam("updated_at"))
)
_OWNER = statement(
    select(accounts.c.id, accounts.c.kind, accounts.c.name, accounts.c.default_private).where(
        accounts.c.name_key == bindparam("key"), accounts.c.disabled_at.is_(None)
    )
)
_OWNED = statement(
    select(*COLUMNS).where(repos.c.owner_id == bindparam("owner_id")).order_by(repos.c.id.desc())
)
_PAGE_OF_OWNED = statement(
    select(*COLUMNS)
    .where(repos.c.owner_id == bindparam("owner_id"), repos.c.id < bindparam("before"))
    .order_by(repos.c.id.desc())
    .limit(bindparam("limit"))
)
_HELD = statement(
    select(func.coalesce(func.sum(repos.c.used_bytes), 0)).where(
        repos.c.owner_id == bindparam("owner_id")
    )
)
_NAMES = statement(
    select(accounts.c.id, accounts.c.name)
    .where(accounts.c.id.in_(bindparam("ids", expanding=True)), accounts.c.disabled_at.is_(None))
    .order_by(accounts.c.kind.desc(), accounts.c.name_key)
)
_GROUPS = statement(
    select(resource_groups.c.id).where(resource_groups.c.org_id == bindparam("owner_id"))
)
_LAST = 2**62


def add(
    db: Connection,
    kind: RepoKind,
    name: RepoName,
    *,
    owner_id: int,
    visibility: Visibility,
    sdk: str,
    created_by: int | None,
    at: Moment,
    group_id: int | None = None,
) -> Repo | None:
    """Insert and return the repo, or None if the name is taken. An old name here is given up."""
    db.run(_DROP_ALIAS, kind=kind, key=name.key)
    try:
        with db.savepoint():
            row = db.one(
                _ADD,
                kind=kind,
                owner_id=owner_id,
                owner=name.owner,
                name=name.name,
                key=name.key,
                visibility=visibility,
                sdk=sdk,
                created_by=created_by,
                group_id=group_id,
                created_at=at,
                updated_at=at,
            )
    except IntegrityError:
        return None
    return repo_of(row)


def by_name(db: Connection, kind: RepoKind, key: str) -> Repo | None:
    row = db.first(_BY_KEY, kind=kind, key=key.lower())
    return repo_of(row) if row else None


def by_id(db: Connection, id: int) -> Repo | None:
    row = db.first(_BY_ID, id=id)
    return repo_of(row) if row else None


def by_old_name(db: Connection, kind: RepoKind, key: str) -> Repo | None:
    row = db.first(_ALIAS, kind=kind, key=key.lower())
    return repo_of(row) if row else None


def owned_by(db: Connection, owner_id: int) -> list[Repo]:
    return [repo_of(row) for row in db.all(_OWNED, owner_id=owner_id)]


def page_of_owned(db: Connection, owner_id: int, before: int | None, limit: int) -> list[Repo]:
    rows = db.all(_PAGE_OF_OWNED, owner_id=owner_id, before=before or _LAST, limit=limit)
    return [repo_of(row) for row in rows]


def held_bytes(db: Connection, owner_id: int) -> int:
    """What all of an account's repos hold."""
    return int(db.value(_HELD, owner_id=owner_id))


def names_of(db: Connection, ids: list[int]) -> list[Row]:
    """(id, name) of accounts: people first, each kind by name."""
    return db.all(_NAMES, ids=ids) if ids else []


def move(db: Connection, repo: Repo, name: RepoName, owner_id: int, at: Moment) -> Repo | None:
    """Give it another name, leaving a redirect at the old one; None if the name is taken."""
    db.run(_DROP_ALIAS, kind=repo.kind, key=name.key)
    try:
        with db.savepoint():
            row = db.one(
                _MOVE,
                id=repo.id,
                owner_id=owner_id,
                owner=name.owner,
                name=name.name,
                key=name.key,
                updated_at=at,
            )
    except IntegrityError:
        return None
    if repo.owner_id != owner_id and repo.group_id is not None:
        row = db.one(_SET_GROUP, id=repo.id, group_id=None)
    if repo.name.key != name.key:
        db.run(_ADD_ALIAS, kind=repo.kind, key=repo.name.key, repo_id=repo.id)
    return repo_of(row)


def set_settings(db: Connection, repo: Repo, *, at: Moment, **values: str | bool) -> Repo:
    """`values` of visibility, gated, sdk and talk; what is not given stays."""
    old = {"visibility": repo.visibility, "gated": repo.gated, "sdk": repo.sdk, "talk": repo.talk}
    now = {**old, **values}
    return repo_of(db.one(_SET, id=repo.id, updated_at=at, **now))


def set_group(db: Connection, repo: Repo, group_id: int | None) -> Repo:
    """Put it into a resource group, or into none."""
    return repo_of(db.one(_SET_GROUP, id=repo.id, group_id=group_id))


def set_disabled(db: Connection, repo: Repo, disabled: bool, at: Moment) -> Repo:
    return repo_of(db.one(_SET_DISABLED, id=repo.id, disabled=disabled, updated_at=at))


def advance(db: Connection, repo_id: int, head: str | None, at: Moment) -> None:
    """Note where main is now, and that something happened."""
    db.run(_ADVANCE, id=repo_id, head=head, updated_at=at)


def delete_repo(db: Connection, repo_id: int) -> None:
    db.run(_DELETE, id=repo_id)


def owner(db: Connection, name: str) -> Row | None:
    """The account of that name: id, kind, name, default_private."""
    return db.first(_OWNER, key=name.lower())


def groups_of(db: Connection, owner_id: int) -> list[int]:
    """The ids of an organisation's resource groups."""
    return [row.id for row in db.all(_GROUPS, owner_id=owner_id)]


def readable(actor: Actor) -> ColumnElement[bool]:
    """The repos a listing may show this actor: the rule of `service.can`, as SQL.

    Public ones that no operator has disabled; those of accounts whose members may read, or of
    resource groups; those one made oneself as a contributor; those a fine-grained token names.
    """
    if actor.operator:
        return true()
    shown = and_(repos.c.visibility == Visibility.PUBLIC, repos.c.disabled == false())
    return or_(shown, _private(actor))


def _private(actor: Actor) -> ColumnElement[bool]:
    if actor.user_id is None or not actor.grant.reads:
        return false()
    grant, belongs = actor.grant, _of_roles(actor, list(actor.roles))
    if not grant.fine:
        return belongs
    whole = [id for id in actor.roles if grant.allows(Permission.READ, account=id)]
    named = [id for id in grant.repos if grant.allows(Permission.READ, account=0, repo=id)]
    return or_(_of_roles(actor, whole), and_(repos.c.id.in_(named), belongs))


def _of_roles(actor: Actor, accounts: list[int]) -> ColumnElement[bool]:
    """What one's roles in these accounts, and in their resource groups, let one see."""
    members = [id for id in accounts if actor.roles[id] >= Role.READ]
    admins = [id for id in accounts if actor.roles[id] is Role.ADMIN]
    groups = [id for id, role in actor.groups.items() if role >= Role.READ]
    belongs = and_(repos.c.owner_id.in_(members), repos.c.group_id.is_(None))
    if not groups and admins == members:
        return repos.c.owner_id.in_(members)
    return or_(
        belongs,
        repos.c.owner_id.in_(admins),
        and_(repos.c.group_id.in_(groups), repos.c.owner_id.in_(accounts)),
    )


def repo_of(row: Any) -> Repo:
    return Repo(
        row.id,
        RepoKind(row.kind),
        RepoName(row.owner, row.name),
        row.owner_id,
        Visibility(row.visibility),
        row.gated,
        bool(row.disabled),
        row.sdk,
        row.created_by,
        row.created_at,
        row.updated_at,
        row.head,
        row.downloads,
        row.downloads_all,
        row.likes,
        row.trending,
        row.used_bytes,
        bool(row.talk),
        row.group_id,
    )

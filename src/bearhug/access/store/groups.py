"""Resource groups, who is in them, and which repos."""

from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bearhug.access.model import Group, GroupMember, Placed
from bearhug.accounts.store.people import COLUMNS as OF_ACCOUNT
from bearhug.accounts.store.people import HERE, account_of
from bearhug.db import Connection, IntegrityError, adding, statement, upsert
from bearhug.db.schema import accounts, repos, resource_groups
from bearhug.db.schema import resource_group_members as members
from bearhug.hub import Role
from bearhug.kit.wire import Moment
from bearhug.repos.store import COLUMNS as OF_REPO
from bearhug.repos.store import repo_of

COLUMNS = (
    resource_groups.c.id,
    resource_groups.c.org_id,
    resource_groups.c.name,
    resource_groups.c.description,
    resource_groups.c.auto_join,
)
_ADD = adding(
    resource_groups,
    *("org_id", "name", "description", "auto_join", "created_at"),
    returning=COLUMNS,
)
_BY_ID = statement(select(*COLUMNS).where(resource_groups.c.id == bindparam("id")))
_OF_ORG = statement(
    select(*COLUMNS)
    .where(resource_groups.c.org_id == bindparam("org_id"))
    .order_by(resource_groups.c.name)
)
_SET = statement(
    update(resource_groups)
    .where(resource_groups.c.id == bindparam("of"))
    .values(
        name=bindparam("new_name"),
        description=bindparam("new_description"),
        auto_join=bindparam("new_auto_join"),
    )
    .returning(*COLUMNS)
)
_DROP = statement(delete(resource_groups).where(resource_groups.c.id == bindparam("of")))
_MEMBERS = statement(
    select(*OF_ACCOUNT, members.c.role)
    .join(members, members.c.user_id == accounts.c.id)
    .where(members.c.group_id == bindparam("group_id"), HERE)
    .order_by(accounts.c.name_key)
)
_PUT = upsert(
    members,
    ("group_id", "user_id", "role", "created_at"),
    keys=("group_id", "user_id"),
    update=("role",),
)
_REMOVE = statement(
    delete(members).where(
        members.c.group_id == bindparam("group_id"), members.c.user_id == bindparam("user_id")
    )
)
_LEAVE = statement(
    delete(members).where(
        members.c.user_id == bindparam("user_id"),
        members.c.group_id.in_(
            select(resource_groups.c.id).where(resource_groups.c.org_id == bindparam("org_id"))
        ),
    )
)
_REPOS = statement(
    select(*OF_REPO).where(repos.c.group_id == bindparam("group_id")).order_by(repos.c.key)
)
_FREE = statement(update(repos).where(repos.c.group_id == bindparam("of")).values(group_id=None))
_PLACED = statement(
    select(*OF_REPO, resource_groups.c.name.label("group_name"))
    .outerjoin(resource_groups, resource_groups.c.id == repos.c.group_id)
    .where(repos.c.owner_id == bindparam("owner_id"))
    .order_by(repos.c.key, repos.c.kind)
    .limit(bindparam("limit"))
)


def add(
    db: Connection,
    org_id: int,
    name: str,
    *,
    description: str,
    auto_join: Role | None,
    at: Moment,
) -> Group | None:
    """None if the organisation has one of that name."""
    word = auto_join.wire if auto_join else None
    values = {"name": name, "description": description, "auto_join": word, "created_at": at}
    try:
        with db.savepoint():
            return _group(db.one(_ADD, org_id=org_id, **values))
    except IntegrityError:
        return None


def by_id(db: Connection, id: int) -> Group | None:
    row = db.first(_BY_ID, id=id)
    return _group(row) if row else None


def of_org(db: Connection, org_id: int) -> list[Group]:
    """By name, without members and repos."""
    return [_group(row) for row in db.all(_OF_ORG, org_id=org_id)]


def change(
    db: Connection, group: Group, name: str, description: str, auto_join: Role | None
) -> Group | None:
    """None if the organisation has another one of that name."""
    try:
        with db.savepoint():
            row = db.one(
                _SET,
                of=group.id,
                new_name=name,
                new_description=description,
                new_auto_join=auto_join.wire if auto_join else None,
            )
    except IntegrityError:
        return None
    return _group(row)


def drop(db: Connection, group_id: int) -> None:
    """Its repos go back to the organisation as a whole."""
    db.run(_FREE, of=group_id)
    db.run(_DROP, of=group_id)


def people(db: Connection, group_id: int) -> list[GroupMember]:
    rows = db.all(_MEMBERS, group_id=group_id)
    return [GroupMember(account_of(row), Role[row.role.upper()]) for row in rows]


def contents(db: Connection, group_id: int) -> list[Any]:
    """Its repos, by name."""
    return [repo_of(row) for row in db.all(_REPOS, group_id=group_id)]


def put_member(db: Connection, group_id: int, user_id: int, role: Role, at: Moment) -> None:
    db.run(_PUT, group_id=group_id, user_id=user_id, role=role.wire, created_at=at)


def drop_member(db: Connection, group_id: int, user_id: int) -> bool:
    """False if they were not in it."""
    return db.run(_REMOVE, group_id=group_id, user_id=user_id) > 0


def leave_all(db: Connection, org_id: int, user_id: int) -> None:
    """Out of every group of the organisation."""
    db.run(_LEAVE, org_id=org_id, user_id=user_id)


def placed(db: Connection, org_id: int, limit: int) -> list[Placed]:
    """An organisation's repos, and the group each is in."""
    rows = db.all(_PLACED, owner_id=org_id, limit=limit)
    return [Placed(repo_of(row), row.group_name or "") for row in rows]


def _group(row: Any) -> Group:
    auto_join = Role[row.auto_join.upper()] if row.auto_join else None
    return Group(row.id, row.org_id, row.name, row.description, auto_join)

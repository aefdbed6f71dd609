"""Who is in which organisation."""

from typing import Any

from sqlalchemy import bindparam, case, delete, func, select

from bearhug.accounts.model import Account, Member, Membership
from bearhug.accounts.store.people import COLUMNS, HERE, account_of
from bearhug.db import Connection, statement, upsert
from bearhug.db.schema import accounts, members
from bearhug.hub import Role
from bearhug.kit.wire import Moment

_ROW = (
    members.c.org_id == bindparam("org_id"),
    members.c.user_id == bindparam("user_id"),
)
_RANK = case({role.wire: role.value for role in Role}, value=members.c.role)
_OF_ORG = statement(
    select(*COLUMNS, members.c.role, members.c.created_at.label("since"))
    .join(members, members.c.user_id == accounts.c.id)
    .where(members.c.org_id == bindparam("org_id"), HERE)
    .order_by(_RANK.desc(), accounts.c.name_key)
)
_all = members.alias("everyone")
_COUNT = select(func.count()).where(_all.c.org_id == accounts.c.id).scalar_subquery()
_ADMINS = (
    select(func.count())
    .where(_all.c.org_id == accounts.c.id, _all.c.role == Role.ADMIN.wire)
    .scalar_subquery()
)
_OF_USER = statement(
    select(*COLUMNS, members.c.role, _COUNT.label("people"), _ADMINS.label("admins"))
    .join(members, members.c.org_id == accounts.c.id)
    .where(members.c.user_id == bindparam("user_id"), HERE)
    .order_by(accounts.c.name_key)
)
_ROLE = statement(select(members.c.role).where(*_ROW))
_PUT = upsert(
    members,
    ("org_id", "user_id", "role", "created_at"),
    keys=("org_id", "user_id"),
    update=("role",),
)
_DROP = statement(delete(members).where(*_ROW))
_OTHER_ADMINS = statement(
    select(func.count())
    .select_from(members)
    .where(
        members.c.org_id == bindparam("org_id"),
        members.c.user_id != bindparam("user_id"),
        members.c.role == Role.ADMIN.wire,
    )
)


def of_org(db: Connection, org_id: int) -> list[Member]:
    """Admins first, then by name."""
    rows = db.all(_OF_ORG, org_id=org_id)
    return [Member(account_of(row), _role(row), row.since) for row in rows]


def of_user(db: Connection, user_id: int) -> list[Membership]:
    """By name."""
    rows = db.all(_OF_USER, user_id=user_id)
    return [Membership(account_of(row), _role(row), row.people, row.admins) for row in rows]


def role(db: Connection, org: Account, user: Account) -> Role | None:
    """What the user is there; None for no member."""
    word = db.value(_ROLE, org_id=org.id, user_id=user.id)
    return None if word is None else Role[str(word).upper()]


def put(db: Connection, org: Account, user: Account, role: Role, at: Moment) -> None:
    db.run(_PUT, org_id=org.id, user_id=user.id, role=role.wire, created_at=at)


def drop(db: Connection, org: Account, user: Account) -> None:
    db.run(_DROP, org_id=org.id, user_id=user.id)


def other_admins(db: Connection, org: Account, user: Account) -> int:
    """How many admins the organisation has besides this user."""
    return int(db.value(_OTHER_ADMINS, org_id=org.id, user_id=user.id))


def _role(row: Any) -> Role:
    return Role[row.role.upper()]

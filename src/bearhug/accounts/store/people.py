"""Account and avatar rows."""

from typing import Any

from sqlalchemy import bindparam, delete, func, select, true, update

from bearhug.accounts.model import Account, Kind
from bearhug.db import Connection, IntegrityError, Row, adding, statement, upsert
from bearhug.db.schema import accounts, avatars, repos
from bearhug.kit.wire import Moment

COLUMNS = (
    accounts.c.id,
    accounts.c.kind,
    accounts.c.name,
    accounts.c.full_name,
    accounts.c.email,
    accounts.c.operator,
    accounts.c.about,
    accounts.c.website,
    accounts.c.default_private,
    accounts.c.avatar_sha256,
    accounts.c.created_at,
    accounts.c.wire_id,
)
"""What `account_of` needs of a row; joins select these too."""

HERE = accounts.c.disabled_at.is_(None)
_MINE = accounts.c.id == bindparam("account_id")

_NEW = ("kind", "name", "name_key", "full_name", "email", "email_key", "password", "operator")
_ADD = adding(accounts, *_NEW, "created_at", returning=COLUMNS)
_BY_NAME = statement(select(*COLUMNS).where(accounts.c.name_key == bindparam("key"), HERE))
_BY_ID = statement(select(*COLUMNS).where(_MINE))
_TAKEN = statement(select(accounts.c.id).where(accounts.c.name_key == bindparam("key")))
_MAIL_TAKEN = statement(select(accounts.c.id).where(accounts.c.email_key == bindparam("key")))
_ANY_USER = statement(select(accounts.c.id).where(accounts.c.kind == Kind.USER).limit(1))
_OPERATORS = statement(
    select(func.count()).select_from(accounts).where(accounts.c.operator == true(), HERE)
)
_USERS = statement(
    select(func.count()).select_from(accounts).where(accounts.c.kind == Kind.USER, HERE)
)
_SIGNING = (accounts.c.id, accounts.c.name, accounts.c.password)
_FOR_NAME = statement(
    select(*_SIGNING).where(
        accounts.c.name_key == bindparam("key"), accounts.c.kind == Kind.USER, HERE
    )
)
_FOR_MAIL = statement(select(*_SIGNING).where(accounts.c.email_key == bindparam("key"), HERE))
_PASSWORD = statement(select(accounts.c.password).where(_MINE, HERE))
_PROFILE = statement(
    update(accounts)
    .where(_MINE)
    .values(
        full_name=bindparam("new_full_name"),
        about=bindparam("new_about"),
        website=bindparam("new_website"),
        default_private=bindparam("new_default_private"),
    )
    .returning(*COLUMNS)
)
_SET_EMAIL = statement(
    update(accounts)
    .where(_MINE)
    .values(email=bindparam("new_email"), email_key=bindparam("new_key"))
)
_SET_PASSWORD = statement(update(accounts).where(_MINE).values(password=bindparam("hashed")))
_SET_AVATAR = statement(update(accounts).where(_MINE).values(avatar_sha256=bindparam("sha256")))
_SET_WIRE_ID = statement(update(accounts).where(_MINE).values(wire_id=bindparam("new_wire_id")))
_DELETE = statement(delete(accounts).where(_MINE))
_PUT_AVATAR = upsert(
    avatars,
    ("account_id", "media_type", "data"),
    keys=("account_id",),
    update=("media_type", "data"),
)
_DROP_AVATAR = statement(delete(avatars).where(avatars.c.account_id == bindparam("account_id")))
_AVATAR = statement(
    select(avatars.c.media_type, avatars.c.data).where(
        avatars.c.account_id == bindparam("account_id")
    )
)
_AVATAR_TYPE = statement(
    select(avatars.c.media_type).where(avatars.c.account_id == bindparam("account_id"))
)
_BY_AVATAR = statement(
    select(*COLUMNS).where(accounts.c.avatar_sha256 == bindparam("sha256"), HERE).limit(1)
)
_OWNED = statement(
    select(func.count()).select_from(repos).where(repos.c.owner_id == bindparam("owner_id"))
)


def add(
    db: Connection,
    kind: Kind,
    name: str,
    *,
    full_name: str = "",
    email: str | None = None,
    password: str | None = None,
    operator: bool = False,
    at: Moment,
) -> Account | None:
    """Insert and return the account, or None if the name or the address is taken."""
    try:
        with db.savepoint():
            row = db.one(
                _ADD,
                kind=kind,
                name=name,
                name_key=name.lower(),
                full_name=full_name,
                email=email,
                email_key=email.lower() if email else None,
                password=password,
                operator=operator,
                created_at=at,
            )
    except IntegrityError:
        return None
    return account_of(row)


def by_name(db: Connection, name: str) -> Account | None:
    row = db.first(_BY_NAME, key=name.lower())
    return account_of(row) if row else None


def by_id(db: Connection, account_id: int) -> Account | None:
    row = db.first(_BY_ID, account_id=account_id)
    return account_of(row) if row else None


def name_taken(db: Connection, name: str) -> bool:
    return db.first(_TAKEN, key=name.lower()) is not None


def holder_of_email(db: Connection, email: str) -> int | None:
    holder: int | None = db.value(_MAIL_TAKEN, key=email.lower())
    return holder


def any_user(db: Connection) -> bool:
    return db.first(_ANY_USER) is not None


def count_users(db: Connection) -> int:
    return int(db.value(_USERS))


def count_operators(db: Connection) -> int:
    return int(db.value(_OPERATORS))


def signing_in(db: Connection, name_or_email: str) -> Row | None:
    """The id, name and password's hash of whoever this is."""
    query = _FOR_MAIL if "@" in name_or_email else _FOR_NAME
    return db.first(query, key=name_or_email.lower())


def password(db: Connection, account_id: int) -> str | None:
    hashed: str | None = db.value(_PASSWORD, account_id=account_id)
    return hashed


def set_profile(
    db: Connection,
    account_id: int,
    *,
    full_name: str,
    about: str,
    website: str,
    default_private: bool,
) -> Account:
    row = db.one(
        _PROFILE,
        account_id=account_id,
        new_full_name=full_name,
        new_about=about,
        new_website=website,
        new_default_private=default_private,
    )
    return account_of(row)


def set_email(db: Connection, account_id: int, email: str) -> bool:
    """Whether it could be: False if another has this address."""
    try:
        with db.savepoint():
            db.run(_SET_EMAIL, account_id=account_id, new_email=email, new_key=email.lower())
    except IntegrityError:
        return False
    return True


def set_password(db: Connection, account_id: int, hashed: str) -> None:
    db.run(_SET_PASSWORD, account_id=account_id, hashed=hashed)


def set_wire_id(db: Connection, account_id: int, wire_id: str) -> None:
    db.run(_SET_WIRE_ID, account_id=account_id, new_wire_id=wire_id)


def put_avatar(
    db: Connection, account_id: int, *, sha256: str, media_type: str, image: bytes
) -> None:
    db.run(_PUT_AVATAR, account_id=account_id, media_type=media_type, data=image)
    db.run(_SET_AVATAR, account_id=account_id, sha256=sha256)


def drop_avatar(db: Connection, account_id: int) -> None:
    db.run(_DROP_AVATAR, account_id=account_id)
    db.run(_SET_AVATAR, account_id=account_id, sha256=None)


def avatar_type(db: Connection, account_id: int) -> str | None:
    """The media type of its picture, without the picture."""
    value = db.value(_AVATAR_TYPE, account_id=account_id)
    return None if value is None else str(value)


def by_avatar(db: Connection, sha256: str) -> Account | None:
    """Whose picture this is; one of them, if several have the same."""
    row = db.first(_BY_AVATAR, sha256=sha256)
    return account_of(row) if row else None


def avatar(db: Connection, account_id: int) -> Row | None:
    """Its media_type and data."""
    return db.first(_AVATAR, account_id=account_id)


def count_repos(db: Connection, owner_id: int) -> int:
    return int(db.value(_OWNED, owner_id=owner_id))


def delete_account(db: Connection, account_id: int) -> None:
    db.run(_DELETE, account_id=account_id)


def account_of(row: Any) -> Account:
    return Account(
        row.id,
        Kind(row.kind),
        row.name,
        row.full_name,
        row.email or "",
        bool(row.operator),
        row.about,
        row.website,
        bool(row.default_private),
        row.avatar_sha256 or "",
        row.created_at,
        row.wire_id or "",
    )

"""Sessions, tokens and failed attempts."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, null, select, update

from bearhug.accounts.model import Scope, Session, Token, TokenRole
from bearhug.db import Connection, IntegrityError, Row, adding, statement, upsert
from bearhug.db.schema import accounts, attempts, repos, sessions, tokens
from bearhug.hub import Permission
from bearhug.kit.wire import Moment

_SESSION = (
    sessions.c.id,
    sessions.c.user_agent,
    sessions.c.address,
    sessions.c.created_at,
    sessions.c.seen_at,
)
_ADD_SESSION = adding(
    sessions,
    "sha256",
    "user_id",
    "user_agent",
    "address",
    "created_at",
    "seen_at",
    "expires_at",
)
_SESSIONS = statement(
    select(*_SESSION)
    .where(sessions.c.user_id == bindparam("user_id"), sessions.c.expires_at > bindparam("now"))
    .order_by(sessions.c.seen_at.desc(), sessions.c.id.desc())
)
_END = statement(
    delete(sessions).where(
        sessions.c.user_id == bindparam("user_id"), sessions.c.id == bindparam("session_id")
    )
)
_END_SECRET = statement(delete(sessions).where(sessions.c.sha256 == bindparam("sha256")))
_END_OTHERS = statement(
    delete(sessions).where(
        sessions.c.user_id == bindparam("user_id"), sessions.c.id != bindparam("session_id")
    )
)
_END_STALE = statement(delete(sessions).where(sessions.c.expires_at <= bindparam("now")))

_TOKEN = (
    tokens.c.id,
    tokens.c.user_id,
    tokens.c.name,
    tokens.c.role,
    tokens.c.scopes,
    tokens.c.ending,
    tokens.c.created_at,
    tokens.c.expires_at,
    tokens.c.used_at,
)
_ADD_TOKEN = adding(
    tokens,
    "sha256",
    "user_id",
    "name",
    "role",
    "scopes",
    "ending",
    "created_at",
    "expires_at",
    returning=_TOKEN,
)
_TOKENS = statement(
    select(*_TOKEN)
    .where(tokens.c.user_id == bindparam("user_id"))
    .order_by(tokens.c.created_at.desc(), tokens.c.id.desc())
)
_ONE_TOKEN = statement(select(*_TOKEN).where(tokens.c.id == bindparam("token_id")))
_ROTATE = statement(
    update(tokens)
    .where(tokens.c.id == bindparam("token_id"))
    .values(
        sha256=bindparam("new_sha256"),
        ending=bindparam("new_ending"),
        created_at=bindparam("at"),
        expires_at=bindparam("until"),
        used_at=null(),
    )
    .returning(*_TOKEN)
)
_DROP_TOKEN = statement(
    delete(tokens).where(
        tokens.c.user_id == bindparam("user_id"), tokens.c.id == bindparam("token_id")
    )
)
_ACCOUNTS = statement(
    select(accounts.c.id, accounts.c.name).where(
        accounts.c.id.in_(bindparam("ids", expanding=True))
    )
)
_REPOS = statement(
    select(repos.c.id, repos.c.kind, repos.c.owner, repos.c.name).where(
        repos.c.id.in_(bindparam("ids", expanding=True)),
        repos.c.owner_id.in_(bindparam("owners", expanding=True)),
    )
)
_REPO_OF = statement(
    select(repos.c.id, repos.c.kind, repos.c.owner, repos.c.name).where(
        repos.c.kind == bindparam("kind"),
        repos.c.key == bindparam("key"),
        repos.c.owner_id.in_(bindparam("owners", expanding=True)),
    )
)

_ATTEMPT = statement(
    select(attempts.c.failures, attempts.c.last_at).where(attempts.c.key == bindparam("key"))
)
_PUT_ATTEMPT = upsert(
    attempts,
    ("key", "failures", "last_at"),
    keys=("key",),
    update=("failures", "last_at"),
)
_FORGIVE = statement(
    update(attempts)
    .where(attempts.c.key == bindparam("of"), attempts.c.failures > 0)
    .values(failures=attempts.c.failures - 1)
)
_CLEAR = statement(delete(attempts).where(attempts.c.key == bindparam("of")))
_FORGET = statement(delete(attempts).where(attempts.c.last_at < bindparam("before")))


def add_session(
    db: Connection,
    user_id: int,
    *,
    sha256: str,
    user_agent: str,
    address: str,
    at: Moment,
    until: Moment,
) -> None:
    db.run(
        _ADD_SESSION,
        sha256=sha256,
        user_id=user_id,
        user_agent=user_agent,
        address=address,
        created_at=at,
        seen_at=at,
        expires_at=until,
    )


def sessions_of(db: Connection, user_id: int, now: Moment) -> list[Session]:
    """Those still open, the last seen first."""
    return [Session(*row) for row in db.all(_SESSIONS, user_id=user_id, now=now)]


def end_session(db: Connection, user_id: int, session_id: int) -> bool:
    return db.run(_END, user_id=user_id, session_id=session_id) > 0


def end_session_of_secret(db: Connection, sha256: str) -> None:
    db.run(_END_SECRET, sha256=sha256)


def end_other_sessions(db: Connection, user_id: int, session_id: int) -> int:
    """End all but this one (0: all); how many there were."""
    return db.run(_END_OTHERS, user_id=user_id, session_id=session_id)


def end_stale_sessions(db: Connection, now: Moment) -> None:
    db.run(_END_STALE, now=now)


def add_token(
    db: Connection,
    user_id: int,
    name: str,
    *,
    sha256: str,
    role: TokenRole,
    scopes: Sequence[Scope],
    ending: str,
    at: Moment,
    until: Moment | None,
) -> Token | None:
    """Insert and return it, or None if the user has one of this name."""
    try:
        with db.savepoint():
            row = db.one(
                _ADD_TOKEN,
                sha256=sha256,
                user_id=user_id,
                name=name,
                role=role,
                scopes=_written(scopes),
                ending=ending,
                created_at=at,
                expires_at=until,
            )
    except IntegrityError:
        return None
    return _token_of(row)


def tokens_of(db: Connection, user_id: int) -> list[Token]:
    """The newest first."""
    return [_token_of(row) for row in db.all(_TOKENS, user_id=user_id)]


def token(db: Connection, token_id: int) -> Token | None:
    row = db.first(_ONE_TOKEN, token_id=token_id)
    return _token_of(row) if row else None


def rotate_token(
    db: Connection, token_id: int, *, sha256: str, ending: str, at: Moment, until: Moment | None
) -> Token:
    row = db.one(
        _ROTATE, token_id=token_id, new_sha256=sha256, new_ending=ending, at=at, until=until
    )
    return _token_of(row)


def drop_token(db: Connection, user_id: int, token_id: int) -> bool:
    return db.run(_DROP_TOKEN, user_id=user_id, token_id=token_id) > 0


def account_names(db: Connection, ids: Sequence[int]) -> dict[int, str]:
    return {row.id: row.name for row in db.all(_ACCOUNTS, ids=ids)} if ids else {}


def repo_names(
    db: Connection, ids: Sequence[int], owners: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Kind and owner/name of those that these accounts own."""
    rows = db.all(_REPOS, ids=ids, owners=owners) if ids else []
    return {row.id: (row.kind, f"{row.owner}/{row.name}") for row in rows}


def repo_of_owners(db: Connection, kind: str, name: str, owners: Sequence[int]) -> Row | None:
    """id, kind, owner, name of that repo, if one of these accounts owns it."""
    return db.first(_REPO_OF, kind=kind, key=name.lower(), owners=owners)


def attempt(db: Connection, key: str) -> Row | None:
    """How many failures in a row, and when the last was."""
    return db.first(_ATTEMPT, key=key)


def put_attempt(db: Connection, key: str, failures: int, at: Moment) -> None:
    db.run(_PUT_ATTEMPT, key=key, failures=failures, last_at=at)


def forgive_attempt(db: Connection, key: str) -> None:
    """Count one failure fewer."""
    db.run(_FORGIVE, of=key)


def clear_attempts(db: Connection, key: str) -> None:
    db.run(_CLEAR, of=key)


def forget_attempts(db: Connection, before: Moment) -> None:
    db.run(_FORGET, before=before)


def _written(scopes: Sequence[Scope]) -> str:
    """As `identity.service` reads them."""
    return json.dumps(
        [
            {
                "type": scope.kind,
                "permissions": sorted(scope.permissions),
                **({} if scope.id is None else {"id": scope.id}),
            }
            for scope in scopes
        ]
    )


def _token_of(row: Any) -> Token:
    known = {permission.value for permission in Permission}
    scopes = tuple(
        Scope(
            each["type"],
            frozenset(Permission(word) for word in each["permissions"] if word in known),
            each.get("id"),
        )
        for each in json.loads(row.scopes)
    )
    return Token(
        row.id,
        row.user_id,
        row.name,
        TokenRole(row.role),
        scopes,
        row.ending,
        row.created_at,
        row.expires_at,
        row.used_at,
    )

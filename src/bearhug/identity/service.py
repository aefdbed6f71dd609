"""Who a credential speaks for, and what it lets them do."""

import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bearhug.db import Row
from bearhug.errors import BadCredentials
from bearhug.hub import VISITOR, Actor, Delegation, Grant, Permission, Role, Transaction
from bearhug.identity import scopes, store
from bearhug.kit.wire import Moment

DAY = 24 * 3600 * 1000
DELEGATED = ("hf_oauth_", "hf_jwt_")
"""How the tokens begin that apps and trusted publishers hold."""


@dataclass(frozen=True)
class Credentials:
    """What a request brought to say who it is: a token, else a session's cookie, else nothing."""

    token: str = ""
    session: str = ""


def digest(secret: str) -> str:
    """What is kept of a token or a session: enough to know it again, not to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def identify(tx: Transaction, credentials: Credentials) -> Actor:
    """The actor these credentials speak for.

    Raises BadCredentials for a token that is unknown or out of date, on public routes too
    (specs: a silent visitor would read a mistyped token as "no such repo"). A session that has
    ended makes a visitor: the browser is simply not signed in any more.
    """
    if credentials.token:
        return _by_token(tx, credentials.token)
    if credentials.session:
        return _by_session(tx, credentials.session)
    return VISITOR


def speak_for(tx: Transaction, user_id: int) -> Actor:
    """A user with everything they may do: for jobs and the command line."""
    row = store.user(tx.db, user_id)
    if row is None:
        raise BadCredentials
    return _actor(tx, row)


def _by_token(tx: Transaction, token: str) -> Actor:
    if token.startswith(DELEGATED):
        return _by_delegation(tx, token)
    row = store.token(tx.db, digest(token))
    if row is None or (row.expires_at is not None and row.expires_at <= tx.now):
        raise BadCredentials
    actor = _actor(tx, row, token_id=row.id)
    # A token that may not do everything may not operate the hub either.
    operator = actor.operator and row.role == "write"
    grant = _grant(row.role, row.scopes)
    return replace(actor, operator=operator, grant=grant, token_id=row.id)


def _by_delegation(tx: Transaction, token: str) -> Actor:
    """The user for whom an app or a trusted publisher acts. Never as an operator."""
    row = store.delegation(tx.db, digest(token))
    if row is None or row.expires_at <= tx.now:
        raise BadCredentials
    allowed = frozenset(json.loads(row.scopes))
    orgs = frozenset(json.loads(row.orgs))
    delegation = Delegation(row.id, row.app_id, allowed, orgs, row.expires_at)
    if row.repo_id is not None:
        grant = scopes.grant_in(delegation, row.repo_id)
    else:
        made = store.made_by_app(tx.db, row.user_id, row.app_id, allowed)
        grant = scopes.grant(delegation, row.user_id, made)
    return replace(_actor(tx, row), operator=False, grant=grant, delegation=delegation)


def _by_session(tx: Transaction, secret: str) -> Actor:
    row = store.session(tx.db, digest(secret))
    if row is None or row.expires_at <= tx.now:
        return VISITOR
    return replace(_actor(tx, row), session_id=row.id)


def _actor(tx: Transaction, row: Row, *, token_id: int = 0) -> Actor:
    standing = store.standing(tx.db, row.user_id, token_id)
    return Actor(
        row.user_id,
        row.name,
        bool(row.operator),
        {**standing.roles, row.user_id: Role.ADMIN},
        standing.groups,
        standing.admitted,
        full_name=row.full_name,
        avatar=row.avatar_sha256 or "",
    )


def _grant(role: str, scopes: str) -> Grant:
    if role != "fineGrained":
        return Grant(writes=role == "write")
    everywhere: frozenset[Permission] = frozenset()
    accounts: dict[int, frozenset[Permission]] = {}
    repos: dict[int, frozenset[Permission]] = {}
    for scope in json.loads(scopes):
        given = _permissions(scope["permissions"])
        if scope["type"] == "global":
            everywhere |= given
        elif scope["type"] == "repo":
            repos[scope["id"]] = given
        else:
            accounts[scope["id"]] = given
    return Grant(fine=True, everywhere=everywhere, accounts=accounts, repos=repos)


def _permissions(names: Iterable[str]) -> frozenset[Permission]:
    known = {permission.value for permission in Permission}
    return frozenset(Permission(name) for name in names if name in known)


@dataclass
class LastSeen:
    """When tokens and sessions were last used, gathered in memory and written once a minute.

    A row written for every request would turn each read into a write.
    """

    tokens: dict[int, Moment] = field(default_factory=dict)
    sessions: dict[int, Moment] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, actor: Actor, at: Moment) -> None:
        if actor.token_id is not None:
            with self._lock:
                self.tokens[actor.token_id] = at
        elif actor.session_id is not None:
            with self._lock:
                self.sessions[actor.session_id] = at

    def take(self) -> tuple[dict[int, Moment], dict[int, Moment]]:
        with self._lock:
            taken = self.tokens, self.sessions
            self.tokens, self.sessions = {}, {}
        return taken


def write_down(tx: Transaction, tokens: dict[int, Moment], sessions: dict[int, Moment]) -> None:
    """Keep what `LastSeen.take` gave."""
    for token_id, at in tokens.items():
        store.note_token_use(tx.db, token_id, at)
    for session_id, at in sessions.items():
        until = at + tx.hub.settings.session_days * DAY
        store.note_session_seen(tx.db, session_id, at, until)

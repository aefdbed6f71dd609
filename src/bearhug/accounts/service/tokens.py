"""Access tokens: making, listing, renewing and deleting them; what whoami tells of them."""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from secrets import choice

from bearhug.accounts.model import Account, Membership, Refused, Scope, Token, TokenRole
from bearhug.accounts.model.profile import line
from bearhug.accounts.service.people import me, require_in_person
from bearhug.accounts.store import credentials as store
from bearhug.accounts.store import members
from bearhug.errors import NotFound
from bearhug.hub import Delegation, Permission, Role, Transaction
from bearhug.identity.service import digest
from bearhug.kit.wire import Moment

PREFIX, LENGTH, ENDING = "hf_", 34, 4
MOST_NAME = 64
ALPHABET = string.ascii_letters + string.digits
KINDS = {"models": "model", "datasets": "dataset", "spaces": "space", "kernels": "kernel"}


@dataclass(frozen=True)
class NewToken:
    """What the form for a token holds. `accounts`: for an account's id, what it may do there.

    `repos`: lines such as "ada/bert" and "datasets/ada/squad"; each may `repo_permissions`.
    """

    name: str
    role: str
    expires_at: Moment | None = None
    everywhere: frozenset[Permission] = frozenset()
    accounts: Mapping[int, frozenset[Permission]] = field(default_factory=dict)
    repos: str = ""
    repo_permissions: frozenset[Permission] = frozenset()


@dataclass(frozen=True)
class WhoAmI:
    """`token` is None for somebody in a browser; `delegation` is by what an app asks for them."""

    account: Account
    orgs: Sequence[Membership]
    token: Token | None
    delegation: Delegation | None = None

    def tells(self, scope: str) -> bool:
        """Whether what asks may be told this: an app, what it was allowed."""
        return self.delegation is None or scope in self.delegation.scopes

    def knows_of(self, org_id: int) -> bool:
        """Whether it may be told that they are in this organisation."""
        return self.tells("read-memberships") or org_id in self._let_into()

    def _let_into(self) -> frozenset[int]:
        return self.delegation.orgs if self.delegation else frozenset()


def create_token(
    tx: Transaction,
    user_id: int,
    name: str,
    role: TokenRole,
    scopes: Sequence[Scope] = (),
    expires_at: Moment | None = None,
) -> tuple[Token, str]:
    """Make a token for that user, and its secret, which is nowhere else from now on.

    For whoever has asked whether it may be: the command line, `make_token`. Raises Refused.
    """
    name = line(name)
    if not name or len(name) > MOST_NAME:
        raise Refused(name=f"Give it a name of 1 to {MOST_NAME} characters: where it will live.")
    if expires_at is not None and expires_at <= tx.now:
        raise Refused(expires="Choose a day to come.")
    secret = _secret()
    token = store.add_token(
        tx.db,
        user_id,
        name,
        sha256=digest(secret),
        role=role,
        scopes=scopes,
        ending=secret[-ENDING:],
        at=tx.now,
        until=expires_at,
    )
    if token is None:
        raise Refused(name=f"You have a token named {name}. Delete that one or choose another.")
    return token, secret


def make_token(tx: Transaction, new: NewToken) -> tuple[Token, str]:
    """Make a token for oneself. Raises Refused, Forbidden (a token makes no tokens)."""
    user_id = require_in_person(tx.actor)
    if new.role not in list(TokenRole):
        raise Refused(role="Choose what it may do.")
    role = TokenRole(new.role)
    scopes = _scopes(tx, new) if role is TokenRole.FINE else []
    return create_token(tx, user_id, new.name, role, scopes, new.expires_at)


def tokens(tx: Transaction) -> list[Token]:
    """One's own, the newest first, their scopes with names."""
    found = store.tokens_of(tx.db, require_in_person(tx.actor))
    return [_named(tx, token) for token in found]


def renew_token(tx: Transaction, token_id: int) -> tuple[Token, str]:
    """Another secret for the same token, with its term begun anew; the old one is void."""
    token = _own(tx, token_id)
    secret = _secret()
    term = None if token.expires_at is None else token.expires_at - token.created_at
    renewed = store.rotate_token(
        tx.db,
        token.id,
        sha256=digest(secret),
        ending=secret[-ENDING:],
        at=tx.now,
        until=None if term is None else tx.now + term,
    )
    return renewed, secret


def delete_token(tx: Transaction, token_id: int) -> Token:
    """Delete one of one's own tokens: it stops working at once. Raises NotFound."""
    token = _own(tx, token_id)
    store.drop_token(tx.db, token.user_id, token.id)
    return token


def whoami(tx: Transaction) -> WhoAmI:
    """Whoever asks, and by what. Raises NotSignedIn."""
    account = me(tx)
    token = None if tx.actor.token_id is None else store.token(tx.db, tx.actor.token_id)
    orgs = members.of_user(tx.db, account.id)
    named = None if token is None else _named(tx, token)
    return WhoAmI(account, orgs, named, tx.actor.delegation)


def _own(tx: Transaction, token_id: int) -> Token:
    user_id = require_in_person(tx.actor)
    token = store.token(tx.db, token_id)
    if token is None or token.user_id != user_id:
        raise NotFound("You have no such token.")
    return token


def _secret() -> str:
    return PREFIX + "".join(choice(ALPHABET) for _ in range(LENGTH))


def _scopes(tx: Transaction, new: NewToken) -> list[Scope]:
    scopes = [Scope("global", new.everywhere)] if new.everywhere else []
    for account_id, permissions in new.accounts.items():
        if permissions and account_id in tx.actor.roles:
            own = account_id == tx.actor.user_id
            scopes.append(Scope("user" if own else "org", permissions, account_id))
    scopes += _repo_scopes(tx, new)
    if not scopes:
        raise Refused(scopes="Tick at least one thing it may do.")
    return scopes


def _repo_scopes(tx: Transaction, new: NewToken) -> Iterable[Scope]:
    wanted = new.repos.split()
    if wanted and not new.repo_permissions:
        raise Refused(repos="Say what it may do with these repos: read, or write too.")
    owners = _seen(tx)
    for name in wanted:
        kind, _, rest = name.strip("/").partition("/")
        key = (KINDS[kind], rest) if kind in KINDS else ("model", name.strip("/"))
        repo = store.repo_of_owners(tx.db, *key, owners)
        if repo is None:
            raise Refused(repos=f"You have no repo {name!r}, nor do your organisations.")
        yield Scope("repo", new.repo_permissions, repo.id)


def _seen(tx: Transaction) -> list[int]:
    """The accounts whose repos one belongs to, and may be told the names of."""
    return [account_id for account_id, role in tx.actor.roles.items() if role >= Role.READ]


def _named(tx: Transaction, token: Token) -> Token:
    """With a name for each scope; what is gone, or no longer one's to see, is left out."""
    ids: dict[bool, list[int]] = {True: [], False: []}
    for scope in token.scopes:
        if scope.id is not None:
            ids[scope.kind == "repo"].append(scope.id)
    repos = store.repo_names(tx.db, ids[True], _seen(tx))
    accounts = store.account_names(tx.db, ids[False])
    named = []
    for scope in token.scopes:
        if scope.id is None:
            named.append(scope)
        elif scope.kind == "repo" and scope.id in repos:
            kind, name = repos[scope.id]
            named.append(replace(scope, name=name, repo_kind=kind))
        elif scope.kind != "repo" and scope.id in accounts:
            named.append(replace(scope, name=accounts[scope.id]))
    return replace(token, scopes=tuple(named))

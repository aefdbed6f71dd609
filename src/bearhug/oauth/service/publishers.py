"""Trusted publishers: setting them up, and giving their jobs a token."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Refused
from bearhug.accounts.store import people
from bearhug.errors import BadCredentials, NotFound
from bearhug.hub import Transaction
from bearhug.identity.service import DAY, digest, speak_for
from bearhug.oauth.model import Issued, OAuthError, Provider, Publisher, Resource
from bearhug.oauth.model.publishers import GITHUB, GITLAB, SECONDS, problem_of_issuer
from bearhug.oauth.service.issuing import ACCESS
from bearhug.oauth.store import publishers as store
from bearhug.oauth.store import tokens
from bearhug.oauth.store.tokens import Kept
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoKind

OF_REPO = "hf_jwt_"
MOST, MOST_TEXT = 20, 200
CLAIM = re.compile(r"[A-Za-z0-9_.:/-]{1,100}")
NEVER = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})
"""What every token says, or each says differently: no claim to go by."""

WRITES, READS = ("write-repos",), ("read-repos",)


@dataclass(frozen=True)
class NewPublisher:
    """What the form holds. `claims`: for each field of the provider what it must be, "" for any;
    `others`: lines of name=value, for another issuer.

    `also`: of a repo's publisher, whether it only reads; of an account's, whether it runs models.
    """

    provider: str
    issuer: str = ""
    claims: Mapping[str, str] | None = None
    others: str = ""
    also: bool = False


def of_repo(tx: Transaction, kind: RepoKind, name: str) -> tuple[Repo, list[Publisher]]:
    """Raises as `repos.find` does: one must be able to write to it."""
    accounts.require_in_person(tx.actor)
    repo = repos.find(tx, kind, name, access=Access.WRITE)
    return repo, store.of_repo(tx.db, repo.id)


def of_mine(tx: Transaction) -> list[Publisher]:
    """Those of one's own account."""
    return store.of_account(tx.db, accounts.require_in_person(tx.actor))


def trust_in_repo(tx: Transaction, kind: RepoKind, name: str, new: NewPublisher) -> Repo:
    """Let a job write to this repo, in one's own name. Raises Refused, and as `repos.find`."""
    repo, held = of_repo(tx, kind, name)
    scopes = READS if new.also else WRITES
    _add(tx, new, held, account_id=repo.owner_id, repo_id=repo.id, scopes=scopes)
    return repo


def trust_in_mine(tx: Transaction, new: NewPublisher) -> None:
    """Let a job read the gated repos one has been let in to. Raises Refused."""
    held = of_mine(tx)
    scopes = ("gated-repos", "inference-api") if new.also else ("gated-repos",)
    user_id = accounts.require_in_person(tx.actor)
    _add(tx, new, held, account_id=user_id, repo_id=None, scopes=scopes)


def distrust_in_repo(tx: Transaction, kind: RepoKind, name: str, publisher_id: int) -> Repo:
    """Its tokens end at once. Raises NotFound."""
    repo, _ = of_repo(tx, kind, name)
    _drop(tx, publisher_id, repo_id=repo.id, account_id=None)
    return repo


def distrust_in_mine(tx: Transaction, publisher_id: int) -> None:
    """Likewise. Raises NotFound."""
    _drop(tx, publisher_id, repo_id=None, account_id=accounts.require_in_person(tx.actor))


def candidates(tx: Transaction, resource: Resource, issuer: str) -> list[Publisher]:
    """Who of this issuer is trusted there. Raises OAuthError if nobody is, or nothing is there."""
    found = [each for each in _all(tx, resource) if each.issuer == issuer]
    if not found:
        raise OAuthError("invalid_grant", "No publisher of this issuer is trusted there.")
    return found


def exchange(tx: Transaction, resource: Resource, issuer: str, told: Mapping[str, Any]) -> Issued:
    """A token for a job whose id token, found genuine, says what it is.

    It acts for whoever trusted it, and only while they may do so much. Raises OAuthError.
    """
    for publisher in candidates(tx, resource, issuer):
        if publisher.admits(told) and _still_may(tx, publisher, resource):
            return _issue(tx, publisher)
    raise OAuthError("invalid_grant", "What the token claims fits no publisher trusted there.")


def _issue(tx: Transaction, publisher: Publisher) -> Issued:
    account = people.by_id(tx.db, publisher.created_by)
    assert account is not None
    secret = (ACCESS if publisher.repo_id is None else OF_REPO) + token_hex(24)
    kept = Kept(
        digest(secret),
        "exchange",
        f"publisher {publisher.id}",
        None,
        publisher.id,
        publisher.created_by,
        publisher.scopes,
        frozenset(),
        tx.now + SECONDS * 1000,
    )
    tokens.forget(tx.db, tx.now - DAY)
    tokens.add(tx.db, kept, tx.now)
    store.note_use(tx.db, publisher.id, tx.now)
    return Issued(account, secret, SECONDS, publisher.scopes)


def _still_may(tx: Transaction, publisher: Publisher, resource: Resource) -> bool:
    try:
        actor = speak_for(tx, publisher.created_by)
    except BadCredentials:  # they are not here any more
        return False
    if publisher.repo_id is None or resource.kind is None:
        return True
    repo = _repo(tx, resource)
    wanted = Access.WRITE if publisher.scopes == WRITES else Access.READ
    return repo is not None and repos.can(actor, repo, wanted)


def _all(tx: Transaction, resource: Resource) -> Sequence[Publisher]:
    if resource.kind is None:
        account = people.by_name(tx.db, resource.name)
        return store.of_account(tx.db, account.id) if account and not account.is_org else ()
    repo = _repo(tx, resource)
    return store.of_repo(tx.db, repo.id) if repo else ()


def _repo(tx: Transaction, resource: Resource) -> Repo | None:
    """The repo, whoever asks: what its publishers are is told to nobody but them."""
    assert resource.kind is not None
    kind, name = resource.kind, resource.name
    return repo_rows.by_name(tx.db, kind, name) or repo_rows.by_old_name(tx.db, kind, name)


def _add(
    tx: Transaction,
    new: NewPublisher,
    held: Sequence[Publisher],
    *,
    account_id: int,
    repo_id: int | None,
    scopes: Sequence[str],
) -> None:
    provider, issuer, claims = _checked(new)
    if len(held) >= MOST:
        raise Refused(provider=f"There are {MOST} already. Remove one first.")
    if any((each.issuer, dict(each.claims)) == (issuer, claims) for each in held):
        raise Refused(provider="This one is trusted already.")
    store.add(
        tx.db,
        provider,
        issuer,
        claims,
        account_id=account_id,
        repo_id=repo_id,
        scopes=scopes,
        created_by=accounts.require_in_person(tx.actor),
        at=tx.now,
    )


def _drop(
    tx: Transaction, publisher_id: int, *, repo_id: int | None, account_id: int | None
) -> None:
    publisher = store.by_id(tx.db, publisher_id)
    if publisher is None or publisher.repo_id != repo_id:
        raise NotFound("There is no such publisher.")
    if account_id is not None and publisher.account_id != account_id:
        raise NotFound("There is no such publisher.")
    store.drop(tx.db, publisher.id)


def _checked(new: NewPublisher) -> tuple[Provider, str, dict[str, str]]:
    """Provider, issuer and claims. Raises Refused."""
    if new.provider not in list(Provider):
        raise Refused(provider="Choose where its jobs run.")
    provider = Provider(new.provider)
    usual = {Provider.GITHUB: GITHUB, Provider.GITLAB: GITLAB}.get(provider, "")
    issuer = new.issuer.strip() or usual
    if problem := problem_of_issuer(issuer):
        raise Refused(issuer=problem)
    claims = _lines(new.others) if provider is Provider.OTHER else _fields(provider, new)
    return provider, issuer, claims


def _fields(provider: Provider, new: NewPublisher) -> dict[str, str]:
    given = {name: (new.claims or {}).get(name, "").strip() for name in provider.fields}
    first = provider.fields[0]
    if "/" not in given[first].strip("/"):
        raise Refused(**{first: "Write it whole, as its address has it: acme/training."})
    for name, value in given.items():
        if len(value) > MOST_TEXT or not value.isprintable():
            raise Refused(**{name: f"At most {MOST_TEXT} characters, on one line."})
    return {name: value for name, value in given.items() if value}


def _lines(text: str) -> dict[str, str]:
    claims = {}
    for each in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = (part.strip() for part in each.partition("="))
        if not equals or not value or not CLAIM.fullmatch(name) or name in NEVER:
            raise Refused(others=f"{each[:60]!r}: write a claim and what it must be: sub = acme/x.")
        if len(value) > MOST_TEXT or not value.isprintable():
            raise Refused(others=f"{name}: at most {MOST_TEXT} characters.")
        claims[name] = value
    if not claims or len(claims) > MOST:
        raise Refused(others=f"Give 1 to {MOST} claims: with none, any job of the issuer would do.")
    return claims

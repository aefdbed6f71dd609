"""The id tokens of others: who issued one, and whether it is genuine.

Only issuers that somebody here trusts are asked for their keys, and only where the guard lets the
hub send requests: whoever sets up a publisher names the address.
"""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt

from bearhug.hub import Hub
from bearhug.kit.addresses import AddressRefused, Guard
from bearhug.kit.outgoing import GuardedTransport
from bearhug.oauth.model import OAuthError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a private key alone: with "none" or HS256 anyone could sign."""

TIMEOUT_SECONDS = 10
MOST_BYTES = 256 * 1024
KEPT_SECONDS, RETRY_SECONDS = 900.0, 30.0
MOST_ISSUERS = 100
LEEWAY_SECONDS = 60
UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What the library raises for a token: times that are lists, or infinite, included."""
MOST_TOKEN = 20_000


@dataclass(frozen=True)
class Known:
    """The keys of an issuer, or why there are none, and until when (monotonic) to go by that."""

    keys: Mapping[str, jwt.PyJWK]
    until: float
    retry_at: float
    failure: OAuthError | None = None


@dataclass
class Issuers:
    """What a process knows of issuers. `hub.rooms["oauth_issuers"]`."""

    known: dict[str, Known] = field(default_factory=dict)
    locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))


def issuer_of(token: str) -> str:
    """Who says to have issued it: not yet to be believed. Raises OAuthError."""
    try:
        said = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
    except UNREADABLE as error:
        raise OAuthError("invalid_request", "subject_token is no JSON Web Token.") from error
    issuer = said.get("iss")
    if not isinstance(issuer, str):
        raise OAuthError("invalid_request", "subject_token does not say who issued it (iss).")
    return issuer


async def verified(hub: Hub, token: str, issuer: str, audience: str) -> Mapping[str, Any]:
    """What the token claims, once its signature, its times and its audience are found right.

    Raises OAuthError (invalid_grant).
    """
    key = await _key(hub, issuer, token)
    try:
        said: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=[audience, f"{audience}/"],
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "aud", "iss"]},
        )
    except jwt.InvalidAudienceError as error:
        raise _refused(f"its audience (aud) must be {audience}") from error
    except jwt.ExpiredSignatureError as error:
        raise _refused("it is out of date") from error
    except UNREADABLE as error:
        raise _refused(str(error)) from error
    return said


async def _key(hub: Hub, issuer: str, token: str) -> jwt.PyJWK:
    """The key the token names. An unknown name is looked for once more: keys are changed."""
    name = _key_name(token)
    issuers: Issuers = hub.rooms.setdefault("oauth_issuers", Issuers())
    async with issuers.locks[issuer]:  # a slow issuer holds up its own jobs alone
        known = issuers.known.get(issuer)
        if known is None or _outdated(known, name):
            known = await _asked(hub, issuer)
            _remember(issuers, issuer, known)
    if known.failure is not None:
        raise known.failure
    key = known.keys.get(name)
    if key is None:
        raise _refused("its issuer has no key of this name (kid)")
    return key


def _outdated(known: Known, name: str) -> bool:
    now = time.monotonic()
    return now >= known.until or (name not in known.keys and now >= known.retry_at)


async def _asked(hub: Hub, issuer: str) -> Known:
    """What it answers now; a failure is kept too, so that nobody makes the hub ask without end."""
    keys: Mapping[str, jwt.PyJWK] = {}
    failure = None
    try:
        keys = await _fetch(hub, issuer)
    except OAuthError as refused:
        failure = refused
    now = time.monotonic()
    lasts = KEPT_SECONDS if failure is None else RETRY_SECONDS
    return Known(keys, now + lasts, now + RETRY_SECONDS, failure)


def _remember(issuers: Issuers, issuer: str, known: Known) -> None:
    issuers.known.pop(issuer, None)
    if len(issuers.known) >= MOST_ISSUERS:
        forgotten = next(iter(issuers.known))
        del issuers.known[forgotten]
        issuers.locks.pop(forgotten, None)
    issuers.known[issuer] = known


def _key_name(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except UNREADABLE as error:
        raise _refused("its header cannot be read") from error
    name = header.get("kid", "")
    if header.get("alg") not in ALGORITHMS or not isinstance(name, str):
        raise _refused(f"it is signed by {str(header.get('alg'))[:20]!r}, which proves nothing")
    return name


async def _fetch(hub: Hub, issuer: str) -> dict[str, jwt.PyJWK]:
    """The issuer's keys by name (OpenID Connect Discovery). Raises OAuthError."""
    guard = Guard.parse(hub.settings.allowed_addresses)
    limits = httpx.Timeout(TIMEOUT_SECONDS)
    try:
        async with (
            asyncio.timeout(2 * TIMEOUT_SECONDS),
            httpx.AsyncClient(
                transport=GuardedTransport(guard), timeout=limits, trust_env=False
            ) as client,
        ):
            base = issuer.rstrip("/")
            about = await _document(client, f"{base}/.well-known/openid-configuration")
            listed = await _document(client, _address_of_keys(issuer, about))
    except (httpx.HTTPError, httpx.InvalidURL, AddressRefused, TimeoutError) as error:
        raise _refused(f"its issuer cannot be asked: {error or 'no answer in time'}") from error
    return _keys(listed)


def _address_of_keys(issuer: str, about: Mapping[str, Any]) -> str:
    """Where they are, and never by a weaker door than the issuer's own."""
    address = about.get("jwks_uri")
    if about.get("issuer") != issuer or not isinstance(address, str):
        raise _refused("its issuer's openid-configuration speaks of another issuer, or of no keys")
    if urlsplit(address).scheme not in ("https", urlsplit(issuer).scheme):
        raise _refused("its issuer keeps its keys at an unsafe address")
    return address


async def _document(client: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    """A JSON object from there, of a bounded size."""
    async with client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
        if answer.status_code != 200:
            raise _refused(f"its issuer answers {answer.status_code}")
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise _refused("its issuer answers at too great a length")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _refused("its issuer answers no JSON") from error
    if not isinstance(said, dict):
        raise _refused("its issuer answers no JSON object")
    return said


def _keys(listed: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """Those that can be read; others may be of kinds yet unknown."""
    found = {}
    offered = listed.get("keys")
    for each in offered if isinstance(offered, list) else []:
        if isinstance(each, dict) and each.get("use", "sig") == "sig" and each.get("kty") != "oct":
            try:
                found[str(each.get("kid", ""))] = jwt.PyJWK(each)
            except (jwt.PyJWTError, ValueError, TypeError):
                continue
    return found


def _refused(why: str) -> OAuthError:
    return OAuthError("invalid_grant", f"subject_token: {why}.")

"""Tokens: for a code, for a refresh token; ending them."""

import base64
import hashlib
import hmac
import re
from dataclasses import replace
from secrets import token_hex

from bearhug.accounts import service as accounts
from bearhug.accounts.store import people
from bearhug.hub import Transaction
from bearhug.identity.service import DAY, digest
from bearhug.oauth.model import App, Issued, OAuthError
from bearhug.oauth.model.apps import normal
from bearhug.oauth.model.scopes import within
from bearhug.oauth.service import apps
from bearhug.oauth.store import apps as rows
from bearhug.oauth.store import flows, tokens
from bearhug.oauth.store.tokens import Kept

ACCESS, REFRESH = "hf_oauth_", "hf_refresh_"
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
GRACE = 60_000
"""How long a refresh token that was used may be used once more, in milliseconds: an answer may be
lost on its way, and two processes of one client may refresh at once. After that it is theft."""


def redeem(
    tx: Transaction,
    app: App | None,
    code: str,
    *,
    redirect_uri: str | None,
    verifier: str,
) -> Issued | OAuthError:
    """Tokens for a code. `app` is who asks, proved; None if it gave no client id.

    Used a second time, a code ends all that came of it (RFC 6749 §4.1.2): so the error is
    returned, since raising would undo that.
    """
    sha256 = digest(code)
    found = flows.code(tx.db, sha256)
    if found is None or (app is not None and app.id != found.app_id):
        raise _stale()
    app = app or _public(tx, found.app_id)
    if found.used_at is not None:
        tokens.drop_family(tx.db, _family(sha256))
        return _stale()
    if found.expires_at <= tx.now:
        raise _stale()
    _check_bound(found, redirect_uri, verifier)
    flows.use_code(tx.db, sha256, tx.now)
    return replace(
        issue(tx, app, found.user_id, found.scopes, found.orgs, family=_family(sha256)),
        nonce=found.nonce,
    )


def refresh(
    tx: Transaction, app: App, refresh_token: str, scope: tuple[str, ...]
) -> Issued | OAuthError:
    """Another access token and another refresh token; the old one is void (RFC 9700 §4.14).

    Used again later, it has been stolen, or the new one has: all of its family end.
    """
    kept = tokens.find(tx.db, digest(refresh_token))
    if kept is None or kept.kind != "refresh" or kept.app_id != app.id:
        raise _stale("refresh token")
    if kept.used_at is not None and kept.used_at + GRACE < tx.now:
        tokens.drop_family(tx.db, kept.family)
        return _stale("refresh token")
    if kept.expires_at <= tx.now or rows.connection(tx.db, app.id, kept.user_id) is None:
        raise _stale("refresh token")
    if kept.used_at is None:
        tokens.use(tx.db, kept.sha256, tx.now)
    narrowed = within(scope, kept.scopes)
    return issue(tx, app, kept.user_id, narrowed, kept.orgs, family=kept.family, whole=kept.scopes)


def issue(
    tx: Transaction,
    app: App,
    user_id: int,
    scopes: tuple[str, ...],
    orgs: frozenset[int],
    *,
    family: str,
    whole: tuple[str, ...] = (),
) -> Issued:
    """Both tokens. `whole`: what the refresh token goes on to allow, if the access token less.

    Raises OAuthError if the person is not here any more.
    """
    account = people.by_id(tx.db, user_id)
    if account is None:
        raise _stale()
    settings = tx.hub.settings
    access, again = ACCESS + token_hex(24), REFRESH + token_hex(24)
    kept = Kept(
        digest(access),
        "access",
        family,
        app.id,
        None,
        user_id,
        scopes,
        orgs,
        tx.now + settings.oauth_access_seconds * 1000,
    )
    later = tx.now + settings.oauth_refresh_days * DAY
    tokens.forget(tx.db, tx.now - DAY)
    flows.forget(tx.db, tx.now - DAY)
    tokens.add(tx.db, kept, tx.now)
    tokens.add(
        tx.db,
        replace(
            kept,
            sha256=digest(again),
            kind="refresh",
            scopes=whole or scopes,
            expires_at=later,
        ),
        tx.now,
    )
    seconds = settings.oauth_access_seconds
    picture = accounts.lasting_address(tx, account)
    return Issued(
        account, access, seconds, scopes, orgs, again, client_id=app.client_id, picture=picture
    )


def revoke(tx: Transaction, app: App, token: str) -> None:
    """End a token of this app (RFC 7009): a refresh token with all its family; unknown ones too."""
    kept = tokens.find(tx.db, digest(token))
    if kept is None or kept.app_id != app.id:
        return
    if kept.kind == "refresh":
        tokens.drop_family(tx.db, kept.family)
    else:
        tokens.drop(tx.db, kept.sha256)


def _public(tx: Transaction, app_id: int) -> App:
    """The app of a code, where only PKCE proves who asks: @huggingface/hub sends no client id."""
    app = rows.by_id(tx.db, app_id)
    if app is None:
        raise _stale()
    return apps.authenticate(tx, app.client_id, None)


def _check_bound(code: flows.Code, redirect_uri: str | None, verifier: str) -> None:
    """Whether who redeems the code is who asked for it. Raises OAuthError."""
    if redirect_uri is None and not code.challenge:
        raise OAuthError("invalid_request", "redirect_uri: send the one the code was asked with.")
    if redirect_uri is not None and normal(redirect_uri) != code.redirect_uri:
        raise OAuthError("invalid_grant", "redirect_uri: the code was asked with another.")
    if code.challenge and not _proves(verifier, code.challenge):
        raise OAuthError("invalid_grant", "code_verifier: it does not fit the code's challenge.")
    if verifier and not code.challenge:  # else a stripped challenge would go unnoticed (RFC 9700)
        raise OAuthError("invalid_grant", "code_verifier: this code was asked without a challenge.")


def _proves(verifier: str, challenge: str) -> bool:
    if not VERIFIER.fullmatch(verifier):
        return False
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(hashed.decode(), challenge)


def _family(sha256: str) -> str:
    """Named after what they came of, so that it can be found again by that."""
    return f"of {sha256}"


def _stale(what: str = "code") -> OAuthError:
    return OAuthError("invalid_grant", f"This {what} is unknown, used, out of date or another's.")

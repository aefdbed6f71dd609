"""An app asks a person for something; they allow it, or not."""

import re
from collections.abc import Mapping, Sequence
from secrets import token_urlsafe

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Membership
from bearhug.errors import BadRequest
from bearhug.hub import Role, Transaction
from bearhug.identity.service import digest
from bearhug.oauth.model import App, Ask, OAuthError, SentBack
from bearhug.oauth.model.answers import back_to
from bearhug.oauth.model.apps import matching, normal
from bearhug.oauth.model.scopes import IN_ORGS, parse, within
from bearhug.oauth.service import apps
from bearhug.oauth.store import apps as store
from bearhug.oauth.store import flows

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
MOST_TEXT = 2000


def asked(tx: Transaction, params: Mapping[str, str]) -> Ask:
    """What an authorisation request asks for (RFC 6749 §4.1.1, RFC 7636, OpenID Connect).

    Raises BadRequest while it is not sure that the app's own address would hear it, and SentBack
    from then on.
    """
    app, uri = _whither(tx, params)
    state = params.get("state")
    try:
        return _ask(app, uri, params)
    except OAuthError as refused:
        raise SentBack(uri, state, refused.error, refused.message) from None


def hears_refusals(tx: Transaction, params: Mapping[str, str]) -> bool:
    """Whether the app may be sent a person whom nobody asked anything.

    Anyone can register an app that leads anywhere: until the person has let one in, a refusal
    is told here (RFC 9700 §4.11.2). Raises BadRequest as `asked` does.
    """
    app, _ = _whither(tx, params)
    if app.owner_id is not None or app.own:
        return True
    user_id = tx.actor.user_id
    return user_id is not None and store.connection(tx.db, app.id, user_id) is not None


def remembered(tx: Transaction, ask: Ask) -> bool:
    """Whether the person has allowed all this before, to an app that is surely this one."""
    known = store.connection(tx.db, ask.app.id, accounts.require_in_person(tx.actor))
    if known is None or not ask.assured or ask.prompt & {"consent", "select_account", "login"}:
        return False
    wanted = {each.org.id for each in _wanted(tx, ask.orgs)}
    return set(ask.scopes) <= set(known.scopes) and wanted <= set(known.orgs)


def let_in_before(tx: Transaction, app: App) -> Sequence[int]:
    """The organisations that the person has let this app into."""
    known = store.connection(tx.db, app.id, accounts.require_in_person(tx.actor))
    return known.orgs if known else ()


def offered(tx: Transaction, scopes: Sequence[str]) -> list[Membership]:
    """The organisations one may let an app into, if it asks for what they have."""
    if not IN_ORGS & set(scopes):
        return []
    held = accounts.organisations(tx, accounts.me(tx))
    return [each for each in held if each.role >= Role.READ]


def wanted_ids(tx: Transaction, ask: Ask) -> set[int]:
    """Which of one's organisations the app needs."""
    return {each.org.id for each in _wanted(tx, ask.orgs)}


def allow_again(tx: Transaction, ask: Ask, issuer: str) -> str:
    """As `allow`, with what was allowed before."""
    return allow(tx, ask, let_in_before(tx, ask.app), issuer)


def allow(tx: Transaction, ask: Ask, orgs: Sequence[int], issuer: str) -> str:
    """Remember it, and the app's address with the code it may redeem once."""
    user_id = accounts.require_in_person(tx.actor)
    let_into = remember(tx, ask.app, ask.scopes, orgs)
    code = token_urlsafe(32)
    flows.add_code(
        tx.db,
        digest(code),
        flows.Code(
            ask.app.id,
            user_id,
            ask.redirect_uri,
            ask.scopes,
            let_into,
            ask.nonce,
            ask.challenge,
            tx.now + tx.hub.settings.oauth_code_seconds * 1000,
            None,
        ),
    )
    return back_to(ask.redirect_uri, code=code, state=ask.state, iss=issuer)


def remember(
    tx: Transaction, app: App, scopes: Sequence[str], orgs: Sequence[int]
) -> frozenset[int]:
    """Keep what the person allows an app; returns the organisations among `orgs` they are in."""
    user_id = accounts.require_in_person(tx.actor)
    known = store.connection(tx.db, app.id, user_id)
    let_into = frozenset(orgs) & {each.org.id for each in offered(tx, scopes)}
    all_scopes = tuple(dict.fromkeys((*(known.scopes if known else ()), *scopes)))
    store.put_grant(tx.db, app.id, user_id, scopes=all_scopes, orgs=let_into, at=tx.now)
    return let_into


def deny(ask: Ask) -> SentBack:
    return SentBack(ask.redirect_uri, ask.state, "access_denied", "The person said no.")


def _whither(tx: Transaction, params: Mapping[str, str]) -> tuple[App, str]:
    """The app, and its own address to answer to. Raises BadRequest."""
    try:
        app = apps.find(tx, params.get("client_id", ""))
    except OAuthError as refused:
        raise BadRequest(f"client_id: {refused.message}") from None
    given = params.get("redirect_uri", "")
    if not given and len(app.redirect_uris) == 1:
        return app, app.redirect_uris[0]
    if not matching(given, app.redirect_uris):
        raise BadRequest(
            "redirect_uri: this is not one of the addresses registered for the app"
            f" {app.name}. Whoever made the app can add it in its settings."
        )
    return app, normal(given)


def _ask(app: App, uri: str, params: Mapping[str, str]) -> Ask:
    """Raises OAuthError, to be told at `uri`."""
    _check_shape(params)
    prompt = frozenset(params.get("prompt", "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise OAuthError("invalid_request", "prompt: use none, login, consent or select_account.")
    return Ask(
        app,
        uri,
        within(parse(params.get("scope", "")), app.scopes),
        params.get("state"),
        params.get("nonce", ""),
        _challenge(app, params),
        frozenset(params.get("orgIds", "").replace(",", " ").split()),
        prompt,
    )


def _check_shape(params: Mapping[str, str]) -> None:
    if params.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type: use code.")
    if params.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "response_mode: this hub answers in the query.")
    if "request" in params or "request_uri" in params:
        raise OAuthError("request_not_supported", "Send the request's parameters themselves.")
    for name in ("state", "nonce", "scope"):
        given = params.get(name, "")
        if len(given) > MOST_TEXT or not given.isprintable():
            raise OAuthError("invalid_request", f"{name}: one line of {MOST_TEXT} at most.")


def _challenge(app: App, params: Mapping[str, str]) -> str:
    challenge = params.get("code_challenge", "")
    if not challenge:
        if not app.confidential:
            raise OAuthError("invalid_request", "code_challenge: a public app must use PKCE.")
        return ""
    if params.get("code_challenge_method", "plain") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "code_challenge_method: this hub takes S256 alone.")
    return challenge


def _wanted(tx: Transaction, ids: frozenset[str]) -> list[Membership]:
    if not ids:
        return []
    held = accounts.organisations(tx, accounts.me(tx))
    return [each for each in held if each.org.object_id in ids]

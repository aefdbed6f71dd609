"""Apps: making, changing and ending them; letting them in is `consent`."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Refused
from bearhug.accounts.model.profile import line
from bearhug.errors import Forbidden, NotFound
from bearhug.hub import Transaction
from bearhug.identity.service import DAY, digest
from bearhug.oauth.model import DEFAULT, SCOPES, App, Connection, OAuthError
from bearhug.oauth.model.apps import HF_CLI, normal, problem_of
from bearhug.oauth.model.scopes import parse
from bearhug.oauth.service.counting import count
from bearhug.oauth.store import apps as store
from bearhug.oauth.store import flows, tokens
from bearhug.repos.model import RepoCreated

MOST_NAME, MOST_URIS, MOST_APPS = 64, 20, 100
SELF_REGISTERED_DAYS = 30
FREE_REGISTRATIONS = 10
SECRET = "hf_app_"


@dataclass(frozen=True)
class NewApp:
    """What the form for an app holds. `redirect_uris`: one a line."""

    name: str
    website: str = ""
    redirect_uris: str = ""
    scopes: Sequence[str] = DEFAULT
    confidential: bool = True


def find(tx: Transaction, client_id: str) -> App:
    """Raises OAuthError (invalid_client)."""
    plain = client_id.isascii() and client_id.isprintable()  # what a row can hold at all
    app = store.by_client_id(tx.db, client_id) if client_id and plain else None
    if app is None:
        raise OAuthError("invalid_client", "This hub knows no app of this client id.", status=401)
    return app


def authenticate(tx: Transaction, client_id: str, secret: str | None) -> App:
    """The app that asks, once it has proved so: by its secret, if it has one.

    Raises OAuthError (invalid_client) for a wrong secret, and for one where there is none.
    """
    app = find(tx, client_id)
    kept = store.secret_sha256(tx.db, app.id)
    if kept is None and not secret:
        return app
    if kept is None or not hmac.compare_digest(kept, digest(secret or "")):
        raise OAuthError("invalid_client", "The client secret is missing or wrong.", status=401)
    return app


def command_line(tx: Transaction) -> App:
    """The official `hf` command, which brings its own client id: known from its first request."""
    keep(tx, HF_CLI, "Hugging Face CLI", secret=None, redirect_uris=(), scopes=tuple(SCOPES))
    return find(tx, HF_CLI)


def keep(
    tx: Transaction,
    client_id: str,
    name: str,
    *,
    secret: str | None,
    redirect_uris: Sequence[str],
    scopes: Sequence[str],
) -> None:
    """An app of the hub's own, with a client id that is known elsewhere."""
    store.add(
        tx.db,
        client_id,
        name,
        owner_id=None,
        secret_sha256=None if secret is None else digest(secret),
        website="",
        redirect_uris=[normal(uri) for uri in redirect_uris],
        scopes=scopes,
        at=tx.now,
    )


def mine(tx: Transaction) -> list[App]:
    """One's own, the newest first."""
    return store.of_owner(tx.db, accounts.require_in_person(tx.actor))


def own(tx: Transaction, client_id: str) -> App:
    """One of one's own. Raises NotFound."""
    user_id = accounts.require_in_person(tx.actor)
    app = store.by_client_id(tx.db, client_id)
    if app is None or app.owner_id != user_id:
        raise NotFound("You have no such application.")
    return app


def make(tx: Transaction, new: NewApp) -> tuple[App, str]:
    """Make an app and its secret ("" for a public one), which is nowhere else from now on.

    Raises Refused.
    """
    user_id = accounts.require_in_person(tx.actor)
    name, website, uris, scopes = _checked(new)
    if len(store.of_owner(tx.db, user_id)) >= MOST_APPS:
        raise Refused(name=f"You have {MOST_APPS} applications. Delete one of them first.")
    client_id, secret = str(uuid4()), _secret() if new.confidential else ""
    store.add(
        tx.db,
        client_id,
        name,
        owner_id=user_id,
        secret_sha256=digest(secret) if secret else None,
        website=website,
        redirect_uris=uris,
        scopes=scopes,
        at=tx.now,
    )
    return find(tx, client_id), secret


def change(tx: Transaction, client_id: str, new: NewApp) -> None:
    """Change all but its secret. Raises Refused, NotFound."""
    app = own(tx, client_id)
    name, website, uris, scopes = _checked(new)
    store.change(tx.db, app.id, name=name, website=website, redirect_uris=uris, scopes=scopes)


def renew_secret(tx: Transaction, client_id: str) -> tuple[App, str]:
    """Another secret; the old one is void. A public app has one from now on."""
    app, secret = own(tx, client_id), _secret()
    store.set_secret(tx.db, app.id, digest(secret))
    return app, secret


def drop_secret(tx: Transaction, client_id: str) -> None:
    """From now on the app is public, and proves itself by PKCE."""
    store.set_secret(tx.db, own(tx, client_id).id, None)


def delete(tx: Transaction, client_id: str) -> App:
    """End the app, and every token it holds."""
    app = own(tx, client_id)
    store.drop(tx.db, app.id)
    return app


def register(tx: Transaction, said: Mapping[str, Any], address: str) -> tuple[App, str]:
    """An app that registers itself (RFC 7591); nobody owns it, and it ends if nobody lets it in.

    Raises OAuthError, Forbidden where the operator has closed this, TooMany.
    """
    if not tx.hub.settings.oauth_registration:
        raise Forbidden("Apps do not register themselves here. Make one in Settings, Applications.")
    count(tx, f"oauth register {address}", free=FREE_REGISTRATIONS, what="registrations")
    uris = [normal(uri) for uri in _texts(said, "redirect_uris")]
    problem = next(filter(None, map(problem_of, uris)), "")
    if problem or not uris or len(uris) > MOST_URIS:
        raise OAuthError("invalid_redirect_uri", problem or f"Give 1 to {MOST_URIS} addresses.")
    method = said.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in ("none", "client_secret_basic", "client_secret_post"):
        raise OAuthError("invalid_client_metadata", f"{method!r} proves nothing here.")
    secret = "" if method == "none" else _secret()
    client_id = str(uuid4())
    store.drop_unused(tx.db, tx.now - SELF_REGISTERED_DAYS * DAY, but=HF_CLI)
    store.add(
        tx.db,
        client_id,
        line(_text(said, "client_name"))[:MOST_NAME] or "An app without a name",
        owner_id=None,
        secret_sha256=digest(secret) if secret else None,
        website=_website(_text(said, "client_uri")),
        redirect_uris=uris,
        scopes=parse(_text(said, "scope")) or tuple(SCOPES),
        at=tx.now,
    )
    return find(tx, client_id), secret


def connections(tx: Transaction) -> list[Connection]:
    """The apps one has let in, the last used first."""
    return store.connections(tx.db, accounts.require_in_person(tx.actor))


def disconnect(tx: Transaction, client_id: str) -> App:
    """Take back what one allowed an app: its tokens end at once. Raises NotFound."""
    user_id = accounts.require_in_person(tx.actor)
    app = store.by_client_id(tx.db, client_id)
    if app is None or not store.drop_grant(tx.db, app.id, user_id):
        raise NotFound("You have let in no such app.")
    tokens.drop_of(tx.db, app.id, user_id)
    flows.drop_all(tx.db, app.id, user_id)
    return app


def on_repo_created(tx: Transaction, event: RepoCreated) -> None:
    """An app that may make repos goes on working in those it made (scope contribute-repos)."""
    acts = tx.actor.delegation
    if acts and acts.app_id and tx.actor.user_id and "contribute-repos" in acts.scopes:
        store.note_repo(tx.db, event.repo.id, acts.app_id, tx.actor.user_id)


def _checked(new: NewApp) -> tuple[str, str, list[str], tuple[str, ...]]:
    """Name, website, addresses and scopes. Raises Refused with each problem."""
    problems = {}
    name = line(new.name)
    if not name or len(name) > MOST_NAME:
        problems["name"] = f"Give it a name of 1 to {MOST_NAME} characters: people will read it."
    website = new.website.strip()
    if website and _website(website) != website:
        problems["website"] = "Write the whole address, beginning with https://."
    uris = list(dict.fromkeys(map(normal, new.redirect_uris.split())))
    wrong = next(filter(None, map(problem_of, uris)), "")
    if wrong or len(uris) > MOST_URIS:
        problems["redirect_uris"] = wrong or f"At most {MOST_URIS}."
    scopes = tuple(scope for scope in SCOPES if scope in new.scopes)
    if not scopes:
        problems["scopes"] = "Tick at least one: with none, the app learns nothing."
    if problems:
        raise Refused(**problems)
    return name, website, uris, scopes


def _website(text: str) -> str:
    """The address, if it is one that a page may link to; else ""."""
    plain = text.isprintable() and " " not in text and len(text) <= 500
    return text if plain and text.startswith(("https://", "http://")) else ""


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        raise OAuthError("invalid_client_metadata", f"{key}: send text.")
    return value


def _texts(said: Mapping[str, Any], key: str) -> list[str]:
    value = said.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise OAuthError("invalid_redirect_uri", f"{key}: send a list of addresses.")
    return value


def _secret() -> str:
    return SECRET + token_urlsafe(32)

"""Apps, what people have allowed them, and the repos they made."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, update

from bearhug.db import Connection, statement, upsert
from bearhug.db.schema import accounts, oauth_apps, oauth_grants, oauth_repos
from bearhug.kit.wire import Moment
from bearhug.oauth.model import App
from bearhug.oauth.model import Connection as Connected

_COLUMNS = (
    oauth_apps.c.id,
    oauth_apps.c.client_id,
    oauth_apps.c.secret_sha256,
    oauth_apps.c.owner_id,
    oauth_apps.c.name,
    oauth_apps.c.website,
    oauth_apps.c.redirect_uris,
    oauth_apps.c.scopes,
    oauth_apps.c.created_at,
)
_OWNED = select(*_COLUMNS, accounts.c.name.label("owner")).outerjoin_from(
    oauth_apps, accounts, accounts.c.id == oauth_apps.c.owner_id
)
_THIS = oauth_apps.c.id == bindparam("app_id")
_THEIRS = (
    oauth_grants.c.app_id == bindparam("app_id"),
    oauth_grants.c.user_id == bindparam("user_id"),
)
_BY_CLIENT = statement(_OWNED.where(oauth_apps.c.client_id == bindparam("client_id")))
_BY_ID = statement(_OWNED.where(_THIS))
_OF_OWNER = statement(
    _OWNED.where(oauth_apps.c.owner_id == bindparam("owner_id")).order_by(oauth_apps.c.id.desc())
)
_KEPT = ("client_id", "secret_sha256", "owner_id", "name", "website", "redirect_uris", "scopes")
_ADD = upsert(oauth_apps, (*_KEPT, "created_at"), keys=("client_id",))
_CHANGE = statement(
    update(oauth_apps)
    .where(_THIS)
    .values(
        name=bindparam("new_name"),
        website=bindparam("new_website"),
        redirect_uris=bindparam("new_uris"),
        scopes=bindparam("new_scopes"),
    )
)
_SET_SECRET = statement(
    update(oauth_apps).where(_THIS).values(secret_sha256=bindparam("new_sha256"))
)
_SECRET = statement(select(oauth_apps.c.secret_sha256).where(_THIS))
_DROP = statement(delete(oauth_apps).where(_THIS))
_DROP_UNUSED = statement(
    delete(oauth_apps).where(
        oauth_apps.c.owner_id.is_(None),
        oauth_apps.c.client_id != bindparam("but"),
        oauth_apps.c.created_at < bindparam("before"),
        ~exists(select(oauth_grants.c.app_id).where(oauth_grants.c.app_id == oauth_apps.c.id)),
    )
)

_GRANT = (
    oauth_grants.c.scopes.label("granted"),
    oauth_grants.c.orgs,
    oauth_grants.c.created_at.label("since"),
    oauth_grants.c.updated_at,
)
_CONNECTED = (
    select(*_COLUMNS, accounts.c.name.label("owner"), *_GRANT)
    .select_from(oauth_grants)
    .join(oauth_apps, oauth_apps.c.id == oauth_grants.c.app_id)
    .outerjoin(accounts, accounts.c.id == oauth_apps.c.owner_id)
)
_CONNECTION = statement(_CONNECTED.where(*_THEIRS))
_CONNECTIONS = statement(
    _CONNECTED.where(oauth_grants.c.user_id == bindparam("user_id")).order_by(
        oauth_grants.c.updated_at.desc()
    )
)
_PUT_GRANT = upsert(
    oauth_grants,
    ("app_id", "user_id", "scopes", "orgs", "created_at", "updated_at"),
    keys=("app_id", "user_id"),
    update=("scopes", "orgs", "updated_at"),
)
_DROP_GRANT = statement(delete(oauth_grants).where(*_THEIRS))
_NOTE_REPO = upsert(oauth_repos, ("repo_id", "app_id", "user_id"), keys=("repo_id", "app_id"))


def by_client_id(db: Connection, client_id: str) -> App | None:
    row = db.first(_BY_CLIENT, client_id=client_id)
    return app_of(row) if row else None


def by_id(db: Connection, app_id: int) -> App | None:
    row = db.first(_BY_ID, app_id=app_id)
    return app_of(row) if row else None


def of_owner(db: Connection, owner_id: int) -> list[App]:
    """The newest first."""
    return [app_of(row) for row in db.all(_OF_OWNER, owner_id=owner_id)]


def add(
    db: Connection,
    client_id: str,
    name: str,
    *,
    owner_id: int | None,
    secret_sha256: str | None,
    website: str,
    redirect_uris: Sequence[str],
    scopes: Sequence[str],
    at: Moment,
) -> None:
    """Unless there is one of this client id already."""
    db.run(
        _ADD,
        client_id=client_id,
        secret_sha256=secret_sha256,
        owner_id=owner_id,
        name=name,
        website=website,
        redirect_uris=json.dumps(list(redirect_uris)),
        scopes=json.dumps(list(scopes)),
        created_at=at,
    )


def change(
    db: Connection,
    app_id: int,
    *,
    name: str,
    website: str,
    redirect_uris: Sequence[str],
    scopes: Sequence[str],
) -> None:
    db.run(
        _CHANGE,
        app_id=app_id,
        new_name=name,
        new_website=website,
        new_uris=json.dumps(list(redirect_uris)),
        new_scopes=json.dumps(list(scopes)),
    )


def secret_sha256(db: Connection, app_id: int) -> str | None:
    value = db.value(_SECRET, app_id=app_id)
    return None if value is None else str(value)


def set_secret(db: Connection, app_id: int, sha256: str | None) -> None:
    db.run(_SET_SECRET, app_id=app_id, new_sha256=sha256)


def drop(db: Connection, app_id: int) -> None:
    """With everything that was ever issued to it."""
    db.run(_DROP, app_id=app_id)


def drop_unused(db: Connection, before: Moment, *, but: str) -> None:
    """Apps that registered themselves before then, and that nobody has let in."""
    db.run(_DROP_UNUSED, before=before, but=but)


def connection(db: Connection, app_id: int, user_id: int) -> Connected | None:
    row = db.first(_CONNECTION, app_id=app_id, user_id=user_id)
    return _connected(row) if row else None


def connections(db: Connection, user_id: int) -> list[Connected]:
    """The last used first."""
    return [_connected(row) for row in db.all(_CONNECTIONS, user_id=user_id)]


def put_grant(
    db: Connection,
    app_id: int,
    user_id: int,
    *,
    scopes: Sequence[str],
    orgs: Iterable[int],
    at: Moment,
) -> None:
    db.run(
        _PUT_GRANT,
        app_id=app_id,
        user_id=user_id,
        scopes=json.dumps(list(scopes)),
        orgs=json.dumps(sorted(orgs)),
        created_at=at,
        updated_at=at,
    )


def drop_grant(db: Connection, app_id: int, user_id: int) -> bool:
    return db.run(_DROP_GRANT, app_id=app_id, user_id=user_id) > 0


def note_repo(db: Connection, repo_id: int, app_id: int, user_id: int) -> None:
    db.run(_NOTE_REPO, repo_id=repo_id, app_id=app_id, user_id=user_id)


def app_of(row: Any) -> App:
    return App(
        row.id,
        row.client_id,
        row.name,
        row.owner_id,
        row.owner or "",
        row.secret_sha256 is not None,
        row.website,
        tuple(json.loads(row.redirect_uris)),
        tuple(json.loads(row.scopes)),
        row.created_at,
    )


def _connected(row: Any) -> Connected:
    return Connected(
        app_of(row),
        tuple(json.loads(row.granted)),
        tuple(json.loads(row.orgs)),
        row.since,
        row.updated_at,
    )

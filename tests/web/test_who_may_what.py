"""Every route there is, tried by everyone who may not: nothing hidden is told, nothing changed.

The routes are walked as the app lists them, so that a new one cannot be forgotten. A hidden repo
must be answered for exactly as one that is not there.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from bearhug.app import Application, all_routes
from bearhug.collections import service as collections
from bearhug.collections.model import Gathering, ItemKind
from bearhug.db import Connection, adding, statement
from bearhug.db.schema import (
    accounts,
    collection_items,
    members,
    refs,
    runs,
    sessions,
    tokens,
    webhooks,
)
from bearhug.db.schema import collections as gathered
from bearhug.db.schema import repos as rows
from bearhug.discussions import service as discussions
from bearhug.discussions.model import Wish
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.inference import service as inference
from bearhug.inference.model import Figures, Said, Turn
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from bearhug.webhooks import service as hooks
from bearhug.webhooks.model import Watchable, Watched
from bearhug.webhooks.model import Wish as HookWish
from tests.conftest import person
from tests.repos_of import make_repo

SECRET = "grizzly-marmalade"
"""It stands in every hidden file, card, run and title: nobody here may read it."""

CARD = f"---\nlicense: mit\ntags: [{SECRET}]\n---\n# {SECRET}\n\nA card about {SECRET} for bears.\n"
FILES = {"README.md": CARD, "notes.txt": SECRET, "deep/er.json": json.dumps({"a": SECRET})}
BEHIND_THE_GATE = {"notes.txt": "quince-jam", "deep/er.json": "quince-jam"}
HIDDEN, ABSENT, GATED = "umbra", "absit", "gated"
KINDS = tuple(RepoKind)

_TOKEN = adding(
    tokens,
    *("sha256", "user_id", "name", "role", "ending", "created_at", "scopes"),
    returning=[tokens.c.id],
)
_SESSION = adding(
    sessions,
    *("sha256", "user_id", "user_agent", "address", "created_at", "seen_at", "expires_at"),
    returning=[sessions.c.id],
)
ADA, BEARS = 1, 4
STATE = (
    statement(select(accounts).where(accounts.c.id.in_((ADA, BEARS))).order_by(accounts.c.id)),
    statement(select(members).where(members.c.org_id == BEARS).order_by(members.c.user_id)),
    statement(select(rows).where(rows.c.owner_id.in_((ADA, BEARS))).order_by(rows.c.id)),
    statement(select(tokens.c.id, tokens.c.sha256).where(tokens.c.user_id == ADA)),
    statement(select(sessions.c.id, sessions.c.sha256).where(sessions.c.user_id == ADA)),
    statement(select(refs).where(refs.c.repo_id < 18).order_by(refs.c.repo_id, refs.c.name)),
    statement(select(runs)),
    statement(select(gathered).where(gathered.c.owner_id == ADA)),
    statement(select(collection_items)),
    statement(select(webhooks).where(webhooks.c.user_id == ADA)),
)
"""All that is ada's or bears' and must stay as it was; hearts and downloads are another matter."""


@dataclass(frozen=True)
class Things:
    """Whose ids are tried, all ada's: a token, a session, a run, a collection, a webhook."""

    token: int
    session: int
    run: str
    slug: str = ""
    item: str = ""
    hook: str = ""


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def add_token(db: Connection, secret: str, user_id: int, role: str, scopes: str = "[]") -> int:
    row = db.one(
        _TOKEN,
        sha256=digest(secret),
        user_id=user_id,
        name=secret,
        role=role,
        ending=secret[-4:],
        created_at=0,
        scopes=scopes,
    )
    return int(row.id)


def furnish(hub: Hub) -> Things:
    """Ada's hidden, gated and open repos of every kind, bears' hidden ones, a run, credentials."""
    hidden: dict[RepoKind, Repo] = {}
    for kind in KINDS:
        hidden[kind] = make_repo(hub, HIDDEN, FILES, kind=kind, private=True)
        make_repo(hub, HIDDEN, FILES, kind=kind, private=True, owner="bears")
        make_repo(hub, GATED, BEHIND_THE_GATE, kind=kind)
        hub.write_as(person(hub, "ada"), repos.change_settings, kind, "ada/gated", gated="manual")
        talk_about(hub, kind)
        make_repo(hub, "old", FILES, kind=kind, private=True)
        hub.write_as(person(hub, "ada"), repos.move, kind, "ada/old", "ada/renamed")
    other = make_repo(hub, "open", {"notes.txt": "Nothing to hide."})

    def credentials(tx: Transaction) -> tuple[int, int]:
        scope = [{"type": "repo", "id": other.id, "permissions": ["repo.write"]}]
        hers = add_token(tx.db, "hf_hers", 1, "write")
        add_token(tx.db, "hf_fine", 1, "fineGrained", json.dumps(scope))
        add_token(tx.db, "hf_read", 1, "read")
        lives = {"user_agent": "", "address": "", "created_at": tx.now}
        lives |= {"seen_at": tx.now, "expires_at": tx.now + 10**9}
        session = tx.db.one(_SESSION, sha256=digest("ada-session"), user_id=1, **lives)
        tx.db.one(_SESSION, sha256=digest("linus-session"), user_id=3, **lives)
        return hers, int(session.id)

    token, session = hub.write(credentials)
    said = Said(
        hidden[RepoKind.MODEL].id,
        "1" * 40,
        "m.gguf",
        "conversational",
        (Turn("user", SECRET),),
        SECRET,
        {},
        Figures(completion_tokens=1, tokens_per_second=1.0, machine="4 cores"),
    )
    run = hub.write_as(person(hub, "ada"), inference.save, said, public=True)
    gathering = hub.write_as(person(hub, "ada"), gather)
    slug = gathering.collection.slug.partition("/")[2]
    watched = (Watched(Watchable.USER, "ada"), Watched(Watchable.MODEL, f"ada/{HIDDEN}"))
    wanted = HookWish("http://hub.test", f"https://x.example/{SECRET}", watched, secret=SECRET)
    hook = hub.write_as(person(hub, "ada"), hooks.create, wanted)
    return Things(token, session, run.id, slug, gathering.items[0].object_id, hook.object_id)


def gather(tx: Transaction) -> Gathering:
    """Ada's private collection with her hidden model in it."""
    made = collections.create(tx, SECRET, description=SECRET, private=True)
    collections.add_item(tx, made.slug, ItemKind.MODEL, f"ada/{HIDDEN}", SECRET)
    return collections.gathered(tx, made.slug)


def talk_about(hub: Hub, kind: RepoKind) -> None:
    """A discussion in a hidden repo, and a pull request in it and behind the gate."""
    ada = person(hub, "ada")
    wish = Wish(f"On {SECRET}", f"What of {SECRET}?")
    hub.write_as(ada, discussions.open_discussion, kind, f"ada/{HIDDEN}", wish)
    for name, content in ((HIDDEN, SECRET), (GATED, BEHIND_THE_GATE["notes.txt"])):
        proposal = Proposal((Add("more.txt", content.encode()),), "More of it")
        files.propose_now(hub, ada, kind, f"ada/{name}", proposal)


@pytest.fixture
def things(hub: Hub) -> Things:
    return furnish(hub)


STRANGERS: dict[str, dict[str, str]] = {
    "a visitor": {},
    "a stranger by token": {"Authorization": "Bearer hf_linus"},
    "a stranger in a browser": {
        "Cookie": "bearhug_session=linus-session",
        "Sec-Fetch-Site": "same-origin",
        "Accept": "text/html",
    },
    "a fine token of another repo": {"Authorization": "Bearer hf_fine"},
}
OPEN_AT_A_GATE = ("discussions", "like", "paths-info", "ask-access", "report")
"""What whoever sees the card may do: names are told, and one may ask, and complain."""

READER = {"Authorization": "Bearer hf_read"}


def values(things: Things, owner: str, name: str) -> dict[str, str]:
    """What each path parameter may plausibly be."""
    return {
        "owner": owner,
        "name": name,
        "rev": "main",
        "path": "notes.txt",
        "branch": "main",
        "tag": "main",
        "spec": "main..main",
        "ticket": "forged.forged",
        "number": "1",
        "id": str(things.token),
        "user": "ada",
        "org": "bears",
        "model": f"{owner}/{name}",
        "slug": things.slug,
        "item": things.item,
        "num": "1",
        "comment": things.item,
        "status": "pending",
        "job": "1",
        "task": "text-generation",
    }


def bodies(owner: str, name: str, kind: RepoKind) -> Iterator[dict[str, Any]]:
    """What each door might take: as JSON, as a form, as lines of a commit, as nothing."""
    full = f"{owner}/{name}"
    fields: dict[str, Any] = {
        **{"name": full, "type": str(kind), "fromRepo": full, "toRepo": "linus/mine"},
        **{"private": False, "visibility": "public", "paths": ["notes.txt"], "tag": "t"},
        **{"files": [{"path": "notes.txt", "size": 1, "sample": ""}], "content": "x"},
        **{"operation": "download", "objects": [{"oid": "0" * 64, "size": 1}]},
        **{"model": full, "messages": [{"role": "user", "content": "?"}], "prompt": "?"},
        **{"url": "https://x.example", "watched": [{"type": "user", "name": "ada"}]},
        **{"inputs": "?", "id": "chatcmpl-1", "public": True, "startingPoint": "main"},
        **{"title": "A title", "comment": "x", "reaction": "👍", "pullRequest": True},
    }
    fields |= {"title": "x", "item": {"id": full, "type": str(kind)}, "note": "x", "position": 0}
    yield {"json": fields}
    form = {"owner": "linus", "name": "mine", "visibility": "public", "confirm": full}
    form |= {"branch": "main", "start": "main", "title": "x", "path": "x.txt", "content": "x"}
    form |= {"url": "https://x.example", "watch_kind": "user", "watch_name": "ada", "on": "0"}
    form |= {"public": "1", "user": "linus", "role": "admin", "email": "x@y.example"}
    form |= {"on": "1", "item": f"{kind.plural}/{full}", "collection": "ada/x", "do": "remove"}
    form |= {"password": "twelve letters", "operator": "1", "action": "operator"}
    yield {"data": form}
    yield {"content": json.dumps({"key": "header", "value": {"summary": "x"}})}


@dataclass(frozen=True)
class Door:
    method: str
    template: str
    kind: RepoKind
    of_repo: bool

    def path(self, filled: dict[str, str]) -> str:
        given = {**filled, "kind": self.kind.plural}
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: given.get(found[1], "1"), self.template)


def doors() -> list[Door]:
    """Every method of every route, once for each kind of repo it may be about."""
    listed = []
    for route in all_routes():
        fixed = getattr(route, "kind", None)
        kinds = KINDS if "{kind" in route.path else (RepoKind(fixed or "model"),)
        of_repo = ("{owner" in route.path and "{name" in route.path) or "{model" in route.path
        for method in sorted((route.methods or set()) - {"HEAD"}):
            listed += [Door(method, route.path, kind, of_repo) for kind in kinds]
    return listed


DOORS = doors()
NOT_TRIED = (
    *("/login", "/join", "/logout"),
    *("/settings/account/delete", "/settings/sessions/end-others"),
)
"""What these do, somebody does to themselves alone."""


def ask(client: TestClient, door: Door, path: str, who: dict[str, str]) -> list[Any]:
    if door.method == "GET":
        return [client.get(path, headers=who)]
    named = re.search(rf"(ada|bears|linus)/({HIDDEN}|{ABSENT}|{GATED}|old|never)", path)
    owner, name = (named[1], named[2]) if named else ("ada", HIDDEN)
    sent = bodies(owner, name, door.kind)
    return [client.request(door.method, path, headers=who, **body) for body in sent]


def levelled(answer: Any) -> tuple[int, str, str]:
    """What an answer says, with what may differ between any two taken out."""
    words = re.sub(rf"{HIDDEN}|{ABSENT}|\bold\b|never", "NAME", answer.text)
    words = re.sub(r"req_\w+|[0-9a-f-]{36}", "ID", words)
    target = answer.headers.get("location", "")
    return answer.status_code, words, re.sub(rf"{HIDDEN}|{ABSENT}|\bold\b|never", "NAME", target)


@pytest.fixture
def asking(hub: Hub) -> Iterator[TestClient]:
    with TestClient(Application(hub), base_url="http://hub.test", follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize(
    ("owner", "name", "other"),
    [("ada", HIDDEN, ABSENT), ("bears", HIDDEN, ABSENT), ("ada", "old", "never")],
)
def test_a_hidden_repo_is_answered_for_as_one_that_is_not_there(
    asking: TestClient, things: Things, who: str, owner: str, name: str, other: str
) -> None:
    for door in (door for door in DOORS if door.of_repo):
        there, nowhere = (
            ask(asking, door, door.path(values(things, owner, each)), STRANGERS[who])
            for each in (name, other)
        )
        for one, another in zip(there, nowhere, strict=True):
            where = f"{door.method} {one.request.url.path}: {one.status_code} {one.text[:300]}"
            assert 400 <= one.status_code < 500 or _asks_to_sign_in(one), where
            assert SECRET not in one.text, where
            assert levelled(one) == levelled(another), where


def _asks_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("who", STRANGERS)
def test_no_route_tells_or_changes_what_is_anothers(
    hub: Hub, asking: TestClient, things: Things, who: str
) -> None:
    before = state(hub)
    for door, path in elsewhere(things, who):
        for answer in ask(asking, door, path, STRANGERS[who]):
            where = f"{door.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
            assert answer.status_code != 500, where
            assert SECRET not in answer.text, where
            sent = answer.request.content.decode() + path
            assert HIDDEN not in answer.text or HIDDEN in sent, where
    assert state(hub) == before


def elsewhere(things: Things, who: str) -> Iterator[tuple[Door, str]]:
    """Every door that is about no repo, with each name and id it might be given."""
    for door in DOORS:
        own = who.startswith("a fine") and "/settings" in door.template  # for the next test
        if door.of_repo or own or door.template in NOT_TRIED:
            continue
        ids = [str(things.token), str(things.session), things.run]
        if ":int}" in door.template:
            ids.remove(things.run)
        if "/webhooks" in door.template:
            ids.append(things.hook)
        for id in ids:
            for name in ("ada", "bears", HIDDEN):
                yield door, door.path({**values(things, "ada", name), "id": id})


@pytest.mark.parametrize("who", [{**READER}, {"Authorization": "Bearer hf_fine"}])
def test_a_token_changes_no_more_than_it_may(
    hub: Hub, asking: TestClient, things: Things, who: dict[str, str]
) -> None:
    before = state(hub)
    for door in DOORS:
        if door.method == "GET" or door.template in NOT_TRIED:
            continue
        filled = values(things, "ada", HIDDEN)
        if "/webhooks" in door.template:
            filled["id"] = things.hook
        for answer in ask(asking, door, door.path(filled), who):
            assert answer.status_code != 500, f"{door.method} {answer.request.url} {answer.text}"
    assert state(hub) == before


@pytest.mark.parametrize("who", STRANGERS)
def test_a_gate_shows_the_card_and_no_file(asking: TestClient, things: Things, who: str) -> None:
    for door in (door for door in DOORS if door.of_repo):
        for path in ("notes.txt", "deep/er.json", "README.md"):
            filled = {**values(things, "ada", GATED), "path": path}
            for answer in ask(asking, door, door.path(filled), STRANGERS[who]):
                where = f"{door.method} {answer.request.url}: {answer.status_code}"
                assert answer.status_code != 500, where + answer.text
                assert "quince-jam" not in answer.text, where
                if door.method != "GET":
                    open_to_all = any(word in door.template for word in OPEN_AT_A_GATE)
                    assert answer.status_code >= 300 or open_to_all, where


def state(hub: Hub) -> list[list[object]]:
    def look(tx: Transaction) -> list[list[object]]:
        return [[tuple(row) for row in tx.db.all(query)] for query in STATE]

    return hub.read(look)


def test_what_is_walked_is_everything() -> None:
    assert {door.template for door in DOORS} == {route.path for route in all_routes()}

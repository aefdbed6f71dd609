"""History written anew under a repo's talk: pages lead to what commits became, and none breaks."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.discussions import service as talk
from bearhug.discussions.model import EventKind, Status
from bearhug.errors import Conflict
from bearhug.files import service as files
from bearhug.files.jobs import prune
from bearhug.hub import Hub, Transaction
from bearhug.inference import service as inference
from bearhug.inference.model import Figures, Said, Turn
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo
from tests.conftest import person
from tests.discussions.conftest import BERT, MODEL, Talking, spot
from tests.files.test_whole import add_large

PAGES = ("", "/1", "/1/files", "/1/commits", "/2", "/2/files", "/2/commits", "/3", "/3/files")


@pytest.fixture
def bert(any_talking: Talking) -> Repo:
    """One request merged and one open, over a large file; one closed, its ref deleted."""
    talking = any_talking
    found: Repo | None = talking.hub.read(lambda tx: repo_rows.by_name(tx.db, MODEL, BERT))
    assert found is not None
    add_large(talking.hub, found, "w.bin", b"weights")
    for number in range(3):
        talking.propose("linus", f"{number}.txt", "new\n")
    ada = person(talking.hub, "ada")
    talk.merge_now(talking.hub, ada, spot(1))
    talking.do("ada", talk.set_status, spot(3), Status.CLOSED)
    talking.do("ada", talk.delete_ref, spot(3))
    return found


@pytest.fixture
def http(any_hub: Hub) -> Iterator[TestClient]:
    with TestClient(Application(any_hub), base_url="http://hub.test") as client:
        client.headers.update({"Authorization": "Bearer hf_ada"})
        yield client


def forget(hub: Hub, repo: Repo) -> None:
    """What the jobs do a day later, on a node that held nothing yet."""
    prune(hub, repo.id)
    hub.git.drop(repo.id)


def shown(http: TestClient) -> None:
    """Every page of every one, and the API's answers."""
    for page in PAGES:
        answer = http.get(f"/{BERT}/discussions{page}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, f"{page}: {answer.text[:300]}"
    for number in (1, 2, 3):
        for query in ("", "?diff=1"):
            answer = http.get(f"/api/models/{BERT}/discussions/{number}{query}")
            assert answer.status_code == 200, answer.text[:300]


def said_at(repo: Repo, commit: str) -> Said:
    asked = (Turn("user", "?"),)
    return Said(repo.id, commit, "w.gguf", "text-generation", asked, "!", {}, Figures())


def large(hub: Hub, repo: Repo) -> str:
    def look(tx: Transaction) -> str:
        pointer = files.node(tx, files.at(tx, repo), "w.bin").lfs
        assert pointer is not None
        return pointer.sha256

    sha256: str = hub.read(look)
    return sha256


def test_the_story_names_commits_as_they_are_now(
    any_talking: Talking, bert: Repo, http: TestClient
) -> None:
    hub, ada = any_talking.hub, person(any_talking.hub, "ada")
    head = hub.read(lambda tx: files.at(tx, bert).commit)
    said = said_at(bert, head)
    run = hub.write_as(ada, inference.save, said, public=True)
    before = any_talking.look(1, diff=True).changes
    assert before is not None

    given = files.delete_objects(hub, ada, MODEL, BERT, [large(hub, bert)], rewrite=True)
    assert given == 1
    forget(hub, bert)
    shown(http)
    found = any_talking.look(1, diff=True)
    main = hub.read(lambda tx: files.at(tx, bert).commit)
    assert found.discussion.merge_oid == main
    assert found.changes is not None
    assert found.changes.diff == before.diff
    for number in (1, 2):
        named = [each.data["oid"] for each in any_talking.look(number).events if "oid" in each.data]
        assert len(named) == len(set(named)) + 1, "its ref has moved, once"
        for oid in named:
            assert http.get(f"/{BERT}/commit/{oid}").status_code == 200
    kept, _ = hub.read_as(ada, inference.run, run.id)
    assert kept.said.revision == main
    assert http.get(f"/{BERT}/tree/{kept.said.revision}").status_code == 200


def test_what_was_squashed_away_is_missed_in_words(
    any_talking: Talking, bert: Repo, http: TestClient
) -> None:
    hub, ada = any_talking.hub, person(any_talking.hub, "ada")
    old = hub.read(lambda tx: files.at(tx, bert).commit)
    said = said_at(bert, old)
    run = hub.write_as(ada, inference.save, said, public=True)
    files.squash(hub, ada, MODEL, BERT, "main", "All of it")
    files.squash(hub, ada, MODEL, BERT, "refs/pr/1", "All of this")
    shown(http)
    forget(hub, bert)
    shown(http)
    assert http.get(f"/{BERT}/commit/{old}").status_code == 404
    assert http.get(f"/runs/{run.id}", headers={"Accept": "text/html"}).status_code == 200
    with pytest.raises(Conflict, match="history was written anew"):
        any_talking.do("ada", talk.restore_ref, spot(3))
    with pytest.raises(Conflict, match="Open a new pull request"):
        any_talking.do("ada", talk.set_status, spot(3), Status.OPEN)
    kinds = [event.kind for event in any_talking.look(3).events]
    assert kinds[-1] is EventKind.REF

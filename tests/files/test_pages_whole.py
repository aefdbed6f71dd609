"""Pages about a repo as a whole: large files, a copy, discussions open or closed, kernels."""

import pytest
from starlette.testclient import TestClient

from bearhug.files import service as files
from bearhug.files.model import AddLfs, Proposal
from bearhug.hub import Hub
from bearhug.kit.hashing import sha256_of
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import person
from tests.repos_of import make_repo

ADA = {"Accept": "text/html", "Authorization": "Bearer hf_ada"}
LINUS = {**ADA, "Authorization": "Bearer hf_linus"}
LARGE = "/ada/bears/settings/large-files"


@pytest.fixture
def bears(hub: Hub) -> Repo:
    return make_repo(hub, "bears")


@pytest.fixture
def weights(hub: Hub, bears: Repo) -> str:
    """The sha256 of deep/w.bin."""
    scratch = hub.objects.scratch / "large"
    scratch.write_bytes(b"weights")
    sha256 = sha256_of(scratch)
    files.claim(hub, bears, scratch, sha256, 7)
    proposal = Proposal((AddLfs("deep/w.bin", sha256),), "Add weights")
    files.commit_now(hub, person(hub, "ada"), bears.kind, "ada/bears", proposal)
    return sha256


def test_large_files_are_deleted_once_the_name_was_typed(client: TestClient, weights: str) -> None:
    assert "deep/w.bin" in client.get(LARGE, headers=ADA).text
    form = {"sha256": weights, "history": "rewrite", "confirm": "ada/other"}
    refused = client.post(LARGE + "/delete", data=form, headers=ADA)
    assert refused.status_code == 422
    assert "Nothing was deleted" in refused.text
    done = client.post(LARGE + "/delete", data={**form, "confirm": "ada/bears"}, headers=ADA)
    assert "1 large file is gone for good" in done.text
    assert "No large files" in done.text
    assert client.get("/ada/bears/blob/main/deep/w.bin", headers=ADA).status_code == 404


def test_a_repo_without_large_files_says_so(client: TestClient, bears: Repo) -> None:
    assert "No large files" in client.get(LARGE, headers=ADA).text
    assert client.get(LARGE, headers=LINUS).status_code == 403
    assert client.get(LARGE + "?after=nonsense", headers=ADA).status_code == 400


def test_a_copy_is_made_where_one_may(client: TestClient, bears: Repo) -> None:
    assert 'value="bears"' in client.get("/ada/bears/duplicate", headers=LINUS).text
    form = {"owner": "linus", "name": "mine", "visibility": "private"}
    copied = client.post("/ada/bears/duplicate", data=form, headers=LINUS)
    assert copied.url.path == "/linus/mine"
    again = client.post("/ada/bears/duplicate", data=form, headers=LINUS)
    assert again.status_code == 409
    assert "You already created this model repo" in again.text
    form["owner"] = "ada"
    assert client.post("/ada/bears/duplicate", data=form, headers=LINUS).status_code == 403


def test_a_visitor_is_led_to_sign_in(client: TestClient, bears: Repo) -> None:
    led = client.get("/ada/bears/duplicate", headers={"Accept": "text/html"})
    assert led.url.path == "/login"


def test_discussions_are_closed_and_opened(client: TestClient, bears: Repo) -> None:
    closed = client.post("/ada/bears/settings/discussions", data={}, headers=ADA)
    assert "discussions are closed now" in closed.text
    opened = client.post("/ada/bears/settings/discussions", data={"talk": "on"}, headers=ADA)
    assert "discussions are open now" in opened.text
    refused = client.post("/ada/bears/settings/discussions", data={}, headers=LINUS)
    assert refused.status_code == 403


def test_settings_are_told_back(client: TestClient, bears: Repo) -> None:
    url, ada = "/api/models/ada/bears/settings", {"Authorization": "Bearer hf_ada"}
    told = client.put(url, json={"discussionsDisabled": True, "gated": "auto"}, headers=ada)
    assert told.json() == {
        "visibility": "public",
        "private": False,
        "gated": "auto",
        "discussionsDisabled": True,
    }
    assert client.put(url, json={}, headers=ada).status_code == 400


def test_a_kernel_is_made_and_found(client: TestClient) -> None:
    form = {"owner": "ada", "name": "relu", "visibility": "public", "licence": "mit"}
    made = client.post("/new-kernel", data=form, headers=ADA)
    assert made.url.path == "/kernels/ada/relu"
    assert "relu" in client.get("/kernels", headers=ADA).text
    assert "relu" in client.get("/ada?show=kernels", headers=ADA).text
    assert client.get("/kernels/ada/relu/tree/main", headers=ADA).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing/at/all", 404, "NotFound"),
        ("GET", "/api/models/ada/bears/nothing", 404, "NotFound"),
        ("GET", "/api/models/bears/tree/main", 404, "RepoNotFound"),
        ("HEAD", "/bears/resolve/main/x", 404, "RepoNotFound"),
        ("POST", "/api/models/ada/bears/refs", 405, "MethodNotAllowed"),
        ("GET", "/api/buckets/ada/b", 501, "NotImplemented"),
        ("POST", "/api/jobs/ada", 501, "NotImplemented"),
        ("GET", "/api/scheduled-jobs/ada/1", 501, "NotImplemented"),
    ],
)
def test_what_is_not_here_is_told_in_words(
    client: TestClient, bears: Repo, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path, headers={"Authorization": "Bearer hf_ada"})
    assert (answer.status_code, answer.headers["x-error-code"]) == (status, code)
    assert answer.headers["x-error-message"]
    assert ("allow" in answer.headers) == (status == 405)


def test_a_bad_token_is_refused_everywhere(client: TestClient) -> None:
    for path in ("/api/nothing", "/api/buckets/x", "/api/jobs/hardware", "/api/models/bare"):
        answer = client.get(path, headers={"Authorization": "Bearer hf_nobody"})
        assert answer.status_code == 401
        assert answer.headers["x-error-message"] == "Invalid credentials in Authorization header"


def test_kinds_keep_apart(client: TestClient, hub: Hub) -> None:
    """The same name may be one repo of each kind."""
    for kind in RepoKind:
        make_repo(hub, "same", kind=kind)
        assert client.get(f"/api/{kind.plural}/ada/same").json()["id"] == "ada/same"

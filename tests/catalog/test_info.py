"""One repo, told as clients read it."""

import hashlib

import pytest
from starlette.testclient import TestClient

from bearhug.hub import Hub
from bearhug.repos.model import RepoKind
from tests.repos_of import make_repo, push

README = """---
license: mit
pipeline_tag: text-generation
base_model: ada/base
datasets: [ada/facts]
widget: [{text: Hello}]
model-index: [{name: x}]
---
# Tiny
"""


def test_the_fields_of_a_model(client: TestClient, hub: Hub) -> None:
    repo = make_repo(hub, "tiny", {"README.md": README, "sub/data.txt": b"words"})
    make_repo(hub, "base")
    said = client.get("/api/models/ADA/tiny").json()
    assert said["id"] == said["modelId"] == "ada/tiny"
    assert said["_id"] == repo.object_id
    assert (said["author"], said["private"], said["gated"], said["disabled"]) == (
        "ada",
        False,
        False,
        False,
    )
    assert said["pipeline_tag"] == "text-generation"
    assert {"license:mit", "base_model:ada/base", "dataset:ada/facts"} <= set(said["tags"])
    assert said["cardData"]["datasets"] == ["ada/facts"]
    assert said["widgetData"] == [{"text": "Hello"}]
    assert said["model-index"] == [{"name": "x"}]
    files = [each["rfilename"] for each in said["siblings"]]
    assert set(files) == {".gitattributes", "README.md", "sub/data.txt"}
    assert all(set(each) == {"rfilename"} for each in said["siblings"])
    assert said["lastModified"].endswith("Z")
    assert len(said["sha"]) == 40


def test_blobs_have_sizes(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "tiny", {"a.txt": b"words"})
    said = client.get("/api/models/ada/tiny?blobs=true").json()["siblings"]
    blob = next(each for each in said if each["rfilename"] == "a.txt")
    oid = hashlib.sha1(b"blob 5\0words").hexdigest()
    assert blob == {"rfilename": "a.txt", "size": 5, "blobId": oid}


def test_an_old_revision(client: TestClient, hub: Hub) -> None:
    repo = make_repo(hub, "tiny")
    old = push(hub, repo, {"a.txt": b"1"})
    push(hub, repo, {"b.txt": b"2"})
    for rev in (old, old[:8]):
        said = client.get(f"/api/models/ada/tiny/revision/{rev}").json()
        assert said["sha"] == old
        assert "b.txt" not in {each["rfilename"] for each in said["siblings"]}
    assert client.get("/api/models/ada/tiny/revision/refs%2Fheads%2Fmain").status_code == 200
    missing = client.get("/api/models/ada/tiny/revision/nothing")
    assert (missing.status_code, missing.headers["X-Error-Code"]) == (404, "RevisionNotFound")


def test_what_is_expanded_is_all_that_is_said(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "tiny", {"README.md": README})
    make_repo(hub, "base")
    said = client.get("/api/models/ada/base?expand=childrenModelCount&expand[]=likes").json()
    assert said == {
        "_id": said["_id"],
        "id": "ada/base",
        "modelId": "ada/base",
        "childrenModelCount": 1,
        "likes": 0,
    }
    assert client.get("/api/models/ada/base?expand=nonsense").status_code == 400
    assert client.get("/api/models/ada/base?expand=xetEnabled").status_code == 200


def test_a_dataset_and_a_space(client: TestClient, hub: Hub) -> None:
    readme = "---\nlicense: mit\ntask_categories: [translation]\n---\n"
    make_repo(hub, "facts", {"README.md": readme}, kind=RepoKind.DATASET)
    make_repo(hub, "page", kind=RepoKind.SPACE)
    dataset = client.get("/api/datasets/ada/facts").json()
    assert "task_categories:translation" in dataset["tags"]
    assert "pipeline_tag" not in dataset
    space = client.get("/api/spaces/ada/page").json()
    assert (space["sdk"], space["runtime"]["stage"]) == ("static", "RUNNING")


@pytest.mark.parametrize("path", ["/api/models/ada/nothing", "/api/models/bert", "/api/models/x/y"])
def test_missing_and_hidden_are_alike(
    client: TestClient, hub: Hub, as_linus: dict[str, str], path: str
) -> None:
    make_repo(hub, "secret", private=True)
    for asked in (path, "/api/models/ada/secret"):
        answer = client.get(asked, headers=as_linus)
        assert (answer.status_code, answer.headers["X-Error-Code"]) == (404, "RepoNotFound")
        assert client.get(asked).status_code == 401


def test_lists_over_http(client: TestClient, hub: Hub, as_ada: dict[str, str]) -> None:
    for number in range(3):
        make_repo(hub, f"m{number}", {"README.md": README})
    make_repo(hub, "secret", private=True)
    first = client.get("/api/models?limit=2&sort=createdAt&author=ada&direction=-1")
    assert [each["id"] for each in first.json()] == ["ada/m2", "ada/m1"]
    following = first.links["next"]["url"]
    rest = client.get(following)
    assert [each["id"] for each in rest.json()] == ["ada/m0"]
    assert "Link" not in rest.headers
    mine = client.get("/api/models?author=ada", headers=as_ada).json()
    assert "ada/secret" in {each["id"] for each in mine}
    full = client.get("/api/models?full=true&filter=license:mit").json()[0]
    assert full["cardData"]["license"] == "mit"
    assert {"rfilename": "README.md"} in full["siblings"]
    assert client.get("/api/models?author=spaces/foo/bar").json() == []
    assert client.get("/api/spaces").json() == []
    wrong = ("sort=nonsense", "limit=x", "cursor=zzz", "num_parameters=lots")
    assert {client.get(f"/api/models?{each}").status_code for each in wrong} == {400}


def test_tags_by_type_and_the_search_in_the_bar(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "tiny", {"README.md": README})
    kinds = client.get("/api/models-tags-by-type").json()
    assert kinds["pipeline_tag"] == [
        {
            "id": "text-generation",
            "label": "Text generation",
            "type": "pipeline_tag",
            "subType": "nlp",
        }
    ]
    assert [each["id"] for each in kinds["license"]] == ["license:mit"]
    assert "task_categories" in client.get("/api/datasets-tags-by-type").json()
    quick = client.get("/api/quicksearch?q=tin").json()
    assert [each["id"] for each in quick["models"]] == ["ada/tiny"]
    assert quick["spaces"] == []


def test_people_in_figures(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "tiny")
    make_repo(hub, "secret", private=True)
    said = client.get("/api/users/ada/overview").json()
    assert (said["user"], said["numModels"], said["numLikes"]) == ("ada", 1, 0)
    assert [each["name"] for each in said["orgs"]] == ["bears"]
    org = client.get("/api/organizations/bears/overview").json()
    assert (org["name"], org["numUsers"]) == ("bears", 2)
    assert client.get("/api/users/nobody/overview").status_code == 404
    assert client.get("/api/organizations/ada/overview").status_code == 404

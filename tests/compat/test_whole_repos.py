"""What huggingface_hub does with whole repos: kernels, squashing, large files gone, copies."""

import io
import json
from pathlib import Path

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from bearhug.files.jobs import prune, sweep
from bearhug.storage.objects import lfs_key
from tests.conftest import Server

pytestmark = pytest.mark.client


def put(api: HfApi, repo: str, path: str, content: bytes, **more: str) -> str:
    """One commit with one file; its id."""
    file = io.BytesIO(content)
    info = api.upload_file(path_or_fileobj=file, path_in_repo=path, repo_id=repo, **more)
    assert info.oid
    return str(info.oid)


def test_a_kernel_is_a_repo_with_versions(ada: HfApi, linus: HfApi, server: Server) -> None:
    url = ada.create_repo("ada/relu", repo_type="kernel")
    assert (str(url), url.repo_type) == (f"{server.url}/kernels/ada/relu", "kernel")
    for ref in ("branch/v1", "branch/v2"):
        made = httpx.post(
            f"{server.url}/api/kernels/ada/relu/{ref}", headers={"Authorization": "Bearer hf_ada"}
        )
        assert made.status_code == 200
    info = linus.kernel_info("ada/relu")
    assert (info.id, info.author, info.private, info.gated) == ("ada/relu", "ada", False, False)
    assert info.sha
    refs = linus.list_repo_refs("ada/relu", repo_type="kernel")
    assert [branch.name for branch in refs.branches] == ["main", "v1", "v2"]
    files = [file.path for file in linus.list_repo_tree("ada/relu", repo_type="kernel")]
    assert files == [".gitattributes"]
    got = httpx.get(f"{server.url}/kernels/ada/relu/resolve/v1/.gitattributes")
    assert (got.status_code, got.headers["x-repo-commit"]) == (200, info.sha)
    page = httpx.get(f"{server.url}/kernels/ada/relu", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "get_kernel" in httpx.get(f"{page.url}?use=kernels").text
    assert "ada/relu" in httpx.get(f"{server.url}/kernels").text.replace("</span>", "")
    ada.delete_repo("ada/relu", repo_type="kernel")
    with pytest.raises(RepositoryNotFoundError):
        linus.kernel_info("ada/relu")


def test_squashing_leaves_other_branches_their_history(ada: HfApi) -> None:
    ada.create_repo("ada/long")
    for content in (b"one", b"two"):
        put(ada, "ada/long", "file.txt", content)
    ada.create_branch("ada/long", branch="v0.1")
    put(ada, "ada/long", "file.txt", b"three", revision="v0.1")
    put(ada, "ada/long", "lone.txt", b"main only")

    ada.super_squash_history("ada/long", commit_message="All of it\n\nAnd why.")
    (only,) = ada.list_repo_commits("ada/long")
    assert (only.title, only.message, only.authors) == ("All of it", "And why.", ["ada"])
    assert len(ada.list_repo_commits("ada/long", revision="v0.1")) == 4
    assert ada.model_info("ada/long").sha == only.commit_id
    assert ada.list_repo_files("ada/long") == [".gitattributes", "file.txt", "lone.txt"]
    put(ada, "ada/long", "after.txt", b"goes on")
    assert len(ada.list_repo_commits("ada/long")) == 2

    ada.super_squash_history("ada/long", branch="v0.1")
    assert len(ada.list_repo_commits("ada/long", revision="v0.1")) == 1
    with pytest.raises(RevisionNotFoundError):
        ada.super_squash_history("ada/long", branch="v9")


def test_only_writers_squash_and_delete_large_files(ada: HfApi, linus: HfApi) -> None:
    ada.create_repo("ada/long")
    put(ada, "ada/long", "w.bin", b"weights")
    files = list(ada.list_lfs_files("ada/long"))
    for refused in (
        lambda: linus.super_squash_history("ada/long"),
        lambda: list(linus.list_lfs_files("ada/long")),
        lambda: linus.permanently_delete_lfs_files("ada/long", files),
    ):
        with pytest.raises(HfHubHTTPError, match="403"):
            refused()


def test_large_files_go_from_all_of_history(ada: HfApi, server: Server) -> None:
    ada.create_repo("ada/big")
    for name in ("one", "two"):
        put(ada, "ada/big", f"deep/{name}.bin", name.encode() * 1000)
    put(ada, "ada/big", "notes.txt", b"kept")
    ada.create_tag("ada/big", tag="v1", tag_message="the first")
    ada.create_branch("ada/big", branch="side")
    put(ada, "ada/big", "side.bin", b"side" * 1000, revision="side")
    ada.create_repo("ada/other")
    put(ada, "ada/other", "same.bin", b"two" * 1000)

    listed = list(ada.list_lfs_files("ada/big"))
    assert {(file.filename, file.ref, file.size) for file in listed} == {
        ("deep/one.bin", "refs/heads/main", 3000),
        ("deep/two.bin", "refs/heads/main", 3000),
        ("side.bin", "refs/heads/side", 4000),
    }
    titles = [commit.title for commit in ada.list_repo_commits("ada/big")]
    before = ada.model_info("ada/big", expand=["usedStorage"]).used_storage
    doomed = [file for file in listed if file.filename.startswith("deep/")]
    ada.permanently_delete_lfs_files("ada/big", doomed)

    assert [file.filename for file in ada.list_lfs_files("ada/big")] == ["side.bin"]
    for revision in ("main", "side", "v1"):
        assert not [
            path for path in ada.list_repo_files("ada/big", revision=revision) if "deep" in path
        ]
        log = ada.list_repo_commits("ada/big", revision=revision)
        assert [commit.title for commit in log][-len(titles) :] == titles
        assert all(commit.authors == ["ada"] for commit in log)
    assert ada.model_info("ada/big").sha == ada.list_repo_commits("ada/big")[0].commit_id
    with pytest.raises(EntryNotFoundError):
        ada.hf_hub_download("ada/big", "deep/one.bin")
    refs = ada.list_repo_refs("ada/big")
    assert [tag.name for tag in refs.tags] == ["v1"]
    assert refs.tags[0].target_commit == refs.branches[0].target_commit

    hub, objects = server.hub, {file.filename: file.oid for file in listed}
    prune(hub, 1)
    sweep(hub)
    assert hub.objects.size(lfs_key(objects["deep/one.bin"])) is None
    assert hub.objects.size(lfs_key(objects["deep/two.bin"])) == 3000, "another repo holds it"
    assert ada.list_repo_files("ada/big", revision="side")
    after = ada.model_info("ada/big", expand=["usedStorage"]).used_storage
    assert before is not None
    assert after is not None
    assert after < before - 5000
    put(ada, "ada/big", "again.bin", b"one" * 1000)
    assert ada.hf_hub_download("ada/big", "again.bin")


def test_without_rewriting_the_pointers_stay_and_reading_is_refused(
    ada: HfApi, server: Server
) -> None:
    ada.create_repo("ada/big")
    put(ada, "ada/big", "one.bin", b"one" * 1000)
    head = ada.model_info("ada/big").sha
    ada.permanently_delete_lfs_files(
        "ada/big", ada.list_lfs_files("ada/big"), rewrite_history=False
    )
    assert ada.model_info("ada/big").sha == head
    assert "one.bin" in ada.list_repo_files("ada/big")
    with pytest.raises(EntryNotFoundError, match="only its pointer is left"):
        ada.hf_hub_download("ada/big", "one.bin")
    raw = httpx.get(f"{server.url}/ada/big/raw/main/one.bin")
    assert raw.text.startswith("version https://git-lfs")
    page = httpx.get(f"{server.url}/ada/big/blob/main/one.bin", headers={"Accept": "text/html"})
    assert page.status_code == 404


@pytest.mark.parametrize("hashes", [["x"], ["0" * 40], ["0" * 64] * 1001])
def test_what_is_no_object_is_named(ada: HfApi, server: Server, hashes: list[str]) -> None:
    ada.create_repo("ada/big")
    body = {"deletions": {"sha": hashes, "rewriteHistory": True}}
    url = f"{server.url}/api/models/ada/big/lfs-files/batch"
    refused = httpx.post(url, json=body, headers={"Authorization": "Bearer hf_ada"})
    assert refused.status_code == 400


def test_a_duplicate_has_the_whole_history(ada: HfApi, linus: HfApi) -> None:
    ada.create_repo("ada/source", repo_type="dataset")
    put(ada, "ada/source", "rows.csv", b"a,b\n1,2\n", repo_type="dataset")
    put(ada, "ada/source", "big.bin", b"weights" * 1000, repo_type="dataset")
    ada.create_tag("ada/source", tag="v1", repo_type="dataset")
    url = linus.duplicate_repo("ada/source", repo_type="dataset")
    assert url.repo_id == "linus/source"
    theirs = ada.dataset_info("ada/source")
    mine = linus.dataset_info("linus/source")
    assert (mine.sha, mine.author, mine.private) == (theirs.sha, "linus", False)
    assert len(linus.list_repo_commits("linus/source", repo_type="dataset")) == 3
    log = linus.list_repo_commits("linus/source", repo_type="dataset")
    assert log[0].authors == ["ada"]
    ada.delete_repo("ada/source", repo_type="dataset")
    got = linus.hf_hub_download("linus/source", "big.bin", revision="v1", repo_type="dataset")
    assert Path(got).read_bytes() == b"weights" * 1000
    with pytest.raises(RepositoryNotFoundError):
        linus.duplicate_repo("ada/source", repo_type="dataset")


def test_a_duplicate_of_what_is_there_says_where(ada: HfApi) -> None:
    ada.create_repo("ada/source", private=True)
    copy = ada.duplicate_repo("ada/source", to_id="bears/copy")
    assert ada.model_info("bears/copy").private, "as private as its source"
    assert ada.duplicate_repo("ada/source", to_id="bears/copy", exist_ok=True) == copy
    with pytest.raises(HfHubHTTPError, match="409"):
        ada.duplicate_repo("ada/source", to_id="bears/copy")


def test_objects_are_lent_only_by_readers_and_to_whom_they_may_send(
    ada: HfApi, server: Server
) -> None:
    ada.create_repo("ada/hidden", private=True)
    put(ada, "ada/hidden", "w.bin", b"weights")
    (held,) = ada.list_lfs_files("ada/hidden")
    ada.create_repo("ada/mine")
    HfApi(endpoint=server.url, token="hf_linus").create_repo("linus/mine", private=True)

    def lend(token: str, target: str, sha256: str = held.oid) -> httpx.Response:
        files = [{"xetHash": "0" * 64, "sha256": sha256, "filename": "w.bin"}]
        return httpx.post(
            f"{server.url}/api/models/ada/hidden/lfs-files/duplicate",
            json={"target": {"type": "model", "name": target}, "files": files},
            headers={"Authorization": f"Bearer hf_{token}"},
        )

    assert lend("linus", "linus/mine").status_code == 404
    assert lend("ada", "linus/mine").status_code == 404
    assert lend("ada", "ada/mine").json() == {"success": True, "failed": []}
    assert [each["sha256"] for each in lend("ada", "ada/mine", "0" * 64).json()["failed"]] == [
        "0" * 64
    ]
    copied = {"path": "c.bin", "algo": "sha256", "oid": held.oid}
    lines = [{"key": "header", "value": {"summary": "copy"}}, {"key": "lfsFile", "value": copied}]
    commit = httpx.post(
        f"{server.url}/api/models/ada/mine/commit/main",
        content="\n".join(map(json.dumps, lines)),
        headers={"Authorization": "Bearer hf_ada"},
    )
    assert commit.status_code == 200
    assert ada.hf_hub_download("ada/mine", "c.bin")


def test_models_are_ranked_by_what_they_say_of_a_dataset(ada: HfApi, linus: HfApi) -> None:
    ada.create_repo("ada/bench", repo_type="dataset")
    with pytest.raises(HfHubHTTPError, match="no leaderboard"):
        linus.get_dataset_leaderboard("ada/bench")
    for name, value, more in (
        ("low", 0.5, ""),
        ("high", 0.9, ""),
        ("tuned", 0.95, "base_model: ada/high\n"),
    ):
        ada.create_repo(f"ada/{name}")
        result = {
            "task": {"type": "qa"},
            "dataset": {"name": "B", "type": "ada/bench"},
            "metrics": [{"type": "accuracy", "value": value}],
        }
        index = json.dumps([{"name": "m", "results": [result]}])
        card = f"---\n{more}model-index: {index}\n---\n# M\n"
        put(ada, f"ada/{name}", "README.md", card.encode())
    board = linus.get_dataset_leaderboard("ada/bench")
    assert [(each.rank, each.model_id, each.value) for each in board] == [
        (1, "ada/high", 0.9),
        (2, "ada/low", 0.5),
    ]
    assert not board[0].verified
    everyone = linus.get_dataset_leaderboard("ada/bench", base_model_only=False)
    assert everyone[0].model_id == "ada/tuned"

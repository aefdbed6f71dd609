"""What huggingface_hub does with files: create, upload, look, download, at any revision."""

import hashlib
import os
import random
from pathlib import Path

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.conftest import Server

pytestmark = pytest.mark.client


def folder_of(root: Path, files: int) -> dict[str, bytes]:
    """Many small files in nested folders, and a few that must go by LFS."""
    made = random.Random(7)
    contents = {
        f"part{n % 13}/deep/{n:03d}.txt": made.randbytes(60).hex().encode() for n in range(files)
    }
    contents |= {f"weights/{n}.safetensors": made.randbytes(300_000) for n in range(5)}
    contents |= {"README.md": b"---\nlicense: mit\n---\n# Many\n", "empty.txt": b""}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return contents


def test_a_folder_of_300_files_comes_back_byte_for_byte(ada: HfApi, tmp_path: Path) -> None:
    contents = folder_of(tmp_path / "up", 293)
    ada.create_repo("ada/many")
    info = ada.upload_folder(repo_id="ada/many", folder_path=tmp_path / "up")
    assert info.oid == ada.model_info("ada/many").sha

    got = Path(ada.snapshot_download("ada/many", local_dir=tmp_path / "down"))
    for path, content in contents.items():
        assert (got / path).read_bytes() == content
    listed = {file for file in ada.list_repo_files("ada/many")}
    assert listed == {*contents, ".gitattributes"}


def test_an_old_revision_is_downloaded_as_it_was(
    ada: HfApi, server: Server, tmp_path: Path
) -> None:
    ada.create_repo("ada/history")
    old, new = os.urandom(200_000), os.urandom(100_000)
    commits = []
    for text, weights in ((b"first", old), (b"second", new)):
        operations = [
            CommitOperationAdd("note.txt", text),
            CommitOperationAdd("model.safetensors", weights),
        ]
        commits.append(ada.create_commit("ada/history", operations, commit_message="x").oid)
    note = ada.hf_hub_download("ada/history", "note.txt", revision=commits[0])
    assert Path(note).read_bytes() == b"first"
    weights = ada.hf_hub_download("ada/history", "model.safetensors", revision=commits[0])
    assert Path(weights).read_bytes() == old

    url = f"{server.url}/ada/history/resolve/{commits[0]}/model.safetensors"
    head = httpx.head(url)
    assert head.headers["x-repo-commit"] == commits[0]
    assert head.headers["etag"] == f'"{hashlib.sha256(old).hexdigest()}"'
    assert head.headers["x-linked-size"] == "200000"
    part = httpx.get(url, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, old[1000:2000])
    assert httpx.get(url, headers={"If-None-Match": head.headers["etag"]}).status_code == 304
    blob = ada.get_paths_info("ada/history", "note.txt", revision=commits[0])[0].blob_id
    note_url = f"{server.url}/ada/history/resolve/{commits[0]}/note.txt"
    assert httpx.head(note_url).headers["etag"] == f'"{blob}"'


def test_what_is_deleted_is_gone_and_what_is_not_there_cannot_be(ada: HfApi) -> None:
    ada.create_repo("ada/gone")
    ada.upload_file(path_or_fileobj=b"x", path_in_repo="a/b.txt", repo_id="ada/gone")
    ada.upload_file(path_or_fileobj=b"y", path_in_repo="c.txt", repo_id="ada/gone")
    ada.delete_folder("a", "ada/gone")
    assert ada.list_repo_files("ada/gone") == [".gitattributes", "c.txt"]
    with pytest.raises(EntryNotFoundError, match="A file with this name doesn't exist"):
        ada.delete_file("a/b.txt", "ada/gone")


def test_a_stale_parent_is_refused(ada: HfApi) -> None:
    ada.create_repo("ada/stale")
    first = ada.model_info("ada/stale").sha
    ada.upload_file(path_or_fileobj=b"x", path_in_repo="a", repo_id="ada/stale")
    add = CommitOperationAdd("b", b"y")
    with pytest.raises(HfHubHTTPError, match="412"):
        ada.create_commit("ada/stale", [add], commit_message="late", parent_commit=first)


def test_branches_and_tags(ada: HfApi) -> None:
    ada.create_repo("ada/refs")
    first = ada.model_info("ada/refs").sha
    ada.create_branch("ada/refs", branch="dev/one")
    ada.upload_file(
        path_or_fileobj=b"x", path_in_repo="only-dev", repo_id="ada/refs", revision="dev/one"
    )
    ada.create_tag("ada/refs", tag="v1", revision="dev/one", tag_message="The first")
    refs = ada.list_repo_refs("ada/refs")
    assert [branch.name for branch in refs.branches] == ["main", "dev/one"]
    assert refs.branches[0].target_commit == first
    assert refs.tags[0].target_commit == refs.branches[1].target_commit
    assert "only-dev" in ada.list_repo_files("ada/refs", revision="v1")
    assert "only-dev" not in ada.list_repo_files("ada/refs")
    with pytest.raises(HfHubHTTPError, match="already exists"):
        ada.create_branch("ada/refs", branch="dev/one")
    with pytest.raises(HfHubHTTPError, match="Cannot delete refs/heads/main"):
        ada.delete_branch("ada/refs", branch="main")
    ada.delete_branch("ada/refs", branch="dev/one")
    ada.delete_tag("ada/refs", tag="v1")
    with pytest.raises(RevisionNotFoundError):
        ada.list_repo_files("ada/refs", revision="v1")


def test_tree_expand_and_paths_info(ada: HfApi) -> None:
    ada.create_repo("ada/tree", repo_type="dataset")
    ada.upload_file(
        path_or_fileobj=b"x" * 5000,
        path_in_repo="data/train.parquet",
        repo_id="ada/tree",
        repo_type="dataset",
        commit_message="Add rows",
    )
    tree = list(ada.list_repo_tree("ada/tree", repo_type="dataset", recursive=True, expand=True))
    file = next(each for each in tree if each.path == "data/train.parquet")
    assert (file.size, file.lfs.size) == (5000, 5000)
    assert file.last_commit.title == "Add rows"
    assert {each.path for each in tree} == {".gitattributes", "data", "data/train.parquet"}
    info = ada.get_paths_info("ada/tree", ["data", "nothing"], repo_type="dataset")
    assert [each.path for each in info] == ["data"]
    commits = ada.list_repo_commits("ada/tree", repo_type="dataset", formatted=True)
    assert [commit.title for commit in commits] == ["Add rows", "initial commit"]
    assert commits[0].authors == ["ada"]


def test_odd_names_survive(ada: HfApi, tmp_path: Path) -> None:
    ada.create_repo("ada/odd")
    names = ["to?", "awful?filename%you:should,never.give", "a b/ü#1.txt", "100%25.txt"]
    operations = [CommitOperationAdd(name, name.encode()) for name in names]
    ada.create_commit("ada/odd", operations, commit_message="odd")
    for name in names:
        assert Path(ada.hf_hub_download("ada/odd", name)).read_bytes() == name.encode()


def test_nobody_claims_an_object_by_its_hash(ada: HfApi, linus: HfApi, server: Server) -> None:
    ada.create_repo("ada/secret", private=True)
    weights = os.urandom(50_000)
    ada.upload_file(path_or_fileobj=weights, path_in_repo="w.bin", repo_id="ada/secret")
    sha256 = hashlib.sha256(weights).hexdigest()
    linus.create_repo("linus/thief")
    batch = httpx.post(
        f"{server.url}/linus/thief.git/info/lfs/objects/batch",
        json={"operation": "download", "objects": [{"oid": sha256, "size": 50_000}]},
        headers={"Authorization": "Bearer hf_linus"},
    )
    assert batch.json()["objects"][0]["error"]["code"] == 404
    lines = (
        '{"key":"header","value":{"summary":"mine"}}\n'
        f'{{"key":"lfsFile","value":{{"path":"w.bin","algo":"sha256","oid":"{sha256}"}}}}\n'
    )
    refused = httpx.post(
        f"{server.url}/api/models/linus/thief/commit/main",
        content=lines,
        headers={"Authorization": "Bearer hf_linus", "Content-Type": "application/x-ndjson"},
    )
    assert refused.status_code == 422
    with pytest.raises(RepositoryNotFoundError):
        linus.hf_hub_download("ada/secret", "w.bin")
    # Having the bytes is another matter: then they are sent, and stored once.
    linus.upload_file(path_or_fileobj=weights, path_in_repo="w.bin", repo_id="linus/thief")
    assert Path(linus.hf_hub_download("linus/thief", "w.bin")).read_bytes() == weights


def test_a_moved_repo_is_downloaded_by_its_old_name(ada: HfApi) -> None:
    ada.create_repo("ada/before", private=True)
    ada.upload_file(path_or_fileobj=b"here", path_in_repo="a.txt", repo_id="ada/before")
    ada.move_repo("ada/before", "ada/after")
    assert Path(ada.hf_hub_download("ada/before", "a.txt")).read_bytes() == b"here"
    assert ada.list_repo_files("ada/before") == [".gitattributes", "a.txt"]


def test_an_empty_commit_is_a_commit(ada: HfApi, server: Server) -> None:
    ada.create_repo("ada/empty")
    before = ada.list_repo_commits("ada/empty")
    answer = httpx.post(
        f"{server.url}/api/models/ada/empty/commit/main",
        content='{"key":"header","value":{"summary":"Say nothing"}}\n',
        headers={"Authorization": "Bearer hf_ada"},
    )
    assert answer.json()["success"]
    assert len(ada.list_repo_commits("ada/empty")) == len(before) + 1


def test_deletions_in_the_same_commit(ada: HfApi) -> None:
    ada.create_repo("ada/swap")
    ada.upload_file(path_or_fileobj=b"x", path_in_repo="thing", repo_id="ada/swap")
    operations = [CommitOperationDelete("thing"), CommitOperationAdd("thing/inside", b"y")]
    ada.create_commit("ada/swap", operations, commit_message="A folder now")
    assert "thing/inside" in ada.list_repo_files("ada/swap")


def test_a_large_file_comes_in_parts(ada: HfApi, server: Server, tmp_path: Path) -> None:
    size = 4 * 64 * 1024**2 + 1000  # one byte more than four parts would do
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(size)
        file.write(b"begins")
        file.seek(size - 4)
        file.write(b"ends")
    ada.create_repo("ada/large")
    ada.upload_file(path_or_fileobj=large, path_in_repo="large.bin", repo_id="ada/large")
    assert ada.get_paths_info("ada/large", "large.bin")[0].size == size
    url = f"{server.url}/ada/large/resolve/main/large.bin"
    assert httpx.get(url, headers={"Range": "bytes=-4"}).content == b"ends"
    assert httpx.get(url, headers={"Range": "bytes=0-5"}).content == b"begins"
    scratch = server.hub.objects.scratch
    assert not list(scratch.iterdir())

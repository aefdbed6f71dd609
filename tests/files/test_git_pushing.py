"""Pushing by real git, and the API's view of it."""

import base64
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bearhug.errors import Unprocessable
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.files.service.refs import MOST_REFS
from bearhug.git import store as git
from bearhug.git.writing import MAX_DEPTH
from bearhug.hub import Hub, Transaction
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import Server, person, serving
from tests.files.desks import Desk, wait_until
from tests.files.served import LIMIT_BYTES, ada, grace, linus, served, visitor
from tests.repos_of import make_repo

__all__ = ["ada", "grace", "linus", "served", "visitor"]

pytestmark = pytest.mark.client


def api(server: Server, path: str, **query: object) -> Any:
    answer = httpx.get(
        f"{server.url}/api/models/{path}",
        params=query,
        headers={"Authorization": "Bearer hf_ada"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def refs(server: Server, repo: Repo) -> dict[str, str]:
    return {
        name: ref.oid for name, ref in server.hub.read(lambda tx: git.refs(tx.db, repo.id)).items()
    }


def packs(server: Server, repo: Repo) -> int:
    return len(server.hub.read(lambda tx: git.packs(tx.db, repo.id)))


def by_api(server: Server, repo: Repo, content: dict[str, bytes], title: str = "By API") -> str:
    ops = tuple(Add(path, data) for path, data in content.items())
    who = person(server.hub, "ada")
    return files.commit_now(server.hub, who, repo.kind, str(repo.name), Proposal(ops, title))


def test_what_is_pushed_the_api_shows_and_the_other_way_round(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "both", {"a.txt": "A"})
    place = ada.clone("ada/both")
    pushed = ada.commit(place, {"deep/b.txt": b"B", "a.txt": b"AA"}, "Push this\n\nAt length.")
    ada.git("push", "-q", at=place)
    assert api(served, "ada/both")["sha"] == pushed
    made = by_api(served, repo, {"c.txt": b"C"})
    ada.git("pull", "-q", at=place)
    assert ada.git("rev-parse", "HEAD", at=place) == made
    last = ada.commit(place, {"deep/b.txt": b"BB"}, "Push that")
    ada.git("push", "-q", at=place)

    ours = ada.git("log", "--format=%H %s", at=place).splitlines()
    theirs = [f"{each['id']} {each['title']}" for each in api(served, "ada/both/commits/main")]
    assert ours == theirs
    assert theirs[0] == f"{last} Push that"
    assert api(served, "ada/both/commits/main")[2]["message"] == "At length."
    assert api(served, "ada/both/commits/main")[0]["authors"][0]["user"] == "ada"
    tree = api(served, "ada/both/tree/main", recursive=True, expand=True)
    listed = {each["path"]: each["oid"] for each in tree}
    for path in ("a.txt", "deep", "deep/b.txt", "c.txt"):
        assert listed[path] == ada.git("rev-parse", f"HEAD:{path}", at=place)
    assert {each["path"]: each["lastCommit"]["id"] for each in tree}["deep/b.txt"] == last
    assert httpx.get(f"{served.url}/ada/both/resolve/main/deep/b.txt").text == "BB"


def test_branches_tags_forced_moves_and_deletions(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "moves", {"a.txt": "A"})
    place = ada.clone("ada/moves")
    first = ada.git("rev-parse", "HEAD", at=place)
    second = ada.commit(place, {"b.txt": b"B"})
    ada.git("tag", "light", at=place)
    ada.git("tag", "-a", "heavy", "-m", "Heavy", at=place)
    ada.git("push", "-q", "origin", "main", "HEAD:refs/heads/dev/one", "--tags", at=place)
    heavy = ada.git("rev-parse", "heavy", at=place)
    now = refs(served, repo)
    assert now == {
        "refs/heads/main": second,
        "refs/heads/dev/one": second,
        "refs/tags/light": second,
        "refs/tags/heavy": heavy,
    }
    shown = api(served, "ada/moves/refs")
    assert {tag["name"]: tag["targetCommit"] for tag in shown["tags"]} == {
        "light": second,
        "heavy": second,
    }
    ada.git("reset", "-q", "--hard", first, at=place)
    other = ada.commit(place, {"c.txt": b"C"})
    assert "[rejected]" in ada.refused("push", "origin", "main", at=place)
    ada.git("push", "-q", "--force-with-lease", "origin", "main", at=place)
    assert refs(served, repo)["refs/heads/main"] == other
    ada.git("push", "-q", "origin", ":dev/one", ":refs/tags/heavy", at=place)
    assert refs(served, repo).keys() == {"refs/heads/main", "refs/tags/light"}
    ada.git("push", "-q", "origin", "HEAD:refs/heads/dev", at=place)
    clone = ada.clone("ada/moves", into="again")
    assert ada.git("rev-parse", "origin/dev", at=clone) == other


def test_a_branch_may_give_way_to_a_folder_of_branches(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "folders", {"a.txt": "A"})
    place = ada.clone("ada/folders")
    ada.git("push", "-q", "origin", "HEAD:refs/heads/dev", at=place)
    said = ada.refused("push", "origin", "HEAD:refs/heads/dev/one", at=place)
    assert "(refs/heads/dev is there already: git cannot keep both names)" in said
    assert "refs/heads/main is there" in ada.refused(
        "push", "origin", "HEAD:refs/heads/main/x/y", at=place
    )
    ada.git("push", "-q", "origin", ":dev", "HEAD:refs/heads/dev/one", at=place)
    assert "refs/heads/dev/one is there" in ada.refused(
        "push", "origin", "HEAD:refs/heads/dev", at=place
    )
    assert refs(served, repo).keys() == {"refs/heads/main", "refs/heads/dev/one"}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (":main", "main cannot be deleted"),
        ("HEAD:refs/notes/x", "only refs/heads/…, refs/tags/… and refs/pr/N can be pushed"),
        ("HEAD:refs/convert/parquet", "only refs/heads/…, refs/tags/… and refs/pr/N can be pushed"),
        ("HEAD:refs/pr/x", "only refs/heads/…, refs/tags/… and refs/pr/N can be pushed"),
        ("HEAD:refs/pr/7", "no open pull request of yours has this ref"),
        ("HEAD:refs/heads/" + "x" * 201, "this cannot name a branch or tag"),
        ("HEAD^{tree}:refs/tags/tree", "it must name a commit"),
    ],
)
def test_refs_that_may_not_be_so_are_refused_one_by_one(
    served: Server, ada: Desk, spec: str, reason: str
) -> None:
    repo = make_repo(served.hub, f"ref{abs(hash(spec))}", {"a.txt": "A"})
    place = ada.clone(str(repo.name))
    before = refs(served, repo)
    new = ada.commit(place, {"b.txt": b"B"})
    assert f"({reason})" in ada.refused("push", "origin", "HEAD:refs/heads/dev", spec, at=place)
    assert refs(served, repo) == {**before, "refs/heads/dev": new}
    ada.commit(place, {"b.txt": b"BB"})
    said = ada.refused("push", "--atomic", "origin", "HEAD:refs/heads/dev", spec, at=place)
    assert reason in said
    assert refs(served, repo)["refs/heads/dev"] == new, "all or nothing"


def test_a_repo_has_so_many_refs_and_no_more(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "full", {"a.txt": "A"})
    place = ada.clone("ada/full")

    def fill(tx: Transaction) -> None:
        tip = git.refs(tx.db, repo.id)["refs/heads/main"].oid
        for number in range(MOST_REFS - 2):
            git.create_ref(tx.db, repo.id, f"refs/tags/t{number}", tip)

    served.hub.write(fill)
    said = ada.refused("push", "origin", "HEAD:refs/heads/one", "HEAD:refs/heads/two", at=place)
    assert f"at most {MOST_REFS} branches and tags" in said
    names = {name for name in refs(served, repo) if name.startswith("refs/heads/")}
    assert names == {"refs/heads/main", "refs/heads/one"}
    with pytest.raises(Unprocessable, match="delete some first"):
        files.create_branch(
            served.hub, person(served.hub, "ada"), repo.kind, "ada/full", "three", "main"
        )
    ada.git("push", "-q", "origin", ":refs/tags/t1", "HEAD:refs/heads/two", at=place)


def test_a_large_file_is_refused_by_name_with_the_way_out(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "large", {"a.txt": "A"})
    place = ada.clone("ada/large")
    before = refs(served, repo), packs(served, repo)
    ada.commit(place, {"fine.bin": bytes(LIMIT_BYTES), "deep/big.bin": bytes(LIMIT_BYTES + 1)})
    ada.commit(place, {"deep/big.bin": b"small again"}, "History has it still")
    said = ada.refused("push", at=place)
    assert f"remote: deep/big.bin has {LIMIT_BYTES + 1} bytes; over {LIMIT_BYTES}" in said
    assert 'git lfs migrate import --include="deep/big.bin"' in said
    assert "[remote rejected] main -> main (a large file that is not in LFS)" in said
    assert (refs(served, repo), packs(served, repo)) == before
    wait_until(lambda: not list(served.hub.objects.scratch.iterdir()))


def test_a_pointer_at_nothing_is_refused(served: Server, ada: Desk) -> None:
    make_repo(served.hub, "pointer", {"a.txt": "A"})
    place = ada.clone("ada/pointer")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5\n"
    ada.commit(place, {f"{n}.bin": pointer.format(f"{n:064x}").encode() for n in range(14)})
    said = ada.refused("push", at=place)
    assert f"remote: 0.bin is an LFS pointer, and its object {0:064x} was not sent" in said
    assert "git lfs push --all origin" in said
    assert "and 4 more like these." in said
    assert "(LFS objects are missing)" in said


def test_metadata_that_cannot_be_read_is_refused_on_the_tip(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "card", {"a.txt": "A"})
    place = ada.clone("ada/card")
    ada.commit(place, {"README.md": b"---\nmodel-index: foo\n---\n# Card\n"})
    said = ada.refused("push", at=place)
    assert 'remote: Invalid metadata in README.md: "model-index" must be an array' in said
    assert "(invalid metadata in README.md)" in said
    mended = ada.commit(place, {"README.md": b"---\nlicense: mit\n---\n# Card\n"})
    ada.git("push", "-q", at=place)
    assert refs(served, repo)["refs/heads/main"] == mended
    assert api(served, "ada/card")["cardData"] == {"license": "mit"}
    ada.commit(place, {"README.md": b"# No metadata\n"})
    done = ada.try_git("push", at=place)
    assert done.returncode == 0
    assert b"remote: README.md: empty or missing yaml metadata" in done.stderr


def test_a_card_refused_once_by_nobody_does_not_hold_up_later_pushes(
    served: Server, ada: Desk
) -> None:
    repo = make_repo(served.hub, "oldcard", {"README.md": "---\nmodel-index: foo\n---\n"})
    place = ada.clone("ada/oldcard")
    new = ada.commit(place, {"b.txt": b"B"})
    ada.git("push", "-q", at=place)
    assert refs(served, repo)["refs/heads/main"] == new


def test_paths_that_the_api_would_refuse_are_refused(served: Server, ada: Desk) -> None:
    make_repo(served.hub, "paths", {"a.txt": "A"})
    place = ada.clone("ada/paths")
    ada.commit(place, {"..\\up": b"B"})
    assert "remote: Invalid path" in ada.refused("push", at=place)


def test_who_may_not_write_is_told_before_anything_is_sent(
    served: Server, linus: Desk, grace: Desk, visitor: Desk
) -> None:
    make_repo(served.hub, "mine", {"a.txt": "A"})
    make_repo(served.hub, "theirs", {"a.txt": "A"}, owner="bears")
    place = linus.clone("ada/mine")
    linus.commit(place, {"b.txt": b"B"})
    assert "may not write to ada/mine" in linus.refused("push", at=place)
    place = grace.clone("bears/theirs")
    grace.commit(place, {"b.txt": b"B"})
    assert "may not write to bears/theirs" in grace.refused("push", at=place)
    place = visitor.clone("ada/mine")
    visitor.commit(place, {"b.txt": b"B"})
    assert "could not read Username" in visitor.refused("push", at=place)


class Their:
    """Pull requests as `files` asks after them: linus has opened number 5."""

    def may_push(self, tx: Transaction, repo: Repo, ref: str) -> bool:
        return ref == "refs/pr/5" and tx.actor.name in ("linus", "ada")

    def may_open(self, tx: Transaction, repo: Repo) -> bool:
        return tx.actor.user_id is not None

    def open(self, tx: Transaction, repo: Repo, base: str, proposal: Proposal) -> int:
        raise AssertionError("a push opens no pull request")


def test_whose_pull_request_it_is_may_push_to_its_ref(
    served: Server, linus: Desk, grace: Desk
) -> None:
    repo = make_repo(served.hub, "proposed", {"a.txt": "A"})
    first = refs(served, repo)["refs/heads/main"]
    served.hub.write(lambda tx: git.create_ref(tx.db, repo.id, "refs/pr/5", first))
    before = served.hub.rooms.get("pull_requests")
    served.hub.rooms["pull_requests"] = Their()
    try:
        place = linus.clone("ada/proposed")
        new = linus.commit(place, {"b.txt": b"B"})
        linus.git("push", "-q", "origin", "HEAD:refs/pr/5", at=place)
        assert refs(served, repo) == {"refs/heads/main": first, "refs/pr/5": new}
        linus.commit(place, {"b.txt": b"C"})
        said = linus.refused("push", "origin", "HEAD:refs/pr/6", "HEAD:main", at=place)
        assert "HEAD -> refs/pr/6 (no open pull request of yours has this ref)" in said
        assert "HEAD -> main (you may not write to ada/proposed" in said
        assert "on its page" in linus.refused("push", "origin", ":refs/pr/5", at=place)
        place = grace.clone("ada/proposed")
        grace.commit(place, {"b.txt": b"G"})
        assert "no open pull request" in grace.refused(
            "push", "origin", "+HEAD:refs/pr/5", at=place
        )
        assert api(served, "ada/proposed")["sha"] == first
    finally:
        served.hub.rooms["pull_requests"] = before


def test_a_push_broken_off_leaves_nothing_and_works_again(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "broken", {"a.txt": "A"})
    place = ada.clone("ada/broken")
    before = refs(served, repo), packs(served, repo)
    old = before[0]["refs/heads/main"]
    new = ada.commit(place, {f"{n}.bin": os.urandom(300_000) for n in range(12)})
    listed = f"{new}\n^{old}\n".encode()
    packed = subprocess.run(
        ["git", "pack-objects", "--revs", "--stdout", "-q", "--depth=0", "--window=0"],
        cwd=place,
        input=listed,
        capture_output=True,
        check=True,
        env=ada.env,
    ).stdout
    line = f"{old} {new} refs/heads/main\0report-status side-band-64k".encode()
    head = b"%04x" % (len(line) + 4) + line + b"0000"
    host, port = served.url.removeprefix("http://").split(":")
    basic = base64.b64encode(b"ada:hf_ada").decode()
    with socket.create_connection((host, int(port))) as connection:
        start = f"POST /ada/broken/git-receive-pack HTTP/1.1\r\nHost: {host}\r\n"
        start += f"Authorization: Basic {basic}\r\nContent-Length: {len(head) + len(packed)}\r\n"
        connection.sendall(f"{start}\r\n".encode() + head + packed[: len(packed) // 2])
        wait_until(lambda: bool(list(served.hub.objects.scratch.glob("*/pack/tmp_pack_*"))))
    wait_until(lambda: not list(served.hub.objects.scratch.iterdir()))
    assert (refs(served, repo), packs(served, repo)) == before
    ada.git("push", "-q", at=place)
    assert refs(served, repo)["refs/heads/main"] == new


def test_what_is_no_pack_is_refused(served: Server) -> None:
    repo = make_repo(served.hub, "nopack", {"a.txt": "A"})
    old = refs(served, repo)["refs/heads/main"]
    line = f"{old} {'1' * 40} refs/heads/main\0report-status".encode()
    head = b"%04x" % (len(line) + 4) + line + b"0000"
    with httpx.Client(base_url=f"{served.url}/ada/nopack", auth=("x", "hf_ada")) as client:
        for pack in (b"", b"PACK", b"PACK" + bytes(30)):
            answer = client.post("/git-receive-pack", content=head + pack)
            assert (answer.status_code, b"unpack failed" in answer.content) == (200, True)
            assert b"ng refs/heads/main unpacker error" in answer.content
        for odd in (b"", b"zzzz", b"0009hello", head[:-4], b"0010" + b"a" * 12 + b"0000"):
            assert client.post("/git-receive-pack", content=odd).status_code == 400
        assert client.post("/git-receive-pack", content=b"0000").content == b""
    assert refs(served, repo)["refs/heads/main"] == old


def test_a_push_from_a_shallow_clone(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "shallow", {"a.txt": "A"})
    by_api(served, repo, {"b.txt": b"B"})
    place = ada.clone("ada/shallow", "--depth=1")
    new = ada.commit(place, {"c.txt": b"C"})
    ada.git("push", "-q", "--push-option=hello", at=place)
    assert refs(served, repo)["refs/heads/main"] == new
    make_repo(served.hub, "elsewhere", {"a.txt": "other"})
    said = ada.refused("push", f"{served.url}/ada/elsewhere", "+HEAD:main", at=place)
    assert "unpacker error" in said or "git fetch --unshallow" in said


def test_ten_thousand_files_in_one_push(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "many", {"a.txt": "A"})
    place = ada.clone("ada/many")
    lines = [b"commit refs/heads/main\ncommitter Ada <ada@bears.example> 1700000000 +0000\n"]
    lines.append(b"data 4\nMany\nfrom refs/heads/main^0\n")
    for number in range(10_000):
        content = b"file %d\n" % number
        path = b"%02d/%02d/%d.txt" % (number % 100, number // 100 % 100, number)
        lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(content), content))
    ada.git("fast-import", "--quiet", at=place, stdin=b"".join(lines))
    started = time.monotonic()
    ada.git("push", "-q", "origin", "main", at=place)
    assert time.monotonic() - started < 60
    assert api(served, "ada/many")["sha"] == ada.git("rev-parse", "main", at=place)
    assert httpx.get(f"{served.url}/ada/many/resolve/main/34/12/1234.txt").text == "file 1234\n"
    oids = ada.git("ls-tree", "-r", "--format=%(objectname)", "main", at=place).split()
    assert len(served.hub.read(lambda tx: git.blobs(tx.db, repo.id, oids))) == len(set(oids))
    siblings = api(served, "ada/many/tree/main/34", recursive=True)
    assert len([each for each in siblings if each["type"] == "file"]) == 100


def test_many_pushes_are_compacted_and_cloned(served: Server, ada: Desk) -> None:
    repo = make_repo(served.hub, "often", {"a.txt": "A"})
    place = ada.clone("ada/often")
    for number in range(3):
        last = ada.commit(place, {"a.txt": b"%d" % number})
        ada.git("push", "-q", at=place)
    assert packs(served, repo) == 5
    again = ada.clone("ada/often", into="again")
    assert ada.git("rev-parse", "HEAD", at=again) == last
    ada.git("fsck", "--strict", at=again)


def test_pushes_land_in_either_database(any_hub: Hub, tmp_path: Path) -> None:
    repo = make_repo(any_hub, "bert", {"a.txt": "A"})
    with serving(any_hub) as server:
        ada = Desk(server, "ada", tmp_path / "ada")
        place = ada.clone("ada/bert")
        ada.commit(place, {"b.txt": b"B", "large.bin": bytes(range(256)) * 4000})
        ada.git("tag", "-a", "v1", "-m", "One", at=place)
        ada.git("push", "-q", "origin", "main", "v1", "HEAD:refs/heads/dev", at=place)
        ada.git("push", "-q", "origin", ":dev", at=place)
        assert "is there already" in ada.refused("push", "origin", "HEAD:main/x", at=place)
        assert refs(server, repo).keys() == {"refs/heads/main", "refs/tags/v1"}
        again = ada.clone("ada/bert", into="again")
        assert ada.git("describe", at=again) == "v1"


def test_kinds_of_repo_are_pushed_alike(served: Server, ada: Desk) -> None:
    make_repo(served.hub, "space", {"a.txt": "A"}, kind=RepoKind.SPACE)
    place = ada.clone("spaces/ada/space")
    ada.commit(place, {"README.md": b"---\ntitle: x\n---\n"})
    assert '"sdk" must be one of' in ada.refused("push", at=place)
    make_repo(served.hub, "data", {"a.txt": "A"}, kind=RepoKind.DATASET)
    place = ada.clone("datasets/ada/data")
    new = ada.commit(place, {"b.csv": b"1,2\n"})
    ada.git("push", "-q", at=place)
    shown = httpx.get(f"{served.url}/api/datasets/ada/data").json()
    assert shown["sha"] == new


def test_the_api_makes_no_branch_that_git_cannot_keep(served: Server) -> None:
    make_repo(served.hub, "names", {"a.txt": "A"})
    address = f"{served.url}/api/models/ada/names"
    with httpx.Client(headers={"Authorization": "Bearer hf_ada"}) as client:
        assert client.post(f"{address}/branch/dev%2Fone", json={}).status_code == 200
        answer = client.post(f"{address}/branch/dev", json={})
        assert (answer.status_code, "refs/heads/dev/one" in answer.text) == (409, True)
        assert client.post(f"{address}/branch/dev%2Fone%2Fmore", json={}).status_code == 409
        assert client.post(f"{address}/tag/main", json={"tag": "dev"}).status_code == 200
    branches = api(served, "ada/names/refs")["branches"]
    assert {each["name"] for each in branches} == {"main", "dev/one"}


def test_few_objects_that_stand_for_endless_files_are_refused(served: Server, ada: Desk) -> None:
    make_repo(served.hub, "bomb", {"a.txt": "A"})
    place = ada.clone("ada/bomb")
    blob = ada.git("hash-object", "-w", "--stdin", at=place, stdin=b"x")
    tree = ada.git("mktree", at=place, stdin=f"100644 blob {blob}\tf\n".encode())
    for _ in range(7):
        rows = "".join(f"040000 tree {tree}\td{number}\n" for number in range(10))
        tree = ada.git("mktree", at=place, stdin=rows.encode())
    bomb = ada.git("commit-tree", tree, "-m", "Ten million files", at=place)
    said = ada.refused("push", "-f", "origin", f"{bomb}:main", at=place)
    assert "(too many files)" in said
    assert "a revision may have 500000" in said


def test_folders_too_deep_are_found_at_whichever_path(served: Server, ada: Desk) -> None:
    make_repo(served.hub, "deep", {"a.txt": "A"})
    place = ada.clone("ada/deep")
    blob = ada.git("hash-object", "-w", "--stdin", at=place, stdin=b"x")
    tree = ada.git("mktree", at=place, stdin=f"100644 blob {blob}\tf\n".encode())
    rows = []
    for number in range(5):  # each is first met at the top, where it is not deep at all
        for _ in range(MAX_DEPTH // 4):
            tree = ada.git("mktree", at=place, stdin=f"040000 tree {tree}\td\n".encode())
        rows.append(f"040000 tree {tree}\t{number}\n")
    top = ada.git("mktree", at=place, stdin="".join(rows).encode())
    commit = ada.git("commit-tree", top, "-m", "Down", at=place)
    said = ada.refused("push", "-f", "origin", f"{commit}:main", at=place)
    assert "(folders too deep)" in said

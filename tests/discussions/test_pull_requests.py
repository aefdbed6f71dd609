"""Pull requests: whose the ref is, how they merge, what goes and comes back."""

import subprocess
from pathlib import Path

import pytest

from bearhug.discussions import service as talk
from bearhug.discussions.model import EventKind, MergeConflict, Status, Wish
from bearhug.errors import Conflict, Forbidden, GatedRepo, RevisionNotFound, Stale
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.repos import store as repo_rows
from tests.conftest import Server, person
from tests.discussions.conftest import BERT, MAIN, MODEL, Talking, spot


def merge(talking: Talking, who: str = "ada", num: int = 1) -> str:
    return talk.merge_now(talking.hub, person(talking.hub, who), spot(num))


def read(hub: Hub, path: str, rev: str = "main") -> bytes:
    def look(tx: Transaction) -> bytes:
        repo = repo_rows.by_name(tx.db, MODEL, BERT)
        assert repo is not None
        return files.read(tx, files.at(tx, repo, rev), path)

    return hub.read(look)


def parents(hub: Hub, commit: str) -> tuple[str, ...]:
    def look(tx: Transaction) -> tuple[str, ...]:
        repo = repo_rows.by_name(tx.db, MODEL, BERT)
        assert repo is not None
        return files.at(tx, repo, commit).repository.commit(commit).parents

    return hub.read(look)


def test_what_main_has_not_changed_merges(any_talking: Talking) -> None:
    any_talking.propose("linus", "c.txt", "c\n")
    head = any_talking.look().changes
    assert head is not None
    merged = merge(any_talking)
    assert read(any_talking.hub, "c.txt") == b"c\n"
    assert parents(any_talking.hub, merged) == (head.base, head.head)
    found = any_talking.look().discussion
    assert (found.status, found.merge_oid, found.base_oid) == (Status.MERGED, merged, head.base)


def test_both_sides_changes_are_kept(talking: Talking) -> None:
    talking.commit("ada", "a.txt", "".join(f"{n}\n" for n in range(9)))
    talking.propose("linus", "a.txt", "".join(f"{n}\n" for n in range(9)) + "last\n")
    talking.commit("ada", "a.txt", "first\n" + "".join(f"{n}\n" for n in range(9)))
    merge(talking)
    assert read(talking.hub, "a.txt").decode().splitlines()[::10] == ["first", "last"]


def test_a_conflict_names_the_files_and_changes_nothing(talking: Talking) -> None:
    talking.propose("linus", "a.txt", "two\n")
    talking.commit("ada", "a.txt", "three\n")
    looked = talking.look().changes
    assert looked is not None
    assert looked.conflicts == ("a.txt",)
    with pytest.raises(MergeConflict, match=r"a\.txt"):
        merge(talking)
    assert read(talking.hub, "a.txt") == b"three\n"
    assert talking.look().discussion.status is Status.OPEN
    talking.commit("linus", "a.txt", "three\n", "refs/pr/1")  # settled on the branch
    merge(talking)
    assert read(talking.hub, "a.txt") == b"three\n"


def test_an_empty_one_is_not_merged(talking: Talking) -> None:
    wish = Wish("An empty one", "", base=MAIN)
    talking.do("linus", talk.open_discussion, MODEL, BERT, wish)
    with pytest.raises(Conflict, match="nothing in it"):
        merge(talking)


def test_only_writers_merge_and_only_its_author_goes_on(talking: Talking) -> None:
    talking.propose("linus", "c.txt", "c\n")
    with pytest.raises(Forbidden):
        merge(talking, "linus")
    talking.commit("linus", "c.txt", "cc\n", "refs/pr/1")
    talking.commit("ada", "c.txt", "ccc\n", "refs/pr/1")
    for who, branch in (("grace", "refs/pr/1"), ("linus", "main"), ("ada", "refs/pr/9")):
        with pytest.raises((Forbidden, RevisionNotFound)):
            talking.commit(who, "c.txt", "mine\n", branch)
    story = [event.kind for event in talking.look().events]
    assert story == [EventKind.COMMENT, *[EventKind.COMMIT] * 3]
    merge(talking)
    with pytest.raises(Forbidden):
        talking.commit("linus", "c.txt", "late\n", "refs/pr/1")


def test_a_gate_keeps_proposals_out_and_the_diff_in(talking: Talking) -> None:
    talking.propose("ada", "secret.txt", "marmalade\n")
    talking.set(gated="manual")
    with pytest.raises(GatedRepo):
        talking.propose("linus", "c.txt", "c\n")
    looked = talking.look(who="linus", diff=True)
    assert looked.discussion.title == "A change"
    assert looked.changes is None
    assert talking.look(who="ada", diff=True).changes is not None


def test_a_ref_goes_and_comes_back(any_talking: Talking) -> None:
    any_talking.propose("linus", "c.txt", "c\n")
    with pytest.raises(Conflict, match="close it first"):
        any_talking.do("linus", talk.delete_ref, spot())
    before = any_talking.look(diff=True).changes
    any_talking.do("linus", talk.set_status, spot(), Status.CLOSED)
    any_talking.do("linus", talk.delete_ref, spot())
    with pytest.raises(RevisionNotFound):
        read(any_talking.hub, "c.txt", "refs/pr/1")
    gone = any_talking.look(diff=True).changes
    assert before is not None
    assert gone is not None
    assert gone.diff == before.diff
    any_talking.do("linus", talk.restore_ref, spot())
    assert read(any_talking.hub, "c.txt", "refs/pr/1") == b"c\n"
    any_talking.do("ada", talk.delete_ref, spot())
    any_talking.do("ada", talk.set_status, spot(), Status.OPEN)  # brings it back, too
    merge(any_talking)
    any_talking.do("ada", talk.delete_ref, spot())
    kept = any_talking.look(diff=True).changes
    assert kept is not None
    assert kept.diff == before.diff


def test_a_proposal_stands_on_the_commit_it_names(talking: Talking) -> None:
    old = talking.commit("ada", "a.txt", "old\n")
    talking.commit("ada", "a.txt", "new\n")
    wanted = Proposal((Add("c.txt", b"c"),), "x", parent=old[:7])
    linus = person(talking.hub, "linus")
    commit, _ = files.propose_now(talking.hub, linus, MODEL, BERT, wanted)
    assert parents(talking.hub, commit) == (old,)
    side = talking.propose("linus", "d.txt", "d\n")
    head = talking.look(side).changes
    assert head is not None
    aside = Proposal((Add("e.txt", b"e"),), "x", parent=head.head)
    with pytest.raises(Stale):
        files.propose_now(talking.hub, linus, MODEL, BERT, aside)


def test_git_pushes_become_part_of_the_story(server: Server, tmp_path: Path) -> None:
    talking = Talking(server.hub)
    talking.propose("linus", "c.txt", "c\n")
    url = server.url.replace("//", "//linus:hf_linus@")
    folder = tmp_path / "bert"

    def git(*words: str) -> str:
        name = ("-c", "user.name=linus", "-c", "user.email=l@bears.example")
        command = ["git", "-C", str(folder), *name, *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout

    subprocess.run(["git", "clone", "-q", f"{url}/{BERT}", str(folder)], check=True)
    git("fetch", "-q", "origin", "refs/pr/1:pr")
    git("switch", "-q", "pr")
    for text in ("one", "two"):
        (folder / "c.txt").write_text(text)
        git("commit", "-q", "-am", f"Say {text}")
    git("push", "-q", "origin", "pr:refs/pr/1")
    story = talking.look().events
    assert [event.data.get("subject") for event in story[1:]] == ["A change", "Say one", "Say two"]
    with pytest.raises(subprocess.CalledProcessError):
        git("push", "-q", "origin", "pr:main")
    with pytest.raises(subprocess.CalledProcessError):
        git("push", "-q", "origin", "pr:refs/pr/7")

"""A repo as a whole, at the service: rewritten, copied, given up; on both databases."""

import subprocess
from pathlib import Path

import pytest

from bearhug.access import service as access
from bearhug.errors import EntryNotFound, GatedRepo, RepoNotFound, RevisionNotFound
from bearhug.files import service as files
from bearhug.files.jobs import prune, sweep
from bearhug.files.model import Add, AddLfs, Proposal
from bearhug.files.service import holdings
from bearhug.git import store as git
from bearhug.hub import Hub, Transaction
from bearhug.kit.hashing import sha256_of
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Beginning, Repo, RepoKind
from bearhug.storage.objects import lfs_key
from tests.conftest import person
from tests.repos_of import make_repo, push


def add_large(hub: Hub, repo: Repo, path: str, content: bytes) -> str:
    """One commit with a file by LFS; its sha256."""
    scratch = hub.objects.scratch / "large"
    scratch.write_bytes(content)
    sha256 = sha256_of(scratch)
    files.claim(hub, repo, scratch, sha256, len(content))
    proposal = Proposal((AddLfs(path, sha256),), f"Add {path}")
    files.commit_now(hub, person(hub, "ada"), repo.kind, str(repo.name), proposal)
    return sha256


def bare(hub: Hub, repo: Repo) -> Path:
    return hub.read(lambda tx: hub.git.sync_refs(tx.db, repo.id))


def fsck(hub: Hub, repo: Repo) -> str:
    done = subprocess.run(
        ["git", f"--git-dir={bare(hub, repo)}", "fsck", "--full", "--strict"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def paths(hub: Hub, repo: Repo, rev: str = "main") -> list[str]:
    def look(tx: Transaction) -> list[str]:
        return [node.path for node in files.nodes(tx, files.at(tx, repo, rev), recursive=True)]

    return hub.read_as(person(hub, "ada"), look)


def test_a_rewritten_history_is_sound_and_prunes(any_hub: Hub) -> None:
    hub, ada = any_hub, person(any_hub, "ada")
    repo = make_repo(hub, "bears", {"a.txt": "one"})
    doomed = add_large(hub, repo, "deep/w.bin", b"weights" * 100)
    old = push(hub, repo, {"a.txt": "two"})
    files.create_tag(hub, ada, repo.kind, "ada/bears", "v1", "main", "signed\n\n-----BEGIN PGP")
    files.create_branch(hub, ada, repo.kind, "ada/bears", "side", old)

    given = files.delete_objects(hub, ada, repo.kind, "ada/bears", [doomed], rewrite=True)
    assert given == 1
    assert paths(hub, repo) == paths(hub, repo, "v1") == [".gitattributes", "a.txt"]
    assert "deep" not in fsck(hub, repo)
    again = files.delete_objects(hub, ada, repo.kind, "ada/bears", [doomed], rewrite=True)
    assert again == 0, "it was given up before"

    prune(hub, repo.id)
    prune(hub, repo.id)
    sweep(hub)
    assert hub.objects.size(lfs_key(doomed)) is None
    assert "error" not in fsck(hub, repo)
    assert len(hub.read(lambda tx: git.packs(tx.db, repo.id))) == 1
    assert paths(hub, repo, "side") == [".gitattributes", "a.txt"]


def test_a_file_that_was_all_of_a_folder_and_of_a_repo(any_hub: Hub) -> None:
    hub, ada = any_hub, person(any_hub, "ada")
    repo = make_repo(hub, "bears")
    doomed = add_large(hub, repo, "only/here/w.bin", b"weights")
    files.delete_objects(hub, ada, repo.kind, "ada/bears", [doomed], rewrite=True)
    assert paths(hub, repo) == [".gitattributes"]


def test_a_squash_forgets_a_day_later(any_hub: Hub) -> None:
    hub, ada = any_hub, person(any_hub, "ada")
    repo = make_repo(hub, "bears", {"a.txt": "one"})
    old = push(hub, repo, {"a.txt": "two"})
    new = files.squash(hub, ada, repo.kind, "ada/bears", "main", "All of it")
    assert paths(hub, repo, old) == paths(hub, repo, new)
    prune(hub, repo.id)
    hub.git.drop(repo.id)
    with pytest.raises(RevisionNotFound):
        paths(hub, repo, old)
    assert paths(hub, repo) == [".gitattributes", "a.txt"]


def test_what_is_held_is_told_by_pages(any_hub: Hub) -> None:
    hub = any_hub
    repo = make_repo(hub, "bears")
    sent = [add_large(hub, repo, f"{n}.bin", b"%d" % n) for n in range(5)]
    seen: list[str] = []
    after = holdings.NEWEST
    while page := hub.read_as(
        person(hub, "ada"), holdings.browse, repo.kind, "ada/bears", after=after, limit=2
    ):
        seen += [each.sha256 for each in page]
        after = (page[-1].at, page[-1].sha256)
    assert sorted(seen) == sorted(sent)
    assert len(seen) == 5


def test_bytes_that_another_repo_holds_are_kept(any_hub: Hub) -> None:
    hub, ada = any_hub, person(any_hub, "ada")
    one, other = make_repo(hub, "one"), make_repo(hub, "other")
    sha256 = add_large(hub, one, "w.bin", b"weights")
    add_large(hub, other, "w.bin", b"weights")
    hub.write_as(ada, repos.delete, RepoKind.MODEL, "ada/one")
    sweep(hub)
    assert hub.objects.size(lfs_key(sha256)) == 7
    hub.write_as(ada, repos.delete, RepoKind.MODEL, "ada/other")
    sweep(hub)
    assert hub.objects.size(lfs_key(sha256)) is None
    third = make_repo(hub, "third")
    assert add_large(hub, third, "w.bin", b"weights") == sha256
    assert hub.objects.size(lfs_key(sha256)) == 7


def test_reading_what_was_given_up_is_refused_in_words(any_hub: Hub) -> None:
    hub, ada = any_hub, person(any_hub, "ada")
    repo = make_repo(hub, "bears")
    sha256 = add_large(hub, repo, "w.bin", b"weights")
    files.delete_objects(hub, ada, repo.kind, "ada/bears", [sha256], rewrite=False)
    with pytest.raises(EntryNotFound, match="only its pointer is left"):
        hub.read_as(ada, lambda tx: files.read(tx, files.at(tx, repo), "w.bin"))


def test_a_duplicate_lives_on_alone(any_hub: Hub) -> None:
    hub, linus = any_hub, person(any_hub, "linus")
    repo = make_repo(hub, "bears", {"a.txt": "one"})
    sha256 = add_large(hub, repo, "w.bin", b"weights")
    copy = hub.write_as(linus, files.duplicate, RepoKind.MODEL, "ada/bears", "linus/bears")
    assert copy.sdk == ""
    hub.write_as(person(hub, "ada"), repos.delete, RepoKind.MODEL, "ada/bears")
    sweep(hub)
    content = hub.read_as(linus, lambda tx: files.read(tx, files.at(tx, copy), "w.bin"))
    assert content == b"weights"
    assert hub.objects.size(lfs_key(sha256)) == 7
    push(hub, copy, {"b.txt": "mine"}, by="linus")
    assert "error" not in fsck(hub, copy)


def test_a_copy_has_the_gate_of_what_it_is_of(any_hub: Hub) -> None:
    make_repo(any_hub, "gated", {"a.txt": "one"})
    ada = person(any_hub, "ada")
    any_hub.write_as(ada, repos.change_settings, RepoKind.MODEL, "ada/gated", gated="manual")
    any_hub.write_as(ada, access.grant, RepoKind.MODEL, "ada/gated", "grace")
    with pytest.raises(GatedRepo):
        any_hub.write_as(
            person(any_hub, "linus"), files.duplicate, RepoKind.MODEL, "ada/gated", "linus/mine"
        )
    grace = person(any_hub, "grace")
    copy = any_hub.write_as(grace, files.duplicate, RepoKind.MODEL, "ada/gated", "grace/mine")
    assert copy.gated == "manual"
    assert any_hub.read_as(grace, lambda tx: files.read(tx, files.at(tx, copy), "a.txt")) == b"one"
    with pytest.raises(GatedRepo):
        any_hub.read_as(
            person(any_hub, "linus"), repos.find, copy.kind, "grace/mine", access=Access.READ
        )


def test_a_hidden_repo_is_no_source(any_hub: Hub) -> None:
    make_repo(any_hub, "secret", private=True)
    with pytest.raises(RepoNotFound):
        any_hub.write_as(
            person(any_hub, "linus"), files.duplicate, RepoKind.MODEL, "ada/secret", "linus/mine"
        )


def test_a_repo_begins_with_files_and_a_licence(hub: Hub) -> None:
    beginning = Beginning(license="mit", files={"src/a.py": b"x = 1\n"})
    repo = hub.write_as(
        person(hub, "ada"), repos.create, RepoKind.MODEL, "new", beginning=beginning
    )
    assert paths(hub, repo) == ["src", "src/a.py", ".gitattributes", "README.md"]
    readme = hub.read_as(
        person(hub, "ada"), lambda tx: files.read(tx, files.at(tx, repo), "README.md")
    )
    assert readme == b"---\nlicense: mit\n---\n"


def test_a_branch_is_begun_where_it_was_found(hub: Hub) -> None:
    """The repo is deleted, and another one takes its name, after its commit was looked up."""
    ada = person(hub, "ada")
    repo = make_repo(hub, "bears", {"a.txt": "one"})
    commit = push(hub, repo, {"a.txt": "two"})
    hub.write_as(ada, repos.delete, repo.kind, "ada/bears")
    make_repo(hub, "bears")
    with pytest.raises(RevisionNotFound):
        files.create_branch(hub, ada, repo.kind, "ada/bears", "side", commit)
    proposal = Proposal((Add("b.txt", b"b"),), "Add b")
    assert files.commit_now(hub, ada, repo.kind, "ada/bears", proposal)

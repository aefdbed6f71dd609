import struct
import zlib
from pathlib import Path

import pytest

from bearhug.git import Pointer, Signature, edit
from bearhug.git.formats import (
    EMPTY_TREE,
    build_idx,
    build_pack,
    dump_commit,
    dump_tag,
    dump_tree,
    oid_of,
    parse_commit,
    parse_pointer,
    parse_tag,
    parse_tree,
)
from bearhug.git.writing import annotated_tag

from .conftest import ADA, NativeGit, changes

FILES = {
    "README.md": b"# Honey\n",
    "a.txt": b"",
    "a/b/c.bin": bytes(range(256)) * 40,
    "a-b": b"sorts between a.txt and a/\n",
    "größe/日本.txt": "ünï".encode(),
}


def put_pack(git: NativeGit, sha: str, data: bytes | None, idx: bytes | None) -> None:
    assert data is not None
    assert idx is not None
    base = git.folder / "objects/pack" / f"pack-{sha}"
    base.with_suffix(".pack").write_bytes(data)
    base.with_suffix(".idx").write_bytes(idx)


def test_git_finds_no_fault_with_a_commit_of_ours(git: NativeGit) -> None:
    written = edit(None, None, changes(FILES), author=ADA, message="Begin\n\nWith honey.")
    put_pack(git, written.pack.sha, written.pack.data, written.pack.idx)
    git("update-ref", "refs/heads/main", written.oid)
    assert git("fsck", "--strict", "--full", "main") == ""
    for path, content in FILES.items():
        assert git("rev-parse", f"main:{path}").strip() == oid_of("blob", content)
    git("index-pack", "--verify", str(git.folder / f"objects/pack/pack-{written.pack.sha}.pack"))


def test_git_makes_the_same_commit_to_the_byte(git: NativeGit, tmp_path: Path) -> None:
    work = tmp_path / "work"
    for path, content in FILES.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(content)
    git("--work-tree", str(work), "-c", "core.quotepath=off", "add", "-A")
    git("--work-tree", str(work), "commit", "-q", "-m", "Begin", "-m", "With honey.")
    written = edit(None, None, changes(FILES), author=ADA, message="Begin\n\nWith honey.")
    assert git("rev-parse", "HEAD").strip() == written.oid
    assert git("rev-parse", "HEAD^{tree}").strip() == written.tree


def test_git_makes_the_same_index(git: NativeGit) -> None:
    pack = build_pack((oid_of("blob", b"%d" % n), "blob", b"%d" % n) for n in range(3000))
    put_pack(git, pack.sha, pack.data, pack.idx)
    place = str(git.folder / f"objects/pack/pack-{pack.sha}.pack")
    git("index-pack", "-o", str(git.folder / "again.idx"), place)
    assert (git.folder / "again.idx").read_bytes() == pack.idx
    assert (pack.count, pack.size) == (3000, len(pack.data or b""))


def test_an_index_reaches_beyond_two_gigabytes(git: NativeGit) -> None:
    oids = sorted(bytes.fromhex(oid_of("blob", b"%d" % n)) for n in range(4))
    offsets = [12, (1 << 31) - 1, 1 << 31, 1 << 40]
    records = [(oid, zlib.crc32(oid), at) for oid, at in zip(oids, offsets, strict=True)]
    shown = git("show-index", stdin=build_idx(records, bytes(20))).splitlines()
    assert [int(line.split()[0]) for line in shown] == offsets


def test_an_object_given_twice_is_packed_once() -> None:
    blob = (oid_of("blob", b"x"), "blob", b"x")
    pack = build_pack([blob, blob])
    assert struct.unpack(">I", (pack.data or b"")[8:12]) == (1,)


def test_trees_are_in_gits_order() -> None:
    oid = bytes(20)
    tree = {b"a": (b"40000", oid), b"a.b": (b"100644", oid), b"a-": (b"100755", oid)}
    assert list(parse_tree(dump_tree(tree))) == [b"a-", b"a.b", b"a"]
    assert parse_tree(dump_tree(tree)) == tree
    assert oid_of("tree", dump_tree({})) == EMPTY_TREE


def test_a_commit_is_read_as_it_was_written() -> None:
    late = Signature("Grace", "grace@bears.example", 1_700_000_001_000, -330)
    content = dump_commit(EMPTY_TREE, ["1" * 40, "2" * 40], ADA, late, "Title\n\nBody\n\nmore")
    commit = parse_commit("f" * 40, content)
    assert (commit.author, commit.committer, commit.at) == (ADA, late, late.at)
    assert (commit.tree, commit.parents) == (EMPTY_TREE, ("1" * 40, "2" * 40))
    assert (commit.title, commit.message) == ("Title", "Body\n\nmore")
    assert commit.raw_message == "Title\n\nBody\n\nmore\n"


def test_a_name_cannot_break_out_of_its_line() -> None:
    sly = Signature(" <Ada>\nparent: x.", "a\n>b@c", 0)
    assert sly.dump() == b"Adaparent: x <ab@c> 0 +0000"
    assert Signature("", "", 0).dump() == b"unknown <> 0 +0000"


@pytest.mark.parametrize(
    "line",
    [b"", b"nobody", b"A <a> not-a-time", b"A <a> 99999999999999999999 +0000", b"A <a> -5 +9999"],
)
def test_strange_signatures_are_read(line: bytes) -> None:
    content = b"tree %s\nauthor %s\ncommitter %s\n\nx" % (EMPTY_TREE.encode(), line, line)
    assert parse_commit("f" * 40, content).committer.at >= 0


def test_a_signed_commit_in_an_old_encoding_is_read() -> None:
    content = (
        b"tree "
        + EMPTY_TREE.encode()
        + b"\nauthor J\xf6rg <j@x> 1 +0000\ncommitter J\xf6rg <j@x> 1"
        b" +0000\nencoding ISO-8859-1\ngpgsig -----BEGIN\n abc\n -----END\n\n\xfcber\n"
    )
    commit = parse_commit("f" * 40, content)
    assert (commit.author.name, commit.title) == ("Jörg", "über")


def test_git_accepts_an_annotated_tag_of_ours(git: NativeGit) -> None:
    written = edit(None, None, changes(FILES), author=ADA, message="Begin")
    tag = annotated_tag(written.oid, "v1", tagger=ADA, message="First")
    for pack in (written.pack, tag.pack):
        put_pack(git, pack.sha, pack.data, pack.idx)
    git("update-ref", "refs/tags/v1", tag.oid)
    assert git("fsck", "--strict", "--no-dangling") == ""
    assert git("rev-parse", "v1^{commit}").strip() == written.oid == tag.target
    content = dump_tag(written.oid, "commit", "v1", ADA, "First")
    read = parse_tag(tag.oid, content)
    assert (read.target, read.name, read.tagger, read.message) == (
        written.oid,
        "v1",
        ADA,
        "First\n",
    )


def test_a_pointer_is_written_as_git_lfs_writes_it() -> None:
    pointer = Pointer("ab" * 32, 12345)
    assert pointer.dump() == (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 12345\n"
    )
    assert parse_pointer(pointer.dump()) == pointer
    with_extension = pointer.dump().replace(b"\noid", b"\next-0-foo sha256:00\noid")
    assert parse_pointer(with_extension) == pointer


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"version https://git-lfs.github.com/spec/v1\n",
        Pointer("AB" * 32, 1).dump(),
        b"x" * 2000,
        Pointer("ab" * 32, 1).dump() + b"more\n",
    ],
)
def test_what_is_no_pointer_is_a_file(content: bytes) -> None:
    assert parse_pointer(content) is None

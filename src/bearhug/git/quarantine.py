"""What a push brings, kept apart from the repository until it has been looked through."""

import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, NamedTuple, Self
from uuid import uuid4

import pygit2
from pygit2.enums import ObjectType

from bearhug.errors import Unprocessable
from bearhug.git.formats import Pack, parse_tag
from bearhug.git.native import ENVIRONMENT, command
from bearhug.git.store import INLINE_BYTES
from bearhug.git.trees import raw_entry
from bearhug.git.weighing import Weight, Weights

ERROR_CHARS = 2_000
TOO_LARGE = "exceeds maximum allowed size"
"""How git says so (builtin/index-pack.c)."""

STREAMED, HELD = "16m", "256m"
"""A blob over the first is never held whole; no object over the second is held at all. A pack of
a few megabytes can stand for gigabytes."""


class BadPack(Unprocessable):
    """What was pushed is no whole pack, or lacks what its commits name."""

    code = "BadPack"


class New(NamedTuple):
    """An object that no ref of the repository leads to yet.

    A path is the first it was found at; "" for a commit, and for the top of a tree.
    """

    oid: str
    kind: str
    size: int
    path: str


class Tip(NamedTuple):
    """What a pushed id names: its kind, and the commit behind it, if there is one."""

    kind: str
    commit: str | None


class Quarantine:
    """A folder for one push, beside the bare repository it is meant for; gone when closed.

    Synchronous, for threads; one at a time. `bare` must have all refs of the moment.
    """

    def __init__(self, scratch: Path, bare: Path, *, limit_bytes: int) -> None:
        self._folder = scratch / uuid4().hex
        (self._folder / "pack").mkdir(parents=True)
        self._bare = bare
        self._limit = limit_bytes
        self._errors = TemporaryFile()  # noqa: SIM115 - open until `close`
        self._indexing: subprocess.Popen[bytes] | None = None
        self._broken = False
        self._sha = ""
        self._odb: pygit2.Odb | None = None
        self._weights = Weights(lambda oid: self._read(oid)[1])
        self._env = {
            **ENVIRONMENT,
            "GIT_ALLOC_LIMIT": HELD,
            "GIT_OBJECT_DIRECTORY": str(self._folder.absolute()),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((bare / "objects").absolute()),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def feed(self, data: bytes | bytearray) -> None:
        """The pack's next bytes, written to disk and indexed as they come.

        When git has given up, the rest is dropped, and `finish` says why.
        """
        if self._indexing is None:
            self._indexing = self._start()
        if self._broken:
            return
        assert self._indexing.stdin is not None
        try:
            self._indexing.stdin.write(data)
        except BrokenPipeError:
            self._broken = True

    def finish(self) -> None:
        """The pack is complete. Raises BadPack in git's words."""
        if self._indexing is None:
            raise BadPack("The push brought no pack.")
        said, _ = self._indexing.communicate()
        if self._indexing.returncode:
            raise BadPack(self._why(self._errors))
        self._sha = said.split()[-1].decode()

    def close(self) -> None:
        """Forget all of it, whatever is going on."""
        if self._indexing is not None and self._indexing.poll() is None:
            self._indexing.kill()
            self._indexing.communicate()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def files(self) -> tuple[Path, Path]:
        """The pack and its index."""
        base = self._folder / "pack" / f"pack-{self._sha}"
        return base.with_suffix(".pack"), base.with_suffix(".idx")

    def pack(self) -> Pack:
        """The pack, with its bytes where they are few."""
        file, index = self.files()
        idx = index.read_bytes()
        (count,) = struct.unpack_from(">I", idx, 8 + 255 * 4)
        size = file.stat().st_size
        data = file.read_bytes() if size <= INLINE_BYTES else None
        return Pack(self._sha, size, count, data, idx)

    def tips(self, oids: Iterable[str]) -> dict[str, Tip]:
        """What these ids name; one that names nothing is left out."""
        found = {}
        for oid in dict.fromkeys(oids):
            try:
                found[oid] = self._tip(oid)
            except BadPack:
                continue
        return found

    def file(self, commit: str, name: str) -> New | None:
        """The file of that name at the top of a commit, or None. Raises BadPack."""
        top = self._read(self._read(commit)[1][5:45].decode())[1]
        entry = raw_entry(top, name.encode())
        if entry is None or not entry[0].startswith(b"100"):
            return None
        oid = entry[2].hex()
        try:
            return New(oid, "blob", self._objects().read_header(oid)[1], name)
        except (KeyError, pygit2.GitError) as error:
            raise BadPack(f"Object {oid} did not come.") from error

    def new(self, tips: Iterable[str]) -> Iterator[New]:
        """Everything that the tips lead to and the repository's refs do not; newest first.

        Raises BadPack if something of it is missing.
        """
        with TemporaryFile() as asked, TemporaryFile() as errors:
            asked.write("".join(f"{oid}\n" for oid in tips).encode())
            asked.seek(0)
            walk = ("rev-list", "--objects", "--stdin", "--not", "--all")
            listing = self._popen(*walk, stdin=asked, errors=errors)
            assert listing.stdout is not None
            looking = self._popen(
                *("cat-file", "--buffer", f"--batch-check={_SIZED} %(rest)"),
                stdin=listing.stdout,
                errors=errors,
            )
            listing.stdout.close()
            with _ended(looking, listing):
                assert looking.stdout is not None
                for line in looking.stdout:
                    yield _new(line)
            if listing.returncode or looking.returncode:
                raise BadPack(self._why(errors))

    def contents(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of each of these objects, in order. Raises BadPack."""
        return ((oid, self._read(oid)[1]) for oid in oids)

    def weight(self, tree: str) -> Weight:
        """How much a tree holds, spread out. Raises BadPack."""
        return self._weights.of(tree)

    def _start(self) -> subprocess.Popen[bytes]:
        kept = ("-c", "core.fsync=none", "-c", f"core.bigFileThreshold={STREAMED}")
        options = (*kept, "-c", "pack.threads=2")
        asked = ("index-pack", "--stdin", "--fix-thin", "--strict")
        limit = f"--max-input-size={self._limit}"
        return self._popen(*options, *asked, limit, stdin=subprocess.PIPE, errors=self._errors)

    def _tip(self, oid: str) -> Tip:
        kind, content = self._read(oid)
        behind, commit = kind, oid
        while behind == "tag":
            commit = parse_tag(commit, content).target
            behind, content = self._read(commit)
        return Tip(kind, commit if behind == "commit" else None)

    def _read(self, oid: str) -> tuple[str, bytes]:
        """(kind, content), of what is new or what the repository has."""
        try:
            kind, content = self._objects().read(oid)
        except (KeyError, pygit2.GitError) as error:
            raise BadPack(f"Object {oid} did not come.") from error
        return _KINDS[kind], content

    def _objects(self) -> pygit2.Odb:
        if self._odb is None:
            self._odb = pygit2.Odb()
            for folder in (self._folder, self._bare / "objects"):
                self._odb.add_disk_alternate(str(folder))
        return self._odb

    def _popen(
        self, *arguments: str, stdin: IO[bytes] | int, errors: IO[bytes] | int
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command(*arguments, at=self._bare),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=self._env,
        )

    def _why(self, errors: IO[bytes]) -> str:
        errors.seek(0)
        said = errors.read(ERROR_CHARS).decode("utf-8", "replace").strip()
        if TOO_LARGE in said:
            return (
                f"The push is larger than the {self._limit} bytes this hub takes at once:"
                " push fewer commits at a time, or keep large files with git-lfs."
            )
        lines = [line.removeprefix("fatal: ").removeprefix("error: ") for line in said.split("\n")]
        return "; ".join(dict.fromkeys(lines)) or "git could not read what was pushed"


@contextmanager
def _ended(*processes: subprocess.Popen[bytes]) -> Iterator[None]:
    """Wait for processes that were read to their end; end those that were not."""
    try:
        yield
    except BaseException:
        for process in processes:
            process.kill()
        raise
    finally:
        for process in processes:
            if process.stdout is not None:
                process.stdout.close()
            process.wait()


_KINDS = {
    ObjectType.COMMIT: "commit",
    ObjectType.TREE: "tree",
    ObjectType.BLOB: "blob",
    ObjectType.TAG: "tag",
}
_SIZED = "%(objectname) %(objecttype) %(objectsize)"


def _new(line: bytes) -> New:
    oid, kind, size, path = line.decode("utf-8", "surrogateescape").rstrip("\n").split(" ", 3)
    return New(oid, kind, int(size), path)

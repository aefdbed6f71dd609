"""What changed between two trees: files, and the lines in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal, NamedTuple

import pygit2

from bearhug.git.formats import FOLDER_MODE, SUBMODULE
from bearhug.git.reader import Reader
from bearhug.git.trees import raw_entries

Status = Literal["A", "M", "D", "R"]

MAX_CHANGES = 5_000
"""So many changed files are looked through for renames."""

TOTAL_BYTES = 8 * 1024 * 1024
"""So much text is compared for one diff; the files after it are named only."""

_BINARY_PREFIX = 8_000
"""Git's own rule: a NUL among the first 8,000 bytes makes a file binary (xdiff-interface.c)."""


class TreeChange(NamedTuple):
    """One file's two sides; None where there is none. Modes are octal numbers as in git."""

    path: str
    old_oid: str | None
    new_oid: str | None
    old_mode: int | None
    new_mode: int | None


class Line(NamedTuple):
    origin: str
    """" " both, "-" old, "+" new, "\\\\" a remark about the line before."""
    text: str
    old: int | None
    new: int | None


@dataclass(frozen=True)
class Hunk:
    header: str
    lines: list[Line]


@dataclass(frozen=True)
class FileDiff:
    path: str
    old_path: str
    status: Status
    old_oid: str | None
    new_oid: str | None
    old_mode: int | None
    new_mode: int | None
    binary: bool = False
    too_large: bool = False
    hunks: list[Hunk] = field(default_factory=list)
    additions: int = 0
    deletions: int = 0


def changes(reader: Reader, old: str | None, new: str | None) -> Iterator[TreeChange]:
    """Every file that differs, by name in each folder. Folders that are the same are not read."""
    return _changes(reader, old, new, "")


def diff(
    reader: Reader, old: str | None, new: str, *, max_files: int, max_bytes: int
) -> list[FileDiff]:
    """At most `max_files`. A file of over `max_bytes` on either side has no hunks.

    A rename is a file that vanished and one that came with the same content.
    """
    found = _with_renames(islice(changes(reader, old, new), MAX_CHANGES))
    left = TOTAL_BYTES
    files = []
    for file in found[:max_files]:
        size = max(
            _size(reader, file.old_oid, file.old_mode), _size(reader, file.new_oid, file.new_mode)
        )
        if size > min(max_bytes, left):
            files.append(replace(file, too_large=True))
            continue
        left -= size
        files.append(_with_hunks(reader, file))
    return files


def unified(files: Iterable[FileDiff]) -> str:
    """The diffs as text that `git apply` takes, if nothing is binary or too large."""
    return "".join(_unified(file) for file in files)


def _changes(reader: Reader, old: str | None, new: str | None, prefix: str) -> Iterator[TreeChange]:
    before = set(raw_entries(reader.read(old))) if old else set()
    after = set(raw_entries(reader.read(new))) if new else set()
    was = {name: (mode, oid.hex()) for mode, name, oid in before - after}
    now = {name: (mode, oid.hex()) for mode, name, oid in after - before}
    for name in sorted(was.keys() | now.keys()):
        path = prefix + name.decode("utf-8", "surrogateescape")
        old_mode, old_oid = was.get(name, (None, None))
        new_mode, new_oid = now.get(name, (None, None))
        old_folder, new_folder = old_mode == FOLDER_MODE, new_mode == FOLDER_MODE
        old_file = (old_oid, old_mode) if not old_folder else (None, None)
        new_file = (new_oid, new_mode) if not new_folder else (None, None)
        if old_file != new_file:
            yield TreeChange(path, old_file[0], new_file[0], *_numbers(old_file[1], new_file[1]))
        if old_folder or new_folder:
            inner = (old_oid if old_folder else None, new_oid if new_folder else None)
            yield from _changes(reader, *inner, path + "/")


def _numbers(*modes: bytes | None) -> Iterator[int | None]:
    return (int(mode, 8) if mode else None for mode in modes)


def _with_renames(found: Iterable[TreeChange]) -> list[FileDiff]:
    listed = list(found)
    gone: dict[str, list[TreeChange]] = {}
    for change in reversed(listed):
        if change.new_oid is None and change.old_oid:
            gone.setdefault(change.old_oid, []).append(change)
    moved: dict[str, TreeChange] = {}
    for change in listed:
        if change.old_oid is None and gone.get(change.new_oid or ""):
            moved[change.path] = gone[change.new_oid or ""].pop()
    sources = {source.path for source in moved.values()}
    return [
        _file(change, moved.get(change.path))
        for change in listed
        if change.new_oid or change.path not in sources
    ]


def _file(change: TreeChange, source: TreeChange | None) -> FileDiff:
    if source:
        return FileDiff(
            change.path,
            source.path,
            "R",
            source.old_oid,
            change.new_oid,
            source.old_mode,
            change.new_mode,
        )
    status: Status = "A" if change.old_oid is None else "D" if change.new_oid is None else "M"
    return FileDiff(
        change.path,
        change.path,
        status,
        change.old_oid,
        change.new_oid,
        change.old_mode,
        change.new_mode,
    )


def _size(reader: Reader, oid: str | None, mode: int | None) -> int:
    return reader.blob_size(oid) if oid and mode != SUBMODULE else 0


def _content(reader: Reader, oid: str | None, mode: int | None) -> bytes:
    if oid is None:
        return b""
    return f"Subproject commit {oid}\n".encode() if mode == SUBMODULE else reader.blob(oid)


def _with_hunks(reader: Reader, file: FileDiff) -> FileDiff:
    if file.old_oid == file.new_oid:
        return file
    old = _content(reader, file.old_oid, file.old_mode)
    new = _content(reader, file.new_oid, file.new_mode)
    if b"\0" in old[:_BINARY_PREFIX] or b"\0" in new[:_BINARY_PREFIX]:
        return replace(file, binary=True)
    patch = pygit2.Patch.create_from(old, new, context_lines=3)
    _, additions, deletions = patch.line_stats
    hunks = [
        Hunk(hunk.header.rstrip("\n"), [_line(line) for line in hunk.lines]) for hunk in patch.hunks
    ]
    return replace(file, hunks=hunks, additions=additions, deletions=deletions)


def _line(line: pygit2.DiffLine) -> Line:
    if line.origin in "<>=":
        return Line("\\", " No newline at end of file", None, None)
    text = line.raw_content.decode("utf-8", "replace").removesuffix("\n")
    old, new = line.old_lineno, line.new_lineno
    return Line(line.origin, text, old if old > 0 else None, new if new > 0 else None)


def _unified(file: FileDiff) -> str:
    lines = [f"diff --git {_quoted('a/' + file.old_path)} {_quoted('b/' + file.path)}"]
    lines += _modes(file)
    if file.old_oid != file.new_oid:
        mode = f" {file.new_mode:o}" if file.new_mode and file.old_mode == file.new_mode else ""
        lines.append(f"index {file.old_oid or '0' * 40}..{file.new_oid or '0' * 40}{mode}")
    old = _quoted("a/" + file.old_path) if file.old_oid else "/dev/null"
    new = _quoted("b/" + file.path) if file.new_oid else "/dev/null"
    if file.binary or file.too_large:
        lines.append(f"Binary files {old} and {new} differ")
    elif file.hunks:
        lines += [f"--- {old}", f"+++ {new}"]
    for hunk in file.hunks:
        lines.append(hunk.header)
        lines += [line.origin + line.text for line in hunk.lines]
    return "\n".join(lines) + "\n"


def _modes(file: FileDiff) -> list[str]:
    if file.status == "A":
        return [f"new file mode {file.new_mode:o}"]
    if file.status == "D":
        return [f"deleted file mode {file.old_mode:o}"]
    lines = []
    if file.old_mode != file.new_mode:
        lines += [f"old mode {file.old_mode:o}", f"new mode {file.new_mode:o}"]
    if file.status == "R":
        lines += [
            "similarity index 100%",
            f"rename from {_quoted(file.old_path)}",
            f"rename to {_quoted(file.path)}",
        ]
    return lines


def _quoted(path: str) -> str:
    """Git's quoting (quote.c): a path with a quote, backslash or control character."""
    if not any(c in '"\\\x7f' or c < " " for c in path):
        return path
    escaped = "".join(
        f"\\{c}" if c in '"\\' else f"\\{ord(c):03o}" if c < " " or c == "\x7f" else c for c in path
    )
    return f'"{escaped}"'

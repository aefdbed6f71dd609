"""Git's objects, packs and LFS pointers, as bytes.

Ids are 40 hex digits, but for those inside a tree, which are 20 bytes as in git itself.
Rules as in git's Documentation/gitformat-pack.txt and git-lfs's docs/spec.md.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FILE, EXECUTABLE, SYMLINK, FOLDER, SUBMODULE = 0o100644, 0o100755, 0o120000, 0o040000, 0o160000

FOLDER_MODE = b"40000"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

Tree = dict[bytes, tuple[bytes, bytes]]
"""name -> (mode in octal digits, binary id), in git's order."""

GitObject = tuple[str, str, bytes]
"""(id, kind, content); kind is commit, tree, blob or tag."""

_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_TREE_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0([\s\S]{20})")
_SIGNATURE = re.compile(r"(.*?) ?<([^>]*)>[^\d-]*(-?\d+)? ?([+-]\d{4})?")
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-\d-[^\n]+\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n?"
)
_CRUD = "".join(map(chr, range(33))) + ".,:;<>\"\\'"
_FAR = 1 << 31
_LEVEL = 1
"""zlib's fastest: a commit waits for it, and compaction packs better later."""


def oid_of(kind: str, content: bytes) -> str:
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(content)) + content).hexdigest()


def parse_tree(content: bytes) -> Tree:
    return {name: (mode, oid) for mode, name, oid in _TREE_ENTRY.findall(content)}


def dump_tree(tree: Tree) -> bytes:
    """Git's order compares folders as if their names ended in a slash."""
    entries = sorted(
        (name + b"/" if mode == FOLDER_MODE else name, mode, name, oid)
        for name, (mode, oid) in tree.items()
    )
    return b"".join([mode + b" " + name + b"\0" + oid for _, mode, name, oid in entries])


@dataclass(frozen=True)
class Signature:
    name: str
    email: str
    at: int
    """Epoch milliseconds; git keeps whole seconds."""
    offset: int = 0
    """Minutes east of Greenwich, where they were."""

    def dump(self) -> bytes:
        """As git writes it; what would break the line is taken out of name and e-mail."""
        email = _without_crud(self.email)
        name = _without_crud(self.name) or email or "unknown"
        sign, offset = "-" if self.offset < 0 else "+", abs(self.offset)
        zone = f"{sign}{offset // 60:02d}{offset % 60:02d}"
        return f"{name} <{email}> {self.at // 1000} {zone}".encode("utf-8", "replace")


@dataclass(frozen=True)
class Commit:
    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    title: str
    message: str
    """What follows the title, without the blank lines around it."""
    raw_message: str

    @property
    def at(self) -> int:
        return self.committer.at


@dataclass(frozen=True)
class Tag:
    oid: str
    target: str
    target_kind: str
    name: str
    tagger: Signature | None
    message: str


def dump_commit(
    tree: str, parents: Sequence[str], author: Signature, committer: Signature, message: str
) -> bytes:
    lines = [b"tree %s\n" % tree.encode(), *(b"parent %s\n" % p.encode() for p in parents)]
    lines += [b"author %s\n" % author.dump(), b"committer %s\n" % committer.dump()]
    return b"".join(lines) + b"\n" + _message(message)


def parse_commit(oid: str, content: bytes) -> Commit:
    headers, text = _headers(content)
    encoding = headers.get("encoding", [b"utf-8"])[0].decode("ascii", "replace")
    raw_message = _decoded(text, encoding)
    title, _, message = raw_message.strip("\n").partition("\n")
    author, committer = (
        _signature(_decoded(headers.get(key, [b""])[0], encoding))
        for key in ("author", "committer")
    )
    return Commit(
        oid=oid,
        tree=headers["tree"][0].decode(),
        parents=tuple(parent.decode() for parent in headers.get("parent", [])),
        author=author,
        committer=committer,
        title=title.strip(),
        message=message.strip("\n"),
        raw_message=raw_message,
    )


def commit_links(content: bytes) -> tuple[str, tuple[str, ...], int]:
    """(tree, parents, commit time in seconds) of a commit: what walking history needs."""
    parents = []
    position = 46
    while content.startswith(b"parent ", position):
        parents.append(content[position + 7 : position + 47].decode())
        position += 48
    start = content.find(b"\ncommitter ", position)
    end = content.find(b"\n", start + 1)
    words = content[start:end].rsplit(b" ", 2)
    at = int(words[1]) if len(words) == 3 and words[1].isdigit() else 0
    return content[5:45].decode(), tuple(parents), at


def dump_tag(target: str, kind: str, name: str, tagger: Signature, message: str) -> bytes:
    header = f"object {target}\ntype {kind}\ntag {name}\n".encode()
    return header + b"tagger %s\n\n" % tagger.dump() + _message(message)


def parse_tag(oid: str, content: bytes) -> Tag:
    headers, text = _headers(content)
    tagger = headers.get("tagger")
    return Tag(
        oid=oid,
        target=headers["object"][0].decode(),
        target_kind=headers["type"][0].decode(),
        name=headers["tag"][0].decode("utf-8", "replace"),
        tagger=_signature(tagger[0].decode("utf-8", "replace")) if tagger else None,
        message=text.decode("utf-8", "replace"),
    )


def _headers(content: bytes) -> tuple[dict[str, list[bytes]], bytes]:
    """The header lines by name, without continuations (signatures), and the text after them."""
    head, _, text = content.partition(b"\n\n")
    headers: dict[str, list[bytes]] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key:
            headers.setdefault(key.decode("ascii", "replace"), []).append(value)
    return headers, text


def _message(message: str) -> bytes:
    text = message.replace("\0", "").replace("\r\n", "\n")
    return (text if not text or text.endswith("\n") else text + "\n").encode("utf-8", "replace")


def _without_crud(text: str) -> str:
    """Git's own cleaning of names (ident.c, strbuf_addstr_without_crud)."""
    return "".join(c for c in text.strip(_CRUD) if c not in "<>\n\r\0")


def _decoded(text: bytes, encoding: str) -> str:
    try:
        return text.decode(encoding, "replace")
    except LookupError:  # an encoding nobody knows
        return text.decode("utf-8", "replace")


def _signature(line: str) -> Signature:
    match = _SIGNATURE.match(line)
    if match is None:
        return Signature(line, "", 0)
    name, email, at, zone = match.groups()
    minutes = int(zone[1:3]) * 60 + int(zone[3:]) if zone else 0
    minutes = -minutes if zone and zone[0] == "-" else minutes
    return Signature(name, email, _sane(int(at or 0)) * 1000, minutes)


def _sane(seconds: int) -> int:
    """A time that a calendar can hold: pushed commits may claim any."""
    last = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
    return min(max(seconds, 0), last)


@dataclass(frozen=True)
class Pack:
    """An immutable pack. `sha` is its trailer, which names it everywhere."""

    sha: str
    size: int
    count: int
    data: bytes | None
    """None where the bytes are only in the object store."""
    idx: bytes | None
    """None where only git could make it: a pack with deltas, not yet indexed."""


def build_pack(objects: Iterable[GitObject]) -> Pack:
    """A pack without deltas and its version 2 index; an object given twice is written once."""
    unique = {oid: (kind, content) for oid, kind, content in objects}
    parts = [b"PACK" + struct.pack(">II", 2, len(unique))]
    offset = len(parts[0])
    records = []
    for oid, (kind, content) in unique.items():
        part = _entry_header(_KINDS[kind], len(content)) + zlib.compress(content, _LEVEL)
        records.append((bytes.fromhex(oid), zlib.crc32(part), offset))
        parts.append(part)
        offset += len(part)
    body = b"".join(parts)
    trailer = hashlib.sha1(body).digest()
    idx = build_idx(records, trailer)
    return Pack(trailer.hex(), offset + len(trailer), len(records), body + trailer, idx)


def build_idx(records: Sequence[tuple[bytes, int, int]], trailer: bytes) -> bytes:
    """The index of a pack whose objects are `records`: (binary id, crc32, offset)."""
    ordered = sorted(records)
    counts = [0] * 256
    for oid, _, _ in ordered:
        counts[oid[0]] += 1
    fan, total = [], 0
    for count in counts:
        total += count
        fan.append(total)
    far = [offset for _, _, offset in ordered if offset >= _FAR]
    places = iter(range(_FAR, _FAR + len(far)))
    near = [next(places) if offset >= _FAR else offset for _, _, offset in ordered]
    idx = b"".join(
        [
            b"\xfftOc\0\0\0\2",
            struct.pack(">256I", *fan),
            *(oid for oid, _, _ in ordered),
            struct.pack(f">{total}I", *(crc for _, crc, _ in ordered)),
            struct.pack(f">{total}I", *near),
            struct.pack(f">{len(far)}Q", *far),
            trailer,
        ]
    )
    return idx + hashlib.sha1(idx).digest()


def _entry_header(kind: int, size: int) -> bytes:
    """Kind and size, the size in base 128, its lowest four bits beside the kind."""
    header = bytearray()
    byte, size = kind << 4 | size & 15, size >> 4
    while size:
        header.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    header.append(byte)
    return bytes(header)


@dataclass(frozen=True)
class Pointer:
    """What git holds in place of a large file."""

    sha256: str
    size: int

    def dump(self) -> bytes:
        lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{self.sha256}")
        return "\n".join((*lines, f"size {self.size}\n")).encode()


def parse_pointer(content: bytes) -> Pointer | None:
    """The pointer these bytes are, or None: git-lfs asks for less than 1,024 bytes."""
    match = _POINTER.fullmatch(content) if len(content) < 1024 else None
    return Pointer(match[1].decode(), int(match[2])) if match else None

"""Looking everything over: from refs down to the last stored byte.

Nothing is changed, and the hub may be at work meanwhile: what looks wrong is looked at again
before it is called damaged.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar

from bearhug.cas.model import Finding
from bearhug.cas.service.checking_git import git_findings
from bearhug.cas.service.converting import objects_of
from bearhug.cas.service.strays import strays
from bearhug.cas.store import checking as rows
from bearhug.db import Connection, Row
from bearhug.hub import Hub
from bearhug.kit.xet import hashes
from bearhug.kit.xet.xorb import Malformed, Verifier
from bearhug.storage.objects import lfs_key
from bearhug.xet import store
from bearhug.xet.model import XetFile, Xorb

AT_ONCE = 500

T = TypeVar("T", int, str)


def examine(hub: Hub, *, quick: bool = False) -> Iterator[Finding]:
    """All that is wrong, as it is found. `quick` leaves out whatever reads the bytes of files."""
    yield from _twice(hub, _xorb_ids(hub), lambda id: xorb_findings(hub, id, quick=quick))
    yield from _twice(hub, _file_ids(hub), lambda id: _file_findings(hub, id))
    hashed = _sha256s(hub)
    yield from _twice(hub, hashed, lambda sha256: _object_findings(hub, sha256, quick=quick))
    for repo_id in _pages(hub, rows.repo_ids, 0):
        yield from git_findings(hub, repo_id, quick=quick)
    for stray in strays(hub, hub.clock() - AT_REST_MS):
        yield Finding(stray.key, f"{stray.size:,} bytes that no row names; gc will delete it.")


AT_REST_MS = 24 * 3600 * 1000
"""Bytes come before their row: only what is older than this lacks one."""


def xorb_findings(hub: Hub, id: int, *, quick: bool = False) -> list[Finding]:
    """Of one xorb: its object is there, whole, and says what its row says."""
    xorb = hub.db.read(lambda db: store.xorb(db, id))
    if xorb is None:
        return []
    words = _wrong_size(hub, xorb)
    if not words and not quick:
        words = _wrong_bytes(hub, xorb)
    return [Finding(f"xorb {hashes.text(xorb.layout.hash)}", words, True)] if words else []


def _wrong_size(hub: Hub, xorb: Xorb) -> str:
    size, needed = hub.objects.size(xorb.key), xorb.layout.stored_bytes
    if size is None:
        return f"{xorb.key} is not there."
    return f"{xorb.key} has {size:,} bytes of {needed:,}." if size < needed else ""


def _wrong_bytes(hub: Hub, xorb: Xorb) -> str:
    verifier = Verifier()
    try:
        for block in hub.objects.read(xorb.key, 0, xorb.layout.stored_bytes):
            verifier.feed(block)
        found = verifier.finish(xorb.layout.hash)
    except Malformed as error:
        return f"{xorb.key} is not what it is called: {error}."
    except FileNotFoundError:
        return f"{xorb.key} is not there."
    return "" if found == xorb.layout else "its row tells of other chunks than its bytes hold."


def _file_findings(hub: Hub, id: int) -> list[Finding]:
    """Of one file in chunks: its xorbs are there, and its chunks come to its hash."""
    file = hub.db.read(lambda db: store.file_by_id(db, id))
    if file is None:
        return []
    words = _wrong_runs(hub, file)
    return [Finding(f"file {hashes.text(file.hash)}", words, True)] if words else []


def _wrong_runs(hub: Hub, file: XetFile) -> str:
    tree, size = hashes.Tree(), 0
    for run in file.runs:
        xorb = hub.db.read(lambda db, id=run.xorb_id: store.xorb(db, id))  # type: ignore[misc]
        if xorb is None:
            return f"xorb number {run.xorb_id}, of which it is made, is not there."
        if not 0 <= run.start < run.stop <= xorb.layout.chunks:
            return f"its xorb {hashes.text(xorb.layout.hash)} has no such chunks."
        for leaf in xorb.layout.leaves(run.start, run.stop):
            tree.add(leaf)
            size += leaf[1]
    if hashes.salted(tree.root()) != file.hash:
        return "its chunks have another hash."
    return "" if size == file.size else f"its chunks have {size:,} bytes, not {file.size:,}."


def _object_findings(hub: Hub, sha256: str, *, quick: bool) -> list[Finding]:
    """Of one object that some repo holds."""
    row = hub.db.read(lambda db: rows.object_held(db, sha256))
    if row is None:
        return []
    words = _wrong_object(hub, row) or ("" if quick else _wrong_content(hub, row))
    return [Finding(f"object {sha256}", words, True)] if words else []


def _wrong_object(hub: Hub, row: Row) -> str:
    if row.raw:
        size = objects_of(hub).beneath.size(lfs_key(row.sha256))
        return "" if size == row.size else _not_whole(size, row.size)
    file = hub.db.read(lambda db: store.file_of_object(db, row.sha256))
    if file is None:
        return "it is kept neither whole nor in chunks."
    return "" if file.size == row.size else _not_whole(file.size, row.size)


def _not_whole(size: int | None, expected: int) -> str:
    return "its bytes are not there." if size is None else f"{size:,} bytes of {expected:,}."


def _wrong_content(hub: Hub, row: Row) -> str:
    """Of each form that it is kept in."""
    objects, digest = objects_of(hub), hashlib.sha256()
    try:
        for block in hub.objects.read(lfs_key(row.sha256)):
            digest.update(block)
    except FileNotFoundError:
        return "its bytes are not there."
    except Malformed as error:
        return f"it cannot be read: {error}."
    if digest.hexdigest() != row.sha256:
        return f"its bytes have the sha256 {digest.hexdigest()}."
    if row.raw and row.file_id is not None:
        file = hub.db.read(lambda db: store.file_by_id(db, row.file_id))
        if file is None or _sha256(objects.read_file(file)) != row.sha256:
            return "its form in chunks holds other bytes."
    return ""


def _sha256(blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _twice(hub: Hub, ids: Iterator[T], look: Callable[[T], Sequence[Finding]]) -> Iterator[Finding]:
    """Findings that are there when one looks again: the hub may have been at work."""
    for id in ids:
        if look(id):
            yield from look(id)


def _xorb_ids(hub: Hub) -> Iterator[int]:
    return _pages(hub, rows.xorb_ids, 0)


def _file_ids(hub: Hub) -> Iterator[int]:
    return _pages(hub, rows.file_ids, 0)


def _sha256s(hub: Hub) -> Iterator[str]:
    def page(db: Connection, after: str, limit: int) -> list[str]:
        return [row.sha256 for row in rows.objects_held(db, after, limit)]

    return _pages(hub, page, "")


class Page(Protocol[T]):
    """So many rows after one, by their keys."""

    def __call__(self, db: Connection, after: T, limit: int) -> list[T]: ...


def _pages(hub: Hub, page: Page[T], first: T) -> Iterator[T]:
    found = hub.db.read(lambda db: page(db, first, AT_ONCE))
    while found:
        yield from found
        found = hub.db.read(partial(page, after=found[-1], limit=AT_ONCE))

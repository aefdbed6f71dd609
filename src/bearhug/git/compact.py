"""Many small packs into one, so that reading and cloning stay quick.

Every commit leaves a pack. Reading costs a little for each; a clone of 10,000 files takes
151 ms from one pack and 296 from 64 (docs/decisions/0004-git.md). Off the request path.
"""

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import uuid4

from bearhug.db import Connection, Database
from bearhug.git import store
from bearhug.git.cache import GitCache
from bearhug.git.clone import link
from bearhug.git.formats import Pack
from bearhug.git.native import git
from bearhug.git.store import INLINE_BYTES, PackRow
from bearhug.storage.objects import Objects, pack_key

THRESHOLD = 48
FACTOR = 2


def due(rows: Sequence[PackRow]) -> list[PackRow]:
    """The packs to roll into one, none while they are fewer than THRESHOLD.

    A pack more than FACTOR times as large as all smaller ones together is left alone. So a
    byte is packed again only as often as its repository doubles, and few packs remain
    (`git repack --geometric` does the same).
    """
    if len(rows) < THRESHOLD:
        return []
    rolled = sorted(rows, key=lambda row: (row.size, row.id))
    total = sum(row.size for row in rolled)
    while rolled and rolled[-1].size > FACTOR * (total - rolled[-1].size):
        total -= rolled.pop().size
    return rolled if len(rolled) > 1 else []


def run(
    database: Database, cache: GitCache, objects: Objects, repo_id: int, *, at: int
) -> list[str]:
    """Compact if it is due; may be run twice. Slow: call it from a job.

    Returns the packs given up, for `forget` once no reader can need them.
    """

    def look(db: Connection) -> tuple[list[PackRow], Path | None]:
        rows = store.packs(db, repo_id)
        return rows, cache.sync_refs(db, repo_id) if due(rows) else None

    rows, bare = database.read(look)
    if bare is None:
        return []
    old = due(rows)
    pack = roll(bare, old, rest=[row for row in rows if row not in old])
    stored = pack.data is None
    if stored:
        keep(objects, bare, pack)

    def swap(db: Connection) -> int | None:
        ids = [row.id for row in old]
        return store.replace_packs(db, repo_id, ids, pack, stored=stored, at=at)

    return [row.sha for row in old] if database.write(swap) is not None else []


def forget(database: Database, objects: Objects, shas: Iterable[str]) -> None:
    """Delete those of the packs that no row names any more."""
    wanted = set(shas)
    named = database.read(lambda db: store.packs_named(db, wanted))
    for sha in wanted - named:
        objects.delete(pack_key(sha))


def roll(
    bare: Path, old: Sequence[PackRow], rest: Sequence[PackRow], *, unreachable: bool = True
) -> Pack:
    """The new pack, in the cache already; its bytes too if they are few.

    What no ref leads to stays, unless `unreachable` is False. All of a repository in one pack
    gets a bitmap, which makes clones a third faster. It is not kept anywhere else: another node
    does without.
    """
    packs = bare / "objects" / "pack"
    base = packs / f"tmp_{uuid4().hex}"
    quiet = ("-c", "pack.threads=1", "-c", "pack.windowMemory=64m", "pack-objects", "-q")
    if rest:
        names = [f"pack-{row.sha}.pack" for row in old] + [f"^pack-{row.sha}.pack" for row in rest]
        asked, stdin = ["--stdin-packs"], "\n".join(names) + "\n"
    else:
        also = ["--keep-unreachable"] if unreachable else []
        asked, stdin = ["--all", *also, "--write-bitmap-index"], ""
    sha = git(*quiet, *asked, str(base), at=bare, stdin=stdin.encode()).decode().strip()
    for suffix in (".pack", ".bitmap", ".idx"):  # the index last: it vouches for the others
        made = base.with_name(f"{base.name}-{sha}{suffix}")
        if made.exists():
            made.replace(packs / f"pack-{sha}{suffix}")
    return _pack(packs / f"pack-{sha}")


def _pack(base: Path) -> Pack:
    file, idx = base.with_suffix(".pack"), base.with_suffix(".idx").read_bytes()
    size = file.stat().st_size
    (count,) = struct.unpack_from(">I", idx, 8 + 255 * 4)
    data = file.read_bytes() if size <= INLINE_BYTES else None
    return Pack(base.name.removeprefix("pack-"), size, count, data, idx)


def keep(objects: Objects, bare: Path, pack: Pack) -> None:
    """Bytes first: the object store gets a pack that `roll` left in the cache."""
    part = objects.scratch / uuid4().hex
    link(bare / "objects" / "pack" / f"pack-{pack.sha}.pack", part)
    objects.adopt(pack_key(pack.sha), part)

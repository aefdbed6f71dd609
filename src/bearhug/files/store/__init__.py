"""Which repo owns which object, uploads in progress, the feed of commits; holding.py has more."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, select, update

from bearhug.db import Connection, Row, statement, upsert
from bearhug.db.schema import (
    accounts,
    commits,
    objects,
    packs,
    repo_objects,
    repos,
    uploads,
    xet_files,
)
from bearhug.files.model import Form
from bearhug.kit.wire import Moment
from bearhug.kit.xet.hashes import text

_OWNED = statement(
    select(objects.c.sha256, objects.c.size)
    .join(repo_objects, repo_objects.c.sha256 == objects.c.sha256)
    .where(
        repo_objects.c.repo_id == bindparam("repo_id"),
        objects.c.sha256.in_(bindparam("hashes", expanding=True)),
    )
)
_FORMS = statement(
    select(
        objects.c.sha256,
        objects.c.size,
        objects.c.raw,
        xet_files.c.hash,
    )
    .join(repo_objects, repo_objects.c.sha256 == objects.c.sha256)
    .outerjoin(xet_files, xet_files.c.id == objects.c.file_id)
    .where(
        repo_objects.c.repo_id == bindparam("repo_id"),
        objects.c.sha256.in_(bindparam("hashes", expanding=True)),
    )
)
_ADD_OBJECT = upsert(objects, ("sha256", "size", "created_at"), keys=("sha256",))
_CLAIM = upsert(repo_objects, ("repo_id", "sha256", "created_at"), keys=("repo_id", "sha256"))
_RENEW = statement(
    update(repo_objects)
    .where(
        repo_objects.c.repo_id == bindparam("of"),
        repo_objects.c.sha256.in_(bindparam("hashes", expanding=True)),
    )
    .values(created_at=bindparam("at"))
)
_USED = statement(
    update(repos)
    .where(repos.c.id == bindparam("of"))
    .values(
        used_bytes=func.coalesce(
            select(func.sum(objects.c.size))
            .join(repo_objects, repo_objects.c.sha256 == objects.c.sha256)
            .where(repo_objects.c.repo_id == repos.c.id)
            .scalar_subquery(),
            0,
        )
        + func.coalesce(
            select(func.sum(packs.c.size)).where(packs.c.repo_id == repos.c.id).scalar_subquery(),
            0,
        )
    )
)
_GROW = statement(
    update(repos)
    .where(repos.c.id == bindparam("of"))
    .values(used_bytes=repos.c.used_bytes + bindparam("bytes"))
)
_PACKS = statement(
    select(func.count()).select_from(packs).where(packs.c.repo_id == bindparam("repo_id"))
)

_UPLOAD = statement(
    select(uploads.c.id, uploads.c.size, uploads.c.part_bytes).where(
        uploads.c.repo_id == bindparam("repo_id"), uploads.c.sha256 == bindparam("sha256")
    )
)
_ADD_UPLOAD = upsert(
    uploads,
    ("id", "repo_id", "sha256", "size", "part_bytes", "created_at"),
    keys=("repo_id", "sha256"),
)
_DROP_UPLOAD = statement(delete(uploads).where(uploads.c.id == bindparam("id")))

_ADD_COMMIT = upsert(
    commits,
    ("repo_id", "oid", "ref", "title", "author_id", "created_at"),
    keys=("repo_id", "oid", "ref"),
)
_FEED = statement(
    select(
        commits.c.oid,
        commits.c.title,
        commits.c.created_at,
        accounts.c.name.label("author"),
        commits.c.repo_id,
    )
    .outerjoin(accounts, accounts.c.id == commits.c.author_id)
    .where(commits.c.repo_id.in_(bindparam("repo_ids", expanding=True)))
    .order_by(commits.c.id.desc())
    .limit(bindparam("limit"))
)
_AUTHORS = statement(
    select(commits.c.oid, accounts.c.name, accounts.c.avatar_sha256)
    .join(accounts, accounts.c.id == commits.c.author_id)
    .where(
        commits.c.repo_id == bindparam("repo_id"),
        commits.c.oid.in_(bindparam("oids", expanding=True)),
    )
)
_WHO = statement(
    select(accounts.c.name, accounts.c.full_name, accounts.c.email).where(
        accounts.c.id == bindparam("id")
    )
)


def owned(db: Connection, repo_id: int, hashes: Iterable[str]) -> dict[str, int]:
    """Of these sha256, those the repo owns, with their sizes in bytes."""
    found: dict[str, int] = {}
    wanted = list(dict.fromkeys(hashes))
    for start in range(0, len(wanted), 500):
        rows = db.all(_OWNED, repo_id=repo_id, hashes=wanted[start : start + 500])
        found.update({row.sha256: row.size for row in rows})
    return found


def forms(db: Connection, repo_id: int, hashes: Iterable[str]) -> dict[str, Form]:
    """Of these sha256, those the repo owns, and how they are kept."""
    found: dict[str, Form] = {}
    wanted = list(dict.fromkeys(hashes))
    for start in range(0, len(wanted), 500):
        for row in db.all(_FORMS, repo_id=repo_id, hashes=wanted[start : start + 500]):
            xet = "" if row.hash is None else text(bytes(row.hash))
            found[row.sha256] = Form(row.sha256, row.size, bool(row.raw), xet)
    return found


def claim(db: Connection, repo_id: int, sha256: str, size: int, at: Moment) -> bool:
    """The repo owns this stored object from now on; False if it did already, and then renewed."""
    db.run(_ADD_OBJECT, sha256=sha256, size=size, created_at=at)
    if db.run(_CLAIM, repo_id=repo_id, sha256=sha256, created_at=at) == 1:
        return True
    renew(db, repo_id, [sha256], at)
    return False


def renew(db: Connection, repo_id: int, hashes: Sequence[str], at: Moment) -> None:
    """These were sent just now, for all that is known: their week to be committed begins anew."""
    for start in range(0, len(hashes), 500):
        db.run(_RENEW, of=repo_id, hashes=list(hashes[start : start + 500]), at=at)


def grow(db: Connection, repo_id: int, bytes: int) -> None:
    db.run(_GROW, of=repo_id, bytes=bytes)


def measure(db: Connection, repo_id: int) -> None:
    """Count afresh what the repo holds."""
    db.run(_USED, of=repo_id)


def pack_count(db: Connection, repo_id: int) -> int:
    return int(db.value(_PACKS, repo_id=repo_id))


def upload(db: Connection, repo_id: int, sha256: str) -> Row | None:
    """The upload in progress: id, size, part_bytes."""
    return db.first(_UPLOAD, repo_id=repo_id, sha256=sha256)


def add_upload(db: Connection, at: Moment, **values: object) -> None:
    db.run(_ADD_UPLOAD, created_at=at, **values)


def drop_upload(db: Connection, id: str) -> None:
    db.run(_DROP_UPLOAD, id=id)


def add_commit(
    db: Connection,
    repo_id: int,
    *,
    oid: str,
    ref: str,
    title: str,
    author_id: int | None,
    at: Moment,
) -> None:
    values = {"oid": oid, "ref": ref, "title": title[:500], "author_id": author_id}
    db.run(_ADD_COMMIT, repo_id=repo_id, created_at=at, **values)


def add_commits(
    db: Connection,
    repo_id: int,
    ref: str,
    listed: Iterable[tuple[str, str, int | None]],
    at: Moment,
) -> None:
    """Several at once, oldest first: (id, title, author's id)."""
    db.many(
        _ADD_COMMIT,
        [
            {
                "repo_id": repo_id,
                "oid": oid,
                "ref": ref,
                "title": title[:500],
                "author_id": author_id,
                "created_at": at,
            }
            for oid, title, author_id in listed
        ],
    )


def feed(db: Connection, repo_ids: list[int], limit: int) -> list[Row]:
    """What happened lately in these repos: oid, title, created_at, author, repo_id."""
    return db.all(_FEED, repo_ids=repo_ids, limit=limit)


def authors(db: Connection, repo_id: int, oids: list[str]) -> dict[str, Row]:
    """Who on this hub made these commits: name and avatar_sha256, by commit."""
    found: dict[str, Row] = {}
    for start in range(0, len(oids), 500):
        rows = db.all(_AUTHORS, repo_id=repo_id, oids=oids[start : start + 500])
        found.update({row.oid: row for row in rows})
    return found


def signature(db: Connection, user_id: int) -> Row | None:
    """What git is told of a user: name, full_name, email."""
    return db.first(_WHO, id=user_id)

"""Sizes: what is said of files, what they take, what others have of the same, what is shared."""

from typing import Any

from sqlalchemy import bindparam, func, select

from bearhug.cas.model import Figures, Totals
from bearhug.db import Connection, statement
from bearhug.db.schema import objects, packs, repo_objects, repos, xet_file_xorbs, xorbs


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


_IN_ROW = packs.c.data.isnot(None)
"""A small pack is part of its row, and each repo has its own."""


def _figures(ours: Any, others: Any) -> Any:
    """`ours` and `others` are conditions on repos: together all of them."""
    held = repo_objects.join(repos, repos.c.id == repo_objects.c.repo_id)
    mine = select(repo_objects.c.sha256).select_from(held).where(ours).distinct()
    theirs = select(repo_objects.c.sha256).select_from(held).where(others)

    def of_objects(*where: Any) -> Any:
        return select(_sum(objects.c.size)).where(objects.c.sha256.in_(mine), *where)

    in_mine = (
        select(xet_file_xorbs.c.xorb_id)
        .join(objects, objects.c.file_id == xet_file_xorbs.c.file_id)
        .where(objects.c.sha256.in_(mine))
    )
    in_theirs = (
        select(xet_file_xorbs.c.xorb_id)
        .join(objects, objects.c.file_id == xet_file_xorbs.c.file_id)
        .where(objects.c.sha256.in_(theirs))
    )

    def of_xorbs(*where: Any) -> Any:
        return select(_sum(xorbs.c.stored_bytes)).where(xorbs.c.id.in_(in_mine), *where)

    own_packs = packs.join(repos, repos.c.id == packs.c.repo_id)
    their_packs = select(packs.c.sha).select_from(own_packs).where(others)
    one_each = select(packs.c.sha, func.max(packs.c.size).label("size")).select_from(own_packs)

    def of_packs(*where: Any) -> Any:
        """Those that are objects: one for all repos that name it."""
        each = one_each.where(ours, ~_IN_ROW, *where).group_by(packs.c.sha).subquery()
        return select(_sum(each.c.size))

    files = select(_sum(objects.c.size)).select_from(
        held.join(objects, objects.c.sha256 == repo_objects.c.sha256)
    )
    history = select(_sum(packs.c.size)).select_from(own_packs)
    return statement(
        select(
            files.where(ours).scalar_subquery().label("files"),
            history.where(ours).scalar_subquery().label("history"),
            of_objects(objects.c.raw).scalar_subquery().label("whole"),
            of_xorbs().scalar_subquery().label("chunks"),
            of_packs().scalar_subquery().label("packs"),
            history.where(ours, _IN_ROW).scalar_subquery().label("rows"),
            of_objects(objects.c.raw, objects.c.sha256.in_(theirs))
            .scalar_subquery()
            .label("shared_whole"),
            of_xorbs(xorbs.c.id.in_(in_theirs)).scalar_subquery().label("shared_chunks"),
            of_packs(packs.c.sha.in_(their_packs)).scalar_subquery().label("shared_packs"),
        )
    )


_OF_REPO = _figures(repos.c.id == bindparam("id"), repos.c.id != bindparam("id"))
_OF_ACCOUNT = _figures(repos.c.owner_id == bindparam("id"), repos.c.owner_id != bindparam("id"))
_EACH_PACK = (
    select(packs.c.sha, func.max(packs.c.size).label("size"))
    .where(~_IN_ROW)
    .group_by(packs.c.sha)
    .subquery()
)
_TOTALS = statement(
    select(
        select(_sum(objects.c.size))
        .select_from(repo_objects.join(objects, objects.c.sha256 == repo_objects.c.sha256))
        .scalar_subquery()
        .label("files"),
        select(_sum(objects.c.size)).where(objects.c.raw).scalar_subquery().label("whole"),
        select(_sum(xorbs.c.stored_bytes)).scalar_subquery().label("chunks"),
        select(_sum(xorbs.c.stored_bytes))
        .where(
            ~select(xet_file_xorbs.c.file_id).where(xet_file_xorbs.c.xorb_id == xorbs.c.id).exists()
        )
        .scalar_subquery()
        .label("waiting"),
        (
            select(_sum(packs.c.size)).where(_IN_ROW).scalar_subquery()
            + select(_sum(_EACH_PACK.c.size)).scalar_subquery()
        ).label("packs"),
    )
)


def of_repo(db: Connection, repo_id: int) -> Figures:
    return _read(db.one(_OF_REPO, id=repo_id))


def of_account(db: Connection, account_id: int) -> Figures:
    """Of all repos that are its."""
    return _read(db.one(_OF_ACCOUNT, id=account_id))


def totals(db: Connection) -> Totals:
    """Of the whole hub."""
    return Totals(*(int(value) for value in db.one(_TOTALS)))


def _read(row: Any) -> Figures:
    return Figures(
        files=int(row.files),
        history=int(row.history),
        stored=int(row.whole + row.chunks + row.packs + row.rows),
        shared=int(row.shared_whole + row.shared_chunks + row.shared_packs),
    )

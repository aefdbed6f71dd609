"""The order of a listing, and where its pages begin and end."""

from bearhug.catalog import store
from bearhug.catalog.bits import has, ids_of, raw_of
from bearhug.catalog.model import After, Query, Sort
from bearhug.hub import Transaction

FEW = 1_500
"""Up to so many matches are sorted by themselves; of more, all repos are walked in order."""

STEPS = 4
"""Walked chunks before giving up: what matches may all be at the end."""

MONTH_MS = 30 * 24 * 3600 * 1000


def page(tx: Transaction, query: Query, found: int) -> tuple[list[After], bool]:
    """(value, id) of the page's repos in order, and whether there are more.

    A page begins behind a value and an id, not at a number of rows: what comes or goes meanwhile
    neither repeats a repo nor hides one.
    """
    wanted = query.limit + 1
    number = found.bit_count()
    if number == 0:
        return [], False
    if query.sort is Sort.LIKES_30D:
        rows = _liked(tx, query, found, wanted)
    else:
        rows = (_walked(tx, query, found, number, wanted) if number > FEW else None) or _among(
            tx, query, found, wanted
        )
    return rows[: query.limit], len(rows) == wanted


def _first(query: Query) -> After:
    return query.after or (store.FIRST_NAME if query.sort is Sort.NAME else store.FIRST)


def _among(tx: Transaction, query: Query, found: int, wanted: int) -> list[After]:
    rows = store.among(tx.db, ids_of(found), query.sort, _first(query), wanted)
    return [(row.value, row.id) for row in rows]


def _walked(
    tx: Transaction, query: Query, found: int, number: int, wanted: int
) -> list[After] | None:
    """The first matches of all repos in order; None if they are too far apart."""
    raw = raw_of(found)
    everyone = max(found.bit_length(), 1)
    chunk = min(4_000, 32 + 2 * wanted * everyone // number)
    after = _first(query)
    rows: list[After] = []
    for _ in range(STEPS):
        seen = store.walk(tx.db, query.kind, query.sort, after, chunk)
        rows += [(row.value, row.id) for row in seen if has(raw, row.id)]
        if len(rows) >= wanted or len(seen) < chunk:
            return rows[:wanted]
        after = (seen[-1].value, seen[-1].id)
    return None


def _liked(tx: Transaction, query: Query, found: int, wanted: int) -> list[After]:
    """By likes of the last 30 days: of most repos there are none, so those come by age."""
    raw = raw_of(found)
    counted = store.liked_since(tx.db, tx.now - MONTH_MS)
    liked = sorted(((number, id) for id, number in counted.items() if has(raw, id)), reverse=True)
    others = ((0, id) for id in reversed(ids_of(found)) if id not in counted)
    after = _first(query)
    rows: list[After] = []
    for row in (*liked, *others):
        if row < after:
            rows.append(row)
            if len(rows) == wanted:
                break
    return rows

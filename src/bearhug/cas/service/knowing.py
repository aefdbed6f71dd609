"""Who is told of which chunks, and may refer to which (`BEARHUG_DEDUP_SCOPE`).

With `hub`, whatever is stored is compared with whatever comes; a client learns that a chunk it
holds is here, not whose it is. With `owner` it is told of files in repos of the same owner that
the asker may read, of no chunk beside them, and may refer to those, to what else they may read,
and to xorbs that they have sent themselves: for a hash, stolen, is no possession.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from secrets import token_bytes

import numpy as np

from bearhug.cas.model import Ticket
from bearhug.cas.service.tokens import bearer
from bearhug.hub import Hub, Transaction
from bearhug.kit.xet.hashes import HASH_BYTES, split
from bearhug.kit.xet.xorb import Layout
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo
from bearhug.xet import store
from bearhug.xet.ingest import LEARNED_XORBS, around
from bearhug.xet.model import Run

Spans = Mapping[int, Sequence[tuple[int, int]]]
"""By a xorb's number: which of its chunks, ends exclusive."""

MOST_XORBS = 16
"""How many that have one chunk are looked at."""

MOST_FILES = 1000
"""How many files of one xorb are."""


def apart(hub: Hub) -> bool:
    """Whether owners are kept apart."""
    return hub.settings.dedup_scope == "owner"


def told(tx: Transaction, ticket: Ticket, chunk: bytes) -> list[Layout]:
    """The xorbs around this chunk that the asker may be told of; of others no word."""
    if not apart(tx.hub):
        return [xorb.layout for xorb in around(tx.db, chunk)]
    asker = _Asker(tx, ticket)
    for first in store.xorbs_of_chunk(tx.db, chunk, MOST_XORBS):
        found = [runs for repo_id, runs in _files(tx, first) if asker.is_told_of(repo_id)]
        layouts = list(_shown(tx, first, found))
        if layouts and chunk in split(layouts[0].hashes):
            return layouts
    return []


def may_refer(tx: Transaction, ticket: Ticket, wanted: Spans) -> list[int]:
    """Of these xorbs, those of which a shard may not speak so."""
    if not apart(tx.hub) or ticket.user_id is None:
        return []
    sent = store.sent_by(tx.db, ticket.user_id, wanted)
    asker = _Asker(tx, ticket)
    return [id for id in wanted.keys() - sent if not _reads(tx, asker, id, wanted[id])]


def _reads(
    tx: Transaction, asker: "_Asker", xorb_id: int, wanted: Sequence[tuple[int, int]]
) -> bool:
    left = np.zeros(max(stop for _, stop in wanted), bool)
    for start, stop in wanted:
        left[start:stop] = True
    for repo_id, runs in _files(tx, xorb_id):
        if asker.reads(repo_id):
            for run in runs:
                if run.xorb_id == xorb_id:
                    left[run.start : run.stop] = False
        if not left.any():
            return True
    return False


def _files(tx: Transaction, xorb_id: int) -> list[tuple[int, tuple[Run, ...]]]:
    return store.users_of(tx.db, xorb_id, MOST_FILES)


def _shown(tx: Transaction, first: int, files: Iterable[tuple[Run, ...]]) -> Iterable[Layout]:
    """The xorbs of these files, `first` before all, each with the files' chunks alone."""
    shown: dict[int, list[Run]] = {first: []}
    for runs in files:
        for run in runs:
            shown.setdefault(run.xorb_id, []).append(run)
    for id, open_to in islice(shown.items(), LEARNED_XORBS):
        xorb = store.xorb(tx.db, id)
        if xorb is not None and open_to:
            yield masked(xorb.layout, [(run.start, run.stop) for run in open_to])


def masked(layout: Layout, spans: Iterable[tuple[int, int]]) -> Layout:
    """As if it held, but for these chunks, others of which nothing is said but their number.

    Each hidden one has a hash of chance, and an equal share of the length of those beside it.
    """
    hidden = np.ones(layout.chunks, bool)
    for start, stop in spans:
        hidden[start:stop] = False
    hashes, ends = bytearray(layout.hashes), layout.raw_array().astype(np.int64)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], hidden, [False])).astype(np.int8)))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        hashes[HASH_BYTES * start : HASH_BYTES * stop] = token_bytes(HASH_BYTES * (stop - start))
        before = layout.raw_end(start)
        shares = np.linspace(before, layout.raw_end(stop), stop - start + 1)
        ends[start:stop] = shares[1:].astype(np.int64)
    return replace(layout, hashes=bytes(hashes), raw_ends=ends.astype("<u4").tobytes())


class _Asker:
    """What the bearer of a ticket may read, each repo looked up once."""

    def __init__(self, tx: Transaction, ticket: Ticket) -> None:
        self._tx = tx
        self._ticket = ticket
        self._who = bearer(tx, ticket)
        self._repos: dict[int, Repo | None] = {}
        self._home = self._repo(ticket.repo_id)

    def reads(self, repo_id: int) -> bool:
        """A ticket that came of a narrow token is for its own repo only."""
        if repo_id == self._ticket.repo_id:
            return True
        repo = None if self._ticket.narrow else self._repo(repo_id)
        return repo is not None and repos.can(self._who, repo, Access.READ)

    def is_told_of(self, repo_id: int) -> bool:
        repo, home = self._repo(repo_id), self._home
        same = repo is not None and home is not None and repo.owner_id == home.owner_id
        return same and self.reads(repo_id)

    def _repo(self, repo_id: int) -> Repo | None:
        if repo_id not in self._repos:
            self._repos[repo_id] = repo_rows.by_id(self._tx.db, repo_id)
        return self._repos[repo_id]

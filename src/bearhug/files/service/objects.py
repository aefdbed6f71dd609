"""Whole files by sha256: which repo owns which, and how they come in.

A hash is no permission: bytes are stored once for all, but a repo owns an object only after
they were sent to it, whole.
"""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from bearhug.errors import NotFound, TooLarge, Unavailable, Unprocessable
from bearhug.files import store
from bearhug.files.model import Form
from bearhug.files.service import permits
from bearhug.hub import VISITOR, Actor, Hub, Transaction
from bearhug.identity.service import speak_for
from bearhug.kit.signing import sign, unsign
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo
from bearhug.storage.objects import check_hex, lfs_key
from bearhug.storage.parts import Parts

PART_BYTES = 64 * 1024 * 1024
MULTIPART_OVER = 4 * PART_BYTES
MAX_PARTS = 10_000
UPLOAD_SECONDS = 24 * 3600
DOWNLOAD_SECONDS = 6 * 3600


@dataclass(frozen=True)
class Ticket:
    """What a signed upload or download address stands for."""

    repo_id: int
    sha256: str
    size: int
    user_id: int | None
    upload: str = ""


@dataclass(frozen=True)
class Upload:
    """A multipart upload in progress."""

    id: str
    size: int
    part_bytes: int

    @property
    def count(self) -> int:
        return -(-self.size // self.part_bytes)


def owned(tx: Transaction, repo: Repo, hashes: list[str]) -> dict[str, int]:
    """Of these sha256, those the repo owns, with their sizes."""
    return store.owned(tx.db, repo.id, hashes)


def renew(tx: Transaction, repo: Repo, hashes: list[str]) -> None:
    """Whoever is told that these need not be sent has a week to commit them."""
    store.renew(tx.db, repo.id, hashes, tx.now)


def require_form(tx: Transaction, repo: Repo, sha256: str) -> Form:
    """How an object is kept. Raises NotFound unless the repo owns it."""
    form = store.forms(tx.db, repo.id, [sha256]).get(sha256)
    if form is None:
        raise NotFound(f"No object {sha256} was uploaded to this repo.")
    return form


def check_size(hub: Hub, sha256: str, size: int) -> None:
    """Raises Unprocessable for a malformed hash or size, TooLarge for a file over the limit."""
    check_hex(sha256)
    if size < 0:
        raise Unprocessable(f"size: {size} is not a number of bytes.")
    limit = hub.settings.max_file_bytes
    if size > limit:
        raise TooLarge(f"A file may have {limit} bytes here; this one has {size}.")


def ticket_for(hub: Hub, ticket: Ticket, purpose: str, seconds: int) -> str:
    """An address segment that lets its bearer do this one thing, for so long."""
    claims = {
        "r": ticket.repo_id,
        "o": ticket.sha256,
        "s": ticket.size,
        "u": ticket.user_id,
        "m": ticket.upload,
        "e": hub.clock() + seconds * 1000,
    }
    return sign(hub.secret, purpose, **claims)


def ticket_of(hub: Hub, text: str, purpose: str) -> Ticket:
    """Raises NotFound for an address that was not made here, or has run out."""
    claims = unsign(hub.secret, purpose, text)
    if claims is None or claims["e"] < hub.clock():
        raise NotFound("This address has run out, or was never one. Ask for another.")
    return Ticket(claims["r"], claims["o"], claims["s"], claims["u"], claims["m"])


def check_ticket(hub: Hub, ticket: Ticket) -> None:
    """Whether its bytes may still be sent: addresses outlive repos, and their bearers' rights.

    Raises NotFound or Forbidden as `repos.find` does.
    """

    def check(tx: Transaction) -> None:
        repo, who = _bearer(tx, ticket)
        permits.require_bytes(replace(tx, actor=who), repo)

    hub.read(check)


def lent(hub: Hub, ticket: Ticket) -> Form:
    """How the object to be downloaded is kept, if its bearer may still have it.

    Raises likewise, and NotFound for what the repo no longer owns.
    """

    def look(tx: Transaction) -> Form:
        repo, who = _bearer(tx, ticket)
        repos.require(who, repo, Access.READ)
        return require_form(tx, repo, ticket.sha256)

    return hub.read(look)


def _bearer(tx: Transaction, ticket: Ticket) -> tuple[Repo, Actor]:
    repo = repo_rows.by_id(tx.db, ticket.repo_id)
    if repo is None:
        raise NotFound("The repo is gone.")
    return repo, VISITOR if ticket.user_id is None else speak_for(tx, ticket.user_id)


def begin_upload(tx: Transaction, repo: Repo, sha256: str, size: int) -> Upload:
    """The multipart upload of this object to this repo: the one in progress, or a new one."""
    row = store.upload(tx.db, repo.id, sha256)
    if row is not None and row.size == size:
        return Upload(row.id, row.size, row.part_bytes)
    if row is not None:
        store.drop_upload(tx.db, row.id)
    part_bytes = max(PART_BYTES, -(-size // MAX_PARTS))
    upload = Upload(secrets.token_hex(16), size, part_bytes)
    store.add_upload(
        tx.db,
        tx.now,
        id=upload.id,
        repo_id=repo.id,
        sha256=sha256,
        size=size,
        part_bytes=part_bytes,
    )
    return upload


def parts_of(hub: Hub, ticket: Ticket) -> Parts:
    """Where the parts of a ticket's upload go. Raises NotFound once it has ended."""

    def find(tx: Transaction) -> Upload:
        row = store.upload(tx.db, ticket.repo_id, ticket.sha256)
        if row is None or row.id != ticket.upload:
            raise NotFound("This upload has ended.")
        return Upload(row.id, row.size, row.part_bytes)

    upload = hub.read(find)
    return Parts(hub.objects, upload.id, upload.size, upload.part_bytes)


def finish_upload(hub: Hub, ticket: Ticket) -> None:
    """Join the parts, check them, and let the repo own the object. Slow: call it in a thread.

    Finishing again what has been finished is no error: its answer may have been lost.
    """
    ours = hub.read(lambda tx: store.owned(tx.db, ticket.repo_id, [ticket.sha256]))
    if ours.get(ticket.sha256) == ticket.size:
        return
    parts = parts_of(hub, ticket)
    parts.complete(ticket.sha256)
    _owned_now(hub, ticket)
    parts.abort()


def receive_object(hub: Hub, ticket: Ticket, path: Path) -> None:
    """The file at `path`, checked against the ticket, becomes an object of the repo's."""
    hub.objects.adopt(lfs_key(ticket.sha256), path)
    _owned_now(hub, ticket)


def claim(hub: Hub, repo: Repo, path: Path, sha256: str, size: int) -> None:
    """Adopt a local file, already hashed, as an object this repo owns; `path` is gone after."""
    receive_object(hub, Ticket(repo.id, sha256, size, None), path)


def _owned_now(hub: Hub, ticket: Ticket) -> None:
    """The object has been stored whole. What is in chunks already is not kept twice."""
    if not hub.write(_own, ticket).raw:
        hub.objects.delete(lfs_key(ticket.sha256))


def _own(tx: Transaction, ticket: Ticket) -> Form:
    if repo_rows.by_id(tx.db, ticket.repo_id) is None:
        raise NotFound("The repo is gone.")
    claimed = store.claim(tx.db, ticket.repo_id, ticket.sha256, ticket.size, tx.now)
    if claimed and tx.hub.objects.size(lfs_key(ticket.sha256)) is None:
        # Nobody had it a moment ago, and holdings.sweep deleted what had only just come.
        raise Unavailable("This object was being deleted just now. Send it again.")
    if claimed:
        store.grow(tx.db, ticket.repo_id, ticket.size)
    if ticket.upload:
        store.drop_upload(tx.db, ticket.upload)
    form = store.forms(tx.db, ticket.repo_id, [ticket.sha256])[ticket.sha256]
    if form.raw and not form.xet:
        tx.later("cas.convert", sha256=form.sha256)
    return form

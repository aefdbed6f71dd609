"""What a CAS token stands for, and the answers of the CAS as data."""

from dataclasses import dataclass

from bearhug.kit.xet.hashes import text
from bearhug.xet.model import Piece

TOKEN_SECONDS = 3600
GRACE_SECONDS = 300
"""hf_xet takes a 401 as the end of its transfer: a token is honoured a little past its time."""

URL_SECONDS = 3600
EVENTS = "application/x-ndjson"


@dataclass(frozen=True)
class Ticket:
    """Who may read, and if `writes` also add, which repo's files.

    `narrow`: their token does not reach all that they may.
    """

    repo_id: int
    user_id: int | None
    writes: bool
    narrow: bool = False


@dataclass(frozen=True)
class Access:
    """What the Hub's token routes answer. `expires` is in seconds since 1970.

    `path` is where on this hub the CAS is that the token is for.
    """

    token: str
    expires: int
    path: str

    def headers(self, base_url: str) -> dict[str, str]:
        """What is said of it and of the CAS in headers."""
        return {
            "X-Xet-Cas-Url": base_url + self.path,
            "X-Xet-Access-Token": self.token,
            "X-Xet-Token-Expiration": str(self.expires),
        }


@dataclass(frozen=True)
class Finding:
    """What fsck has to say of a thing. A note is no damage: nothing that is held is lost."""

    subject: str
    words: str
    damage: bool = False

    def __str__(self) -> str:
        return f"{self.subject}: {self.words}"


@dataclass(frozen=True)
class Figures:
    """Bytes of a repo, or of all repos of an account."""

    files: int
    """Large files as long as they are, in every repo that holds them."""
    history: int
    """What git holds."""
    stored: int
    """What they take at rest. A xorb of which they use a part counts whole: it is kept whole."""
    shared: int
    """Of that, what others hold too, and so stays without them."""

    @property
    def logical(self) -> int:
        return self.files + self.history

    @property
    def freed(self) -> int:
        """By deleting them, once clients have forgotten it."""
        return self.stored - self.shared


@dataclass(frozen=True)
class Totals:
    """Bytes of the whole hub."""

    files: int
    """Large files as long as they are, in every repo that holds them."""
    whole: int
    """Stored as one file each."""
    chunks: int
    """Stored in xorbs."""
    waiting: int
    """Of that, in no file any more: to be deleted once clients have forgotten it."""
    packs: int

    @property
    def stored(self) -> int:
        return self.whole + self.chunks + self.packs

    @property
    def ratio(self) -> float:
        """How often a stored byte of large files is used; 1.0 where there are none."""
        used = self.whole + self.chunks - self.waiting
        return self.files / used if used else 1.0


@dataclass(frozen=True)
class Span:
    """Chunks of one xorb that are asked for together, and their stored bytes; ends exclusive."""

    start: int
    stop: int
    first_byte: int
    end_byte: int


@dataclass(frozen=True)
class Part:
    """What is needed of one xorb. `key` lets its bearer fetch it."""

    hash: str
    key: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Reconstruction:
    """How a client puts a range of a file together."""

    offset: int
    terms: tuple[Piece, ...]
    parts: tuple[Part, ...]


def spans(pieces: list[Piece]) -> tuple[Span, ...]:
    """The chunks of pieces of one xorb, touching ones joined, in order (XET §6.5)."""
    found: list[Span] = []
    for piece in sorted(pieces, key=lambda piece: piece.start):
        span = Span(piece.start, piece.stop, piece.first_byte, piece.last_byte)
        last = found[-1] if found else None
        if last is not None and span.start <= last.stop:
            found[-1] = Span(
                last.start,
                max(last.stop, span.stop),
                last.first_byte,
                max(last.end_byte, span.end_byte),
            )
        else:
            found.append(span)
    return tuple(found)


def term(piece: Piece) -> dict[str, object]:
    return {
        "hash": text(piece.xorb.layout.hash),
        "unpacked_length": piece.raw_bytes,
        "range": {"start": piece.start, "end": piece.stop},
    }

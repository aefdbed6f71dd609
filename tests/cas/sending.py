"""A client that speaks Xet, in process: it cuts, packs and tells as hf_xet does."""

import hashlib
import struct
from dataclasses import dataclass

from bearhug.cas import service as cas
from bearhug.cas.model import Ticket
from bearhug.hub import Hub
from bearhug.kit.xet import hashes
from bearhug.kit.xet.chunking import Chunker
from bearhug.kit.xet.shard import TAG
from bearhug.kit.xet.xorb import Layout, Packer
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from bearhug.xet.incoming import IncomingXorb
from tests.conftest import person

_END = b"\xff" * 32 + bytes(16)


@dataclass(frozen=True)
class Packed:
    """A file small enough for one xorb, which is packed anew: nothing is deduplicated."""

    data: bytes
    layout: Layout
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def hash(self) -> bytes:
        return hashes.file_hash(self.layout.leaves())

    def shard(self) -> bytes:
        """What says so: the file is all chunks of the xorb, in order."""
        layout = self.layout
        numbers = struct.pack("<IIII", 0, layout.raw_bytes, 0, layout.chunks)
        file = self.hash + struct.pack("<IIII", 0xC0000000, 1, 0, 0)
        file += layout.hash + numbers + hashes.range_hash(layout.hashes) + bytes(16)
        file += hashes.swapped(bytes.fromhex(self.sha256)) + bytes(16)
        xorb = layout.hash + struct.pack(
            "<IIII", 0, layout.chunks, layout.raw_bytes, layout.stored_bytes
        )
        for hash, length in layout.leaves():
            xorb += hash + struct.pack("<IIII", 0, length, 0, 0)
        return TAG + struct.pack("<QQ", 2, 0) + file + _END + xorb + _END


def pack(data: bytes) -> Packed:
    packer, chunker = Packer(), Chunker()
    for chunk in [*chunker.feed(data), *chunker.finish()]:
        packer.add(hashes.chunk_hash(chunk), chunk)
    return Packed(data, *packer.finish())


def repo_of(hub: Hub, name: str) -> Repo:
    """A new model of ada's."""
    return hub.write_as(person(hub, "ada"), repos.create, RepoKind.MODEL, name)


def ticket(repo: Repo) -> Ticket:
    return Ticket(repo.id, 1, writes=True)


def send_xorb(hub: Hub, packed: Packed) -> bool:
    """By ada. Whether it was new."""
    incoming = IncomingXorb(hub.objects, packed.layout.hash)
    try:
        incoming.feed(packed.body)
        return cas.keep(hub, Ticket(0, 1, writes=True), incoming)
    finally:
        incoming.close()


def send(hub: Hub, repo: Repo, packed: Packed) -> None:
    """The whole upload, but for the commit."""
    send_xorb(hub, packed)
    cas.land(hub, ticket(repo), packed.shard())

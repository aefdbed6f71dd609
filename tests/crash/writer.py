"""A client that commits and uploads until the server is gone, and knows what it was promised."""

import base64
import hashlib
import http.client
import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bearhug.files.service import objects as lfs
from bearhug.files.service.objects import Ticket
from bearhug.files.store import add_upload
from bearhug.files.wire import UPLOAD
from bearhug.git.formats import Pointer, oid_of
from bearhug.hub import Hub
from bearhug.repos.model import Repo

PART_BYTES = 64 * 1024
ADA = 1
BROKEN = (http.client.HTTPException, OSError)


@dataclass(frozen=True)
class File:
    """What a path is to hold. `content` is sent in the commit, unless it is an LFS file's."""

    content: bytes = field(repr=False)
    large: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def oid(self) -> str:
        stands = Pointer(self.sha256, len(self.content)).dump() if self.large else self.content
        return oid_of("blob", stands)


@dataclass(frozen=True)
class Kept:
    """A file as the hub promised to keep it: the hashes of its content, and of git's blob."""

    sha256: str
    oid: str


@dataclass(frozen=True)
class Landed:
    """A commit that was acknowledged, and what the writer's folder held from then on."""

    oid: str
    folder: dict[str, Kept]


@dataclass
class PartsUpload:
    """A file on its way in parts, across restarts: what was acknowledged is not sent again."""

    file: File
    addresses: list[str]
    completing: str
    sent: int = 0
    asked_to_complete: bool = False


class Writer:
    """Writes in a folder of its own, so that it knows what must be there."""

    def __init__(self, name: str, repo: Repo) -> None:
        self.name = name
        self.repo = repo
        self.kept: dict[str, Kept] = {}
        self.landed: dict[str, Landed] = {}
        self.promised: set[str] = set()
        """Objects whose upload was acknowledged, by sha256."""
        self.tried: dict[str, int] = {}
        """Every object that was ever sent, with its size in bytes."""
        self.flying: tuple[str, dict[str, Kept]] | None = None
        self.interrupted = 0
        self.upload: PartsUpload | None = None
        self._connection = http.client.HTTPConnection("localhost")
        self._random = random.Random(name)
        self._commits = 0

    def connect(self, url: str) -> None:
        address = urlsplit(url)
        assert address.hostname
        self.close()
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)

    def work(self) -> None:
        """Until the server breaks off."""
        steps = [self.commit_small, self.commit_small, self.commit_big, self.push_large, self.part]
        try:
            while True:
                self._random.choice(steps)()
        except BROKEN:
            self.interrupted += 1

    def close(self) -> None:
        self._connection.close()

    def commit_small(self) -> None:
        count = self._random.randint(1, 4)
        files = {
            f"{n}.txt": File(self._bytes(1, 3000)) for n in self._random.sample(range(8), count)
        }
        gone = set(self.kept) - {self._path(name) for name in files}
        chosen = self._random.choice(sorted(gone)) if gone and self._random.random() < 0.3 else None
        self._commit(files, delete=chosen)

    def commit_big(self) -> None:
        """Too large for a row: its pack becomes an object."""
        self._commit({"big.bin": File(self._bytes(300_000, 400_000))})

    def push_large(self) -> None:
        """One file by LFS, sent whole."""
        file = File(self._bytes(1, 500_000), large=True)
        self.tried[file.sha256] = len(file.content)
        [listed] = self.batch([file.sha256])
        path = urlsplit(listed["actions"]["upload"]["href"]).path
        self._ask("PUT", path, file.content)
        self.promised.add(file.sha256)
        self._commit({f"{self._random.randint(0, 2)}.safetensors": file})

    def prepare_parts(self, hub: Hub) -> None:
        """Begin an upload in parts far smaller than the hub gives out."""
        file = File(self._bytes(4 * PART_BYTES, 6 * PART_BYTES), large=True)
        size = len(file.content)
        ticket = Ticket(self.repo.id, file.sha256, size, ADA, upload=file.sha256[:32])
        row = {"repo_id": self.repo.id, "sha256": file.sha256, "size": size}
        hub.write(
            lambda tx: add_upload(tx.db, tx.now, id=ticket.upload, part_bytes=PART_BYTES, **row)
        )
        signed = lfs.ticket_for(hub, ticket, UPLOAD, 3600)
        count = -(-size // PART_BYTES)
        parts = [f"/lfs/upload/{signed}/{number}" for number in range(1, count + 1)]
        self.tried[file.sha256] = size
        self.upload = PartsUpload(file, parts, f"/lfs/upload/{signed}/complete")

    def part(self) -> None:
        """The next part; after the last, all of them become a file."""
        upload = self.upload
        if upload is None:
            return
        if upload.sent < len(upload.addresses):
            start = upload.sent * PART_BYTES
            part = upload.file.content[start : start + PART_BYTES]
            self._ask("PUT", upload.addresses[upload.sent], part)
            upload.sent += 1
            return
        again, upload.asked_to_complete = upload.asked_to_complete, True
        # Asked before, and killed before the answer: it may have ended well.
        self._ask("POST", upload.completing, accept=(200, 404) if again else (200,))
        self.promised.add(upload.file.sha256)
        self.upload = None
        self._commit({"parts.safetensors": upload.file})

    def settle(self, titles: dict[str, str]) -> None:
        """After a restart: the commit in flight has landed (`titles` to ids names it), or not."""
        for title, landed in self.landed.items():
            assert titles.get(title) == landed.oid, f"{title} was acknowledged, and is lost"
        if self.flying is not None and self.flying[0] in titles:
            self._land(titles[self.flying[0]])
        self.flying = None

    def batch(self, hashes: list[str]) -> list[dict[str, Any]]:
        """What the hub says to our wish to upload these."""
        objects = [{"oid": sha256, "size": self.tried[sha256]} for sha256 in hashes]
        body = json.dumps({"operation": "upload", "transfers": ["basic"], "objects": objects})
        path = f"/{self.repo.name}.git/info/lfs/objects/batch"
        listed: list[dict[str, Any]] = json.loads(self._ask("POST", path, body.encode()))["objects"]
        return listed

    def get(self, path: str) -> bytes:
        return self._ask("GET", path)

    def _commit(self, files: dict[str, File], *, delete: str | None = None) -> None:
        self._commits += 1
        title = f"{self.name} {self._commits}"
        lines: list[dict[str, Any]] = [{"key": "header", "value": {"summary": title}}]
        after = dict(self.kept)
        for name, file in files.items():
            path = self._path(name)
            lines.append(_line(path, file))
            after[path] = Kept(file.sha256, file.oid)
        if delete:
            lines.append({"key": "deletedFile", "value": {"path": delete}})
            del after[delete]
        body = "\n".join(json.dumps(line) for line in lines).encode()
        self.flying = (title, after)
        answer = self._ask("POST", f"/api/models/{self.repo.name}/commit/main", body)
        self._land(json.loads(answer)["commitOid"])

    def _land(self, oid: str) -> None:
        assert self.flying
        title, self.kept = self.flying
        self.landed[title] = Landed(oid, self.kept)
        self.flying = None

    def _path(self, name: str) -> str:
        return f"{self.name}/{name}"

    def _bytes(self, least: int, most: int) -> bytes:
        return self._random.randbytes(self._random.randint(least, most))

    def _ask(
        self, method: str, path: str, body: bytes | None = None, *, accept: tuple[int, ...] = (200,)
    ) -> bytes:
        self._connection.request(method, path, body, {"Authorization": "Bearer hf_ada"})
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status in accept, f"{method} {path}: {answer.status} {said[:500]!r}"
        return said


def _line(path: str, file: File) -> dict[str, Any]:
    if file.large:
        size = len(file.content)
        value = {"path": path, "algo": "sha256", "oid": file.sha256, "size": size}
        return {"key": "lfsFile", "value": value}
    content = base64.b64encode(file.content).decode()
    return {"key": "file", "value": {"path": path, "content": content, "encoding": "base64"}}

"""Objects in S3 or a service that speaks it, in Google's store or Azure's, by obstore."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import obstore
from obstore.exceptions import GenericError
from obstore.store import ObjectStore, S3Store, from_url

from bearhug.kit.disposition import content_disposition
from bearhug.storage.objects import BLOCK_BYTES, Stored, check_key
from bearhug.storage.sigv4 import Credentials, presign

PART_BYTES = 16 * 1024 * 1024
"""Of one multipart upload: S3 takes 10,000 parts, and so files up to 156 GiB at this size."""
MOST_PARTS = 10_000
PARTS_AT_ONCE = 4


class S3Objects:
    """Objects under `url` (s3://, gs:// or az://, bucket and prefix); only uploads touch the disk.

    An upload broken off leaves parts in the bucket: have it abort incomplete multipart uploads
    after a day by a lifecycle rule.
    """

    def __init__(self, url: str, scratch: Path, credentials: Credentials) -> None:
        self._scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)
        self._store = open_store(url, credentials)
        self._credentials = credentials
        self._base = _public_base(url, credentials)

    @property
    def scratch(self) -> Path:
        return self._scratch

    @property
    def local(self) -> bool:
        return False

    def size(self, key: str) -> int | None:
        try:
            return obstore.head(self._store, check_key(key))["size"]
        except FileNotFoundError:
            return None

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        check_key(key)
        return self._blocks(key, start, stop)

    def get(self, key: str) -> bytes:
        return bytes(obstore.get(self._store, check_key(key)).bytes())

    def put(self, key: str, data: bytes) -> None:
        obstore.put(self._store, check_key(key), data)

    def adopt(self, key: str, path: Path) -> None:
        part = max(PART_BYTES, -(-path.stat().st_size // MOST_PARTS))
        obstore.put(
            self._store, check_key(key), path, chunk_size=part, max_concurrency=PARTS_AT_ONCE
        )
        path.unlink()

    def stream(self, key: str, blocks: Iterable[bytes]) -> None:
        """As the contract says; `blocks` may yield up to 156 GiB.

        Not `obstore.put(blocks)`: that takes them on its own runtime, where blocks that
        themselves come from obstore panic. A writer that is never closed stores nothing.
        """
        writer = obstore.open_writer(
            self._store, check_key(key), buffer_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
        )
        for block in blocks:
            writer.write(block)
        writer.close()

    def delete(self, key: str) -> None:
        obstore.delete(self._store, check_key(key))

    def walk(self, prefix: str) -> Iterator[Stored]:
        for page in obstore.list(self._store, prefix=check_key(prefix)):
            for each in page:
                at = int(each["last_modified"].timestamp() * 1000)
                yield Stored(each["path"], each["size"], at)

    def path(self, key: str) -> Path | None:
        return None

    def presigned(
        self, key: str, *, seconds: int, filename: str | None, content_type: str | None
    ) -> str | None:
        if self._base is None:
            return None
        query = {}
        if filename:
            query["response-content-disposition"] = content_disposition("attachment", filename)
        if content_type:
            query["response-content-type"] = content_type
        url = f"{self._base}/{quote(check_key(key))}"
        return presign(self._credentials, "GET", url, seconds=seconds, query=query)

    def _blocks(self, key: str, start: int, stop: int | None) -> Iterator[bytes]:
        if stop is not None and start >= stop:
            return
        try:
            pieces = self._stream(key, start, stop)
        except GenericError:
            if start >= (self.size(key) or 0):
                return  # S3 refuses a range past the end; a file has nothing there
            raise
        for piece in pieces:
            yield from _cut(bytes(piece))

    def _stream(self, key: str, start: int, stop: int | None) -> Iterator[bytes]:
        if stop is not None:
            found = obstore.get(self._store, key, options={"range": (start, stop)})
        elif start:
            found = obstore.get(self._store, key, options={"range": {"offset": start}})
        else:
            found = obstore.get(self._store, key)  # an empty object has no range at all
        return found.stream(min_chunk_size=BLOCK_BYTES)


def open_store(url: str, credentials: Credentials) -> ObjectStore:
    """The store at `url`. Keys go to S3 alone: Google's and Azure's own variables name theirs."""
    if not url.startswith("s3://"):
        return from_url(url)
    endpoint = credentials.endpoint
    if endpoint and credentials.virtual_hosted:
        endpoint = credentials.bucket_url(urlsplit(url).netloc)
    config: dict[str, Any] = {
        "region": credentials.region,
        "endpoint": endpoint,
        "access_key_id": credentials.access_key,
        "secret_access_key": credentials.secret_key,
        "session_token": credentials.session_token,
        "virtual_hosted_style_request": credentials.virtual_hosted,
    }
    given = {name: value for name, value in config.items() if value != ""}
    allow_http = endpoint.startswith("http://")
    return S3Store.from_url(url, client_options={"allow_http": allow_http}, **given)


def _public_base(url: str, credentials: Credentials) -> str | None:
    """Where keys begin for presigned addresses, or None where we cannot sign."""
    parts = urlsplit(url)
    if parts.scheme != "s3" or not credentials.access_key:
        return None
    return f"{credentials.bucket_url(parts.netloc)}{quote(parts.path.rstrip('/'))}"


def _cut(piece: bytes) -> Iterator[bytes]:
    for start in range(0, len(piece), BLOCK_BYTES):
        yield piece[start : start + BLOCK_BYTES]

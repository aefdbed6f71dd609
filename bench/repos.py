"""A client that makes repos, commits and uploads: what a case needs to be there first."""

import base64
import hashlib
import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

Files = Mapping[str, bytes]
JSON = "application/json"
FILLING = 10_000


class Owner:
    """One user over one kept-alive connection. Raises RuntimeError for what is refused."""

    def __init__(self, url: str, token: str) -> None:
        address = urlsplit(url)
        assert address.hostname
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=300)
        self._authorization = f"Bearer {token}"

    def create(self, name: str) -> None:
        """An empty model under the user's own name; `name` without it."""
        self._ask("POST", "/api/repos/create", json.dumps({"name": name, "type": "model"}).encode())

    def fill(self, repo: str, files: int) -> None:
        """As many small files in nested folders, ten in each of the innermost."""
        for start in range(0, files, FILLING):
            numbers = range(start, min(files, start + FILLING))
            self.commit(repo, commit_body({nested(n, files): b"%d\n" % n for n in numbers}))

    def commit(self, repo: str, body: bytes) -> str:
        """The new commit's id; `body` from `commit_body`."""
        answer = self._ask("POST", f"/api/models/{repo}/commit/main", body)
        return str(json.loads(answer)["commitOid"])

    def upload(self, repo: str, path: str, file: Path) -> str:
        """A file by LFS, and a commit of it; returns its sha256."""
        sha256, size = _sha256_of(file), file.stat().st_size
        wanted = {"operation": "upload", "objects": [{"oid": sha256, "size": size}]}
        answer = self._ask(
            "POST", f"/{repo}.git/info/lfs/objects/batch", json.dumps(wanted).encode()
        )
        [listed] = json.loads(answer)["objects"]
        with file.open("rb") as content:
            address = urlsplit(listed["actions"]["upload"]["href"]).path
            self._ask("PUT", address, content, {"Content-Length": str(size)})
        value = {"path": path, "algo": "sha256", "oid": sha256, "size": size}
        self.commit(repo, _lines(f"Add {path}", [{"key": "lfsFile", "value": value}]))
        return sha256

    def close(self) -> None:
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | BinaryIO, more: Mapping[str, str] | None = None
    ) -> bytes:
        headers = {"Authorization": self._authorization, "Content-Type": JSON, **(more or {})}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:500]!r}")
        return said


def nested(number: int, files: int) -> str:
    """The path of one of `files` files: a hundred folders, in each as many, ten files in those."""
    return f"{number % 100:02d}/{number // 100 % max(1, files // 1000):03d}/{number}.txt"


def commit_body(files: Files, title: str = "Change files") -> bytes:
    """What the commit API takes, newline-delimited JSON."""
    return _lines(
        title,
        [
            {
                "key": "file",
                "value": {
                    "path": path,
                    "content": base64.b64encode(content).decode(),
                    "encoding": "base64",
                },
            }
            for path, content in files.items()
        ],
    )


def _lines(title: str, operations: list[dict[str, Any]]) -> bytes:
    header = {"key": "header", "value": {"summary": title, "description": ""}}
    return "\n".join(json.dumps(line) for line in [header, *operations]).encode()


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

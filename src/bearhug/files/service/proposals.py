"""The commit request of the Hub's API: newline-delimited JSON, read from a file line by line.

Its keys as in huggingface_hub/_commit_api.py, `_prepare_commit_payload`.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bearhug.errors import BadRequest
from bearhug.files.model import Add, AddLfs, Delete, Op, Proposal

LONE = re.compile("[\\ud800-\\udfff]")
"""Half a character, as JSON may spell it: no UTF-8 has it."""


def parse(path: Path, branch: str) -> Proposal:
    """The proposal in the file at `path`. Raises BadRequest naming the line and the field."""
    lines = _lines(path)
    _, key, value = next(lines, (1, "nothing", {}))
    if key != "header":
        raise BadRequest(f"Line 1 must be the header; it is {key!r}.")
    title = _text(1, value, "summary")
    if not title.strip():
        raise BadRequest("Line 1: summary: say in a few words what the commit does.")
    ops = [op for number, key, value in lines for op in _op(number, key, value)]
    parent = value.get("parentCommit")
    return Proposal(
        tuple(ops),
        title.strip(),
        _text(1, value, "description", default=""),
        branch,
        parent if isinstance(parent, str) and parent else None,
    )


def _lines(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
                yield number, str(item["key"]), dict(item["value"])
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise BadRequest(f"Line {number} is not a JSON object of key and value.") from error


def _op(number: int, key: str, value: dict[str, Any]) -> list[Op]:
    read = READERS.get(key)
    if read is None:
        raise BadRequest(f"Line {number}: {key!r} is no operation of this hub.")
    return read(number, value)


def _file(number: int, value: dict[str, Any]) -> list[Op]:
    path, content = _text(number, value, "path"), _text(number, value, "content", default="")
    old = value.get("oldPath")
    moved: list[Op] = [Delete(old)] if isinstance(old, str) and old != path else []
    encoding = value.get("encoding", "utf-8")
    if encoding in ("utf-8", "utf8"):
        return [*moved, Add(path, content.encode())]
    if encoding != "base64":
        raise BadRequest(f"Line {number}: encoding of {path}: use base64 or utf-8.")
    try:
        return [*moved, Add(path, base64.b64decode(content, validate=True))]
    except ValueError as error:  # binascii.Error among them; letters that are not ASCII
        raise BadRequest(f"Line {number}: content of {path} is not base64.") from error


def _lfs_file(number: int, value: dict[str, Any]) -> list[Op]:
    path = _text(number, value, "path")
    if value.get("algo", "sha256") != "sha256":
        raise BadRequest(f"Line {number}: algo of {path}: only sha256 is known.")
    size = value.get("size")
    if size is not None and not isinstance(size, int):
        raise BadRequest(f"Line {number}: size of {path} is not a number of bytes.")
    old = value.get("oldPath")
    moved: list[Op] = [Delete(old)] if isinstance(old, str) and old != path else []
    return [*moved, AddLfs(path, _text(number, value, "oid"), size)]


def _deletion(number: int, value: dict[str, Any]) -> list[Op]:
    return [Delete(_text(number, value, "path"))]


READERS: dict[str, Callable[[int, dict[str, Any]], list[Op]]] = {
    "file": _file,
    "lfsFile": _lfs_file,
    "deletedFile": _deletion,
    "deletedFolder": _deletion,
    "deletedEntry": _deletion,
}


def _text(number: int, value: dict[str, Any], field: str, *, default: str | None = None) -> str:
    found = value.get(field, default)
    if not isinstance(found, str) or LONE.search(found):
        raise BadRequest(f"Line {number}: {field} is missing, or not a text.")
    return found

"""Which paths belong in LFS, and which are ignored: .gitattributes and .gitignore."""

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

from bearhug.errors import EntryNotFound, TooLarge
from bearhug.files.model import Snapshot
from bearhug.files.service.reading import read
from bearhug.hub import Transaction

LFS = "filter=lfs diff=lfs merge=lfs -text"
MAX_BYTES = 1024 * 1024
MAX_STARS = 3
_STARS = re.compile(r"\*+")

BINARY_SUFFIXES = (
    *("7z", "arrow", "bin", "bz2", "ckpt", "ftz", "gguf", "gz", "h5", "joblib", "msgpack"),
    *("mlmodel", "model", "npy", "npz", "onnx", "ot", "parquet", "pb", "pickle", "pkl", "pt"),
    *("pth", "rar", "safetensors", "tar.*", "tar", "tflite", "tgz", "wasm", "xz", "zip", "zst"),
)
MEDIA_SUFFIXES = (
    *("pcm", "sam", "raw", "aac", "flac", "mp3", "ogg", "wav", "bmp", "gif", "png", "tiff"),
    *("jpg", "jpeg", "webp", "mp4", "webm"),
)


def default_attributes(*, media: bool) -> bytes:
    """The .gitattributes of a new repo; a dataset's takes media into LFS too, as the Hub's does."""
    suffixes = [*BINARY_SUFFIXES, *(MEDIA_SUFFIXES if media else ())]
    patterns = [*(f"*.{suffix}" for suffix in suffixes), "saved_model/**/*", "*tfevents*"]
    return "".join(f"{pattern} {LFS}\n" for pattern in patterns).encode()


class Attributes:
    """A .gitattributes file, asked only for `filter=lfs`; the last line that matches decides."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._rules = [rule for line in text.splitlines() if (rule := _rule(line))]

    def lfs(self, path: str) -> bool:
        for spec, tracked in reversed(self._rules):
            if spec.match_file(path):
                return tracked
        return False

    def with_paths(self, paths: Iterable[str]) -> bytes:
        """The same file with a line for each of these paths."""
        text = self.text if not self.text or self.text.endswith("\n") else self.text + "\n"
        return (text + "".join(f"{_literal(path)} {LFS}\n" for path in paths)).encode()


class Ignored:
    """A .gitignore file."""

    def __init__(self, text: str) -> None:
        lines = text[:MAX_BYTES].splitlines()
        self._spec = GitIgnoreSpec.from_lines(line for line in lines if _tame(line))

    def __contains__(self, path: str) -> bool:
        return bool(self._spec.match_file(path))


def text_of(tx: Transaction, snapshot: Snapshot, path: str) -> str:
    """A small text file of the snapshot; "" where there is none, or it is absurdly large."""
    try:
        content = read(tx, snapshot, path, limit_bytes=MAX_BYTES)
    except (EntryNotFound, TooLarge):
        return ""
    return content.decode("utf-8", "replace")


def _tame(pattern: str) -> bool:
    """Whether a search for it ends soon: each star more multiplies the time by the name's length.

    What is not is left out, as a pattern that matches nothing.
    """
    return len(_STARS.findall(pattern)) <= MAX_STARS


def _rule(line: str) -> tuple[GitIgnoreSpec, bool] | None:
    pattern, _, attributes = line.strip().partition(" ")
    if not pattern or pattern.startswith("#") or not _tame(pattern):
        return None
    words = attributes.split()
    if "filter=lfs" in words:
        tracked = True
    elif "-filter" in words or "!filter" in words:
        tracked = False
    else:
        return None
    return GitIgnoreSpec.from_lines([pattern.replace("[[:space:]]", "[ ]")]), tracked


def _literal(path: str) -> str:
    """A pattern that means this path only."""
    quoted = "".join(f"\\{char}" if char in "*?[\\!#" else char for char in path)
    return quoted.replace(" ", "[[:space:]]")

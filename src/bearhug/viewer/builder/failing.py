"""What may go wrong while a stranger's file is read, told so that its author can mend it."""

import csv
import lzma
import struct
import tarfile
import traceback
import zipfile
import zlib
from collections.abc import Iterator

import pyarrow as pa
import yaml
from datasets.exceptions import DatasetsError

FAILURES = (
    DatasetsError,
    pa.ArrowException,
    csv.Error,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    yaml.YAMLError,
    *(ArithmeticError, AssertionError, AttributeError, BufferError, EOFError, ImportError),
    *(LookupError, MemoryError, OSError, RuntimeError, SyntaxError, TypeError, ValueError),
)
"""Libraries raise what they like for bytes they did not expect. Anything else ends the program."""

MOST_CHARS = 4000
MOST_LINES = 40

WORDS = {
    "ConfigNamesError": "Cannot get the config names for the dataset.",
    "SplitNamesError": "Cannot get the split names for the config {config!r} of the dataset.",
    "FeaturesError": "Cannot extract the features (columns) for the split {split!r} of the"
    " config {config!r} of the dataset.",
    "DatasetGenerationError": "The dataset generation failed",
    "DatasetGenerationCastError": "The dataset generation failed because of a cast error",
    "EmptyDatasetError": "The dataset is empty, or none of its files can be shown.",
    "OutOfMemoryError": "Reading these files took more memory than the viewer may use: make the"
    " rows, or the row groups of Parquet files, smaller.",
}
"""By X-Error-Code, in the words of huggingface/dataset-viewer."""

KNOWN = {
    "DataFilesNotFoundError": "EmptyDatasetError",
    "EmptyDatasetError": "EmptyDatasetError",
    "DatasetGenerationCastError": "DatasetGenerationCastError",
    "MemoryError": "OutOfMemoryError",
    "ArrowMemoryError": "OutOfMemoryError",
}


def told(
    error: BaseException, code: str, hidden: str, *, config: str = "", split: str = ""
) -> dict[str, object]:
    """The error as the viewer's API tells it; `hidden` is a folder's path nobody need see."""
    chain = [*_chain(error)]
    names = [type(each).__name__ for each in chain]
    known = next((KNOWN[name] for name in names if name in KNOWN), code)
    root = chain[-1] if known != "DatasetGenerationCastError" else chain[0]
    lines = traceback.format_exception(error, limit=-8)
    return {
        "code": known,
        "error": WORDS[known].format(config=config, split=split),
        "cause_exception": type(root).__name__,
        "cause_message": _clean(str(root), hidden) or type(root).__name__,
        "cause_traceback": _clean("".join(lines), hidden).splitlines()[-MOST_LINES:],
    }


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__


def _clean(text: str, hidden: str) -> str:
    text = text.replace(f"{hidden}/", "").replace(hidden, "")
    if len(text) > MOST_CHARS:
        text = text[: MOST_CHARS // 2] + " … " + text[-MOST_CHARS // 2 :]
    return text.encode("utf-8", "replace").decode()

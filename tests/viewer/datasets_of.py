"""Small real datasets of every format, and a hub that has read them."""

import csv
import gzip
import io
import json
import time
import wave
import zipfile
from collections.abc import Mapping
from tarfile import TarFile, TarInfo
from typing import Any

import httpx
import numpy
import pandas
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
import zstandard
from PIL import Image

ROWS = [
    {"species": "Adelie", "mass": 3750.0, "year": 2007},
    {"species": "Gentoo", "mass": 5000.5, "year": 2008},
    {"species": "Chinstrap", "mass": None, "year": 2009},
]


def table() -> pa.Table:
    return pa.Table.from_pylist(ROWS)


def as_csv(delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return text.getvalue().encode()


def as_lines() -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def as_parquet() -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(table(), file)
    return file.getvalue()


def as_arrow() -> bytes:
    file = io.BytesIO()
    with pyarrow.ipc.new_stream(file, table().schema) as stream:
        stream.write_table(table())
    return file.getvalue()


def picture(colour: str, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 12), colour).save(file, kind)
    return file.getvalue()


def sound(hertz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        times = numpy.arange(800) / 8000
        writer.writeframes(
            (numpy.sin(2 * numpy.pi * hertz * times) * 20000).astype("<i2").tobytes()
        )
    return file.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with TarFile(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            info = TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


PDF = (
    b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]"
    b"/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)

FORMATS: dict[str, Mapping[str, bytes]] = {
    "csv": {"train.csv": as_csv(), "test.csv": as_csv()},
    "tsv": {"data.tsv": as_csv("\t")},
    "json": {"data.json": json.dumps(ROWS).encode()},
    "jsonl": {"data/train.jsonl": as_lines(), "data/validation.jsonl": as_lines()},
    "parquet": {"data/train-00000-of-00002.parquet": as_parquet(),
                "data/train-00001-of-00002.parquet": as_parquet()},
    "arrow": {"data.arrow": as_arrow()},
    "text": {"lines.txt": b"one\ntwo\nthree\n"},
    "gz": {"data.jsonl.gz": gzip.compress(as_lines())},
    "zst": {"data.jsonl.zst": zstandard.compress(as_lines())},
    "zip": {"data.zip": zipped({"inside.csv": as_csv()})},
    "images": {"cat/a.png": picture("red"), "cat/b.jpg": picture("blue", "JPEG"),
               "dog/c.png": picture("green")},
    "told": {"metadata.csv": b"file_name,text\na.png,a red one\n", "a.png": picture("red")},
    "audio": {"train/a.wav": sound(440), "train/b.wav": sound(880)},
    "video": {"a.mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"},
    "webdataset": {"train-0000.tar": tarred({"0.png": picture("red"), "0.json": b'{"a": 1}',
                                             "1.png": picture("blue"), "1.json": b'{"a": 2}'})},
    "pdf": {"a.pdf": PDF, "b.pdf": PDF},
}  # fmt: skip
"""By format; those of ROWS hold them, whatever the library makes of their types."""


def mixed_lines(count: int) -> bytes:
    """A column that is a number for `count` rows, and a text after that."""
    lines = [json.dumps({"x": at}) for at in range(count)] + [json.dumps({"x": "text"})]
    return ("\n".join(lines) + "\n").encode()


def ask(url: str, path: str, token: str = "hf_ada", **params: object) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    given: dict[str, Any] = params
    return httpx.get(f"{url}/api-viewer/{path}", params=given, headers=headers, timeout=60)


def wait_for(url: str, path: str, seconds: float = 60.0, **params: object) -> httpx.Response:
    """The answer once there is one, as clients poll for it."""
    until = time.monotonic() + seconds
    while True:
        answer = ask(url, path, **params)
        pending = answer.status_code == 200 and answer.json().get("pending")
        busy = answer.headers.get("x-error-code") == "ResponseNotReady"
        if not (pending or busy) or time.monotonic() > until:
            return answer
        time.sleep(0.2)


def frame(rows: list[dict[str, Any]]) -> pandas.DataFrame:
    return pandas.DataFrame(rows)

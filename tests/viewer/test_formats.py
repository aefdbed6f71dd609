"""Datasets of every format: what the viewer says of them is what `datasets` itself reads."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.repos.model import RepoKind
from tests.conftest import Server, introduce, serving
from tests.repos_of import make_repo
from tests.viewer.datasets_of import FORMATS, as_parquet, ask, wait_for

DECODED = {"audio", "video"}
"""What the library reads only where torchcodec is installed."""

LOADING = """
import json, sys
from datasets import load_dataset
from datasets.features import Image, Pdf

def plain(rows):
    for name, feature in (rows.features or {}).items():
        if isinstance(feature, (Image, Pdf)):
            rows = rows.cast_column(name, type(feature)(decode=False))
    return [{k: v if not isinstance(v, dict) or "bytes" not in v else "media"
             for k, v in row.items()} for row in rows]

told = {}
for name in sys.argv[1:]:
    whole = load_dataset(name)
    said = told[name] = {
        split: {"features": rows.features.to_dict(), "rows": plain(rows), "count": len(rows)}
        for split, rows in whole.items()
    }
    for split, rows in load_dataset(name, streaming=True).items():
        said[split]["streamed"] = sum(1 for _ in rows.decode(False))
print(json.dumps(told, default=str))
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A hub with a dataset of each format, all being read."""
    hub = build_hub(Settings(data_dir=tmp_path_factory.mktemp("hub") / "data"))
    hub.write(introduce)
    with serving(hub) as server:
        for name, content in FORMATS.items():
            make_repo(hub, name, content, kind=RepoKind.DATASET)
        yield server
    hub.db.close()


@pytest.fixture(scope="module")
def loaded(filled: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `load_dataset` says of each, whole and streaming, in a process of its own."""
    home = tmp_path_factory.mktemp("home")
    env = {
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "HF_ENDPOINT": filled.url,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    names = [f"ada/{name}" for name in FORMATS if name not in DECODED]
    done = subprocess.run(
        [sys.executable, "-c", LOADING, *names],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in DECODED])
def test_each_format_is_shown_as_the_library_reads_it(
    filled: Server, loaded: dict[str, Any], name: str
) -> None:
    dataset = f"ada/{name}"
    info = wait_for(filled.url, "info", dataset=dataset)
    assert info.status_code == 200, info.text
    assert info.json()["failed"] == []
    for split, read in loaded[dataset].items():
        where = {"dataset": dataset, "config": "default", "split": split}
        page = ask(filled.url, "rows", **where).json()
        first = ask(filled.url, "first-rows", **where).json()
        assert {each["name"]: each["type"] for each in page["features"]} == read["features"]
        assert page["num_rows_total"] == read["count"] == read["streamed"]
        assert_same_rows(page["rows"], read["rows"])
        assert_same_rows(first["rows"], read["rows"])


def assert_same_rows(told: list[Any], read: list[Any]) -> None:
    assert len(told) == len(read)
    for item, expected in zip(told, read, strict=True):
        for column, value in expected.items():
            if value == "media":
                assert item["row"][column]
            elif column != "__url__":  # where the library has put its copy
                assert item["row"][column] == value


@pytest.mark.parametrize("name", sorted(DECODED))
def test_sounds_and_films_are_handed_out_as_they_were_sent(filled: Server, name: str) -> None:
    info = wait_for(filled.url, "info", dataset=f"ada/{name}").json()
    assert info["failed"] == []
    where = {"dataset": f"ada/{name}", "config": "default", "split": "train"}
    cell = ask(filled.url, "rows", **where).json()["rows"][0]["row"][name]
    source = (cell[0] if isinstance(cell, list) else cell)["src"]
    sent = next(iter(FORMATS[name].values()))
    assert httpx.get(source).content == sent


def test_a_shard_of_a_webdataset_is_told_by_its_address_in_the_hub(filled: Server) -> None:
    where = {"dataset": "ada/webdataset", "config": "default", "split": "train"}
    wait_for(filled.url, "info", dataset="ada/webdataset")
    answer = ask(filled.url, "rows", **where)
    address = answer.json()["rows"][0]["row"]["__url__"]
    commit = answer.headers["x-revision"]
    assert address == f"hf://datasets/ada/webdataset@{commit}/train-0000.tar"


def test_parquet_files_stand_on_the_branch_as_they_were_sent(filled: Server) -> None:
    wait_for(filled.url, "info", dataset="ada/parquet")
    files = ask(filled.url, "parquet", dataset="ada/parquet").json()["parquet_files"]
    assert [each["filename"] for each in files] == ["0000.parquet", "0001.parquet"]
    assert httpx.get(files[0]["url"], follow_redirects=True).content == as_parquet()

"""The viewer's API: what is told to whom, in the Hub's shapes and with its codes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.repos import store
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import Server, introduce, serving
from tests.repos_of import make_repo, push
from tests.viewer.datasets_of import as_csv, as_lines, ask, picture, wait_for

CONFIGURED = """---
configs:
- config_name: lines
  data_files: lines.jsonl
- config_name: table
  data_files:
  - split: train
    path: table.csv
  - split: test
    path: table.csv
  sep: ","
  default: true
- config_name: missing
  data_files: nowhere.csv
---
"""

PUSHING = """
import sys
from datasets import load_dataset
files = {"train": sys.argv[1], "test": sys.argv[2]}
rows = load_dataset("csv", data_files=files)
rows.push_to_hub("ada/pushed", token="hf_ada")
rows["test"].push_to_hub("ada/pushed", config_name="few", token="hf_ada")
back = load_dataset("ada/pushed", "few", split="test")
assert len(back) == 5 and back[4] == {"x": 4, "y": "b"}, back
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = build_hub(Settings(data_dir=tmp_path_factory.mktemp("hub") / "data"))
    hub.write(introduce)
    with serving(hub) as server:
        yield server
    hub.db.close()


def make(running: Server, name: str, content: dict[str, bytes | str], **more: bool) -> str:
    make_repo(running.hub, name, content, kind=RepoKind.DATASET, **more)
    return f"ada/{name}"


def test_configs_come_from_the_card_the_default_first_and_each_may_fail_alone(
    running: Server,
) -> None:
    files = {"README.md": CONFIGURED, "table.csv": as_csv(), "lines.jsonl": as_lines()}
    dataset = make(running, "configured", files)
    wait_for(running.url, "info", dataset=dataset)
    told = ask(running.url, "splits", dataset=dataset).json()
    assert [(each["config"], each["split"]) for each in told["splits"]] == [
        ("table", "train"),
        ("table", "test"),
        ("lines", "train"),
    ]
    (failed,) = told["failed"]
    assert failed["config"] == "missing"
    assert "nowhere.csv" in failed["error"]["cause_message"]
    refused = ask(running.url, "splits", dataset=dataset, config="missing")
    assert (refused.status_code, refused.headers["x-error-code"]) == (500, "SplitNamesError")


def test_every_answer_is_of_a_commit_and_the_next_push_makes_another(running: Server) -> None:
    dataset = make(running, "renewed", {"data.csv": as_csv()})
    first = wait_for(running.url, "info", dataset=dataset)
    where = {"dataset": dataset, "config": "default", "split": "train"}
    before = ask(running.url, "rows", **where)
    named = dataset_repo(running, dataset)
    commit = push(running.hub, named, {"data.csv": as_csv() + b"Emperor,9000,2010\n"})
    after = wait_until_of(running, dataset, commit)
    assert before.headers["x-revision"] == first.headers["x-revision"] != commit
    assert before.json()["num_rows_total"] + 1 == after.json()["num_rows_total"]


def dataset_repo(running: Server, name: str) -> Repo:
    repo = running.hub.read(lambda tx: store.by_name(tx.db, RepoKind.DATASET, name))
    assert repo is not None
    return repo


def wait_until_of(running: Server, dataset: str, commit: str) -> httpx.Response:
    where = {"dataset": dataset, "config": "default", "split": "train"}
    for _ in range(200):
        answer = wait_for(running.url, "rows", **where)
        if answer.headers.get("x-revision") == commit and answer.status_code == 200:
            return answer
    raise AssertionError(answer.text)


def test_what_callers_get_wrong_is_told_in_the_hubs_codes(running: Server) -> None:
    dataset = make(running, "asked", {"data.csv": as_csv()})
    wait_for(running.url, "info", dataset=dataset)
    where = {"dataset": dataset, "config": "default", "split": "train"}
    expected = [
        ("splits", {}, 422, "MissingRequiredParameter"),
        ("rows", {"dataset": dataset}, 422, "MissingRequiredParameter"),
        ("rows", {**where, "length": 101}, 422, "InvalidParameter"),
        ("rows", {**where, "offset": -1}, 422, "InvalidParameter"),
        ("rows", {**where, "config": "none"}, 404, "ResponseNotFound"),
        ("rows", {**where, "split": "none"}, 404, "ResponseNotFound"),
        ("filter", where, 422, "MissingRequiredParameter"),
        ("filter", {**where, "where": '"mass" >'}, 422, "InvalidParameter"),
        ("search", where, 422, "MissingRequiredParameter"),
        ("splits", {"dataset": "ada/nothing"}, 404, "ExternalAuthenticatedError"),
    ]
    for path, params, status, code in expected:
        answer = ask(running.url, path, **params)
        assert (answer.status_code, answer.headers["x-error-code"]) == (status, code), path
        assert answer.json()["error"]


def test_private_data_is_its_readers_and_its_pictures_addresses_run_out(running: Server) -> None:
    files: dict[str, bytes | str] = {"a/1.png": picture("red"), "b/2.png": picture("blue")}
    dataset = make(running, "hidden", files, private=True)
    wait_for(running.url, "info", dataset=dataset)
    for token, code in (("", 401), ("hf_linus", 404)):
        assert ask(running.url, "splits", token=token, dataset=dataset).status_code == code
    where = {"dataset": dataset, "config": "default", "split": "train"}
    cell = ask(running.url, "rows", **where).json()["rows"][0]["row"]["image"]
    assert (cell["width"], cell["height"]) == (16, 12)
    shown = httpx.get(cell["src"])
    assert (shown.headers["content-type"], shown.content) == ("image/png", picture("red"))
    assert "sandbox" in shown.headers["content-security-policy"]
    bare = cell["src"].partition("?")[0]
    assert httpx.get(bare).status_code == 401
    assert httpx.get(f"{bare}?key=forged").status_code == 401


def test_a_card_may_switch_the_viewer_off(running: Server) -> None:
    dataset = make(running, "off", {"README.md": "---\nviewer: false\n---\n", "a.csv": as_csv()})
    answer = wait_for(running.url, "splits", dataset=dataset)
    assert (answer.status_code, answer.headers["x-error-code"]) == (501, "DisabledViewerError")


def test_the_viewer_answers_under_the_host_the_library_asks(running: Server) -> None:
    dataset = make(running, "vhosted", {"data.csv": as_csv()})
    wait_for(running.url, "info", dataset=dataset)
    host = running.url.replace("http://", "datasets-server.")
    told = httpx.get(f"{running.url}/parquet?dataset={dataset}", headers={"Host": host})
    (file,) = told.json()["parquet_files"]
    assert file["url"].startswith(f"{running.url}/datasets/{dataset}/resolve/")


def test_the_hubs_own_api_lists_parquet_files_and_croissant(running: Server) -> None:
    dataset = make(running, "listed", {"data.csv": as_csv()})
    wait_for(running.url, "info", dataset=dataset)
    base = f"{running.url}/api/datasets/{dataset}"
    (url,) = httpx.get(f"{base}/parquet/default/train").json()
    assert httpx.get(f"{base}/parquet").json() == {"default": {"train": [url]}}
    moved = httpx.get(f"{base}/parquet/default/train/0.parquet")
    assert (moved.status_code, moved.headers["location"]) == (302, url)
    alias = url.replace("refs%2Fconvert%2Fparquet", "~parquet")
    whole = httpx.get(url, follow_redirects=True).content
    assert httpx.get(alias, follow_redirects=True).content == whole
    assert whole[:4] == b"PAR1"
    told = httpx.get(f"{base}/croissant").json()
    assert [each["@id"] for each in told["recordSet"]] == ["default_splits", "default"]


def test_what_is_pushed_by_the_library_is_shown(running: Server, tmp_path: Path) -> None:
    files = [tmp_path / "train.csv", tmp_path / "test.csv"]
    for path, count in zip(files, (250, 5), strict=True):
        path.write_text("x,y\n" + "".join(f"{at},b\n" for at in range(count)))
    env = {**os.environ, "HF_ENDPOINT": running.url, "HF_HOME": str(tmp_path)}
    env |= {"PYTHONPATH": os.pathsep.join(sys.path), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PUSHING, *map(str, files)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for _ in range(100):
        told = wait_for(running.url, "size", dataset="ada/pushed").json()
        if len(told["size"]["configs"]) == 2:
            break
    rows = {(each["config"], each["split"]): each["num_rows"] for each in told["size"]["splits"]}
    assert rows == {("default", "train"): 250, ("default", "test"): 5, ("few", "test"): 5}

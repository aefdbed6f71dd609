"""Data made to harm: a clear error each, bounded time and memory, and the hub goes on."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping

import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.repos.model import RepoKind
from tests.conftest import Server, introduce, serving
from tests.repos_of import make_repo
from tests.viewer.datasets_of import as_csv, as_parquet, ask, wait_for, zipped


def bomb() -> bytes:
    """A megabyte that unpacks to one line of a gigabyte."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("data.txt", "w", force_zip64=True) as inside,
    ):
        for _ in range(1024):
            inside.write(bytes(1024 * 1024))
    return file.getvalue()


def told(config: str, data_files: str) -> bytes:
    """A card with one config."""
    return f"---\nconfigs:\n- config_name: {config}\n  data_files: {data_files}\n---\n".encode()


HOSTILE: dict[str, Mapping[str, bytes]] = {
    "bomb": {"data.zip": bomb()},
    "wide": {"data.csv": b",".join(b"c%d" % at for at in range(300_000)) + b"\n"},
    "deep": {"data.jsonl": b'{"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}\n"},
    "broken": {"data.parquet": as_parquet()[:-20] + b"\xff" * 16 + b"PAR1"},
    "short": {"data.parquet": b"PAR1"},
    "slipping": {"data.zip": zipped({"../../../../tmp/slipped.csv": as_csv()})},
    "configured": {"README.md": told("../../up", "a.csv"),
                   "a.csv": as_csv()},
    "reaching": {"README.md": told("a", "/etc/passwd"),
                 "a.csv": as_csv()},
    "climbing": {"README.md": told("a", "../../../hub.db"),
                 "a.csv": as_csv()},
    "image": {"a/x.png": b"\x89PNG\r\n\x1a\n" + bytes(100), "b/y.png": b"not at all"},
}  # fmt: skip
FAILS = {
    "slipping",
    "bomb",
    "wide",
    "deep",
    "broken",
    "short",
    "configured",
    "reaching",
    "climbing",
}


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("hub") / "data",
        viewer_memory_bytes=192 * 1024**2,
        viewer_most_bytes=100 * 1000**2,
    )
    hub = build_hub(settings)
    hub.write(introduce)
    with serving(hub) as server:
        for name, content in HOSTILE.items():
            make_repo(hub, name, content, kind=RepoKind.DATASET)
        yield server
    hub.db.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_dataset_made_to_harm_is_a_clear_error_or_is_shown(besieged: Server, name: str) -> None:
    dataset = f"ada/{name}"
    answer = wait_for(besieged.url, "info", dataset=dataset)
    told = answer.json()
    if name not in FAILS:
        assert answer.status_code == 200, told
        return
    failures = [told] if "cause_message" in told else [each["error"] for each in told["failed"]]
    assert failures, told
    for failure in failures:
        assert failure["error"]
        assert failure["cause_message"]
        assert str(besieged.hub.settings.data_dir) not in json.dumps(failure)
    assert not told.get("dataset_info")


def test_and_what_comes_after_is_shown_as_ever(besieged: Server) -> None:
    make_repo(besieged.hub, "after", {"data.csv": as_csv()}, kind=RepoKind.DATASET)
    assert wait_for(besieged.url, "info", dataset="ada/after").status_code == 200
    where = {"dataset": "ada/after", "config": "default", "split": "train"}
    assert len(ask(besieged.url, "rows", **where).json()["rows"]) == 3

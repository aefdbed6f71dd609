"""One hub on a real port for all the tests of a module: starting one for each costs more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from tests.conftest import Server, introduce, serving
from tests.files.desks import Desk

LIMIT_BYTES = 1024 * 1024
"""The largest file in git, here: what is refused need not be large."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("hub") / "data"
    hub = build_hub(Settings(data_dir=data, max_inline_bytes=LIMIT_BYTES))
    hub.write(introduce)
    with serving(hub) as running:
        yield running
    hub.db.close()


@pytest.fixture
def ada(served: Server, tmp_path: Path) -> Desk:
    return Desk(served, "ada", tmp_path / "ada")


@pytest.fixture
def grace(served: Server, tmp_path: Path) -> Desk:
    return Desk(served, "grace", tmp_path / "grace")


@pytest.fixture
def linus(served: Server, tmp_path: Path) -> Desk:
    return Desk(served, "linus", tmp_path / "linus")


@pytest.fixture
def visitor(served: Server, tmp_path: Path) -> Desk:
    return Desk(served, "", tmp_path / "visitor")

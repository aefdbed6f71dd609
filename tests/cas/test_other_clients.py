"""Two older clients that speak Xet, and the npm one. `tools/old_clients.py` tries them all."""

from pathlib import Path

import pytest

from bearhug.hub import Hub
from tests.cas import clients
from tests.conftest import Server

pytestmark = pytest.mark.client


def came_in_chunks(at: Hub) -> bool:
    """Whether nothing was sent whole."""
    return not any((at.settings.data_dir / "objects" / "lfs").glob("*/*/*"))


@pytest.mark.parametrize(("version", "xet"), [clients.PAIRS[2], clients.PAIRS[4]])
def test_an_older_python_client(server: Server, tmp_path: Path, version: str, xet: str) -> None:
    python = clients.python_with(version, xet)
    clients.run_python(python, server.url, "ada/old", tmp_path / "home")
    assert came_in_chunks(server.hub)


def test_the_npm_client(server: Server, tmp_path: Path) -> None:
    clients.run_node(server.url, "ada/node", tmp_path / "home")
    assert came_in_chunks(server.hub)

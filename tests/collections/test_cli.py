"""`hf collections` and `hf papers`, as people type them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.repos_of import make_repo

pytestmark = pytest.mark.client

CARD = """See https://arxiv.org/abs/1706.03762.

@misc{v, title={Attention Is All You Need}, author={A. Vaswani}, eprint={1706.03762}}
"""


def test_typed_commands(server: Server, client_home: dict[str, str]) -> None:
    make_repo(server.hub, "bert", {"README.md": CARD})
    home = client_home | {"HF_ENDPOINT": server.url, "HF_TOKEN": "hf_ada"}
    home |= {"HF_HUB_DISABLE_UPDATE_CHECK": "1", "NO_COLOR": "1"}

    def hf(*words: str) -> str:
        hf = Path(sys.executable).with_name("hf")
        done = subprocess.run([hf, *words], env=home, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    hf("collections", "create", "From the shell")
    (found,) = json.loads(hf("collections", "ls", "--owner", "ada", "--format", "json"))
    assert found["title"] == "From the shell"
    hf("collections", "add-item", found["slug"], "ada/bert", "model", "--note", "First")
    assert "ada/bert" in hf("collections", "info", found["slug"])
    assert "Attention Is All You Need" in hf("papers", "search", "attention")
    assert "arxiv.org/abs/1706.03762" in hf("papers", "read", "1706.03762")
    hf("collections", "delete", found["slug"])

"""The command, as somebody types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from bearhug import __version__
from tests.running import free_port, started


def bearhug(
    data: Path, *args: str, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bearhug.cli", *args]
    if args[0] != "version":
        command += ["--data", str(data)]
    environment = {**os.environ, **env}
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment)


def test_version(tmp_path: Path) -> None:
    assert bearhug(tmp_path, "version").stdout == f"{__version__}\n"


def test_the_first_user_operates_the_hub_and_a_token_is_printed(tmp_path: Path) -> None:
    user = ["admin", "user", "create"]
    first = bearhug(
        tmp_path,
        *user,
        "ada",
        "--email",
        "ada@bears.example",
        "--password-stdin",
        stdin="honey pot\n",
    )
    assert first.stdout == "made ada, the operator\n"
    second = bearhug(
        tmp_path,
        *user,
        "grace",
        "--email",
        "g@bears.example",
        "--password-stdin",
        stdin="honey pot\n",
    )
    assert second.stdout == "made grace\n"
    token = bearhug(tmp_path, "admin", "token", "create", "ada", "--role", "write").stdout.strip()
    assert token.startswith("hf_")
    with started(tmp_path, "--no-starter") as server:
        assert HfApi(endpoint=server.url, token=token).whoami()["name"] == "ada"


def test_no_password_is_ever_a_default(tmp_path: Path) -> None:
    made = bearhug(tmp_path, "admin", "user", "create", "ada", "--email", "a@b.example")
    assert made.returncode == 2
    assert "--password-stdin" in made.stderr
    weak = bearhug(
        tmp_path,
        *("admin", "user", "create", "ada", "--email", "a@b.example", "--password-stdin"),
        stdin="short\n",
    )
    assert weak.returncode == 1
    assert "password" in weak.stderr.lower()


def test_doctor_finds_nothing_wrong_here(tmp_path: Path) -> None:
    examined = bearhug(tmp_path, "doctor")
    assert examined.returncode == 0, examined.stdout
    assert "database" in examined.stdout


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    refused = bearhug(tmp_path, "doctor", BEARHUG_PORT="99999")
    assert refused.returncode == 1
    assert "port" in refused.stderr


@pytest.mark.model
def test_the_starter_content_comes_once_and_again_when_asked(tmp_path: Path) -> None:
    port = free_port()
    first = bearhug(tmp_path, "starter").stdout
    assert "brought bearhug/SmolLM2-135M-Instruct-GGUF" in first
    assert bearhug(tmp_path, "starter").stdout == "everything is here already\n"
    with started(tmp_path, port=port) as server:
        api = HfApi(endpoint=server.url)
        files = api.list_repo_files("bearhug/SmolLM2-135M-Instruct-GGUF")
        assert "SmolLM2-135M-Instruct.Q4_1.gguf" in files
        assert "facts.csv" in api.list_repo_files("bearhug/bear-facts", repo_type="dataset")

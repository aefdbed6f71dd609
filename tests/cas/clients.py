"""Clients of other ages and languages, each installed by itself under .cache/clients."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".cache" / "clients"

PAIRS = (
    ("2.4.0", "1.8.0"),
    ("1.33.0", "1.6.0"),
    ("1.0.1", "1.2.0"),
    ("0.36.2", "1.1.10"),
    ("0.32.0", "1.1.2"),
)
"""huggingface_hub and hf_xet: one of each way to speak to the CAS (XET, the table at its top)."""

NPM = "@huggingface/hub@2.17.5"

LONG_SECONDS = 300  # for one client; npm alone would wait for a deaf registry for an hour


def python_with(hub: str, xet: str) -> Path:
    """A Python that has these two; a few seconds if it is not here yet."""
    folder = KEPT / f"hf-{hub}-{xet}"
    python = folder / "bin" / "python"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=False, symlinks=True)
        wanted = [f"huggingface_hub=={hub}", f"hf_xet=={xet}"]
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        _run([*pip, "--disable-pip-version-check", "--only-binary", ":all:", *wanted])
        done.touch()
    return python


def node_scenario() -> Path:
    """The scenario for Node, with the npm client beside it."""
    folder = KEPT / NPM.replace("/", "-")
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), NPM]
        _run(npm)
        done.touch()
    return Path(shutil.copy(HERE / "scenario.mjs", folder))


def run_python(python: Path, url: str, repo: str, home: Path, token: str = "hf_ada") -> None:
    """Raises CalledProcessError, having shown what the client said."""
    _run([str(python), str(HERE / "scenario.py"), repo], _environment(url, home, token))


def run_node(url: str, repo: str, home: Path, token: str = "hf_ada") -> None:
    _run(["node", str(node_scenario()), url, repo], _environment(url, home, token))


def _environment(url: str, home: Path, token: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "HF_XET_CACHE": str(home / "xet"),
        "HF_ENDPOINT": url,
        "HF_TOKEN": token,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=LONG_SECONDS
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        done.check_returncode()

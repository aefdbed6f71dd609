"""A hub whose tiny models do every task, each made and pushed when a test first asks for it."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.hub import Hub
from tests.conftest import introduce
from tests.repos_of import make_repo

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".cache" / "clients"
NPM = "@huggingface/inference@4.13.30"
MEMORY = 3 * 1024**3
"""Enough for a few of these models at once: the others sleep meanwhile."""

Maker = Callable[[Path], object]


def tasking_hub(folder: Path, memory_bytes: int = MEMORY) -> Hub:
    data = folder / "data"
    hub = build_hub(Settings(data_dir=data, model_threads=2, model_memory_bytes=memory_bytes))
    hub.write(introduce)
    return hub


def bring(
    hub: Hub, name: str, make: Maker, task: str, *, library: str = "", tags: str = "[]", **how: Any
) -> None:
    """ada/{name}, with the files that `make` writes and a card of that task."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        named = f"library_name: {library}\n" if library else ""
        card = f"---\npipeline_tag: {task}\n{named}tags: {tags}\n---\n# {name}\n\nA tiny model.\n"
        content: dict[str, bytes | str] = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in Path(folder).rglob("*")
            if path.is_file()
        }
        make_repo(hub, name, {**content, "README.md": card}, **how)


@cache
def node_client() -> Path | None:
    """The script with the npm client beside it; None where there is no npm."""
    if shutil.which("npm") is None:
        return None
    folder = KEPT / NPM.replace("/", "-")
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), NPM]
        subprocess.run(npm, check=True, capture_output=True)
        (folder / "done").touch()
    return Path(shutil.copy(HERE / "asking.mjs", folder))


def javascript(address: str, method: str, arguments: dict[str, Any]) -> Any:
    """What JavaScript's client makes of it; None where there is none to ask."""
    script = node_client()
    if script is None:
        return None
    done = subprocess.run(
        ["node", str(script), address, method, json.dumps(arguments)],
        env={"PATH": os.environ["PATH"], "HOME": str(script.parent)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(done.stdout)

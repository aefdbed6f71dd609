"""The project's files, read once for the tests beside this module."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "bearhug"

MODULES = sorted(path for path in SRC.rglob("*.py") if path.name != "__init__.py")

# Inside a feature, lowest first. The last three are side by side, and for `app` alone.
FILES = ["model", "store", "service", "jobs", "api", "wire", "pages"]
DOORS = {"api", "wire", "pages"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def places(path: Path) -> tuple[str, str]:
    """A module's part and file: repos/store.py and repos/store/rows.py are `repos`, `store`."""
    part, *inside = path.relative_to(SRC).with_suffix("").parts
    named = [name for name in inside if name in FILES]
    return part, named[0] if named else path.stem


def imports(path: Path) -> list[list[str]]:
    """What a module imports, as dotted parts: [["bearhug", "repos", "store"], ["re"], …]."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name} imports relatively: say it in full"
            found += [f"{node.module}.{alias.name}".split(".") for alias in node.names]
    return found


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def tracked() -> list[Path]:
    """Every file of the project that git knows and the working tree has."""
    # A build server may check out as one user and test as another; git refuses that by default.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    paths = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file()]

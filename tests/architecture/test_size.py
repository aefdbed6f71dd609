"""Everything fits in the head: modules, functions, templates, style sheets, components."""

import ast
from pathlib import Path

import pytest

from tests.architecture.project import MODULES, SRC, functions, tree

SHEETS = sorted(
    path
    for pattern in ("*/templates/**/*.html", "*/static/css/*.css", "*/static/js/**/*.js")
    for path in SRC.glob(pattern)
)
LIMITS = {".html": 120, ".css": 300, ".js": 120}


def name(path: Path) -> str:
    return str(path.relative_to(SRC))


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is, its docstring not counted."""
    assert node.end_lineno is not None
    length = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) and first.end_lineno is not None:
        length -= first.end_lineno - first.lineno + 1
    return length


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for_and_ends(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "say in a line what the module is for"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, "past 400 lines a file becomes a package"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_functions_are_short(path: Path) -> None:
    long = {node.name: body_lines(node) for node in functions(path) if body_lines(node) > 60}
    assert not long, "a concept is missing: name it"


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_what_a_browser_reads_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LIMITS[path.suffix]

"""The house rules, as tests. ARCHITECTURE.md explains them."""

import ast
from pathlib import Path

import pytest

from tests.architecture.project import DOORS, FILES, MODULES, SRC, functions, imports, places, tree

# Lowest first. A part may import the parts named before it, and no other.
# fmt: off
FLOORS = [
    "kit", "errors", "config",
    "db", "storage", "git", "xet",
    "hub", "identity", "web",
    "accounts", "repos", "files", "cas", "cards", "access", "oauth", "discussions", "social",
    "papers", "collections",
    "inference", "viewer",
    "ollama", "playground", "spaces", "mirror", "webhooks", "catalog", "admin",
    "worker", "app", "starter", "seeding", "cli",
]
# fmt: on
FEATURES = set(FLOORS[FLOORS.index("accounts") : FLOORS.index("worker")])

# Who may speak what: the part, or the file of a feature.
SPEAKERS = {
    "sqlalchemy": {"db", "hub", "store"},
    "psycopg": {"db"},
    "sqlite3": {"db"},
    "pygit2": {"git"},
    "obstore": {"storage"},
    "fastapi": {"web", "app", "api", "wire", "pages"},
    "starlette": {"web", "app", "api", "wire", "pages"},
    "jinja2": {"web", "prompting"},  # the latter: only its errors, by name
    "httpx": {"inference", "outgoing", "webhooks", "issuers"},
    "xllamacpp": {"inference"},
    **dict.fromkeys(("duckdb", "polars", "pyarrow", "tantivy"), {"viewer"}),
    "jwt": {"oauth"},
    "cryptography": {"oauth", "sealing"},
}

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))


def own_imports(path: Path) -> list[tuple[str, str]]:
    """The parts of Bearhug a module imports, each with the name taken from it (or "")."""
    found = [rest for package, *rest in imports(path) if package == "bearhug" and rest]
    return [(rest[0], rest[1] if len(rest) > 1 else "") for rest in found if rest[0] in FLOORS]


def test_every_part_has_its_floor() -> None:
    parts = {path.relative_to(SRC).parts[0].removesuffix(".py") for path in SRC.rglob("*.py")}
    assert parts - {"__init__", "__main__"} <= set(FLOORS)


@each_module
def test_imports_only_look_down(path: Path) -> None:
    part, _ = places(path)
    for other, _ in own_imports(path):
        if other != part:
            assert FLOORS.index(other) < FLOORS.index(part), f"{part} may not import {other}"


@each_module
def test_inside_a_feature_too(path: Path) -> None:
    part, file = places(path)
    for other, name in own_imports(path):
        if other == part and name in FILES and file in FILES and name != file:
            assert FILES.index(name) < FILES.index(file), f"{file} may not import {name}"


@each_module
def test_doors_are_for_the_app_alone(path: Path) -> None:
    part, file = places(path)
    for other, name in own_imports(path):
        if name in DOORS and other in FEATURES:
            inside = other == part and name == file
            assert part == "app" or inside, f"{other}.{name} is app's alone"


@each_module
def test_each_speaks_its_own_language(path: Path) -> None:
    for package, *_ in imports(path):
        allowed = SPEAKERS.get(package)
        assert allowed is None or allowed & set(places(path)), f"{package} does not belong here"


@each_module
def test_the_middle_is_synchronous(path: Path) -> None:
    if places(path)[1] in ("model", "store", "service"):
        found = [node.name for node in functions(path) if isinstance(node, ast.AsyncFunctionDef)]
        assert not found, "only doors and runners wait"


@each_module
def test_imports_stand_at_the_top(path: Path) -> None:
    hidden = [
        f"line {inner.lineno}"
        for node in functions(path)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not hidden, "an import inside a function hides a dependency"
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    assert "TYPE_CHECKING" not in names, "a type that may not be imported lives on a wrong floor"


@each_module
def test_only_config_reads_the_environment(path: Path) -> None:
    if places(path)[0] != "config":
        attributes = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        names = {name for *_, name in imports(path)}
        assert not (attributes | names) & {"environ", "environb", "getenv", "getenvb"}


@each_module
def test_nobody_swallows_what_they_do_not_know(path: Path) -> None:
    if places(path)[0] == "worker":
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
            again = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            passed_on = "set_exception" in ast.unparse(node)  # to whoever waits on another thread
            assert not broad or again or passed_on, (
                f"line {node.lineno}: name it, or raise it again"
            )

"""The manual names every setting, error and dependency; nothing is named that is not there."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bearhug.config import Settings
from bearhug.errors import HubError
from tests.architecture.project import ROOT

MANUAL = ROOT / "docs" / "manual"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def page(path: str) -> str:
    return (ROOT / "docs" / path).read_text(encoding="utf-8")


def errors(kind: type[HubError] = HubError) -> Iterator[type[HubError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from errors(child)


def requirements() -> list[str]:
    """Every package that pyproject.toml asks for, by name."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    lists = [project["dependencies"], *project["optional-dependencies"].values(), *groups.values()]
    names = [re.match(r"[A-Za-z0-9._-]+", line) for lines in lists for line in lines]
    return sorted({found[0].lower() for found in names if found} - {project["name"]})


def written(default: Any) -> str:
    """A setting's default as the manual writes it."""
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if isinstance(default, int) or str(default) else "empty"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_manual(name: str) -> None:
    default = written(Settings.model_fields[name].get_default())
    assert f"| `BEARHUG_{name.upper()}` | {default} |" in page("manual/settings.md")


def test_the_manual_names_no_setting_that_is_not_there() -> None:
    named = {
        found.removesuffix("_FILE").lower()
        for path in [*MANUAL.glob("*.md"), ROOT / "README.md"]
        for found in re.findall(r"BEARHUG_([A-Z0-9_]*[A-Z0-9])", path.read_text(encoding="utf-8"))
    }
    assert named <= set(Settings.model_fields)


@pytest.mark.parametrize("kind", list(errors()), ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_manual(kind: type[HubError]) -> None:
    assert f"| `{kind.code}` | {kind.status} |" in page("manual/errors.md")


@pytest.mark.parametrize("name", requirements())
def test_every_dependency_has_its_reason(name: str) -> None:
    assert f"| `{name}` |" in page("dependencies.md").lower()


def test_dependencies_are_sorted() -> None:
    dependencies = PROJECT["project"]["dependencies"]
    assert dependencies == sorted(dependencies)


@pytest.mark.parametrize("name", requirements())
def test_every_dependency_is_locked(name: str) -> None:
    locks = [ROOT / "requirements" / lock for lock in ("dev.txt", "engines.txt", "torch.in")]
    locked = "".join(f"\n{lock.read_text(encoding='utf-8')}" for lock in locks)
    assert f"\n{name}==" in locked, "make lock"


def test_the_locks_agree() -> None:
    base, dev, engines = (
        dict(re.findall(r"^([^\s=]+)==(\S+)", (ROOT / "requirements" / name).read_text(), re.M))
        for name in ("base.txt", "dev.txt", "engines.txt")
    )
    assert base.items() <= dev.items()
    assert {name: dev[name] for name in engines.keys() & dev} == {
        name: engines[name] for name in engines.keys() & dev
    }


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text):
        assert (path.parent / target).exists(), target

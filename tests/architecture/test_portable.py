"""Nothing tracked names a package registry or the machine somebody wrote it on."""

from pathlib import Path

import pytest

from tests.architecture.project import ROOT, tracked

# Put together here, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
        ("deb", "debian", "org"),
    )
]
PLACES = ["/" + name + "/" for name in ("work", "opt/pypi", "opt/wheels")] + ["../" + "shared"]


def text_of(path: Path) -> str:
    """A file's text, or "" for one that is not text."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")


@pytest.mark.parametrize("forbidden", HOSTS + PLACES)
def test_no_tracked_file_names(forbidden: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in tracked() if forbidden in text_of(path)]
    assert not found


def test_scripts_can_be_run() -> None:
    scripts = [*ROOT.glob("tools/*.sh"), ROOT / ".ci" / "run"]
    assert all(path.stat().st_mode & 0o100 for path in scripts)

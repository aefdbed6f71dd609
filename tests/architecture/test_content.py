"""The starter content is what its cards say it is."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from tests.architecture.project import SRC

CONTENT = SRC / "content"
CARDS = sorted(CONTENT.glob("*/*/README.md"))
SOURCES = sorted(CONTENT.glob("models/*/source.json"))


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.parent.name)
def test_a_card_begins_with_its_metadata(path: Path) -> None:
    before, metadata, text = path.read_text(encoding="utf-8").split("---\n", 2)
    assert not before
    assert yaml.safe_load(metadata)["license"]
    assert text.lstrip().startswith("# ")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_a_model_file_is_the_one_named(path: Path) -> None:
    source = json.loads(path.read_text(encoding="utf-8"))
    package = find_spec(source["package"])
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / source["file"]
    assert file.stat().st_size == source["size"]
    with file.open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == source["sha256"]


def test_the_dataset_has_its_two_hundred_facts() -> None:
    folder = CONTENT / "datasets" / "bear-facts"
    assert len((folder / "facts.csv").read_text(encoding="utf-8").splitlines()) == 201
    lines = (folder / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    assert [len(json.loads(line)["messages"]) for line in lines] == [2] * 200

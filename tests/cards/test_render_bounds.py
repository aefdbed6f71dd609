"""However a text is made, making it a page ends soon: it is done on the reader's time."""

import time

import pytest

from bearhug.cards.render import Base, render
from bearhug.files.service.attributes import Attributes, Ignored

TEXTS = {
    "headings": "# a\n" * 50_000,
    "underlined headings": "a\n-\n" * 50_000,
    "quoted headings": "> # a\n\n" * 50_000,
    "nested HTML": "<section>" * 60_000,
    "nested HTML that closes": "<div>" * 30_000 + "</div>" * 30_000,
    "nested quotes": ">" * 20_000,
    "deeply nested quotes": ">" * 900_000,
    "footnotes": "[^a]\n" * 150_000 + "\n[^a]: x\n",
    "nested lists": "- " * 400_000,
    "wide tables": "|a" * 5000 + "\n" + "|-" * 5000 + "\n" + "|b\n" * 3000,
    "brackets": "[a](" * 60_000,
    "fences": "```\n" * 60_000,
    "dollars": "$a" * 60_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_no_card_takes_long(name: str) -> None:
    began = time.perf_counter()
    render(TEXTS[name], Base("/ada/bert"))
    assert time.perf_counter() - began < 4


def test_a_few_characters_are_never_a_thousandfold() -> None:
    table = "|a" * 5000 + "\n" + "|-" * 5000 + "\n" + "|b\n" * 3000
    for text in (table, table.replace("\n", "\n> "), f"- {table}".replace("\n", "\r")):
        assert len(render(text, Base("/ada/bert"))) < 10 * len(text)


def test_a_usual_table_stays_one() -> None:
    table = "| a | b |\n|---|:-:|\n" + "| 1 | 2 |\n" * 1000
    assert render(f"> - - -\n\n{table}", Base("/ada/bert")).count("<td") == 2000


def test_a_usual_card_keeps_its_headings_ids() -> None:
    assert 'id="card-a' in render("# A\n" * 3, Base("/ada/bert"))


def test_no_pattern_takes_long() -> None:
    wild, began = "*a" * 20 + "b", time.perf_counter()
    assert "a" * 250 not in Ignored(wild)
    assert not Attributes(f"{wild} filter=lfs").lfs("a" * 250)
    assert time.perf_counter() - began < 1
    assert "x/y.log" in Ignored("**/*.log*")

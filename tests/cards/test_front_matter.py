"""Metadata from strangers: read as far as it can be, and never more."""

import pytest

from bearhug.cards.front_matter import MAX_BYTES, parse


def test_a_card_is_metadata_and_text() -> None:
    parsed = parse("---\nlicense: mit\nlanguage:\n- en\n---\n\n# Hello\n")
    assert parsed.metadata == {"license": "mit", "language": ["en"]}
    assert parsed.body.strip() == "# Hello"
    assert parsed.warning == ""


def test_windows_lines_and_a_byte_order_mark_are_fine() -> None:
    parsed = parse("\ufeff---\r\nlicense: mit\r\n---\r\nText\r\n")
    assert (parsed.metadata, parsed.body) == ({"license": "mit"}, "Text\r\n")


def test_blank_lines_may_come_first() -> None:
    assert parse("\n\n---\nlicense: mit\n---\nText").metadata == {"license": "mit"}


def test_a_readme_without_metadata_is_all_text() -> None:
    assert parse("# Just words\n---\n").metadata == {}
    assert parse("---\nnever closed\n").body == "---\nnever closed\n"


def test_dates_become_text_and_keys_too() -> None:
    parsed = parse("---\nmade: 2024-03-01\nat: 2024-03-01 10:00:00\n1: one\n---\n")
    assert parsed.metadata == {"made": "2024-03-01", "at": "2024-03-01T10:00:00", "1": "one"}


def test_what_is_wrong_is_said_with_its_line() -> None:
    parsed = parse("---\nlicense: mit\ntags: [a, b\n---\nText\n")
    assert parsed.metadata == {}
    assert parsed.body == "Text\n"
    assert parsed.warning.startswith("Line ")


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        (BOMB, "aliases"),
        ("x: " + "[" * 5000, "nested"),
        ("x: " + "y" * MAX_BYTES, "longer"),
        ("- just\n- a list", "not a list"),
        ("made: 2024-13-45", "not YAML"),
        ("!!python/object/apply:os.system ['true']", "constructor"),
    ],
)
def test_what_means_harm_is_refused(metadata: str, why: str) -> None:
    parsed = parse(f"---\n{metadata}\n---\nText\n")
    assert parsed.metadata == {}
    assert why in parsed.warning


def test_nothing_stays_that_a_database_refuses() -> None:
    parsed = parse('---\nname: "a\\0b"\nscore: .nan\n---\nx\0y')
    assert parsed.metadata == {"name": "a\ufffdb", "score": "nan"}
    assert "\0" not in parsed.body

"""Markdown from strangers stays words, links and pictures of this hub."""

import pytest

from bearhug.cards.prose import first_words
from bearhug.cards.render import Base, render

BASE = Base("/ada/bert", "refs/pr/1", "docs")


def html(markdown: str) -> str:
    return render(markdown, BASE)


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a title="<img><script>alert(1)</script>">x</a>',
        "<iframe src=/settings></iframe>",
        "<form action=/logout method=post><button>x</button></form>",
        '<div style="position:fixed">x</div>',
        "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "$\\href{javascript:alert(1)}{x}$",
        "<base href=//evil.example>",
        "<link rel=stylesheet href=//evil.example>",
    ],
)
def test_nothing_of_a_stranger_runs(markdown: str) -> None:
    made = html(markdown).lower()
    for bad in ("<script", "onerror=", "onload=", "javascript:", "<iframe", "<form", "style=",
                "<style", "<base", "<link", "data:text"):  # fmt: skip
        assert bad not in made


def test_ids_and_classes_of_the_page_cannot_be_taken() -> None:
    made = html('<div id="main" class="lintel code">x</div>')
    assert 'id="card-main"' in made
    assert 'class="code"' in made


def test_links_and_pictures_lead_into_the_repo() -> None:
    made = html("[a](a.md#top) [b](../b.py) ![c](img/c%20d.png) [up](../../../x) [s](/models)")
    assert 'href="/ada/bert/blob/refs%2Fpr%2F1/docs/a.md#card-top"' in made
    assert 'href="/ada/bert/blob/refs%2Fpr%2F1/b.py"' in made
    assert 'src="/ada/bert/resolve/refs%2Fpr%2F1/docs/img/c%20d.png"' in made
    assert "..%2F" not in made
    assert 'href="/models"' in made


def test_a_picture_from_elsewhere_is_a_link_and_is_not_loaded() -> None:
    made = html("![A bear](https://elsewhere.example/bear.png)")
    assert "<img" not in made
    assert '<a class="elsewhere" href="https://elsewhere.example/bear.png"' in made
    assert "A bear</a>" in made


def test_within_a_link_it_is_words() -> None:
    made = html("[![Badge](https://elsewhere.example/b.svg)](https://docs.example)")
    assert made.count("<a ") == 1
    assert '<span class="elsewhere">' in made


def test_headings_can_be_linked_to() -> None:
    made = html("## How to use it\n\n[there](#how-to-use-it)")
    assert '<h3 id="card-how-to-use-it">' in made, "a page has one <h1>, and it is the repo's name"
    assert made.count('href="#card-how-to-use-it"') == 2


def test_code_is_coloured_and_can_be_copied() -> None:
    made = html("```python\ndef f():\n    return '<b>'\n```\n\n```nothing-known\na < b\n```")
    assert '<span class="k">def</span>' in made
    assert "&lt;b&gt;" in made
    assert "a &lt; b" in made
    assert '<pre tabindex="0" id="card-code-1">' in made
    assert '<copy-button for="card-code-2"' in made


def test_formulas_are_set_and_broken_ones_stay_readable() -> None:
    made = html("$x^2$ and $$\\frac{a}{b}$$ and $\\frac$")
    assert '<math display="inline"' in made
    assert '<math display="block"' in made
    assert '<code class="math">\\frac</code>' in made


def test_tables_tasks_notes_and_footnotes() -> None:
    made = html("| a |\n|--|\n| 1 |\n\n- [x] done\n\n> [!NOTE]\n> look\n\nx[^1]\n\n[^1]: why\n")
    for part in (
        '<table tabindex="0">',
        'type="checkbox"',
        "markdown-alert-note",
        'id="card-fn-1"',
    ):
        assert part in made


def test_the_first_paragraph_says_what_it_is() -> None:
    body = """# BERT

[![badge](https://x.example/b.svg)](https://x.example)

> A note that is not it, though it is long enough to be taken for it.

| a | b |
|---|---|

**BERT** reads text, e.g. letters, and says what is missing. It is small. It is fast. It is old.

More.
"""
    title, summary = first_words(body)
    assert title == "BERT"
    assert summary == (
        "BERT reads text, e.g. letters, and says what is missing. It is small. It is fast."
    )


def test_a_card_of_headings_has_no_summary() -> None:
    assert first_words("# Title\n\n- a\n- b\n") == ("Title", "")

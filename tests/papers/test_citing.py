"""Titles and authors out of the BibTeX of a card."""

import pytest

from bearhug.papers.citing import citations
from bearhug.papers.model import paper_id

LLAMA = """
# Llama 2

```bibtex
@misc{touvron2023llama,
      title={Llama 2: Open Foundation and Fine-Tuned {Chat} Models},
      author={Hugo Touvron and Martin, Louis and {\\'E}mile Zola and others},
      year={2023},
      eprint={2307.09288},
      archivePrefix={arXiv}
}
```
"""


def test_a_card_gives_title_and_authors() -> None:
    (found,) = citations(LLAMA, ["2307.09288"])
    assert found.title == "Llama 2: Open Foundation and Fine-Tuned Chat Models"
    assert found.authors == ("Hugo Touvron", "Louis Martin", "Émile Zola")


def test_only_papers_that_are_named_count() -> None:
    assert citations(LLAMA, ["1706.03762"]) == []
    assert citations(LLAMA, []) == []


def test_a_lone_entry_without_a_number_is_the_only_paper() -> None:
    text = '@article{x, title = "Attention \\& more", author = "A. B."}'
    assert citations(text, ["1706.03762"])[0].title == "Attention & more"
    assert citations(text + text, ["1706.03762"]) == []
    assert citations(text, ["1706.03762", "2307.09288"]) == []


def test_the_number_may_stand_in_the_journal() -> None:
    text = "@article{x, title={T}, journal={arXiv preprint arXiv:1910.01108}, author={V. Sanh}}"
    assert [each.paper for each in citations(text, ["2307.09288", "1910.01108"])] == ["1910.01108"]


@pytest.mark.parametrize(
    "text", ["@article{", "@misc{x, title={", "@misc{" * 5000, "@misc{x, title={}}", "@book{{{}"]
)
def test_broken_entries_say_nothing(text: str) -> None:
    assert citations(text, ["2307.09288"]) == []


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("2307.09288", "2307.09288"),
        ("2307.09288v2", "2307.09288"),
        ("arxiv:1706.03762", "1706.03762"),
        ("2399.09288", None),
        ("x", None),
        ("2307.09288/x", None),
        ("", None),
    ],
)
def test_numbers_of_arxiv(text: str, id: str | None) -> None:
    assert paper_id(text) == id

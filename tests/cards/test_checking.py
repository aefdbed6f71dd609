"""What is said of a card's metadata before it is uploaded."""

import pytest
from starlette.testclient import TestClient


def verdict(client: TestClient, content: str, kind: str = "model") -> tuple[int, list[str]]:
    answer = client.post("/api/validate-yaml", json={"content": content, "repoType": kind})
    said = answer.json()
    return answer.status_code, [each["message"] for each in said["errors"] + said["warnings"]]


def test_no_metadata_is_a_warning(client: TestClient) -> None:
    assert verdict(client, "# A model") == (200, ["empty or missing yaml metadata in repo card"])


def test_a_good_card_has_nothing_to_be_said_of(client: TestClient) -> None:
    card = "---\nlicense: mit\nlanguage: [en, de]\ntags:\n- x\ninference: false\n---\n# A model"
    assert verdict(client, card) == (200, [])


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("model-index: foo", '"model-index" must be an array'),
        ("license: {a: b}", '"license" must be a string or an array of strings'),
        ("widget: hello", '"widget" must be an array'),
        ("model-index: [{name: x, results: [{}]}]", "results[0].task is required"),
        ("tags: [a", "Line "),
    ],
)
def test_what_is_wrong_is_named(client: TestClient, field: str, words: str) -> None:
    status, said = verdict(client, f"---\n{field}\n---\n")
    assert status == 400
    assert words in said[0]


def test_a_space_needs_its_sdk(client: TestClient) -> None:
    status, said = verdict(client, "---\ntitle: x\ncolorFrom: honey\n---\n", "space")
    assert status == 400
    assert len(said) == 2


def test_a_licence_is_one_of_the_hubs_or_other(client: TestClient) -> None:
    status, said = verdict(client, "---\nlicense: asdf\n---\n# A model")
    assert status == 400
    assert said[0].startswith('"license" must be one of [')
    for licence in ("MIT", "other", "[mit, apache-2.0]", "cc-by-nc-sa-4.0"):
        assert verdict(client, f"---\nlicense: {licence}\n---\n# A model") == (200, [])


def test_who_wants_text_gets_lines(client: TestClient) -> None:
    asked = {"content": "---\nlicense: asdf\n---\n", "repoType": "model"}
    answer = client.post("/api/validate-yaml", json=asked, headers={"Accept": "text/plain"})
    assert answer.status_code == 400
    assert answer.text.startswith('- Error: "license" must be one of')

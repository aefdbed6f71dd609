"""What a card's columns say, from what is pushed."""

import json
import struct
from pathlib import Path

import pytest

import bearhug
from bearhug.cards import service as cards
from bearhug.cards.headers import quantisation
from bearhug.cards.jobs import read_weights
from bearhug.cards.model import Card, Message
from bearhug.hub import Hub
from bearhug.repos.model import Repo, RepoKind
from tests.repos_of import make_repo, push

CONTENT = Path(bearhug.__file__).parent / "content"


def card_of(hub: Hub, repo: Repo) -> Card:
    card = hub.read(cards.card, repo)
    assert card is not None
    return card


def gguf(architecture: str, *, template: str = "") -> bytes:
    """A header with one tensor of six weights."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    pairs = {"general.architecture": architecture}
    if template:
        pairs["tokenizer.chat_template"] = template
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs) + 1)
    for key, value in pairs.items():
        head += text(key) + struct.pack("<I", 8) + text(value)
    head += text(f"{architecture}.context_length") + struct.pack("<II", 4, 2048)
    return head + text("w") + struct.pack("<IQQIQ", 2, 2, 3, 0, 0) + bytes(64)


def test_a_new_repo_has_an_empty_card(any_hub: Hub) -> None:
    card = card_of(any_hub, make_repo(any_hub, "bert"))
    assert (card.metadata, card.tags, card.readme_oid) == ({}, ("region:us",), None)


def test_the_starter_chat_model(any_hub: Hub) -> None:
    readme = (CONTENT / "models/SmolLM2-135M-Instruct-GGUF/README.md").read_text()
    repo = make_repo(any_hub, "smol", {"README.md": readme, "m.Q4_1.gguf": gguf("llama")})
    card = card_of(any_hub, repo)
    assert card.pipeline_tag == "text-generation"
    assert (card.library, card.license) == ("gguf", "apache-2.0")
    assert "base_model:quantized:HuggingFaceTB/SmolLM2-135M-Instruct" in card.tags
    assert {"conversational", "license:apache-2.0", "arxiv:2502.02737", "en"} <= set(card.tags)
    assert card.summary.startswith("SmolLM2-135M-Instruct is a very small language model")
    assert cards.parameters(card) == {"temperature": 0.2, "top_p": 0.9, "max_new_tokens": 256}
    assert all(each.messages or each.text for each in cards.examples(card))


def test_examples_are_typed_and_wrong_ones_left_out(hub: Hub) -> None:
    readme = """---
widget:
- example_title: Ask
  messages: [{role: user, content: Hello}, {role: user}, nonsense]
  parameters: {temperature: 0.2, stop: [x]}
- text: Once
- plain
- 7
- {}
- {src: a.png, candidate_labels: "a, b"}
inference: {parameters: {top_p: 0.9}}
---
"""
    card = card_of(hub, make_repo(hub, "x", {"README.md": readme}))
    ask, once, plain, labels = cards.examples(card)
    assert (ask.title, ask.messages) == ("Ask", (Message("user", "Hello"),))
    assert ask.parameters == {"temperature": 0.2}
    assert (once.text, once.title, plain.text) == ("Once", "Example 2", "plain")
    assert (labels.src, labels.fields) == ("a.png", {"candidate_labels": "a, b"})
    assert cards.parameters(card) == {"top_p": 0.9}
    assert not cards.refuses_inference(card)


def test_weights_are_read_by_a_job(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "chat", {"chat.Q8_0.gguf": gguf("llama", template="{{ x }}")})
    assert card_of(any_hub, repo).parameters is None
    read_weights(any_hub, repo.id)
    card = card_of(any_hub, repo)
    assert card.facts["gguf"]["context_length"] == 2048
    assert (card.parameters, card.pipeline_tag) == (6, "text-generation")
    assert card.conversational
    push(any_hub, repo, {"README.md": "# Chat"})
    assert card_of(any_hub, repo).parameters == 6, "what is known of the same weights stays"


def test_safetensors_and_config(hub: Hub) -> None:
    folder = CONTENT / "models/digits-vit-tiny"
    names = ("config.json", "model.safetensors")
    repo = make_repo(hub, "digits", {name: (folder / name).read_bytes() for name in names})
    read_weights(hub, repo.id)
    card = card_of(hub, repo)
    assert card.pipeline_tag == "image-classification"
    assert card.library == "transformers"
    assert card.parameters == 245_770
    assert card.weight_bytes == (folder / "model.safetensors").stat().st_size
    assert card.facts["transformers"]["auto_model"] == "AutoModelForImageClassification"


@pytest.mark.parametrize(
    ("content", "task", "library"),
    [
        ({"README.md": "---\npipeline_tag: fill-mask\ntags: [robotics]\n---\n"}, "fill-mask", None),
        ({"README.md": "---\ntags: [keras, translation]\n---\n"}, "translation", "keras"),
        ({"modules.json": "[]"}, "sentence-similarity", "sentence-transformers"),
        ({"config.json": json.dumps({"architectures": ["BertForMaskedLM"]})}, "fill-mask", None),
        ({"config.json": "{not json"}, None, None),
        ({"adapter_config.json": "{}"}, None, "peft"),
        ({"model.onnx": b"x"}, None, "onnx"),
    ],
)  # fmt: skip
def test_task_and_library(
    hub: Hub, content: dict[str, str], task: str | None, library: str | None
) -> None:
    card = card_of(hub, make_repo(hub, "x", content))
    assert (card.pipeline_tag, card.library) == (task, library)


def test_a_chat_template_makes_it_conversational(hub: Hub) -> None:
    content = {
        "config.json": json.dumps({"architectures": ["LlamaForCausalLM"]}),
        "tokenizer_config.json": json.dumps({"chat_template": "{{ x }}", "mask_token": "<m>"}),
    }
    card = card_of(hub, make_repo(hub, "x", content))
    assert card.conversational
    assert card.facts["mask_token"] == "<m>"


def test_bad_metadata_never_breaks_a_push(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "x", {"README.md": "---\na: [1\n---\n# Still a card\n"})
    card = card_of(any_hub, repo)
    assert card.title == "Still a card"
    assert card.warning.startswith("Line ")


def test_norwegian_is_a_language(hub: Hub) -> None:
    card = card_of(hub, make_repo(hub, "x", {"README.md": "---\nlanguage: [en, no]\n---\n"}))
    assert {"en", "no"} <= set(card.tags)


def test_a_dataset_and_a_space(any_hub: Hub) -> None:
    readme = (CONTENT / "datasets/bear-facts/README.md").read_text()
    kind = RepoKind.DATASET
    card = card_of(
        any_hub, make_repo(any_hub, "facts", {"README.md": readme, "f.csv": "a"}, kind=kind)
    )
    assert card.title == "Bear facts"
    expected = {"task_categories:question-answering", "size_categories:n<1K", "language:en"}
    assert expected | {"license:cc0-1.0", "format:csv", "biology"} <= set(card.tags)
    readme = (CONTENT / "spaces/eight-bears/README.md").read_text()
    space = make_repo(any_hub, "bears", {"README.md": readme}, kind=RepoKind.SPACE)
    card = card_of(any_hub, space)
    assert card.summary == "The eight kinds of bear on one page"
    assert "static" in card.tags


def test_only_main_has_a_card(hub: Hub) -> None:
    repo = make_repo(hub, "x", {"README.md": "# One"})
    oid = card_of(hub, repo).commit_oid
    push(hub, repo, {"other.txt": "words"})
    card = card_of(hub, repo)
    assert card.title == "One"
    assert card.commit_oid != oid


def test_html_is_made_once(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "x", {"README.md": "---\nlicense: mit\n---\n# Hello\n"})
    card = card_of(any_hub, repo)
    made = any_hub.read(cards.html, repo, card)
    assert made is not None
    assert "license" not in made.text
    any_hub.write(cards.keep, made.key, cards.packed(made))
    kept = any_hub.read(cards.html, repo, card)
    assert kept is not None
    assert (kept.text, kept.key) == (made.text, "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("model.Q4_K_M.gguf", "Q4_K_M"),
        ("Smol-135M-q8_0.gguf", "Q8_0"),
        ("x-IQ2_XXS-00001-of-00002.gguf", "IQ2_XXS"),
        ("x-UD-Q2_K_XL.gguf", "UD-Q2_K_XL"),
        ("model-f16.gguf", "F16"),
        ("model.gguf", ""),
    ],
)
def test_a_file_name_says_its_quantisation(name: str, said: str) -> None:
    assert quantisation(name) == said

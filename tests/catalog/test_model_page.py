"""The page of a model, inside its weights, and its chat templates."""

import json
import re
import time

import pytest
from starlette.testclient import TestClient

from bearhug.cards.apps import templates
from bearhug.cards.jobs import read_weights
from bearhug.catalog.templates_told import indented, named_after
from bearhug.hub import Hub
from bearhug.repos.model import Repo, RepoKind
from bearhug.web.rendering import render_apart
from tests.catalog.weights import CHATML, gguf, safetensors
from tests.repos_of import make_repo

BERT = {
    "embeddings.weight": ("F16", (100, 8)),
    "layer.0.attention.weight": ("F16", (8, 8)),
    "layer.1.attention.weight": ("F32", (8, 8)),
    "head.bias": ("F32", (8,)),
}
CARD = """---
pipeline_tag: text-classification
base_model: ada/base
base_model_relation: finetune
datasets: [ada/squad, elsewhere/glue]
model-index:
- name: bert
  results:
  - task: {type: text-classification}
    dataset: {type: ada/squad, name: SQuAD, config: plain}
    metrics:
    - {type: accuracy, name: Accuracy, value: 0.91}
    - {type: f1, name: F1, value: 87.5}
    - {type: note, name: Words, value: "very good"}
---
# Bert
"""


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def read(hub: Hub, repo: Repo) -> Repo:
    read_weights(hub, repo_id=repo.id)
    return repo


@pytest.fixture
def bert(hub: Hub) -> Repo:
    make_repo(hub, "squad", {"README.md": "# S"}, kind=RepoKind.DATASET)
    evaluation = "- dataset: {id: ada/squad, task_id: plain}\n  value: 12\n"
    config = {"architectures": ["BertModel"], "model_type": "bert"}
    content = {
        "README.md": CARD,
        "config.json": json.dumps(config),
        "model.safetensors": safetensors(BERT),
        ".eval_results/squad.yaml": evaluation,
    }
    return read(hub, make_repo(hub, "bert", content))


def test_weights_by_type_and_memory_by_precision(client: TestClient, bert: Repo) -> None:
    page = client.get("/ada/bert").text
    said = words(page)
    assert 'href="/ada/bert/viewer"' in page
    assert "4 tensors" in said
    assert 'aria-label="F16 92.3 %, F32 7.7 %"' in page
    assert "BertModel" in said
    for bits in ("32 bits", "16 bits", "8 bits", "4 bits"):
        assert bits in said
    assert said.count("fits") >= 4
    assert "Models may have" in said


def test_results_are_a_list_with_bars(client: TestClient, bert: Repo) -> None:
    page = client.get("/ada/bert").text
    listed = page[page.index('class="scores"') :]
    assert listed.count("<meter") == 3
    assert 'value="0.9100"' in listed
    assert 'value="0.8750"' in listed
    assert 'href="/datasets/ada/squad"' in listed
    assert "very good" in listed
    assert "Accuracy" in listed


def test_family_and_datasets(client: TestClient, hub: Hub, bert: Repo) -> None:
    make_repo(hub, "base", {"README.md": "# Base"})
    for name, relation in (("q1", "quantized"), ("q2", "quantized"), ("lora", "adapter")):
        said = f"---\nbase_model: ada/bert\nbase_model_relation: {relation}\n---\n"
        make_repo(hub, name, {"README.md": said})
    page = client.get("/ada/bert").text
    assert 'href="/ada/base"' in page
    assert "2 quantisations" in page
    assert "1 adapter" in page
    assert 'href="/datasets/ada/squad"' in page
    assert "elsewhere/glue" in page


def test_inside_safetensors(client: TestClient, bert: Repo) -> None:
    page = client.get("/ada/bert/viewer").text
    said = words(page)
    assert "layer.0.attention.weight" in said
    assert "100 × 8" in said
    assert "format" in said  # what its __metadata__ says
    found = words(client.get("/ada/bert/viewer?q=layer+attention&dtype=F32").text)
    assert "layer.1.attention.weight" in found
    assert "layer.0.attention.weight" not in found
    assert "No tensor here" in client.get("/ada/bert/viewer?q=nothing").text


def test_inside_weights_as_json(client: TestClient, bert: Repo) -> None:
    told = client.get("/ada/bert/viewer?format=json&q=head").json()
    assert told["parameters"] == {"F16": 864, "F32": 72}
    assert told["tensors"] == [
        {"name": "head.bias", "dtype": "F32", "shape": [8], "parameters": 8, "bytes": 32}
    ]


def test_several_files_are_one_model(client: TestClient, hub: Hub) -> None:
    parts = {
        f"model-0000{n}-of-00002.safetensors": safetensors({f"layer.{n}": ("F32", (2, n))})
        for n in (1, 2)
    }
    places = {f"layer.{n}": f"model-0000{n}-of-00002.safetensors" for n in (1, 2)}
    index = json.dumps({"metadata": {"total_size": 24}, "weight_map": places})
    extra = {"model.safetensors.index.json": index, "other/spare.safetensors": safetensors({})}
    make_repo(hub, "parts", {**parts, **extra})
    told = client.get("/ada/parts/viewer?format=json").json()
    assert told["files"] == list(parts)
    assert [each["file"] for each in told["tensors"]] == list(parts)
    one = client.get("/ada/parts/viewer?format=json&file=model-00002-of-00002.safetensors").json()
    assert [each["name"] for each in one["tensors"]] == ["layer.2"]
    assert client.get("/ada/parts/viewer?file=nothing.safetensors").status_code == 404


def test_inside_gguf_one_picks_the_quantisation(client: TestClient, hub: Hub) -> None:
    repo = make_repo(
        hub,
        "smol",
        {
            "smol-Q8_0.gguf": gguf({"blk.0.weight": (4, 8)}),
            "smol-Q4_K_M.gguf": gguf({"blk.0.weight": (4, 2)}),
        },
    )
    read(hub, repo)
    page = client.get("/ada/smol").text
    assert 'href="/ada/smol/viewer?file=smol-Q8_0.gguf"' in page
    assert 'href="/ada/smol/template">ChatML' in page
    best = words(client.get("/ada/smol/viewer").text)
    assert "2 × 4" in best  # the slowest dimension first
    other = client.get("/ada/smol/viewer?file=smol-Q8_0.gguf").text
    assert "8 × 4" in words(other)
    assert "llama.context_length" in other
    assert 'href="/ada/smol/template"' in other


def test_a_broken_file_says_why(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "broken", {"model.safetensors": b"\x00" * 40, "m.gguf": b"GGUF" + b"\xff" * 20})
    page = client.get("/ada/broken/viewer")
    assert (page.status_code, "cannot be read" in page.text) == (200, True)
    assert "cannot be read" in client.get("/ada/broken/viewer?file=m.gguf").text
    make_repo(hub, "empty", {"README.md": "# E"})
    assert client.get("/ada/empty/viewer").status_code == 404


def test_weights_of_a_hidden_model_are_hidden(
    client: TestClient, hub: Hub, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    make_repo(hub, "den", {"m.gguf": gguf({"w": (2,)})}, private=True)
    for page in ("viewer", "template"):
        assert client.get(f"/ada/den/{page}", headers=as_linus).status_code == 404
    assert client.get("/ada/den/viewer", headers=as_ada).status_code == 200


def test_a_chat_template_and_what_the_model_reads(client: TestClient, hub: Hub) -> None:
    tools = "{% if tools %}{{ tools | tojson }}{% endif %}" + CHATML
    tokenizer = {"chat_template": [{"name": "default", "template": CHATML},
                                   {"name": "tool_use", "template": tools}]}  # fmt: skip
    make_repo(hub, "chats", {"tokenizer_config.json": json.dumps(tokenizer)})
    page = client.get("/ada/chats/template").text
    assert "ChatML" in page
    assert "&lt;|im_start|&gt;user\nWhy do bears hum?" in page
    assert "tool_use" in page
    with_tool = client.get("/ada/chats/template?name=tool_use&tools").text
    assert "find_bear" in with_tool
    raw = client.get("/ada/chats/template?view=raw").text
    assert "⏎" not in raw


def test_a_template_without_a_system_prompt_is_asked_without(client: TestClient, hub: Hub) -> None:
    picky = "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}<start_of_turn>{{ messages[0].content }}"  # noqa: E501
    make_repo(hub, "picky", {"chat_template.jinja": picky})
    assert "&lt;start_of_turn&gt;Why do bears hum?" in client.get("/ada/picky/template").text


@pytest.mark.parametrize(
    "hostile",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 99999999999 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ messages.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_hostile_template_costs_its_reader_a_moment(hostile: str) -> None:
    began = time.monotonic()
    rendered = render_apart(hostile, {"messages": []})
    assert rendered.text == ""
    assert rendered.error
    assert time.monotonic() - began < 6


def test_templates_have_names_and_can_be_set_out() -> None:
    assert named_after(CHATML) == "ChatML"
    assert named_after("{{ messages }}") == ""
    assert indented("{% if a %}x{% else %}{{ b }}{% endif %}").split("\n") == [
        "{% if a %}",
        "  x",
        "{% else %}",
        "  {{ b }}",
        "{% endif %}",
    ]
    facts = {"config": {"chat_template_jinja": "a", "tokenizer_config": {"chat_template": "a"}}}
    assert templates(facts) == {"chat_template.jinja": "a"}

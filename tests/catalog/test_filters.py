"""Every filter, order and property of the client's list calls, on a small hub."""

import json
import struct
from typing import Any, get_args

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import (
    ExpandDatasetProperty_T,
    ExpandModelProperty_T,
    ExpandSpaceProperty_T,
)

from bearhug.cards.jobs import read_weights
from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from tests.cards.test_reading import gguf
from tests.conftest import Server, person
from tests.repos_of import make_repo, push

pytestmark = pytest.mark.client


def safetensors(parameters: int) -> bytes:
    """A header of one tensor, its bytes left out: nobody reads them."""
    tensor = {"dtype": "F16", "shape": [parameters], "data_offsets": [0, 2 * parameters]}
    head = json.dumps({"w": tensor}).encode()
    return struct.pack("<Q", len(head)) + head


LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}
MODELS: dict[str, dict[str, bytes | str]] = {
    "base": {
        "README.md": "---\nlicense: mit\nlanguage: [en, fr]\ndatasets: [ada/facts]\n---\n# Base\n"
        "See https://arxiv.org/abs/1810.04805 about salmon.\n",
        "config.json": json.dumps(LLAMA),
        "tokenizer_config.json": json.dumps({"chat_template": "{{ tools }}"}),
        "model.safetensors": safetensors(7_000_000_000),
    },
    "tuned": {
        "README.md": "---\nlicense: apache-2.0\nlanguage: en\nbase_model: ada/base\n---\n# Tuned\n",
        "config.json": json.dumps(LLAMA),
        "model.safetensors": safetensors(1_000_000),
    },
    "quant-GGUF": {
        "README.md": "---\nbase_model: ada/base\ntags: [bears]\n---\n# Quantised\n",
        "q.Q8_0.gguf": gguf("llama", template="{{ x }}"),
    },
    "painter": {
        "README.md": "---\nlicense: openrail\n---\n# Painter\n",
        "model_index.json": json.dumps({"_class_name": "StableDiffusionPipeline"}),
        "unet/diffusion_pytorch_model.safetensors": safetensors(100),
        "text_encoder/model.safetensors": safetensors(20),
    },
}
FACTS = """---
license: cc-by-4.0
language: [en, de]
task_categories: [question-answering]
task_ids: [extractive-qa]
size_categories: [n<1K]
multilinguality: [multilingual]
language_creators: [found]
---
# Facts about salmon

```bibtex
@misc{facts, title={Facts}}
```
"""


@pytest.fixture
def seeded(server: Server) -> Server:
    hub = server.hub
    for name, content in MODELS.items():
        repo = make_repo(hub, name, content)
        read_weights(hub, repo.id)
    make_repo(hub, "secret", {"README.md": "---\nlicense: mit\n---\n"}, private=True)
    facts = make_repo(
        hub, "facts", {"README.md": FACTS, "data/train.csv": "a\n1\n", "eval.yaml": "name: x"},
        kind=RepoKind.DATASET,
    )  # fmt: skip
    read_weights(hub, facts.id)
    make_repo(hub, "empty", {"README.md": "---\nlanguage: fr\n---\n"}, kind=RepoKind.DATASET)
    make_repo(hub, "asks", {"app.py": 'load("ada/base")\nload("ada/facts")'}, kind=RepoKind.SPACE)
    card = "---\nmodels: [ada/tuned]\ntags: [bears]\n---\n"
    make_repo(hub, "shows", {"README.md": card}, kind=RepoKind.SPACE)
    make_repo(hub, "plain", kind=RepoKind.SPACE)
    hub.write_as(person(hub, "linus"), social.like, RepoKind.MODEL, "ada/painter")
    hub.write_as(
        person(hub, "ada"), repos.change_settings, RepoKind.MODEL, "ada/tuned", gated="auto"
    )
    return server


@pytest.fixture
def api(seeded: Server) -> HfApi:
    return HfApi(endpoint=seeded.url, token=False)


MODEL_FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"base", "tuned", "quant-GGUF", "painter"}),
    ({"search": "QUANT"}, {"quant-GGUF"}),
    ({"search": "salmon"}, {"base"}),
    ({"search": "ada/tun"}, {"tuned"}),
    ({"author": "ada"}, {"base", "tuned", "quant-GGUF", "painter"}),
    ({"author": "spaces/foo/bar"}, set()),
    ({"author": "🐻"}, set()),
    ({"filter": "license:mit"}, {"base"}),
    ({"filter": "en"}, {"base", "tuned"}),
    ({"filter": "language:en"}, {"base", "tuned"}),
    ({"filter": ["en", "license:mit"]}, {"base"}),
    ({"filter": "arxiv:1810.04805"}, {"base"}),
    ({"filter": "region:us"}, {"base", "tuned", "quant-GGUF", "painter"}),
    ({"filter": "region:eu"}, set()),
    ({"filter": "base_model:ada/base"}, {"tuned", "quant-GGUF"}),
    ({"filter": "base_model:finetune:ada/base"}, {"tuned"}),
    ({"filter": "base_model:quantized:ada/base"}, {"quant-GGUF"}),
    ({"filter": "safetensors"}, {"base", "tuned", "painter"}),
    ({"filter": "gguf"}, {"quant-GGUF"}),
    ({"filter": "diffusers:StableDiffusionPipeline"}, {"painter"}),
    ({"filter": "conversational"}, {"base", "quant-GGUF"}),
    ({"filter": "bears"}, {"quant-GGUF"}),
    ({"filter": "nobody:has-this"}, set()),
    ({"trained_dataset": "ada/facts"}, {"base"}),
    ({"pipeline_tag": "text-to-image"}, {"painter"}),
    ({"pipeline_tag": "text-generation"}, {"base", "tuned", "quant-GGUF"}),
    ({"apps": "ollama"}, {"quant-GGUF"}),
    ({"apps": ["lmstudio"]}, {"quant-GGUF"}),
    ({"apps": "vllm"}, {"base", "tuned", "quant-GGUF"}),
    ({"apps": ["sglang", "drawthings"]}, {"base", "tuned", "painter"}),
    ({"apps": "tgi"}, {"base", "tuned"}),
    ({"apps": "pi"}, set()),
    ({"apps": "no-such-app"}, set()),
    ({"gated": True}, {"tuned"}),
    ({"gated": False}, {"base", "quant-GGUF", "painter"}),
    ({"num_parameters": "min:6B,max:128B"}, {"base"}),
    ({"num_parameters": "max:1M"}, {"tuned", "quant-GGUF", "painter"}),
    ({"inference_provider": "nobody"}, set()),
]


def test_every_filter_of_models(api: HfApi) -> None:
    for asked, expected in MODEL_FILTERS:
        found = {each.id.removeprefix("ada/") for each in api.list_models(**asked)}
        assert found == expected, asked
    served = {each.id for each in api.list_models(inference_provider="all")}
    assert served == {each.id for each in api.list_models(inference="warm")}
    assert len(list(HfApi(endpoint=api.endpoint, token="hf_ada").list_models())) == 5


def test_every_filter_of_datasets_and_spaces(api: HfApi) -> None:
    datasets: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"facts", "empty"}),
        ({"language": "en"}, {"facts"}),
        ({"language": ["en", "de"]}, {"facts"}),
        ({"language": ["en", "fr"]}, set()),
        ({"task_categories": "question-answering"}, {"facts"}),
        ({"task_ids": "extractive-qa"}, {"facts"}),
        ({"size_categories": "n<1K"}, {"facts"}),
        ({"multilinguality": "multilingual"}, {"facts"}),
        ({"language_creators": "found"}, {"facts"}),
        ({"benchmark": "official"}, {"facts"}),
        ({"benchmark": True}, {"facts"}),
        ({"filter": "format:csv"}, {"facts"}),
        ({"filter": "modality:text"}, {"facts"}),
        ({"filter": "library:pandas"}, {"facts"}),
        ({"filter": "license:cc-by-4.0"}, {"facts"}),
        ({"search": "salmon"}, {"facts"}),
        ({"gated": True}, set()),
    ]
    for asked, expected in datasets:
        assert {each.id[4:] for each in api.list_datasets(**asked)} == expected, asked
    spaces: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"asks", "shows", "plain"}),
        ({"models": "ada/base"}, {"asks"}),
        ({"models": ["ada/base", "ada/tuned"]}, {"asks", "shows"}),
        ({"datasets": "ada/facts"}, {"asks"}),
        ({"linked": True}, {"asks", "shows"}),
        ({"filter": "bears"}, {"shows"}),
        ({"filter": "static"}, {"asks", "shows", "plain"}),
    ]
    for asked, expected in spaces:
        assert {each.id[4:] for each in api.list_spaces(**asked)} == expected, asked
    linked = {each.id: each for each in api.list_spaces(linked=True)}
    assert (linked["ada/asks"].models, linked["ada/asks"].datasets) == (["ada/base"], ["ada/facts"])


def test_every_order(api: Any) -> None:
    """Those of @huggingface/hub too, which the Python client's types do not name."""
    made = ["ada/base", "ada/tuned", "ada/quant-GGUF", "ada/painter"]
    assert [each.id for each in api.list_models(sort="created_at")] == made[::-1]
    first = {
        order: next(iter(api.list_models(sort=order, limit=1))).id
        for order in ("likes", "trending_score", "likes30d", "num_parameters", "id")
    }
    assert first == {
        "likes": "ada/painter",
        "trending_score": "ada/painter",
        "likes30d": "ada/painter",
        "num_parameters": "ada/base",
        "id": "ada/tuned",
    }
    for order in ("downloads", "last_modified", "likes30d", "num_parameters", "mainSize", "id"):
        assert len(list(api.list_models(sort=order))) == 4
    assert next(iter(api.list_datasets(sort="mainSize"))).id == "ada/facts"
    old = httpx.get(f"{api.endpoint}/api/models", params={"sort": "createdAt", "direction": -1})
    assert [each["id"] for each in old.json()] == made[::-1]
    with pytest.raises(HfHubHTTPError, match="sort: use one of"):
        list(api.list_models(sort="loudness"))


def test_every_order_pages_alike(seeded: Server) -> None:
    for order in ("trendingScore", "likes30d", "num_parameters", "mainSize", "id", "lastModified"):
        address = f"{seeded.url}/api/models?limit=1&sort={order}&full=true&filter=region:us"
        seen = []
        while address:
            answer = httpx.get(address)
            seen += [each["id"] for each in answer.json()]
            address = answer.links.get("next", {}).get("url", "")
        whole = httpx.get(f"{seeded.url}/api/models?sort={order}").json()
        assert seen == [each["id"] for each in whole], order


def test_pages_hold_while_repos_change(seeded: Server) -> None:
    """What was seen does not come again, and what stays is not left out."""
    hub = seeded.hub
    for number in range(12):
        make_repo(hub, f"m{number:02d}")
    answer = httpx.get(f"{seeded.url}/api/models?limit=5&sort=createdAt")
    seen = [each["id"] for each in answer.json()]
    make_repo(hub, "newer")
    gone = seen[-1]
    hub.write_as(person(hub, "ada"), repos.delete, RepoKind.MODEL, gone)
    while "next" in answer.links:
        answer = httpx.get(answer.links["next"]["url"])
        seen += [each["id"] for each in answer.json()]
    assert len(seen) == len(set(seen)) == 16
    assert {f"ada/m{number:02d}" for number in range(12)} <= set(seen)


def test_every_property_can_be_expanded(api: Any) -> None:
    for model in api.list_models(expand=list(get_args(ExpandModelProperty_T))):
        assert model.author == "ada"
        assert model.siblings is not None
    [facts] = api.list_datasets(expand=list(get_args(ExpandDatasetProperty_T)), search="facts")
    assert facts.citation == "@misc{facts, title={Facts}}"
    assert facts.main_size is not None
    assert facts.main_size > len(FACTS)
    [asks] = api.list_spaces(expand=list(get_args(ExpandSpaceProperty_T)), search="asks")
    assert (asks.models, asks.sdk, asks.region) == (["ada/base"], "static", "us")
    for call in (api.list_models, api.list_datasets, api.list_spaces):
        with pytest.raises(HfHubHTTPError) as refused:
            list(call(expand=["foo"]))
        assert refused.value.response.status_code == 400


def test_what_a_line_says_unasked(api: HfApi) -> None:
    bare = next(iter(api.list_models(filter="license:mit")))
    assert (bare.card_data, bare.siblings, bare.config) == (None, None, None)
    full = next(
        iter(api.list_models(filter="license:mit", full=True, cardData=True, fetch_config=True))
    )
    assert full.sha is not None
    assert full.last_modified is not None
    assert full.siblings is not None
    assert full.card_data is not None
    assert full.config is not None
    assert full.config["model_type"] == "llama"
    assert all(each.card_data is None for each in api.list_datasets(full=False))
    assert all(each.card_data is not None for each in api.list_datasets(full=True))


def test_a_models_whole_info(api: HfApi) -> None:
    base = api.model_info("ada/base", expand=list(get_args(ExpandModelProperty_T)))
    assert base.safetensors == {"parameters": {"F16": 7_000_000_000}, "total": 7_000_000_000}
    assert base.transformers_info == {
        "auto_model": "AutoModelForCausalLM",
        "custom_class": None,
        "pipeline_tag": "text-generation",
        "processor": "AutoTokenizer",
    }
    assert base.children_model_count == 2
    assert base.spaces == ["ada/asks"]
    assert base.widget_data
    assert base.tags == [
        *("transformers", "safetensors", "llama", "text-generation", "conversational", "en", "fr"),
        *("dataset:ada/facts", "arxiv:1810.04805", "license:mit", "text-generation-inference"),
        *("endpoints_compatible", "region:us"),
    ]
    address = f"{api.endpoint}/api/models/ada/quant-GGUF?expand=gguf&expand=baseModels"
    quantised = httpx.get(address).json()
    assert quantised["gguf"]["chat_template"] == "{{ x }}"
    assert quantised["baseModels"]["relation"] == "quantized"
    assert [each["id"] for each in quantised["baseModels"]["models"]] == ["ada/base"]
    painter = api.model_info("ada/painter", expand=["safetensors", "config"])
    assert painter.safetensors is not None
    assert painter.safetensors["total"] == 120
    assert painter.config == {"diffusers": {"_class_name": "StableDiffusionPipeline"}}


def test_tasks_and_tags(api: HfApi, seeded: Server) -> None:
    tasks = httpx.get(f"{seeded.url}/api/tasks").json()
    assert tasks["text-generation"]["widgetModels"]
    assert tasks["text-to-image"]["widgetModels"] == ["ada/painter"]
    assert "ada/secret" not in str(tasks)
    tags = api.get_model_tags()
    assert {"id": "dataset:ada/facts", "label": "ada/facts", "type": "dataset"} in tags["dataset"]
    assert {each["id"] for each in tags["language"]} == {"en", "fr"}
    found = api.get_dataset_tags()
    assert [each["id"] for each in found["task_ids"]] == ["task_ids:extractive-qa"]
    assert [each["id"] for each in found["benchmark"]] == ["benchmark:official"]


def test_what_is_hidden_is_found_by_nobody_else(hub: Hub, server: Server) -> None:
    secret = make_repo(hub, "secret", {"README.md": "# The marmalade is here\n"}, private=True)
    push(hub, make_repo(hub, "open"), {"README.md": "# The marmalade is gone\n"})
    addresses = ("quicksearch?q=secret", "search/full-text?q=marmalade")
    for token, seen in (("hf_linus", False), ("hf_ada", True)):
        for address in addresses:
            answer = httpx.get(
                f"{server.url}/api/{address}", headers={"Authorization": f"Bearer {token}"}
            )
            assert (str(secret.name) in answer.text) is seen
    texts = httpx.get(f"{server.url}/api/search/full-text?q=marma").json()
    assert (texts["estimatedTotalHits"], len(texts["hits"])) == (1, 1)
    pieces = texts["hits"][0]["formatted"]["fileContent"]
    assert [each["text"] for each in pieces if each["type"] == "highlight"] == ["marmalade"]


def test_the_search_in_the_bar_finds_everything(api: HfApi, seeded: Server) -> None:
    found = httpx.get(f"{seeded.url}/api/quicksearch?q=ada&limit=2").json()
    assert found["modelsCount"] == 4
    assert len(found["models"]) == 2
    assert [each["user"] for each in found["users"]] == ["ada"]
    bears = httpx.get(f"{seeded.url}/api/quicksearch?q=BEAR&type=org&type=model").json()
    assert [each["name"] for each in bears["orgs"]] == ["bears"]
    assert "users" not in bears
    papers = httpx.get(f"{seeded.url}/api/quicksearch?q=1810.04805&type=paper").json()
    assert [each["_id"] for each in papers["papers"]] == ["1810.04805"]
    for wrong in ("type=nonsense", "limit=0", "limit=x"):
        assert httpx.get(f"{seeded.url}/api/quicksearch?q=a&{wrong}").status_code == 400
    assert httpx.get(f"{seeded.url}/api/quicksearch?q=").json()["models"] == []

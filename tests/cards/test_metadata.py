"""What the Hub works out of files and cards: libraries, tasks, tags, relations, evaluations."""

import json
import struct
from collections.abc import Mapping
from typing import Any

import pytest

from bearhug.cards import service as cards
from bearhug.cards.formats import formats
from bearhug.cards.headers import one_model
from bearhug.cards.jobs import read_weights
from bearhug.cards.model import Card
from bearhug.cards.widgets import widget_data
from bearhug.hub import Hub
from bearhug.kit import gguf
from bearhug.repos.model import RepoKind
from tests.repos_of import make_repo, push

README = "---\n{}\n---\n# Card\n"


def card_of(hub: Hub, content: Mapping[str, bytes | str], kind: RepoKind = RepoKind.MODEL) -> Card:
    repo = make_repo(hub, "x", content, kind=kind)
    card = hub.read(cards.card, repo)
    assert card is not None
    return card


def config(**given: Any) -> str:
    return json.dumps({"architectures": ["BertForMaskedLM"], "model_type": "bert", **given})


def test_tags_come_in_the_hubs_order(hub: Hub) -> None:
    """As the Hub answers for google-bert/bert-base-uncased, whose files these are."""
    readme = """---
language: en
tags: [exbert]
license: apache-2.0
datasets: [bookcorpus, wikipedia]
---
See [this paper](https://arxiv.org/abs/1810.04805).
"""
    names = ("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "rust_model.ot",
             "coreml/fill-mask/float32_model.mlpackage/Manifest.json", "model.onnx",
             "model.safetensors")  # fmt: skip
    card = card_of(
        hub, {"README.md": readme, "config.json": config(), **dict.fromkeys(names, b"x")}
    )
    assert card.tags == (
        *("transformers", "pytorch", "tf", "jax", "rust", "coreml", "onnx", "safetensors", "bert"),
        *("fill-mask", "exbert", "en", "dataset:bookcorpus", "dataset:wikipedia"),
        *("arxiv:1810.04805", "license:apache-2.0", "endpoints_compatible", "region:us"),
    )
    assert card.facts["mask_token"] == "[MASK]"
    assert card.facts["transformers"] == {
        "auto_model": "AutoModelForMaskedLM",
        "pipeline_tag": "fill-mask",
        "processor": "AutoTokenizer",
    }
    assert "[MASK]" in str(widget_data(card))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"adapter_config.json": '{"task_type": "SEQ_CLS"}'}, ("peft", "text-classification")),
        (
            {"model_index.json": '{"_class_name": "StableVideoDiffusionPipeline"}'},
            ("diffusers", "image-to-video"),
        ),
        (
            {"model_index.json": '{"_class_name": "DDPMPipeline"}'},
            ("diffusers", "unconditional-image-generation"),
        ),
        ({"meta.json": "{}", "config.cfg": "x"}, ("spacy", "token-classification")),
        ({"meta.json": "{}"}, (None, None)),
        ({"config_setfit.json": "{}"}, ("setfit", "text-classification")),
        (
            {
                "config.json": '{"pretrained_cfg": {}, "architecture": "vit"}',
                "model.safetensors": "x",
            },
            ("timm", "image-classification"),
        ),
        (
            {
                "README.md": README.format("library_name: sklearn"),
                "config.json": '{"sklearn": {"task": "tabular-regression"}}',
            },
            ("sklearn", "tabular-regression"),
        ),
        (
            {
                "hyperparams.yaml": "x",
                "config.json": '{"speechbrain_interface": "EncoderASR"}',
            },
            ("speechbrain", "automatic-speech-recognition"),
        ),
        (
            {"README.md": README.format("tags: [ml-agents]")},
            ("ml-agents", "reinforcement-learning"),
        ),
        ({"weights.safetensors": "x"}, (None, None)),
    ],
)
def test_libraries_and_their_tasks(
    hub: Hub, content: dict[str, bytes | str], expected: tuple[str | None, str | None]
) -> None:
    card = card_of(hub, content)
    assert (card.library, card.pipeline_tag) == expected


def test_an_adapter_does_what_its_base_does(hub: Hub) -> None:
    make_repo(hub, "base", {"README.md": README.format("pipeline_tag: translation")})
    adapter = {"base_model_name_or_path": "ada/base", "task_type": "CAUSAL_LM"}
    card = card_of(hub, {"adapter_config.json": json.dumps(adapter)})
    assert card.pipeline_tag == "translation"
    assert {"base_model:ada/base", "base_model:adapter:ada/base"} <= set(card.tags)
    local = {"base_model_name_or_path": "./local", "task_type": "CAUSAL_LM"}
    push(hub, make_repo(hub, "y"), {"adapter_config.json": json.dumps(local)})


@pytest.mark.parametrize(
    ("metadata", "files", "relation"),
    [
        ("base_model: [a/b, c/d]", {}, "merge"),
        ("base_model: a/b", {"m.gguf": b"x"}, "quantized"),
        ("base_model: a/b", {"config.json": config(quantization_config={"bits": 4})}, "quantized"),
        ("base_model: a/b", {}, "finetune"),
        ("base_model: a/b\nbase_model_relation: merge", {}, "merge"),
        ("base_model: a/b\nbase_model_relation: nonsense", {}, "finetune"),
    ],
)
def test_how_a_model_came_from_another(
    hub: Hub, metadata: str, files: dict[str, bytes | str], relation: str
) -> None:
    card = card_of(hub, {"README.md": README.format(metadata), **files})
    assert f"base_model:{relation}:a/b" in card.tags


@pytest.mark.parametrize(
    "name", ["chat_template.jinja", "chat_template.json", "processor_config.json"]
)
def test_a_template_in_any_file_makes_it_talk(hub: Hub, name: str) -> None:
    config = json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama"})
    content = "{{ x }}" if name.endswith("jinja") else '{"chat_template": "{{ x }}"}'
    card = card_of(hub, {"config.json": config, name: content, "model.safetensors": b"x"})
    assert card.conversational
    assert "text-generation-inference" in card.tags


def test_quantised_weights_and_code_of_its_own(hub: Hub) -> None:
    quantised = {"quant_method": "gptq", "bits": 4}
    said = config(quantization_config=quantised, auto_map={"AutoModel": "x.Y"})
    card = card_of(hub, {"config.json": said})
    assert {"4-bit", "gptq", "custom_code"} <= set(card.tags)


def test_evaluations_of_files_and_of_the_card(hub: Hub) -> None:
    files = {
        ".eval_results/hle.yaml": "- dataset: {id: cais/hle, task_id: default}\n  value: 20.9\n"
        "- dataset: {id: cais/hle}\n  value: 1\n- nonsense\n",
        ".eval_results/bad.yaml": "[1",
    }
    card = card_of(hub, files)
    assert card.facts["evaluations"] == [
        {
            "filename": ".eval_results/hle.yaml",
            "verified": False,
            "data": {"dataset": {"id": "cais/hle", "task_id": "default"}, "value": 20.9},
        }
    ]
    assert "eval-results" in card.tags


def test_a_dataset_is_told_by_its_files(any_hub: Hub) -> None:
    readme = README.format(
        "license: mit\nlanguage: en\ntask_ids: [extractive-qa]\nsource_datasets: [original]"
    )
    files: dict[str, bytes | str] = {
        "README.md": readme,
        "data/train-00000.parquet": b"x",
        "pictures/a.png": b"y",
    }
    card = card_of(any_hub, files, RepoKind.DATASET)
    assert card.tags == (
        *("task_ids:extractive-qa", "source_datasets:original", "language:en", "license:mit"),
        *("format:parquet", "format:imagefolder", "modality:image", "library:datasets"),
        *("library:pandas", "library:mlcroissant", "library:polars", "region:us"),
    )


def test_a_dataset_is_weighed_by_a_job(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "x", {"a/b/c.csv": b"12345"}, kind=RepoKind.DATASET)
    read_weights(any_hub, repo.id)
    first = any_hub.read(cards.card, repo)
    push(any_hub, repo, {"more.bin": b"12345"})
    read_weights(any_hub, repo.id)
    second = any_hub.read(cards.card, repo)
    assert first is not None
    assert second is not None
    assert (second.weight_bytes or 0) - (first.weight_bytes or 0) == 5


def test_a_space_uses_what_its_code_names(hub: Hub) -> None:
    code = 'pipe("ada/bert")\nload(\'ada/facts\')\nopen("static/app.js")\nx = "a/b/c"\n'
    card = card_of(hub, {"app.py": code, "README.md": "# `see/this`"}, RepoKind.SPACE)
    assert card.facts["mentions"] == ["ada/bert", "ada/facts"]


def test_which_files_are_one_model() -> None:
    shards = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = json.dumps({"weight_map": {"a": shards[0], "b": shards[1]}}).encode()
    listed = {"model.safetensors.index.json": index}
    assert one_model([*shards, "consolidated.safetensors"], listed) == shards
    assert one_model(["model.safetensors", "unet/model.safetensors"], {}) == ["model.safetensors"]
    parts = ["vae/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.safetensors"]
    assert one_model([*parts, "unet/x.fp16.safetensors"], {}) == sorted(parts)
    assert one_model(["a.safetensors", "b.safetensors"], {}) == ["a.safetensors"]
    assert one_model([], {}) == []


def test_formats_by_the_names_of_files() -> None:
    said = formats(RepoKind.MODEL, ["training_args.bin", "runs/events.out.tfevents.1", "a/b.bin"])
    assert said == ["tensorboard"]
    assert formats(RepoKind.DATASET, ["README.md", "a.jsonl.gz", "dataset_infos.json"]) == ["json"]
    assert formats(RepoKind.SPACE, ["a.csv"]) == []


def test_the_words_that_begin_and_end_a_text(hub: Hub) -> None:
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    words = [f"w{number}" for number in range(2000)]
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 4)
    head += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    head += text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, len(words))
    head += b"".join(map(text, words))
    for name, number in (("bos", 1), ("eos", 1999)):
        head += text(f"tokenizer.ggml.{name}_token_id") + struct.pack("<II", 4, number)
    content = head + bytes(64)
    found = gguf.read_words(
        lambda start, stop: content[start:stop], "tokenizer.ggml.tokens", {1, 9**9}
    )
    assert found == {1: "w1"}
    repo = make_repo(hub, "x", {"m.gguf": content})
    read_weights(hub, repo.id)
    card = hub.read(cards.card, repo)
    assert card is not None
    assert (card.facts["gguf"]["bos_token"], card.facts["gguf"]["eos_token"]) == ("w1", "w1999")

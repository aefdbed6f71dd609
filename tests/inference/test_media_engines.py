"""Which files ONNX Runtime, diffusers and scikit-learn take of a repo."""

from dataclasses import replace

import pytest

from bearhug.inference.engines.base import CannotLoad, Contents, RepoFile
from bearhug.inference.engines.diffusers import DiffusersEngine
from bearhug.inference.engines.onnx import OnnxEngine
from bearhug.inference.engines.sklearn import SklearnEngine
from bearhug.inference.engines.transformers import TransformersEngine
from bearhug.inference.memory import MIB

GIB = 1024 * MIB


def repo(task: str, *paths: str, size: int = 90 * MIB, **config: object) -> Contents:
    return Contents(tuple(RepoFile(path, size) for path in paths), task, config=config)


GRAPHS = Contents(
    (
        *(RepoFile("onnx/model.onnx", 90 * MIB), RepoFile("onnx/model_fp16.onnx", 45 * MIB)),
        *(RepoFile("onnx/model_quantized.onnx", 23 * MIB), RepoFile("config.json", 600)),
        *(RepoFile("tokenizer.json", 4000), RepoFile("1_Pooling/config.json", 100)),
    ),
    "feature-extraction",
)


@pytest.mark.parametrize(
    ("budget", "chosen", "kept"),
    [
        (2 * GIB, "onnx/model.onnx", "F32"),
        (300 * MIB, "onnx/model_quantized.onnx", "Q8"),
        (10 * MIB, "onnx/model_quantized.onnx", "Q8"),
    ],
)
def test_the_best_variant_that_fits_is_taken(budget: int, chosen: str, kept: str) -> None:
    found = OnnxEngine().fits(GRAPHS, budget)
    assert found is not None
    assert ([file.path for file in found.files], found.quantisation) == ([chosen], kept)
    beside = {file.path for file in found.beside}
    assert beside == {"config.json", "tokenizer.json", "1_Pooling/config.json"}


def test_a_large_graph_brings_its_data() -> None:
    found = OnnxEngine().fits(
        repo("fill-mask", "model.onnx", "model.onnx_data", "model.onnx_data_1"), GIB
    )
    assert found is not None
    assert [file.path for file in found.files] == [
        *("model.onnx", "model.onnx_data", "model.onnx_data_1")
    ]


def test_a_pipers_voice_brings_its_sounds() -> None:
    found = OnnxEngine().fits(repo("text-to-speech", "joe.onnx", "joe.onnx.json", size=1000), GIB)
    assert found is not None
    assert [file.path for file in found.beside] == ["joe.onnx.json"]


def test_a_voice_brings_its_vocoder() -> None:
    voice = repo("text-to-speech", "model.safetensors", "vocoder/model.safetensors")
    found = TransformersEngine().fits(replace(voice, config={"model_type": "speecht5"}), GIB)
    assert found is not None
    assert [file.path for file in found.files] == ["model.safetensors"]
    assert "vocoder/model.safetensors" in [file.path for file in found.beside]


def test_halves_that_write_text_together_are_refused_in_words() -> None:
    halves = repo("feature-extraction", "onnx/encoder_model.onnx", "onnx/decoder_model.onnx")
    with pytest.raises(CannotLoad, match="an encoder's and a decoder's"):
        OnnxEngine().fits(halves, GIB)
    assert OnnxEngine().fits(repo("text-generation", "onnx/model.onnx"), GIB) is None


def test_each_part_of_a_painter_is_taken_once() -> None:
    parts = (
        *("model_index.json", "scheduler/scheduler_config.json", "tokenizer/vocab.json"),
        *("unet/config.json", "unet/diffusion_pytorch_model.safetensors"),
        *("unet/diffusion_pytorch_model.fp16.safetensors", "unet/diffusion_pytorch_model.bin"),
        *("vae/diffusion_pytorch_model-00001-of-00002.safetensors",),
        *("vae/diffusion_pytorch_model-00002-of-00002.safetensors", "v1-5.safetensors"),
    )
    found = DiffusersEngine().fits(repo("text-to-image", *parts, size=1000), GIB)
    assert found is not None
    assert [file.path for file in found.files] == [
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model-00001-of-00002.safetensors",
        "vae/diffusion_pytorch_model-00002-of-00002.safetensors",
    ]
    assert {file.path for file in found.beside} == {*parts[:4]}


def test_a_checkpoint_in_one_file_is_refused_in_words() -> None:
    with pytest.raises(CannotLoad, match=r"model_index\.json"):
        DiffusersEngine().fits(repo("text-to-image", "v1-5-pruned.safetensors"), GIB)


def test_skops_goes_before_pickles() -> None:
    engine = SklearnEngine()
    named = {"model": {"file": "b.pkl"}}
    safe = engine.fits(repo("tabular-regression", "b.pkl", "m.skops", sklearn=named), GIB)
    pickled = engine.fits(repo("tabular-regression", "a.pkl", "b.pkl", sklearn=named), GIB)
    assert safe is not None
    assert pickled is not None
    assert (safe.files[0].path, pickled.files[0].path) == ("m.skops", "b.pkl")
    assert engine.fits(repo("tabular-regression", "model.onnx"), GIB) is None

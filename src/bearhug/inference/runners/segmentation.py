"""Pictures taken apart: a mask for each thing or each kind of surface."""

from typing import Any

from PIL import Image
from transformers import (
    AutoImageProcessor,
    AutoModelForImageSegmentation,
    AutoModelForInstanceSegmentation,
    AutoModelForSemanticSegmentation,
    AutoModelForUniversalSegmentation,
    ImageSegmentationPipeline,
)

from bearhug.inference.runners import loading, pictures
from bearhug.inference.runners.piping import pipe
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

SUBTASKS = ("panoptic", "instance", "semantic")
AUTOS = (
    AutoModelForImageSegmentation,
    AutoModelForUniversalSegmentation,
    AutoModelForInstanceSegmentation,
    AutoModelForSemanticSegmentation,
)
MAX_SIDE = 2048
"""Masks are made no larger, and drawn up to the picture's size: a hundred of 50 MP are 5 GB."""


def load(setup: Setup) -> Any:
    """The kinds of segmentation have an Auto class each; the first that knows this one loads it."""
    config = loading.config(setup)
    for auto in AUTOS:
        if type(config) in auto._model_mapping:
            parts = {"image_processor": loading.processor(setup, AutoImageProcessor)}
            if config.model_type == "oneformer":
                parts["tokenizer"] = loading.tokenizer(setup)
            return pipe(ImageSegmentationPipeline, setup, auto, **parts)
    raise CannotLoad(f"Models of the type {config.model_type} do not segment pictures.")


def segment(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    options: dict[str, Any] = {
        "threshold": parameters.number("threshold", 0.9, 0, 1),
        "mask_threshold": parameters.number("mask_threshold", 0.5, 0, 1),
        "overlap_mask_area_threshold": parameters.number("overlap_mask_area_threshold", 0.5, 0, 1),
    }
    if subtask := parameters.word("subtask", "", ("", *SUBTASKS)):
        options["subtask"] = subtask
    parameters.done()
    if subtask and not hasattr(loaded.image_processor, f"post_process_{subtask}_segmentation"):
        raise BadInput(f"This model does no {subtask} segmentation.", "subtask")
    picture = pictures.decode(inputs)
    smaller = picture.copy()
    smaller.thumbnail((MAX_SIDE, MAX_SIDE))
    found = loaded(smaller, **options)
    return [
        {
            "label": one["label"],
            "score": 1.0 if one["score"] is None else one["score"],  # each pixel has its kind
            "mask": pictures.png(one["mask"].resize(picture.size, Image.Resampling.NEAREST)),
        }
        for one in found
    ]


TASKS = {"image-segmentation": Task(load, segment)}

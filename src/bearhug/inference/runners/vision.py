"""Pictures looked at: named, searched, measured. Each by transformers' own pipeline class."""

from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import (
    AutoImageProcessor,
    AutoModel,
    AutoModelForDepthEstimation,
    AutoModelForImageClassification,
    AutoModelForObjectDetection,
    AutoModelForZeroShotImageClassification,
    AutoModelForZeroShotObjectDetection,
    DepthEstimationPipeline,
    ImageClassificationPipeline,
    ObjectDetectionPipeline,
    ZeroShotImageClassificationPipeline,
    ZeroShotObjectDetectionPipeline,
)

from bearhug.inference.runners import loading, pictures
from bearhug.inference.runners.piping import pipe
from bearhug.inference.runners.task import BadInput, Parameters, Setup, Task, template_of
from bearhug.inference.runners.wire import as_array

FUNCTIONS = ("sigmoid", "softmax", "none")
MOST_LABELS = 1000
MOST_SEARCHED = 50
"""Each label searched for is a pass of its own through the model."""
FLOOR = 0.005
"""A threshold of nothing would list every query of the model, thousands of boxes."""
PHOTO = "This is a photo of {}."


def _looking(auto: Any, kind: Any, *, reads: bool = False) -> Any:
    """How to load a model that looks, and if it `reads` has a tokenizer too."""

    def load(setup: Setup) -> Any:
        parts = {"image_processor": loading.processor(setup, AutoImageProcessor)}
        if reads:
            parts["tokenizer"] = loading.tokenizer(setup)
        return pipe(kind, setup, auto, **parts)

    return load


def classify(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    top_k = parameters.count("top_k", 5, 1, MOST_LABELS)
    applied = parameters.word("function_to_apply", "", ("", *FUNCTIONS)) or None
    parameters.done()
    return loaded(pictures.decode(inputs), top_k=top_k, function_to_apply=applied)


def detect(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    threshold = max(FLOOR, parameters.number("threshold", 0.5, 0, 1))
    parameters.done()
    picture = pictures.decode(inputs)
    return _inside(picture, loaded(picture, threshold=threshold))


def name(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    """Zero-shot: which of the asker's own labels fits."""
    labels = labels_of(parameters, MOST_LABELS)
    template = template_of(parameters, PHOTO)
    parameters.done()
    return loaded(pictures.decode(inputs), candidate_labels=labels, hypothesis_template=template)


def search(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    """Zero-shot: where things of the asker's own labels are."""
    labels = labels_of(parameters, MOST_SEARCHED)
    threshold = max(FLOOR, parameters.number("threshold", 0.1, 0, 1))
    top_k = parameters.count("top_k", 100, 1, MOST_LABELS)
    parameters.done()
    picture = pictures.decode(inputs)
    found = loaded(picture, candidate_labels=labels, threshold=threshold, top_k=top_k)
    return _inside(picture, found)


def _inside(picture: Image.Image, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The surest first, and no box beyond the picture's edge, where nothing could draw it."""
    ends = {"xmin": picture.width, "xmax": picture.width}
    ends |= {"ymin": picture.height, "ymax": picture.height}
    for one in found:
        one["box"] = {side: min(max(0, at), ends[side]) for side, at in one["box"].items()}
    return sorted(found, key=lambda one: -one["score"])


def depth(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    """Grey by distance, as far as this picture goes: 255 is its greatest value."""
    parameters.done()
    picture = pictures.decode(inputs)
    with torch.inference_mode():
        outputs = loaded.forward(loaded.preprocess(picture))
    found = loaded.image_processor.post_process_depth_estimation(outputs, [picture.size[::-1]])
    away = found[0]["predicted_depth"].float().cpu().numpy()
    away = away - away.min()
    grey = away / (away.max() or 1) * 255
    return {"depth": pictures.png(Image.fromarray(grey.astype(np.uint8)))}


def features(loaded: tuple[Any, Any], inputs: Any, parameters: Parameters) -> Any:
    """A vector for each patch, as the model's last layer has it."""
    parameters.done()
    model, processor = loaded
    given = processor(images=pictures.decode(inputs), return_tensors="pt").to(model.device)
    with torch.inference_mode():
        found = model(**given.to(model.dtype)).last_hidden_state[0]
    return {"tokens": [as_array(found.float().cpu().numpy())]}


def _load_features(setup: Setup) -> tuple[Any, Any]:
    return loading.model(setup, AutoModel), loading.processor(setup, AutoImageProcessor)


def labels_of(parameters: Parameters, most: int) -> list[str]:
    """Candidate labels; one text with commas is several of them. Raises BadInput."""
    given = parameters.words("candidate_labels")
    if len(given) == 1:
        given = given[0].split(",")
    labels = [label.strip() for label in given if label.strip()]
    if not labels:
        raise BadInput(
            "`candidate_labels` says what to look for; it is missing.", "candidate_labels"
        )
    if len(labels) > most:
        raise BadInput(f"At most {most} `candidate_labels` can be looked for.", "candidate_labels")
    return labels


TASKS = {
    "image-classification": Task(
        _looking(AutoModelForImageClassification, ImageClassificationPipeline), classify
    ),
    "object-detection": Task(
        _looking(AutoModelForObjectDetection, ObjectDetectionPipeline), detect
    ),
    "depth-estimation": Task(_looking(AutoModelForDepthEstimation, DepthEstimationPipeline), depth),
    "zero-shot-image-classification": Task(
        _looking(
            AutoModelForZeroShotImageClassification,
            ZeroShotImageClassificationPipeline,
            reads=True,
        ),
        name,
    ),
    "zero-shot-object-detection": Task(
        _looking(AutoModelForZeroShotObjectDetection, ZeroShotObjectDetectionPipeline, reads=True),
        search,
    ),
    "image-feature-extraction": Task(_load_features, features),
}

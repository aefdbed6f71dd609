"""Pictures put into classes by ONNX Runtime, prepared as preprocessor_config.json says.

What the fields mean: transformers' image processors (image_processing_utils.py). Two are added by
what graphs themselves show: colours last (NHWC), and the size a graph is fixed to.
"""

from typing import Any

import numpy as np
from PIL import Image

from bearhug.inference.runners import pictures
from bearhug.inference.runners.onnx import session
from bearhug.inference.runners.onnx.session import Array, Session
from bearhug.inference.runners.task import CannotLoad, Parameters, Setup, Task

FUNCTIONS = ("sigmoid", "softmax", "none")
MOST_LABELS = 1000
IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
COLOURS = 3
SIDE = 224


class Classifier:
    def __init__(self, setup: Setup) -> None:
        self.prepare = session.config(setup, "preprocessor_config.json")
        if not self.prepare:
            raise CannotLoad(
                "There is no preprocessor_config.json here that says how pictures are prepared."
            )
        self.config = session.config(setup, "config.json")
        self.session = Session(setup)
        if len(self.session.inputs) != 1:
            raise CannotLoad("Its graph does not take one picture alone.")
        self.input, shaped = next((name, i.shape) for name, i in self.session.inputs.items())
        self.last = len(shaped) == 4 and shaped[3] == COLOURS
        sides = shaped[1:3] if self.last else shaped[2:4]
        fixed = [side for side in sides if isinstance(side, int)]
        self.size = (fixed[1], fixed[0]) if len(fixed) == 2 else None

    def prepared(self, picture: Image.Image) -> Array:
        """One picture as the graph wants it, in a batch of one."""
        how = self.prepare
        resample = Image.Resampling(int(how.get("resample", Image.Resampling.BILINEAR)))
        if how.get("do_resize", True):
            picture = picture.resize(_size(how.get("size"), picture.size), resample)
        if how.get("do_center_crop", "crop_size" in how):
            picture = _cropped(picture, _size(how.get("crop_size"), picture.size))
        if self.size and picture.size != self.size:
            picture = picture.resize(self.size, resample)
        colours: Array = np.asarray(picture, np.float32)
        if how.get("do_rescale", True):
            colours = colours * float(how.get("rescale_factor", 1 / 255))
        if how.get("do_normalize", "image_mean" in how):
            mean = np.asarray(how.get("image_mean", IMAGENET_MEAN), np.float32)
            colours = (colours - mean) / np.asarray(how.get("image_std", IMAGENET_STD), np.float32)
        if how.get("do_flip_channel_order", False):
            colours = colours[..., ::-1]
        return colours[None] if self.last else colours.transpose(2, 0, 1)[None]


def classify(classifier: Classifier, inputs: Any, parameters: Parameters) -> Any:
    top = parameters.count("top_k", 5, 1, MOST_LABELS)
    function = parameters.word("function_to_apply", "", ("", *FUNCTIONS))
    parameters.done()
    given = {classifier.input: classifier.prepared(pictures.decode(inputs))}
    row = classifier.session.run(given)[classifier.session.outputs[0]].reshape(-1)
    names = session.labels(classifier.config, len(row))
    names += [f"LABEL_{n}" for n in range(len(names), len(row))]
    usual = session.function_of(classifier.config, len(row))
    if _is_shared_out(row):
        usual = "none"  # the graph ends in a softmax of its own
    return session.best(names, session.applied(function or usual, row), top)


def _is_shared_out(row: Array) -> bool:
    return bool(len(row) > 1 and (row >= 0).all() and abs(float(row.sum()) - 1) < 1e-3)


def _size(said: Any, given: tuple[int, int]) -> tuple[int, int]:
    """Width and height that `size` means for a picture of this size."""
    if isinstance(said, int):
        return said, said
    if isinstance(said, dict):
        if "width" in said and "height" in said:
            return int(said["width"]), int(said["height"])
        if short := said.get("shortest_edge"):
            factor = int(short) / min(given)
            return max(1, int(given[0] * factor)), max(1, int(given[1] * factor))
    return SIDE, SIDE


def _cropped(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    left, top = (picture.width - size[0]) // 2, (picture.height - size[1]) // 2
    return picture.crop((left, top, left + size[0], top + size[1]))


TASKS = {"image-classification": Task(Classifier, classify)}

"""Tasks asked in this process, and pictures and sounds to ask them about."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from bearhug.inference.runners import registry
from bearhug.inference.runners.task import Batched, Parameters, Setup
from bearhug.inference.runners.wire import as_bytes
from tests.inference.media_models import noise


class Asked:
    """A model loaded for a task."""

    def __init__(self, engine: str, task: str, folder: Path, *, sealed: bool = False) -> None:
        setup = Setup(engine, task, "ada/model", folder, 1, 1, 0, sealed=sealed)
        self.task = registry.find(engine, task)
        self.loaded = self.task.load(setup)

    def __call__(self, inputs: Any, **parameters: Any) -> Any:
        given = Parameters(parameters)
        if isinstance(self.task, Batched):
            asked = self.task.read(self.loaded, inputs, given)
            return asked.answer(list(self.task.compute(self.loaded, asked.like, asked.items)))
        return self.task.run(self.loaded, inputs, given)


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """The same confetti each time."""
    dots = np.random.default_rng(7).integers(0, 255, (height, width, 3))
    return Image.fromarray(dots.astype(np.uint8))


def sent(image: Image.Image, form: str = "PNG", **options: Any) -> dict[str, str]:
    """The picture as a question carries it."""
    written = io.BytesIO()
    image.save(written, form, **options)
    return as_bytes(written.getvalue(), f"image/{form.lower()}")


def sound(seconds: float = 2, rate: int = 16_000) -> dict[str, str]:
    written = io.BytesIO()
    soundfile.write(written, noise(seconds, rate), rate, format="WAV", subtype="FLOAT")
    return as_bytes(written.getvalue(), "audio/wav")


def received(value: dict[str, str]) -> bytes:
    return base64.b64decode(value["$bytes"])


def shown(value: dict[str, str]) -> Image.Image:
    """The picture of an answer."""
    image = Image.open(io.BytesIO(received(value)))
    image.load()
    return image

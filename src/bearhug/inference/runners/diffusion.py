"""Pictures made: from words, or from another picture and words, by diffusers."""

import inspect
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoPipelineForImage2Image, DiffusionPipeline
from diffusers.utils import logging as diffusers_logging
from PIL import Image

from bearhug.inference.runners import loading, pictures
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

MOST_STEPS = 200
MOST_PIXELS = 2048 * 2048
SIDE = 8
"""Sides are multiples of it: the autoencoders' own step."""
MOST_PROMPT = 10_000


class Gone(Exception):
    """Whoever asked has left: nobody waits for the picture."""


class Painter:
    """A pipeline, with the scheduler it came with."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe
        self.scheduler: Any = getattr(pipe, "scheduler", None)
        pipe.set_progress_bar_config(disable=True)
        self.known = set(inspect.signature(pipe.__call__).parameters)

    @cached_property
    def repainter(self) -> "Painter":
        """The same model for painting over a picture; it shares all its weights.

        Raises BadInput for one that cannot.
        """
        if "image" in self.known:
            return self
        try:
            return Painter(AutoPipelineForImage2Image.from_pipe(self.pipe))
        except ValueError:
            kind = type(self.pipe).__name__
            raise BadInput(f"{kind} makes no picture from another.", "task") from None

    def scheduled(self, name: str) -> None:
        """Step by the scheduler of this name, with the model's own settings. Raises BadInput."""
        self.pipe.scheduler = self.scheduler
        if not name:
            return
        kinds = {kind.__name__: kind for kind in getattr(self.scheduler, "compatibles", [])}
        if name not in kinds:
            raise BadInput(f"`scheduler` may be {', '.join(sorted(kinds))}.", "scheduler")
        try:
            self.pipe.scheduler = kinds[name].from_config(self.scheduler.config)
        except ImportError as missing:  # torchsde, for one
            raise BadInput(f"The scheduler {name} is not here: {missing}", "scheduler") from None


def load(setup: Setup) -> Painter:
    """Any pipeline diffusers itself knows; code and pickles of the repo's own are not opened."""
    loading.check(setup)
    index = setup.folder / "model_index.json"
    if not index.is_file():
        raise CannotLoad("There is no model_index.json here: diffusers needs its own layout.")
    _known(index)
    torch.set_num_threads(setup.threads)
    diffusers_logging.disable_progress_bar()
    kind: Any = DiffusionPipeline
    pipe = kind.from_pretrained(
        setup.folder,
        dtype=torch.float16 if loading.device().type == "cuda" else torch.float32,
        local_files_only=True,
        low_cpu_mem_usage=False,
        use_safetensors=None if setup.sealed else True,
        trust_remote_code=setup.trusted,
    )
    return Painter(pipe.to(loading.device()))


def _known(index: Path) -> None:
    """Parts are named [library, class]; a library that is a file of the repo is code."""
    parts = json.loads(index.read_text("utf-8"))
    if not isinstance(parts, dict):
        raise CannotLoad("model_index.json is no JSON object.")
    for name, part in parts.items():
        library = part[0] if isinstance(part, list) and part else ""
        if library and (index.parent / name / f"{library}.py").exists():
            raise CannotLoad(loading.CODE.format(file="model_index.json"))


def paint(painter: Painter, inputs: Any, parameters: Parameters) -> Any:
    """A picture of the words in `inputs`."""
    prompt = _prompt(inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else inputs)
    return _made(painter, {"prompt": prompt, **_size(parameters)}, parameters)


def repaint(painter: Painter, inputs: Any, parameters: Parameters) -> Any:
    """`image` made into what `prompt` says, by `strength` far from what it was."""
    if not isinstance(inputs, dict):
        raise BadInput("Send an image and a prompt: {image, prompt}.", "inputs")
    prompt = _prompt(inputs.get("prompt") or "")
    picture = pictures.decode(inputs.get("image"), "image")
    given: dict[str, Any] = {"prompt": prompt, "image": _fitted(picture, _target(parameters))}
    if parameters.has("strength"):
        given["strength"] = parameters.number("strength", 0.8, 0.0, 1.0)
    return _made(painter.repainter, given, parameters)


def _made(painter: Painter, given: dict[str, Any], parameters: Parameters) -> Any:
    given |= _asked(parameters)
    painter.scheduled(parameters.word("scheduler"))
    seed = parameters.count("seed", 0, 0, 2**63 - 1) if parameters.has("seed") else None
    parameters.done()
    for name in given.keys() - painter.known:
        raise BadInput(f"The following `model_kwargs` are not used by the model: ['{name}']", name)
    generator = torch.Generator("cpu")
    given["generator"] = generator.manual_seed(seed) if seed is not None else generator
    if seed is None:
        generator.seed()
    if "callback_on_step_end" in painter.known:
        given["callback_on_step_end"] = _watching(parameters)
    with torch.inference_mode():
        made = painter.pipe(**given, output_type="pil").images[0]
    return {"image": pictures.png(made.convert("RGB"))}


def _watching(parameters: Parameters) -> Any:
    def step(pipe: Any, number: int, time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        if parameters.gone.is_set():
            raise Gone
        return kept

    return step


def _asked(parameters: Parameters) -> dict[str, Any]:
    """How to paint, by the names diffusers has for it."""
    found: dict[str, Any] = {}
    if parameters.has("num_inference_steps"):
        found["num_inference_steps"] = parameters.count("num_inference_steps", 1, 1, MOST_STEPS)
    if parameters.has("guidance_scale"):
        found["guidance_scale"] = parameters.number("guidance_scale", 1, 0, 100)
    if parameters.has("negative_prompt"):
        found["negative_prompt"] = _prompt(parameters.word("negative_prompt"), "negative_prompt")
    return found


def _size(parameters: Parameters) -> dict[str, int]:
    found = {
        side: _step(parameters.count(side, 512, SIDE, 8192))
        for side in ("width", "height")
        if parameters.has(side)
    }
    if found.get("width", 1) * found.get("height", 1) > MOST_PIXELS:
        raise BadInput(f"A picture may have {MOST_PIXELS} pixels.", "width")
    return found


def _target(parameters: Parameters) -> tuple[int, int] | None:
    wanted = parameters.mapping("target_size")
    if not wanted:
        return None
    inner = Parameters(wanted)
    size = inner.count("width", 512, SIDE, 8192), inner.count("height", 512, SIDE, 8192)
    inner.done()
    if size[0] * size[1] > MOST_PIXELS:
        raise BadInput(f"A picture may have {MOST_PIXELS} pixels.", "target_size")
    return size


def _fitted(picture: Image.Image, size: tuple[int, int] | None) -> Image.Image:
    """In a size the model can paint: the wanted one, or its own if that is not too large."""
    if size is None:
        picture.thumbnail((1024, 1024))
        size = picture.size
    return picture.resize((_step(size[0]), _step(size[1])))


def _step(side: int) -> int:
    return max(SIDE, side // SIDE * SIDE)


def _prompt(text: Any, field: str = "inputs") -> str:
    if not isinstance(text, str):
        raise BadInput("Say in words what the picture is to show.", field)
    if len(text) > MOST_PROMPT:
        raise BadInput(f"At most {MOST_PROMPT} characters can be read.", field)
    return text


TASKS = {"text-to-image": Task(load, paint), "image-to-image": Task(load, repaint)}

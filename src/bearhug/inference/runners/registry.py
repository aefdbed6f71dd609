"""Which module does which task by which engine; only that one is imported."""

import importlib
from collections.abc import Mapping, Sequence

from bearhug.inference.runners.task import AnyTask, CannotLoad

TRANSFORMERS = {
    "classifying": ("text-classification", "zero-shot-classification"),
    "tagging": ("token-classification",),
    "masks": ("fill-mask",),
    "reading": ("question-answering",),
    "tables": ("table-question-answering",),
    "rewriting": ("summarization", "translation", "text2text-generation"),
    "embedding": ("feature-extraction",),
    "generation": ("text-generation", "image-text-to-text"),
    "vision": (
        *("image-classification", "object-detection", "depth-estimation"),
        *("zero-shot-image-classification", "zero-shot-object-detection"),
        *("image-feature-extraction",),
    ),
    "segmentation": ("image-segmentation",),
    "captioning": ("image-to-text", "visual-question-answering", "document-question-answering"),
    "audio": ("automatic-speech-recognition", "audio-classification"),
    "speech": ("text-to-speech", "text-to-audio"),
}
ONNX = {
    "onnx.texts": ("text-classification", "zero-shot-classification", "text-ranking"),
    "onnx.vectors": ("feature-extraction", "sentence-similarity"),
    "onnx.words": ("token-classification", "fill-mask"),
    "onnx.answering": ("question-answering",),
    "onnx.pictures": ("image-classification",),
    "onnx.piper": ("text-to-speech",),
}
SPREAD = {"transformers": TRANSFORMERS, "onnx": ONNX}
# An engine whose every task lives in one module.
WHOLE = {"sentence": "sentences", "diffusers": "diffusion", "sklearn": "tabular"}


def find(engine: str, task: str) -> AnyTask:
    """Import what does the task, heavy packages and all. Raises CannotLoad if nothing does."""
    return _tasks(engine, task)[task]


def alike(engine: str, task: str) -> dict[str, AnyTask]:
    """What the same loaded model can be asked, by task: `task`, and those that load as it does."""
    tasks = _tasks(engine, task)
    load = getattr(tasks[task], "load", None)
    return {name: each for name, each in tasks.items() if getattr(each, "load", None) is load}


def _tasks(engine: str, task: str) -> dict[str, AnyTask]:
    module = WHOLE.get(engine) or _of(SPREAD.get(engine, {}), task)
    if module is None:
        raise CannotLoad(f"The engine {engine} does not do {task}.")
    tasks: dict[str, AnyTask] = importlib.import_module(f"bearhug.inference.runners.{module}").TASKS
    if task not in tasks:
        raise CannotLoad(f"The engine {engine} does not do {task}.")
    return tasks


def _of(modules: Mapping[str, Sequence[str]], task: str) -> str | None:
    return next((module for module, tasks in modules.items() if task in tasks), None)

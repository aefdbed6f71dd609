"""What a repo is made of, told by the names of its files."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bearhug.repos.model import RepoKind

# In the order in which the Hub lists them. Weights of libraries that load a whole folder count
# at its top alone: a pipeline's parts are not models of their own.
_MODEL = {
    "pytorch": r"(?!training_args|optimizer|scheduler)[^/]*\.(bin|pt|pth|ckpt)",
    "tf": r"[^/]*\.h5",
    "jax": r"[^/]*\.msgpack",
    "rust": r"rust_model\.ot",
    "tensorboard": r"(.*/)?events\.out\.tfevents\.[^/]*",
    "coreml": r".*(\.mlmodel|\.mlpackage/.*|\.mlmodelc/.*)",
    "onnx": r".*\.onnx",
    "safetensors": r".*\.safetensors",
    "openvino": r"(.*/)?openvino_[^/]*\.xml",
    "tflite": r".*\.tflite",
    "gguf": r".*\.gguf",
    "joblib": r"[^/]*\.joblib",
    "nemo": r".*\.nemo",
    "litert": r".*\.(litertlm|task)",
}
_DATA = {
    "csv": r".*\.(csv|tsv)(\.(gz|zst|xz|bz2))?",
    "json": r".*\.(json|jsonl|ndjson)(\.(gz|zst|xz|bz2))?",
    "parquet": r".*\.parquet",
    "arrow": r".*\.arrow",
    "text": r".*\.txt(\.(gz|zst|xz|bz2))?",
    "webdataset": r".*\.tar",
    "imagefolder": r".*\.(jpe?g|png|webp|gif|tiff?|bmp)",
    "audiofolder": r".*\.(wav|mp3|flac|ogg|opus|m4a)",
    "videofolder": r".*\.(mp4|mkv|webm|mov|avi)",
    "pdffolder": r".*\.pdf",
}
_NOT_DATA = re.compile(
    r"(.*/)?(README\.md|LICENSE.*|\.git.*|dataset_infos?\.json|requirements\.txt|[^/]*config\.json)"
)
_MODALITY = {
    "imagefolder": "image",
    "audiofolder": "audio",
    "videofolder": "video",
    "pdffolder": "document",
    "text": "text",
}
_READERS = {
    "csv": ("datasets", "pandas", "mlcroissant", "polars"),
    "json": ("datasets", "pandas", "mlcroissant", "polars"),
    "parquet": ("datasets", "pandas", "mlcroissant", "polars"),
    "webdataset": ("datasets", "webdataset", "mlcroissant"),
}
_ANY_READER = ("datasets", "mlcroissant")


def _compiled(patterns: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {form: re.compile(pattern, re.IGNORECASE) for form, pattern in patterns.items()}


_MODEL_FORMATS, _DATA_FORMATS = _compiled(_MODEL), _compiled(_DATA)
_ANY = {
    RepoKind.MODEL: re.compile("|".join(f"({each})" for each in _MODEL.values()), re.IGNORECASE),
    RepoKind.DATASET: re.compile("|".join(f"({each})" for each in _DATA.values()), re.IGNORECASE),
}


def formats(kind: RepoKind, names: Iterable[str]) -> list[str]:
    """The formats of a model's weights, or of a dataset's data, in the Hub's order."""
    if kind is RepoKind.MODEL:
        listed = list(names)
        return [form for form, like in _MODEL_FORMATS.items() if any(map(like.fullmatch, listed))]
    if kind is RepoKind.DATASET:
        listed = [name for name in names if not _NOT_DATA.fullmatch(name)]
        return [form for form, like in _DATA_FORMATS.items() if any(map(like.fullmatch, listed))]
    return []


def tells(kind: RepoKind, name: str) -> bool:
    """Whether a file of this name says what format something is in."""
    like = _ANY.get(kind)
    return like is not None and like.fullmatch(name) is not None


def modalities(found: Iterable[str], metadata: Mapping[str, Any]) -> list[str]:
    """What a dataset is of, as the Hub's `modality:` tags say it: by its files and its tasks."""
    said = {_MODALITY[form] for form in found if form in _MODALITY}
    tasks = metadata.get("task_categories")
    for task in tasks if isinstance(tasks, list) else [tasks]:
        said |= {each for each in MODALITIES if each in _words_of(task)}
    return sorted(said)


MODALITIES = ("3d", "audio", "document", "geospatial", "image", "tabular", "text", "timeseries",
              "video")  # fmt: skip


def _words_of(task: object) -> set[str]:
    words = set(task.split("-")) if isinstance(task, str) else set()
    spoken = {"speech": "audio", "summarization": "text", "translation": "text", "table": "tabular"}
    return (
        words
        | {spoken[word] for word in words if word in spoken}
        | ({"text"} if words & {"question", "token", "fill", "sentence"} else set())
    )


def readers(found: Iterable[str]) -> list[str]:
    """The libraries that load data in these formats."""
    read = [library for form in found for library in _READERS.get(form, _ANY_READER)]
    return list(dict.fromkeys(read))

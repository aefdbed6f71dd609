"""A hub whose models do other tasks than talking: tiny ones of real architectures, and digits."""

import io
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

import bearhug
from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import introduce, person
from tests.inference import media_models, models

DIGITS = Path(bearhug.__file__).parent / "content/models/digits-vit-tiny"
Maker = Callable[[Path], Any]

MADE: dict[str, tuple[Maker, str]] = {
    "sentiment": (models.sentiment, "pipeline_tag: text-classification"),
    "entities": (models.entities, "pipeline_tag: token-classification"),
    "masked": (models.masked, "pipeline_tag: fill-mask"),
    "answering": (models.answering, "pipeline_tag: question-answering"),
    "encoder": (models.encoder, "pipeline_tag: feature-extraction"),
    "boxes": (media_models.yolos, "pipeline_tag: object-detection"),
    "hearing": (media_models.wav2vec2_classifier, "pipeline_tag: audio-classification"),
}
"""What makes each model, and what its card says."""

MORE: dict[str, tuple[Maker, str]] = {
    "entailment": (models.entailment, "pipeline_tag: zero-shot-classification"),
    "ranker": (models.ranker, "pipeline_tag: text-ranking"),
    "tapas": (models.tapas, "pipeline_tag: table-question-answering"),
    "bart": (models.bart, "pipeline_tag: summarization"),
    "t5": (models.t5, "pipeline_tag: translation\nlanguage: [de, en]"),
    "segformer": (media_models.segformer, "pipeline_tag: image-segmentation"),
    "dpt": (media_models.dpt, "pipeline_tag: depth-estimation"),
    "clip": (media_models.clip, "pipeline_tag: zero-shot-image-classification"),
    "captioner": (media_models.captioner, "pipeline_tag: image-to-text"),
    "vilt": (media_models.vilt, "pipeline_tag: visual-question-answering"),
    "wav2vec2": (media_models.wav2vec2, "pipeline_tag: automatic-speech-recognition"),
    "vits": (media_models.vits, "pipeline_tag: text-to-speech"),
}
"""Those whose answers are looked at in one test each."""

UNSERVED = """pipeline_tag: text-classification
widget:
  - text: Der Winter ist zu lang.
    example_title: Winter
    output:
      - {label: sad, score: 0.93}
      - {label: glad, score: 0.07}"""


def hub_of(folder: Path, *names: str) -> Hub:
    """The cast, and of ada's these models, `digits`, and `unserved`, which has no weights."""
    hub = build_hub(Settings(data_dir=folder / "data", model_threads=2))
    hub.write(introduce)
    for name in names:
        make, card = (MADE | MORE)[name]
        media_models.made(folder / name, make)
        add(hub, name, card, contents(folder / name))
    held = contents(DIGITS)
    add(hub, "digits", "", held)
    add(hub, "unserved", UNSERVED, {})
    return hub


def contents(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def add(hub: Hub, name: str, card: str, held: Mapping[str, bytes]) -> None:
    """A model of ada's; `card` is its card's front matter, "" where its files have a card."""
    ada = person(hub, "ada")
    hub.write_as(ada, repos.create, RepoKind.MODEL, name)
    front = {"README.md": f"---\nlicense: mit\n{card}\n---\n# {name}\n".encode()} if card else {}
    adds = tuple(Add(path, data) for path, data in {**held, **front}.items())
    files.commit_now(hub, ada, RepoKind.MODEL, f"ada/{name}", Proposal(adds, "Bring the model"))


def picture(width: int = 96, height: int = 64) -> bytes:
    """A brown circle on blue, as PNG."""
    image = Image.new("RGB", (width, height), "#9ac4dc")
    ImageDraw.Draw(image).ellipse((10, 10, 50, 50), fill="#7a5230")
    return _saved(image)


def hum(seconds: float = 1.0) -> bytes:
    """A tone of 220 Hz, as WAV of 22 050 Hz in two channels."""
    at = np.arange(int(seconds * 22_050)) / 22_050
    samples = (8_000 * np.sin(2 * np.pi * 220 * at)).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(np.repeat(samples, 2).tobytes())
    return out.getvalue()


def _saved(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

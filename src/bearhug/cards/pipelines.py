"""A model's task: what its card says, a tag that is one, or what its files say.

Order of the rules as in specs, INFERENCE.md §7.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files as resources
from typing import Any

from bearhug.cards.tasks import TASKS

OF_LIBRARY = {
    "sentence-transformers": "sentence-similarity",
    "timm": "image-classification",
    "spacy": "token-classification",
    "setfit": "text-classification",
    "span-marker": "token-classification",
    "open_clip": "zero-shot-image-classification",
    "stable-baselines3": "reinforcement-learning",
    "ml-agents": "reinforcement-learning",
    "sample-factory": "reinforcement-learning",
    "model2vec": "feature-extraction",
    "gliner": "token-classification",
    "piper": "text-to-speech",
    "ultralytics": "object-detection",
}
# A part of a pipeline's class name, and what such pipelines do; the first that fits.
_OF_DIFFUSERS = (
    ("ImageToVideo", "image-to-video"),
    ("StableVideoDiffusion", "image-to-video"),
    ("VideoToVideo", "video-to-video"),
    ("TextToVideo", "text-to-video"),
    ("Video", "text-to-video"),
    ("AnimateDiff", "text-to-video"),
    ("Audio", "text-to-audio"),
    ("MusicLDM", "text-to-audio"),
    ("Img2Img", "image-to-image"),
    ("Inpaint", "image-to-image"),
    ("Upscale", "image-to-image"),
    ("Pix2Pix", "image-to-image"),
    ("Edit", "image-to-image"),
    ("Kontext", "image-to-image"),
    ("Depth2Img", "image-to-image"),
    ("Depth", "depth-estimation"),
    ("DDPM", "unconditional-image-generation"),
    ("DDIM", "unconditional-image-generation"),
    ("ScoreSdeVe", "unconditional-image-generation"),
)
_OF_SPEECHBRAIN = {
    "EncoderClassifier": "audio-classification",
    "EncoderASR": "automatic-speech-recognition",
    "EncoderDecoderASR": "automatic-speech-recognition",
    "SepformerSeparation": "audio-to-audio",
    "SpectralMaskEnhancement": "audio-to-audio",
    "WaveformEnhancement": "audio-to-audio",
    "Tacotron2": "text-to-speech",
    "VAD": "voice-activity-detection",
}
_OF_PEFT = {
    "CAUSAL_LM": "text-generation",
    "SEQ_2_SEQ_LM": "text2text-generation",
    "SEQ_CLS": "text-classification",
    "TOKEN_CLS": "token-classification",
    "QUESTION_ANS": "question-answering",
    "FEATURE_EXTRACTION": "feature-extraction",
}
OLD_CHAT = "conversational"
"""A task once, as which DialoGPT and its many kin still name theirs; the Hub made it a tag."""

NOT_DECODERS = frozenset({"bert", "nomic-bert", "jina-bert-v2", "t5encoder", "clip", "whisper"})
"""Architectures of GGUF files that do not write text."""

_EMBEDDERS = frozenset({"bert", "nomic-bert", "jina-bert-v2", "t5encoder"})


def task_of(
    said: Iterable[str],
    own: Iterable[str],
    library: str | None,
    config: Mapping[str, Any],
    facts: Mapping[str, Any],
    base_task: str | None,
) -> str | None:
    """The pipeline tag, or None.

    `said` is the card's `pipeline_tag`, `own` its tags; `base_task` the task of the model that
    an adapter was made for.
    """
    word = next(iter(said), None)
    if word and word != OLD_CHAT:  # which is now a way of text generation
        return word
    tagged = set(own)
    by_tag = next((id for id in TASKS if id in tagged), None)
    return by_tag or _of_files(library, config, facts, base_task)


def _of_files(
    library: str | None,
    config: Mapping[str, Any],
    facts: Mapping[str, Any],
    base_task: str | None,
) -> str | None:
    if library == "diffusers":
        return _of_pipeline(config)
    if library == "peft":
        adapter = config.get("peft", {})
        return base_task or _OF_PEFT.get(str(adapter.get("task_type")))
    if library == "sklearn":
        task = config.get("sklearn", {}).get("task")
        return task if task in TASKS else None
    interface = str(config.get("speechbrain", {}).get("speechbrain_interface"))
    if interface in _OF_SPEECHBRAIN:
        return _OF_SPEECHBRAIN[interface]
    if library in OF_LIBRARY:
        return OF_LIBRARY[library]
    known = transformers_info(config)
    return known.get("pipeline_tag") or _of_gguf(facts)


def _of_pipeline(config: Mapping[str, Any]) -> str:
    name = str(config.get("diffusers", {}).get("_class_name", ""))
    return next((task for part, task in _OF_DIFFUSERS if part in name), "text-to-image")


def _of_gguf(facts: Mapping[str, Any]) -> str | None:
    architecture = facts.get("gguf", {}).get("architecture")
    if not architecture:
        return None
    if architecture in _EMBEDDERS:
        return "feature-extraction"
    return None if architecture in NOT_DECODERS else "text-generation"


def transformers_info(config: Mapping[str, Any]) -> dict[str, str]:
    """{auto_model, pipeline_tag, processor?, custom_class?} of a first architecture, or {}.

    These keys and no others: huggingface_hub's TransformersInfo takes none besides.
    """
    listed = config.get("architectures")
    first = listed[0] if isinstance(listed, list) and listed else ""
    known = _architectures().get(first) if isinstance(first, str) else None
    if known is None:
        return {}
    info = {"auto_model": known[0], "pipeline_tag": known[1]}
    task = TASKS.get(known[1])
    if task is not None:
        info["processor"] = _PROCESSOR.get(known[1]) or _PROCESSOR_OF_HUE.get(
            task.hue, "AutoTokenizer"
        )
    custom = config.get("auto_map")
    if isinstance(custom, dict) and isinstance(custom.get(known[0]), str):
        info["custom_class"] = custom[known[0]]
    return info


_PROCESSOR = {
    "audio-classification": "AutoFeatureExtractor",
    "text-to-speech": "AutoProcessor",
    "image-to-text": "AutoProcessor",
    "zero-shot-image-classification": "AutoProcessor",
    "zero-shot-object-detection": "AutoProcessor",
    "table-question-answering": "AutoTokenizer",
}
_PROCESSOR_OF_HUE = {
    "audio": "AutoProcessor",
    "vision": "AutoImageProcessor",
    "multimodal": "AutoProcessor",
}


@cache
def _architectures() -> Mapping[str, list[str]]:
    text = resources("bearhug.cards").joinpath("arch_to_task.json").read_text(encoding="utf-8")
    known: dict[str, list[str]] = json.loads(text)
    return known

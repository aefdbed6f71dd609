"""Which library loads a model: what its card says, its tags, or the names of its files."""

from collections.abc import Iterable, Mapping
from typing import Any

# fmt: off
LIBRARIES = frozenset({
    "transformers", "sentence-transformers", "diffusers", "peft", "timm", "gguf", "onnx", "spacy",
    "sklearn", "keras", "keras-hub", "tf-keras", "fastai", "flair", "nemo", "espnet",
    "speechbrain", "stanza", "setfit", "span-marker", "adapter-transformers", "adapters",
    "open_clip", "mlx", "paddlenlp", "stable-baselines3", "ml-agents", "sample-factory",
    "asteroid", "pyannote-audio", "ultralytics", "bertopic", "fasttext", "transformers.js",
    "ctranslate2", "coreml", "tflite", "llamafile", "whisper.cpp", "piper", "gliner", "model2vec",
    "lerobot", "k2", "fairseq", "allennlp", "pythae", "mlc-llm", "chronos-forecasting", "litert",
    "tensorflowtts", "audiocraft", "colpali", "multimolecule", "unity-sentis",
    "diffusion-single-file",
})
OF_FILE = {
    "config_sentence_transformers.json": "sentence-transformers",
    "modules.json": "sentence-transformers",
    "modular_model_index.json": "diffusers",
    "model_index.json": "diffusers",
    "adapter_config.json": "peft",
    "config_setfit.json": "setfit",
    "open_clip_config.json": "open_clip",
    "hyperparams.yaml": "speechbrain",
    "model_state.pdparams": "paddlenlp",
    "gliner_config.json": "gliner",
    "config.cfg": "spacy",
}
# fmt: on
_WEIGHTS = {"safetensors", "pytorch", "tf", "jax"}


def library_of(
    said: Iterable[str],
    own: Iterable[str],
    names: frozenset[str],
    formats: Iterable[str],
    config: Mapping[str, Any],
) -> str | None:
    """The library of a model.

    `said` is the card's `library_name`, `own` its tags, `config` as `config.json` has it.
    """
    word = next(iter(said), None)
    if word:
        return word.lower()
    by_file = next((library for name, library in OF_FILE.items() if name in names), None)
    if by_file == "spacy" and "meta.json" not in names:
        by_file = None
    if by_file == "peft" and ("adapters" in own or "adapter-transformers" in own):
        by_file = "adapter-transformers"
    by_tag = next((tag for tag in own if tag in LIBRARIES), None)
    return by_file or by_tag or _of_weights(set(formats), config)


def _of_weights(formats: set[str], config: Mapping[str, Any]) -> str | None:
    if "pretrained_cfg" in config and formats & _WEIGHTS:
        return "timm"
    if "architectures" in config and formats & _WEIGHTS:
        return "transformers"
    return next((form for form in ("gguf", "onnx", "nemo") if form in formats), None)

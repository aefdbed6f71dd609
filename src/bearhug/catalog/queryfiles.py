"""Which file of a model stands for downloading it: one that every way of loading begins with.

Rules as in the Hub's "Models Download Stats", and what libraries ask to be counted by in
@huggingface/tasks, model-libraries (countDownloads). GGUF files count whatever the library.
"""

import re

DEFAULT = r"config\.json|config\.yaml|hyperparams\.yaml|params\.json|meta\.yaml"
ANY_LIBRARY = r".*\.gguf"
_OF_LIBRARY = {
    "diffusers": r"model_index\.json|modular_model_index\.json|[^/]*\.(safetensors|ckpt|bin)",
    "peft": r"adapter_config\.json",
    "adapter-transformers": r"adapter_config\.json",
    "sentence-transformers": rf"{DEFAULT}|modules\.json",
    "model2vec": r"config\.json",
    "nemo": r".*\.nemo|model_config\.yaml",
    "onnx": r".*\.onnx",
    "litert": r".*\.tflite",
    "litert-lm": r".*\.(litertlm|task)",
    "keras": r"config\.json|.*\.keras",
    "keras-hub": r"config\.json|.*\.keras",
    "sklearn": r"sklearn_model\.joblib|.*\.(joblib|pkl|skops)",
    "spacy": r".*\.whl",
    "stanza": r"models/default\.zip",
    "flair": r"pytorch_model\.bin|model\.safetensors",
    "fasttext": r".*\.(bin|ftz)",
    "open_clip": r"open_clip_(model\.safetensors|pytorch_model\.bin|config\.json)",
    "timm": r"pytorch_model\.bin|model\.safetensors",
    "gliner": r"gliner_config\.json",
    "gliner2": r"config\.json|gliner_config\.json",
    "paddlenlp": r"model_config\.json|config\.json",
    "stable-baselines3": r".*\.zip",
    "sample-factory": r"cfg\.json",
    "ml-agents": r".*\.onnx",
    "ultralytics": r".*\.pt",
    "transformers.js": r"config\.json",
    "mlc-llm": r"mlc-chat-config\.json",
    "rkllm": r".*\.rkllm",
    "unity-sentis": r".*\.sentis",
    "tensorrt": r".*\.onnx",
    "pyannote-audio": r"config\.yaml",
    "whisperkit": r".+/model\.mil|config\.json",
    "piper": r".*\.onnx",
    "audioseal": r".*\.pth",
    "sam2": r".*\.(pt|safetensors)",
    "diffusion-single-file": r".*\.(safetensors|ckpt)",
    "stable-audio-tools": r"model\.safetensors",
    "kernels": r".*_ops\.py",
    "birefnet": r"model\.safetensors|config\.json",
}


def _whole(rule: str) -> re.Pattern[str]:
    return re.compile(f"{rule}|{ANY_LIBRARY}", re.IGNORECASE)


_RULES = {library: _whole(rule) for library, rule in _OF_LIBRARY.items()}
_DEFAULT = _whole(DEFAULT)


def is_query_file(path: str, library: str | None = None) -> bool:
    """Whether asking for this file means downloading a model of that library."""
    return _RULES.get(library or "", _DEFAULT).fullmatch(path) is not None

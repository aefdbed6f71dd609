"""What facets' values are called by people."""

from bearhug.cards.tasks import task

LIBRARIES = {
    "transformers": "Transformers",
    "sentence-transformers": "Sentence Transformers",
    "diffusers": "Diffusers",
    "safetensors": "Safetensors",
    "gguf": "GGUF",
    "onnx": "ONNX",
    "peft": "PEFT",
    "timm": "timm",
    "spacy": "spaCy",
    "sklearn": "scikit-learn",
    "keras": "Keras",
    "fastai": "fastai",
    "mlx": "MLX",
    "piper": "Piper",
    "pytorch": "PyTorch",
    "tf": "TensorFlow",
    "jax": "JAX",
    "rust": "Rust",
    "coreml": "Core ML",
    "openvino": "OpenVINO",
    "tflite": "TF Lite",
    "tensorboard": "TensorBoard",
    "setfit": "SetFit",
    "open_clip": "OpenCLIP",
    "nemo": "NeMo",
    "transformers.js": "Transformers.js",
    "speechbrain": "SpeechBrain",
    "stable-baselines3": "Stable Baselines3",
    "ml-agents": "ML-Agents",
    "flair": "Flair",
    "joblib": "Joblib",
}
SDKS = {"static": "Static page", "gradio": "Gradio", "docker": "Docker", "streamlit": "Streamlit"}
FORMATS = {
    "csv": "CSV",
    "json": "JSON",
    "parquet": "Parquet",
    "arrow": "Arrow",
    "text": "Text",
    "webdataset": "WebDataset",
    "imagefolder": "Pictures",
    "audiofolder": "Recordings",
    "videofolder": "Films",
    "pdffolder": "PDF",
}

# ISO 639 codes that cards use most.
LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "kn": "Kannada", "ko": "Korean",
    "la": "Latin", "lt": "Lithuanian", "lv": "Latvian", "ml": "Malayalam", "mn": "Mongolian",
    "mr": "Marathi", "ms": "Malay", "multilingual": "Multilingual", "nb": "Norwegian (Bokmål)",
    "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian (Nynorsk)", "no": "Norwegian", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish",
    "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese",
    "yo": "Yoruba", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip

WAYS = {
    "llama.cpp": "llama.cpp, Ollama, LM Studio, Jan",
    "vllm": "vLLM",
    "sglang": "SGLang",
    "tgi": "TGI",
    "mlx": "LM Studio with MLX",
    "mlx-lm": "MLX LM",
    "local-agent": "Local agents",
    "unsloth": "Unsloth",
    "ryzenai": "Lemonade",
    "jellybox": "Jellybox",
    "drawthings": "Draw Things",
    "diffusionbee": "DiffusionBee",
    "joyfusion": "JoyFusion",
}
MISC = {
    "conversational": "Talks in turns",
    "text-generation-inference": "Text Generation Inference",
    "text-embeddings-inference": "Text Embeddings Inference",
    "custom_code": "Code of its own",
    "endpoints_compatible": "Inference Endpoints",
    "model-index": "Evaluated in its card",
    "eval-results": "Evaluation results",
    "merge": "Merge",
    "moe": "Mixture of experts",
    "4-bit": "4 bits a weight",
    "8-bit": "8 bits a weight",
}
READERS = {
    "datasets": "Datasets",
    "pandas": "pandas",
    "polars": "Polars",
    "mlcroissant": "Croissant",
    "webdataset": "WebDataset",
}
MODALITIES = {"3d": "3D", "timeseries": "Time series"}

_OF_FACET: dict[str, dict[str, str]] = {
    "library": LIBRARIES | READERS,
    "language": LANGUAGES,
    "sdk": SDKS,
    "format": FORMATS,
    "apps": WAYS,
    "misc": MISC,
}


def label(facet: str, value: str) -> str:
    """A value as a page says it; itself where it has no other name."""
    if facet in ("pipeline_tag", "task"):
        return task(value).label
    if facet == "modality":
        return MODALITIES.get(value, value.capitalize())
    return _OF_FACET.get(facet, {}).get(value, value)


def hue(facet: str, value: str) -> str:
    """Tasks alone are coloured; "" for everything else."""
    return task(value).hue if facet in ("pipeline_tag", "task") else ""

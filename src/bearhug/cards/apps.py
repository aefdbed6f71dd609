"""Which applications on one's own machine run a model.

Rules as in @huggingface/tasks, local-apps: what each application is shown for on the Hub.
"""

from collections.abc import Collection, Mapping
from typing import Any

OF_APP: dict[str, tuple[str, ...]] = {
    "llama.cpp": ("llama.cpp",),
    "ollama": ("llama.cpp",),
    "lmstudio": ("llama.cpp", "mlx"),
    "jan": ("llama.cpp",),
    "localai": ("llama.cpp",),
    "node-llama-cpp": ("llama.cpp",),
    "backyard": ("llama.cpp",),
    "sanctum": ("llama.cpp",),
    "msty": ("llama.cpp",),
    "recursechat": ("llama.cpp",),
    "atomic-chat": ("llama.cpp", "mlx"),
    "vllm": ("vllm",),
    "sglang": ("sglang",),
    "tgi": ("tgi",),
    "mlx-lm": ("mlx-lm",),
    "docker-model-runner": ("llama.cpp", "vllm"),
    "lemonade": ("llama.cpp", "ryzenai"),
    "unsloth": ("llama.cpp", "unsloth"),
    "jellybox": ("llama.cpp", "jellybox"),
    "drawthings": ("drawthings",),
    "diffusionbee": ("diffusionbee",),
    "joyfusion": ("joyfusion",),
    "pi": ("local-agent",),
    "hermes-agent": ("local-agent",),
    "openclaw": ("local-agent",),
}
"""Each application, and the ways of running a model it has: a model with any of them will do."""

_WRITES = {"text-generation", "image-text-to-text"}
_QUANTISED = {"awq", "gptq", "aqlm", "marlin"}


def ways(
    task: str | None, library: str | None, tags: Collection[str], facts: Mapping[str, Any]
) -> set[str]:
    """The ways in which this model runs, as OF_APP names them."""
    config, gguf = facts.get("config", {}), facts.get("gguf", {})
    llama = bool(gguf.get("context_length"))
    mlx = "mlx" in tags
    method = _method(config)
    by_transformers = "transformers" in tags or method in _QUANTISED
    pictures = library == "diffusers" and (task == "text-to-image" or "lora" in tags)
    found = {
        "llama.cpp": llama,
        "mlx": mlx,
        "mlx-lm": mlx and task == "text-generation",
        "vllm": (llama or by_transformers) and task in _WRITES,
        "sglang": by_transformers and task in _WRITES,
        "tgi": "text-generation-inference" in tags,
        "unsloth": "unsloth" in tags,
        "ryzenai": bool({"ryzenai-hybrid", "ryzenai-npu"} & set(tags)),
        "drawthings": pictures,
        "jellybox": pictures and "safetensors" in tags,
        "diffusionbee": library == "diffusers" and task == "text-to-image",
        "joyfusion": {"coreml", "joyfusion"} <= set(tags) and task == "text-to-image",
        "local-agent": (llama or mlx) and "conversational" in tags and "tools" in template(facts),
    }
    return {way for way, fits in found.items() if fits}


def template(facts: Mapping[str, Any]) -> str:
    """The chat template, wherever it stands; "" without one."""
    return next(iter(templates(facts).values()), "")


def templates(facts: Mapping[str, Any]) -> dict[str, str]:
    """Every chat template by its name, or by where it stands; that which counts is the first."""
    config = facts.get("config", {})
    known = {
        "GGUF": facts.get("gguf", {}).get("chat_template"),
        "chat_template.jinja": config.get("chat_template_jinja"),
        "processor": _part(config, "processor_config").get("chat_template"),
        "tokenizer": _part(config, "tokenizer_config").get("chat_template"),
    }
    found: dict[str, str] = {}
    for place, given in known.items():
        if isinstance(given, list):  # several, each with a name
            named = [each for each in given if isinstance(each, dict)]
            found |= {str(each.get("name", place)): each.get("template", "") for each in named}
        elif given not in found.values():
            found[place] = given
    return {name: text for name, text in found.items() if text and isinstance(text, str)}


def _part(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = config.get(key)
    return part if isinstance(part, Mapping) else {}


def _method(config: Mapping[str, Any]) -> str:
    quantised = config.get("quantization_config")
    return str(quantised.get("quant_method", "")) if isinstance(quantised, dict) else ""

"""How a model that writes or speaks chooses its tokens, as the public API lets callers say it.

Names and meanings: huggingface_hub's GenerationParameters of speech recognition, image-to-text
and text-to-speech; they are those of transformers' `generate`.
"""

from typing import Any

import torch

from bearhug.inference.runners.task import Parameters

MOST_TOKENS = 4096
MOST_BEAMS = 8
SAMPLING = {"temperature", "top_k", "top_p", "typical_p"}


def options(parameters: Parameters, new_tokens: int | None = None) -> dict[str, Any]:
    """What to hand to `generate`, from the parameters or their `generation_parameters`.

    Raises BadInput. Without `max_new_tokens` from the caller the model's own limit holds, or
    `new_tokens` where it has none.
    """
    inner = parameters.mapping("generation_parameters") or parameters.mapping("generate_kwargs")
    nested = Parameters(inner)
    found = {**_read(parameters), **_read(nested)}
    nested.done()
    if new_tokens and not {"max_new_tokens", "max_length"} & found.keys():
        found["max_new_tokens"] = new_tokens
    if SAMPLING & found.keys():  # who asks how to draw wants it drawn
        found.setdefault("do_sample", True)
    return found


def seed(parameters: Parameters) -> None:
    """Begin chance anew where the caller names a `seed`."""
    if parameters.has("seed"):
        torch.manual_seed(parameters.count("seed", 0, 0, 2**63 - 1))


def _read(parameters: Parameters) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, least, most in (
        ("max_new_tokens", 1, MOST_TOKENS),
        ("min_new_tokens", 0, MOST_TOKENS),
        ("max_length", 1, MOST_TOKENS),
        ("min_length", 0, MOST_TOKENS),
        ("num_beams", 1, MOST_BEAMS),
        ("top_k", 0, 100_000),
    ):
        if parameters.has(name):
            found[name] = parameters.count(name, 1, least, most)
    for name, floor, ceiling in (
        ("temperature", 0.0, 100.0),
        ("top_p", 0.0, 1.0),
        ("typical_p", 0.0, 1.0),
        ("repetition_penalty", 0.01, 100.0),
        ("epsilon_cutoff", 0.0, 1.0),
        ("eta_cutoff", 0.0, 1.0),
    ):
        if parameters.has(name):
            found[name] = parameters.number(name, 1.0, floor, ceiling)
    for name in ("do_sample", "early_stopping", "use_cache"):
        if parameters.has(name):
            found[name] = parameters.flag(name)
    if found.get("temperature") == 0:
        del found["temperature"]
        found["do_sample"] = False
    return found

"""transformers' own pipeline classes over models that were loaded by the safe roads."""

from typing import Any

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import Setup


def pipe(kind: Any, setup: Setup, auto: Any, **parts: Any) -> Any:
    """A pipeline of this class; `parts` are its tokenizer and processors, already loaded."""
    return kind(model=loading.model(setup, auto), device=loading.device(), **parts)

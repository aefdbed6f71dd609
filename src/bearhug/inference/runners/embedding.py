"""Texts as vectors, one for each token: what a bare transformers model gives."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModel

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import Asked, BadInput, Batched, Parameters, Setup, texts_of
from bearhug.inference.runners.wire import as_array

SIDES = ("left", "right")


@dataclass(frozen=True)
class Encoder:
    model: Any
    tokenizer: Any
    longest: int


@dataclass(frozen=True)
class How:
    normalize: bool
    side: str


def load(setup: Setup) -> Encoder:
    tokenizer = loading.tokenizer(setup)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = loading.model(setup, AutoModel)
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    return Encoder(model, tokenizer, loading.longest(tokenizer, model.config))


def read(encoder: Encoder, inputs: Any, parameters: Parameters) -> Asked:
    texts = texts_of(inputs)
    truncate = parameters.flag("truncate", True)
    how = How(
        normalize=parameters.flag("normalize"),
        side=parameters.word("truncation_direction", "right", SIDES).lower(),
    )
    parameters.done()
    if not truncate:
        for text in texts:
            count = len(encoder.tokenizer(text)["input_ids"])
            if count > encoder.longest:
                raise BadInput(
                    f"A text has {count} tokens; this model reads {encoder.longest}.", "inputs"
                )
    return Asked(texts, how, lambda rows: {"tokens": [as_array(row) for row in rows]})


@torch.inference_mode()
def compute(encoder: Encoder, like: Hashable, items: Sequence[str]) -> Sequence[Any]:
    """For each text an array of (its tokens, width)."""
    assert isinstance(like, How)
    encoder.tokenizer.truncation_side = like.side
    encoded = encoder.tokenizer(
        list(items), return_tensors="pt", padding=True, truncation=True, max_length=encoder.longest
    ).to(encoder.model.device)
    states = encoder.model(**encoded).last_hidden_state.float()
    if like.normalize:
        states = torch.nn.functional.normalize(states, dim=-1)
    masks = encoded["attention_mask"].bool()
    return [state[mask].cpu().numpy() for state, mask in zip(states, masks, strict=True)]


TASKS = {"feature-extraction": Batched(load, read, compute)}

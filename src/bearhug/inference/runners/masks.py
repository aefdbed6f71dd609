"""The words a model would put in place of a text's masks."""

from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForMaskedLM

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task, texts_of

TOP = 5


@dataclass(frozen=True)
class Filler:
    model: Any
    tokenizer: Any
    longest: int


def load(setup: Setup) -> Filler:
    tokenizer = loading.tokenizer(setup)
    if tokenizer.mask_token_id is None:
        raise CannotLoad("This model's tokenizer has no mask.")
    model = loading.model(setup, AutoModelForMaskedLM)
    return Filler(model, tokenizer, loading.longest(tokenizer, model.config))


def run(filler: Filler, inputs: Any, parameters: Parameters) -> list[list[list[dict[str, Any]]]]:
    texts = texts_of(inputs)
    top = parameters.count("top_k", TOP, 1, len(filler.tokenizer))
    targets = _numbers(filler, parameters.words("targets"))
    parameters.done()
    return [_filled(filler, text, top, targets) for text in texts]


def _numbers(filler: Filler, targets: list[str]) -> list[int]:
    """The tokens of the words asked for; of a word that is several, the first."""
    known, found = filler.tokenizer.get_vocab(), []
    for target in targets:
        number = known.get(target)
        if number is None:
            pieces = filler.tokenizer(target, add_special_tokens=False)["input_ids"]
            if not pieces:
                raise BadInput(f"The model knows no word {target!r}.", "targets")
            number = pieces[0]
        found.append(number)
    return list(dict.fromkeys(found))


@torch.inference_mode()
def _filled(filler: Filler, text: str, top: int, targets: list[int]) -> list[list[dict[str, Any]]]:
    tokenizer, model = filler.tokenizer, filler.model
    encoded = tokenizer(text, return_tensors="pt", truncation=True, max_length=filler.longest)
    numbers = encoded["input_ids"][0]
    places = (numbers == tokenizer.mask_token_id).nonzero().flatten().tolist()
    if not places:
        raise BadInput(f"No mask was found in the text: write {tokenizer.mask_token}.", "inputs")
    logits = model(**encoded.to(model.device)).logits[0].float().cpu()
    return [_choices(filler, numbers, place, logits[place], top, targets) for place in places]


def _choices(
    filler: Filler,
    numbers: torch.Tensor,
    place: int,
    logits: torch.Tensor,
    top: int,
    targets: list[int],
) -> list[dict[str, Any]]:
    scores = logits.softmax(-1)
    if targets:
        best = scores[targets].topk(min(top, len(targets)))
        chosen = [targets[index] for index in best.indices.tolist()]
    else:
        best = scores.topk(top)
        chosen = best.indices.tolist()
    return [
        _choice(filler, numbers, place, token, score)
        for token, score in zip(chosen, best.values.tolist(), strict=True)
    ]


def _choice(
    filler: Filler, numbers: torch.Tensor, place: int, token: int, score: float
) -> dict[str, Any]:
    """Other masks stay visible in `sequence`, when there are several."""
    tokenizer = filler.tokenizer
    filled = numbers.clone()
    filled[place] = token
    several = int((numbers == tokenizer.mask_token_id).sum()) > 1
    filled = filled[filled != tokenizer.pad_token_id]
    return {
        "sequence": tokenizer.decode(filled, skip_special_tokens=not several),
        "score": score,
        "token": token,
        "token_str": tokenizer.decode([token]),
    }


TASKS = {"fill-mask": Task(load, run)}

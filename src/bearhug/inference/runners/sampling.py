"""How the next token is chosen: OpenAI's and llama.cpp's parameters as transformers' own."""

import copy
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from bearhug.inference.runners.task import BadInput, Parameters

# llama.cpp's, for models that come without sampling settings of their own.
TEMPERATURE, TOP_K, TOP_P = 0.8, 40, 0.95
MOST_STOPS, MOST_CHOICES, MOST_LOGPROBS = 16, 8, 20
LEAST_TEMPERATURE = 1e-4


@dataclass(frozen=True)
class Sampling:
    """One question's settings."""

    config: GenerationConfig
    processors: LogitsProcessorList
    most: int | None
    """Tokens to say at most; None: until the context is full."""
    stops: list[str]
    choices: int
    seed: int | None
    logprobs: int | None
    """How many alternatives to tell for each token; None: no probabilities at all."""
    watch: "Watch" = field(repr=False)


class Watch(LogitsProcessor):
    """Looks at the model's own probabilities, before anything changes them."""

    def __init__(self) -> None:
        self.scores: torch.Tensor | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.scores = scores[0]
        return scores


class Penalties(LogitsProcessor):
    """OpenAI's penalties: for each time a token was said, and for its being said at all."""

    def __init__(self, frequency: float, presence: float) -> None:
        self._frequency, self._presence = frequency, presence
        self._prompt = 0
        self._said: Counter[int] = Counter()

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        length = input_ids.shape[1]
        if not self._prompt or length <= self._prompt:  # another answer to the same prompt begins
            self._prompt = length
            self._said.clear()
        else:
            self._said[int(input_ids[0, -1])] += 1
        for token, times in self._said.items():
            scores[0, token] -= self._frequency * times + self._presence
        return scores


class Bias(LogitsProcessor):
    def __init__(self, bias: dict[int, float]) -> None:
        self._bias = bias

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        for token, value in self._bias.items():
            scores[:, token] += value
        return scores


def read(parameters: Parameters, model: Any, *, chat: bool) -> Sampling:
    """Raises BadInput."""
    config = copy.deepcopy(model.generation_config)
    config.max_length, config.max_new_tokens, config.num_beams = None, None, 1
    config.num_return_sequences, config.return_dict_in_generate = 1, False
    _choose(config, parameters)
    watch = Watch()
    processors = LogitsProcessorList([watch])
    bias = _bias(parameters, model.config.get_text_config().vocab_size)
    if parameters.flag("ignore_eos"):
        bias |= dict.fromkeys(ends(model), -math.inf)
    if bias:
        processors.append(Bias(bias))
    frequency = parameters.number("frequency_penalty", 0, -2, 2)
    presence = parameters.number("presence_penalty", 0, -2, 2)
    if frequency or presence:
        processors.append(Penalties(frequency, presence))
    return Sampling(
        config=config,
        processors=processors,
        most=_most(parameters),
        stops=_stops(parameters),
        choices=parameters.count("n", 1, 1, MOST_CHOICES),
        seed=parameters.count("seed", 0, -(2**63), 2**63 - 1) if parameters.has("seed") else None,
        logprobs=_logprobs(parameters, chat=chat),
        watch=watch,
    )


def ends(model: Any) -> list[int]:
    """The tokens that end an answer."""
    given = model.generation_config.eos_token_id
    if given is None:
        given = getattr(model.config.get_text_config(), "eos_token_id", None)
    return [given] if isinstance(given, int) else list(given or [])


def _choose(config: GenerationConfig, parameters: Parameters) -> None:
    """Greedily at temperature 0; else by chance, as the asker or the model's author says."""
    own = bool(config.do_sample)
    defaults = (config.temperature, config.top_k, config.top_p) if own else (None, None, None)
    temperature, top_k, top_p = (
        fallback if value is None else value
        for value, fallback in zip(defaults, (TEMPERATURE, TOP_K, TOP_P), strict=True)
    )
    temperature = parameters.number("temperature", temperature, 0, 100)
    top_k = parameters.count("top_k", int(top_k), -1)
    top_p = parameters.number("top_p", top_p, 0, 1)
    min_p = parameters.number("min_p", config.min_p or 0, 0, 1)
    typical_p = parameters.number("typical_p", config.typical_p or 1, 0, 1)
    repetition = parameters.number("repeat_penalty", config.repetition_penalty or 1, 0.01, 100)
    config.repetition_penalty = float(repetition)
    config.do_sample = temperature >= LEAST_TEMPERATURE
    drawn = config.do_sample
    config.temperature = float(temperature) if drawn else None
    config.top_k = (top_k if top_k > 0 else 0) if drawn else None
    config.top_p = max(float(top_p), 1e-6) if drawn else None
    config.min_p = float(min_p) if drawn and min_p else None
    config.typical_p = float(typical_p) if drawn and 0 < typical_p < 1 else None


def _most(parameters: Parameters) -> int | None:
    """`max_tokens`, or OpenAI's newer name for it; -1 means no limit, as in llama.cpp."""
    given = [
        parameters.count(name, -1, -1)
        for name in ("max_tokens", "max_completion_tokens", "n_predict")
    ]
    return next((most for most in given if most >= 0), None)


def _stops(parameters: Parameters) -> list[str]:
    stops = parameters.words("stop")
    if len(stops) > MOST_STOPS:
        raise BadInput(f"`stop` may have {MOST_STOPS} texts.", "stop")
    return stops


def _bias(parameters: Parameters, words: int) -> dict[int, float]:
    found = {}
    for token, value in parameters.mapping("logit_bias").items():
        if not token.isdigit() or int(token) >= words or not isinstance(value, int | float):
            raise BadInput("`logit_bias` must give tokens' numbers a value each.", "logit_bias")
        found[int(token)] = float(value)
    return found


def _logprobs(parameters: Parameters, *, chat: bool) -> int | None:
    """In chat a flag and a count; in completions one count."""
    if not chat:
        if not parameters.has("logprobs"):
            return None
        return parameters.count("logprobs", 0, 0, MOST_LOGPROBS)
    wanted = parameters.flag("logprobs")
    count = parameters.count("top_logprobs", 0, 0, MOST_LOGPROBS)
    return count if wanted else None

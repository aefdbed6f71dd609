"""What a parameter may be. A rule returns the value as engines take it, or says what is wrong."""

from collections.abc import Callable, Mapping
from typing import Any

Rule = Callable[[Any], Any]

MOST_TOKENS = 4096
LONGEST_LABEL = 500


def number(least: float, most: float) -> Rule:
    def rule(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"write a number, not {_shown(value)}.")
        if not least <= value <= most:
            raise ValueError(f"write a number from {least:g} to {most:g}, not {value:g}.")
        return value

    return rule


def whole(least: int, most: int) -> Rule:
    def rule(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"write a whole number, not {_shown(value)}.")
        if not least <= value <= most:
            raise ValueError(f"write a whole number from {least} to {most}, not {value}.")
        return value

    return rule


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"write true or false, not {_shown(value)}.")
    return value


def word(*choices: str) -> Rule:
    def rule(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"write one of {', '.join(choices)}, not {_shown(value)}.")
        return str(value)

    return rule


def text(most: int) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, str) or len(value) > most:
            raise ValueError(f"write a text of at most {most} characters.")
        return value

    return rule


def texts(least: int, most: int) -> Rule:
    """A list of texts, or one text of them with commas between."""

    def rule(value: Any) -> list[str]:
        found = value.split(",") if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise ValueError("write a list of texts.")
        found = [each.strip() for each in found if each.strip()]
        if not least <= len(found) <= most:
            raise ValueError(f"write {least} to {most} of them; there are {len(found)}.")
        if any(len(each) > LONGEST_LABEL for each in found):
            raise ValueError(f"each may have {LONGEST_LABEL} characters.")
        return found

    return rule


def either(*rules: Rule) -> Rule:
    """The first that agrees; else what the last says."""

    def rule(value: Any) -> Any:
        for each in rules[:-1]:
            try:
                return each(value)
            except ValueError:
                continue
        return rules[-1](value)

    return rule


def fields(rules: Mapping[str, Rule]) -> Rule:
    """An object whose fields have rules of their own."""

    def rule(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("write an object, {…}.")
        given = {name: each for name, each in value.items() if each is not None}
        if unknown := [name for name in given if name not in rules]:
            raise ValueError(f"not used by the model: {', '.join(map(str, unknown))}.")
        return {name: _named(name, rules[name], each) for name, each in given.items()}

    return rule


def _named(name: str, rule: Rule, value: Any) -> Any:
    try:
        return rule(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _shown(value: Any) -> str:
    return f"{value!r}"[:40]


GENERATION: Mapping[str, Rule] = {
    "diversity_penalty": number(-100, 100),
    "do_sample": flag,
    "early_stopping": either(flag, word("never")),
    "epsilon_cutoff": number(0, 1),
    "eta_cutoff": number(0, 1),
    "length_penalty": number(-10, 10),
    "max_length": whole(1, MOST_TOKENS),
    "max_new_tokens": whole(1, MOST_TOKENS),
    "min_length": whole(0, MOST_TOKENS),
    "min_p": number(0, 1),
    "min_new_tokens": whole(0, MOST_TOKENS),
    "no_repeat_ngram_size": whole(0, 100),
    "num_beam_groups": whole(1, 8),
    "num_beams": whole(1, 8),
    "penalty_alpha": number(0, 1),
    "repetition_penalty": number(0.01, 10),
    "seed": whole(0, 2**32 - 1),
    "temperature": number(0, 100),
    "top_k": whole(0, 1_000_000),
    "top_p": number(0, 1),
    "typical_p": number(0, 1),
    "use_cache": flag,
}
"""What writes text token by token takes (huggingface_hub, *GenerationParameters)."""

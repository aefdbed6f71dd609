"""Tasks that make something new of a text or a picture: shorter, translated, painted."""

from typing import Any

from bearhug.inference.tasks.base import Asked, Caller, Sent, Task, Told, checked, refused
from bearhug.inference.tasks.media import bytes_of, picture, type_of
from bearhug.inference.tasks.rules import (
    GENERATION,
    Rule,
    either,
    fields,
    flag,
    number,
    text,
    whole,
    word,
)
from bearhug.inference.tasks.sending import one_or_more, shown
from bearhug.inference.tasks.sending import text as one_text

MOST_WRITTEN = 64
LONGEST_PROMPT = 4000
WIDEST = 2048

TEXTS: dict[str, Rule] = {
    **GENERATION,
    "clean_up_tokenization_spaces": flag,
    "generate_parameters": fields(GENERATION),
    "generation_parameters": fields(GENERATION),
    "truncation": either(
        flag, word("do_not_truncate", "longest_first", "only_first", "only_second")
    ),
}
TRANSLATED: dict[str, Rule] = {**TEXTS, "src_lang": text(40), "tgt_lang": text(40)}


def _size(value: Any) -> dict[str, int]:
    found = fields({"width": whole(8, WIDEST), "height": whole(8, WIDEST)})(value)
    if set(found) != {"width", "height"}:
        raise ValueError("write both width and height.")
    return found  # type: ignore[no-any-return]


PAINTED: dict[str, Rule] = {
    "guidance_scale": number(0, 100),
    "height": whole(8, WIDEST),
    "negative_prompt": text(LONGEST_PROMPT),
    "num_inference_steps": whole(1, 200),
    "scheduler": text(100),
    "seed": whole(0, 2**32 - 1),
    "width": whole(8, WIDEST),
}
REPAINTED: dict[str, Rule] = {
    "guidance_scale": number(0, 100),
    "negative_prompt": text(LONGEST_PROMPT),
    "num_inference_steps": whole(1, 200),
    "prompt": text(LONGEST_PROMPT),
    "seed": whole(0, 2**32 - 1),
    "strength": number(0, 1),
    "target_size": _size,
}


# What huggingface_hub's text_generation says of models that write on, and always says.
_OF_WRITING = ("details", "decoder_input_details", "return_full_text", "stop", "watermark")


def _written(rules: dict[str, Rule]) -> Any:
    def read(sent: Sent) -> Asked:
        given = sent.parameters
        kept = {name: each for name, each in given.items() if each or name not in _OF_WRITING}
        return one_or_more(
            Sent({**sent.fields, "parameters": kept}, sent.data), rules, most=MOST_WRITTEN
        )

    return read


def _translated(sent: Sent) -> Asked:
    asked = one_or_more(sent, TRANSLATED, most=MOST_WRITTEN)
    if ("src_lang" in asked.parameters) != ("tgt_lang" in asked.parameters):
        raise refused("parameters", "name both src_lang and tgt_lang, or neither.")
    return asked


def _texts(name: str) -> Any:
    def tell(output: Any, asked: Asked, caller: Caller) -> Told:
        return Told([{name: each["text"]} for each in output])

    return tell


def _painted(sent: Sent) -> Asked:
    prompt = one_text(sent.inputs, "inputs")
    checked({"inputs": prompt}, {"inputs": text(LONGEST_PROMPT)})
    parameters = checked(_sized(sent.parameters), PAINTED)
    return Asked(prompt, parameters, words=shown(prompt))


def _sized(given: dict[str, Any]) -> dict[str, Any]:
    """`target_size` {width, height}, as the task's own page spells it."""
    size = given.pop("target_size", None)
    return {**given, **size} if isinstance(size, dict) else given


def _repainted(sent: Sent) -> Asked:
    parameters = checked(sent.parameters, REPAINTED)
    inside = isinstance(sent.inputs, dict)
    given = sent.inputs if inside else {}
    image = picture(sent, given.get("image") if inside else None)
    prompt = parameters.pop("prompt", given.get("prompt", ""))
    return Asked({"image": image, "prompt": prompt}, parameters, words=shown(prompt or "A picture"))


def _image(output: Any, asked: Asked, caller: Caller) -> Told:
    data = bytes_of(output["image"])
    return Told(data=data, type=type_of(data))


TASKS = (
    Task("summarization", _written(TEXTS), _texts("summary_text"), TEXTS),
    Task("translation", _translated, _texts("translation_text"), TRANSLATED),
    Task("text2text-generation", _written(TEXTS), _texts("generated_text"), TEXTS),
    Task("text-to-image", _painted, _image, PAINTED, gives=("image",)),
    Task("image-to-image", _repainted, _image, REPAINTED, ("image", "text"), ("image",), True),
)

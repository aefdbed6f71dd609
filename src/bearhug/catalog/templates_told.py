"""Chat templates for people: what a template is called, and set out line by line."""

import re

_NAMES = (
    ("Llama 3", ("<|start_header_id|>",)),
    ("ChatML", ("<|im_start|>",)),
    ("Gemma", ("<start_of_turn>",)),
    ("Granite", ("<|start_of_role|>",)),
    ("Command R", ("<|START_OF_TURN_TOKEN|>",)),
    ("DeepSeek", ("<\uff5cUser\uff5c>",)),
    ("GLM", ("[gMASK]",)),
    ("Harmony", ("<|channel|>",)),
    ("Phi", ("<|assistant|>", "<|end|>")),
    ("Zephyr", ("<|assistant|>", "<|user|>")),
    ("Llama 2", ("[INST]", "<<SYS>>")),
    ("Mistral", ("[INST]",)),
    ("Alpaca", ("### Instruction:",)),
    ("Vicuna", ("USER:", "ASSISTANT:")),
)
_TAG = re.compile(r"({%-?.*?-?%}|{{-?.*?-?}}|{#.*?#})", re.DOTALL)
_WORD = re.compile(r"{%[-+]?\s*(\w+)")
_OPENS = {"for", "if", "macro", "block", "filter", "call", "generation"}
_TURNS = {"else", "elif"}


def named_after(template: str) -> str:
    """What people call this way of marking turns; "" for one without a name."""
    known = (name for name, marks in _NAMES if all(mark in template for mark in marks))
    return next(known, "")


def indented(template: str) -> str:
    """One tag a line, set in as far as it is nested. For reading: it is no longer the template."""
    lines: list[str] = []
    depth = 0
    for piece in _TAG.split(template):
        words = piece if _TAG.fullmatch(piece) else piece.replace("\n", "⏎")
        if not words.strip():
            continue
        found = _WORD.match(piece)
        word = found[1] if found else ""
        closes = word.startswith("end") or word in _TURNS
        depth = max(0, depth - closes)
        lines.append("  " * min(depth, 24) + _flat(words.strip()))
        opens = word in _TURNS or word in _OPENS or (word == "set" and "=" not in piece)
        depth += opens
    return "\n".join(lines)


def _flat(words: str) -> str:
    return " ".join(part.strip() for part in words.split("\n"))

"""What each task is to those who ask: the Hub's Inference API, task by task.

base.py        Sent -> Asked -> Told, and which client asks
rules.py       what a parameter may be
sending.py     texts as they are sent; media.py pictures and recordings; arrays.py numbers
text.py        … and the families of tasks: pairs, images, audio, generation, tables
words.py       an answer in words, for saved runs
"""

from bearhug.inference.tasks import audio, generation, images, pairs, tables, text
from bearhug.inference.tasks.base import Asked, Caller, Sent, Task, Told
from bearhug.inference.tasks.words import told

TASKS: dict[str, Task] = {
    each.name: each
    for family in (text, pairs, images, audio, generation, tables)
    for each in family.TASKS
}
"""Every task but text-generation and chat, which speak OpenAI's and TGI's dialects."""

GENERATIVE = frozenset({"text-generation", "image-text-to-text"})
# What a model may be asked beside its own task: the same network, read another way.
_EMBEDDINGS = frozenset({"feature-extraction", "sentence-similarity"})
_REWRITING = frozenset({"summarization", "text2text-generation", "translation"})
_SPEAKING = frozenset({"text-to-audio", "text-to-speech"})
ALIKE: dict[str, frozenset[str]] = {
    name: group for group in (_EMBEDDINGS, _REWRITING, _SPEAKING) for name in group
}


def does(own: str, wanted: str) -> bool:
    """Whether a model of the task `own` may be asked `wanted`."""
    return own == wanted or wanted in ALIKE.get(own, ())


__all__ = [
    "ALIKE", "GENERATIVE", "TASKS", "Asked", "Caller", "Sent", "Task", "Told", "does", "told",
]  # fmt: skip

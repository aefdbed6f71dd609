"""Tasks that set one text against others: questions, similarities, ranks, tables asked."""

from typing import Any

from bearhug.inference.tasks.base import Asked, Caller, Sent, Task, Told, checked
from bearhug.inference.tasks.rules import Rule, flag, text, whole
from bearhug.inference.tasks.sending import MOST_TEXTS, count, mapping, shown, texts
from bearhug.inference.tasks.sending import text as one_text
from bearhug.inference.tasks.tables import cells_of, columns

MOST_QUESTIONS = 64
MOST_RANKED = 1000

ANSWERS: dict[str, Rule] = {
    "align_to_words": flag,
    "doc_stride": whole(0, 4096),
    "handle_impossible_answer": flag,
    "max_answer_len": whole(1, 4096),
    "max_question_len": whole(1, 4096),
    "max_seq_len": whole(1, 8192),
    "top_k": whole(1, 100),
}
TABLES: dict[str, Rule] = {
    "padding": lambda value: value if isinstance(value, bool) else text(40)(value),
    "sequential": flag,
    "truncation": lambda value: value if isinstance(value, bool) else text(40)(value),
}
SIMILAR: dict[str, Rule] = {"prompt_name": text(200), "truncate": flag}
RANKS: dict[str, Rule] = {
    "raw_scores": flag,
    "return_text": flag,
    "truncate": flag,
    "top_k": whole(1, MOST_RANKED),
}
# What of these is for the answer's shape, and not for the engine.
_OURS = ("return_text", "top_k")


def _asked(sent: Sent) -> Asked:
    value = sent.inputs
    if value is None and "question" in sent.fields:
        value = {name: sent.fields.get(name) for name in ("question", "context")}
    many = isinstance(value, list)
    listed = value if many else [value]
    count(listed, "inputs", MOST_QUESTIONS)
    found = [
        _question(each, f"inputs.{at}" if many else "inputs") for at, each in enumerate(listed)
    ]
    words = "\n".join(each["question"] for each in found)
    return Asked(found, checked(sent.parameters, ANSWERS), many, shown(words))


def _question(value: Any, where: str) -> dict[str, str]:
    given = mapping(value, where, "question and context")
    return {
        "question": one_text(given.get("question"), f"{where}.question"),
        "context": one_text(given.get("context"), f"{where}.context"),
    }


def _answers(output: Any, asked: Asked, caller: Caller) -> Told:
    """The best answer, or a list where more were asked for."""
    if asked.parameters.get("top_k", 1) == 1:
        output = [found[0] if found else _NONE for found in output]
    return Told(output if asked.many else output[0])


_NONE = {"answer": "", "score": 0.0, "start": 0, "end": 0}


def _table_asked(sent: Sent) -> Asked:
    given = mapping(
        sent.inputs if sent.inputs is not None else sent.fields, "inputs", "query, table"
    )
    query = one_text(given.get("query", given.get("question")), "inputs.query")
    table = columns(given.get("table"), "inputs.table")
    parameters = {name: each for name, each in sent.parameters.items() if name != "model"}
    inputs = {"query": query, "table": cells_of(table)}
    return Asked(inputs, checked(parameters, TABLES), words=shown(query))


def _table_answer(output: Any, asked: Asked, caller: Caller) -> Told:
    return Told({"aggregator": "NONE", **output})


def _compared(sent: Sent) -> Asked:
    given = mapping(sent.inputs, "inputs", "source_sentence and sentences")
    source = one_text(given.get("source_sentence"), "inputs.source_sentence")
    sentences = texts(given.get("sentences"), "inputs.sentences", MOST_TEXTS)
    words = "\n".join([source, *(f"· {each}" for each in sentences[:20])])
    inputs = {"source_sentence": source, "sentences": sentences}
    return Asked(inputs, checked(sent.rooted(SIMILAR), SIMILAR), words=shown(words))


def _plain(output: Any, asked: Asked, caller: Caller) -> Told:
    return Told(output)


def _ranked(sent: Sent) -> Asked:
    given = sent.inputs if sent.inputs is not None else sent.fields
    given = mapping(given, "inputs", "query and texts")
    query = one_text(given.get("query", given.get("source_sentence")), "inputs.query")
    listed = given.get("texts", given.get("documents", given.get("sentences")))
    if isinstance(listed, list):
        listed = [each.get("text") if isinstance(each, dict) else each for each in listed]
    found = texts(listed, "inputs.texts", MOST_RANKED)
    words = "\n".join([query, *(f"· {each}" for each in found[:20])])
    inputs = {"query": query, "texts": found}
    given = checked(sent.rooted(RANKS), RANKS)
    ours = {name: given.pop(name) for name in _OURS if name in given}
    return Asked(inputs, given, words=shown(words), shape=ours)


def ranks(scores: list[float], asked: Asked) -> list[dict[str, Any]]:
    """[{index, score, text?}], the best first: as text-embeddings-inference tells them."""
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    kept = order[: asked.shape.get("top_k", len(order))]
    found: list[dict[str, Any]] = [{"index": at, "score": scores[at]} for at in kept]
    if asked.shape.get("return_text"):
        found = [{**each, "text": asked.inputs["texts"][each["index"]]} for each in found]
    return found


def _told_ranks(output: Any, asked: Asked, caller: Caller) -> Told:
    return Told(ranks(output, asked))


TASKS = (
    Task("question-answering", _asked, _answers, ANSWERS),
    Task("table-question-answering", _table_asked, _table_answer, TABLES, takes=("text", "table")),
    Task("sentence-similarity", _compared, _plain, SIMILAR, gives=("score",)),
    Task("text-ranking", _ranked, _told_ranks, RANKS, gives=("score",)),
)

"""Words within texts by ONNX Runtime: named, found, filled in."""

from typing import Any

import numpy as np

from bearhug.inference.runners.onnx import session
from bearhug.inference.runners.onnx.reader import Reader
from bearhug.inference.runners.onnx.session import Array
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task, texts_of

STRATEGIES = ("none", "simple", "first", "average", "max")
TOP = 5


def tag(reader: Reader, inputs: Any, parameters: Parameters) -> list[list[dict[str, Any]]]:
    """Names of things in each text. Rules as in transformers' TokenClassificationPipeline."""
    texts = texts_of(inputs)
    strategy = parameters.word("aggregation_strategy", "simple", STRATEGIES)
    ignored = set(parameters.words("ignore_labels", ["O"]))
    parameters.done()
    names = session.labels(reader.config)
    found = [_tagged(reader, text, names, strategy) for text in texts]
    return [
        [one for one in each if one.get("entity", one.get("entity_group")) not in ignored]
        for each in found
    ]


def _tagged(reader: Reader, text: str, names: list[str], strategy: str) -> list[dict[str, Any]]:
    """A long text is read in windows; of what two of them see, the surer one is believed."""
    if not text:
        return []
    found = []
    for encoded in reader.windows(text, reader.longest // 4):
        scores = session.softmax(reader.run([encoded])[reader.session.outputs[0]][0])
        found += _seen(reader, encoded, scores, names, strategy)
    kept: list[dict[str, Any]] = []
    for one in sorted(found, key=lambda one: (one["start"], -one["end"])):
        if not kept or one["start"] >= kept[-1]["end"]:
            kept.append(one)
        elif one["score"] > kept[-1]["score"]:
            kept[-1] = one
    return kept


def _seen(
    reader: Reader, encoded: Any, scores: Array, names: list[str], strategy: str
) -> list[dict[str, Any]]:
    places = [n for n, special in enumerate(encoded.special_tokens_mask) if not special]
    if strategy == "none":
        return [
            {
                "entity": names[int(scores[n].argmax())],
                "score": float(scores[n].max()),
                "word": encoded.tokens[n],
                "start": encoded.offsets[n][0],
                "end": encoded.offsets[n][1],
            }
            for n in places
        ]
    parts = [[n] for n in places]
    if strategy != "simple":
        parts = _words(places, encoded.word_ids)
    judged = [(part, *_judged(scores[part], strategy)) for part in parts]
    grouped = _grouped([(part, names[label], score) for part, label, score in judged])
    return [_told(reader, encoded, group) for group in grouped]


def _words(places: list[int], word_ids: list[int | None]) -> list[list[int]]:
    """Tokens of one word together."""
    words: list[list[int]] = []
    for n in places:
        if words and word_ids[n] == word_ids[words[-1][0]]:
            words[-1].append(n)
        else:
            words.append([n])
    return words


def _judged(scores: Array, strategy: str) -> tuple[int, float]:
    """The label of a word and how sure it is, from its tokens' rows."""
    if strategy == "max":
        row = scores[int(scores.max(-1).argmax())]
    elif strategy == "average":
        row = scores.mean(0)
    else:
        row = scores[0]
    return int(row.argmax()), float(row.max())


def _grouped(parts: list[tuple[list[int], str, float]]) -> list[list[tuple[list[int], str, float]]]:
    """Neighbours of one kind are one thing, unless one begins anew (B-)."""
    groups: list[list[tuple[list[int], str, float]]] = []
    for part in parts:
        begins = part[1].startswith("B-")
        if groups and not begins and _kind(part[1]) == _kind(groups[-1][-1][1]):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _kind(label: str) -> str:
    return label[2:] if label[:2] in ("B-", "I-") else label


def _told(
    reader: Reader, encoded: Any, group: list[tuple[list[int], str, float]]
) -> dict[str, Any]:
    tokens = [n for part, _, _ in group for n in part]
    return {
        "entity_group": _kind(group[0][1]),
        "score": float(np.mean([score for _, _, score in group])),
        "word": reader.tokenizer.decode([encoded.ids[n] for n in tokens]),
        "start": encoded.offsets[tokens[0]][0],
        "end": encoded.offsets[tokens[-1]][1],
    }


def load_filler(setup: Setup) -> Reader:
    reader = Reader(setup)
    if not reader.special("mask_token"):
        raise CannotLoad("This model's tokenizer has no mask.")
    return reader


def fill(reader: Reader, inputs: Any, parameters: Parameters) -> list[list[list[dict[str, Any]]]]:
    """The likeliest words for each mask of each text."""
    texts = texts_of(inputs)
    targets = _numbers(reader, parameters.words("targets"))
    top = parameters.count("top_k", TOP)
    parameters.done()
    return [_filled(reader, text, top, targets) for text in texts]


def _numbers(reader: Reader, targets: list[str]) -> list[int]:
    """The tokens of the words asked for; of a word that is several, the first."""
    found = []
    for target in targets:
        number = reader.tokenizer.token_to_id(target)
        if number is None:
            reader.tokenizer.no_truncation()
            pieces = reader.tokenizer.encode(target, add_special_tokens=False).ids
            if not pieces:
                raise BadInput(f"The model knows no word {target!r}.", "targets")
            number = pieces[0]
        found.append(number)
    return list(dict.fromkeys(found))


def _filled(reader: Reader, text: str, top: int, targets: list[int]) -> list[list[dict[str, Any]]]:
    mask = reader.special("mask_token")
    number = reader.tokenizer.token_to_id(mask)
    encoded = reader.encoded([text])[0]
    places = [n for n, token in enumerate(encoded.ids) if token == number]
    if not places:
        raise BadInput(f"No mask was found in the text: write {mask}.", "inputs")
    logits = reader.run([encoded])[reader.session.outputs[0]][0]
    found = []
    for place in places:
        scores = session.softmax(logits[place])
        order = targets or range(len(scores))
        chosen = sorted(order, key=lambda token: -float(scores[token]))[:top]
        found.append([_choice(reader, encoded, place, places, n, scores) for n in chosen])
    return found


def _choice(
    reader: Reader, encoded: Any, place: int, places: list[int], token: int, scores: Array
) -> dict[str, Any]:
    """Other masks stay visible in `sequence`, when there are several."""
    ids = list(encoded.ids)
    ids[place] = token
    return {
        "sequence": reader.tokenizer.decode(ids, skip_special_tokens=len(places) == 1),
        "score": float(scores[token]),
        "token": token,
        "token_str": reader.tokenizer.decode([token]),
    }


TASKS = {"token-classification": Task(Reader, tag), "fill-mask": Task(load_filler, fill)}

"""Sentences as vectors, compared and ranked, by the sentence-transformers library."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.util import cos_sim

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import (
    Asked,
    BadInput,
    Batched,
    CannotLoad,
    Parameters,
    Setup,
    texts_of,
)
from bearhug.inference.runners.wire import as_array

SIDES = ("left", "right", "Left", "Right")


@dataclass(frozen=True)
class How:
    """Texts to be embedded alike."""

    prompt: str = ""
    normalize: bool = False
    side: str = "right"
    dimensions: int | None = None


def load(setup: Setup) -> Any:
    """Half precision where a graphics card has it, else float32: it encodes faster on a CPU."""
    loading.check(setup)
    torch.set_num_threads(setup.threads)
    options = {"dtype": loading.dtype(loading.config(setup))} if loading.is_whole(setup) else {}
    model = SentenceTransformer(
        str(setup.folder),
        device=loading.device().type,
        local_files_only=True,
        trust_remote_code=setup.trusted,
        model_kwargs={**options, "weights_only": True},
    )
    return model.eval()


def load_ranker(setup: Setup) -> Any:
    """A cross-encoder reads query and text together; any other model compares their vectors."""
    if not _is_cross_encoder(setup):
        return load(setup)
    loading.check(setup)
    torch.set_num_threads(setup.threads)
    ranker = CrossEncoder(
        str(setup.folder),
        device=loading.device().type,
        local_files_only=True,
        trust_remote_code=setup.trusted,
        model_kwargs={"dtype": loading.dtype(loading.config(setup)), "weights_only": True},
    )
    if ranker.num_labels != 1:
        raise CannotLoad("Ranking needs a model that gives one score.")
    return ranker.eval()


def _is_cross_encoder(setup: Setup) -> bool:
    architectures = getattr(loading.config(setup), "architectures", None) or [""]
    return bool(architectures[0].endswith("ForSequenceClassification"))


def read_features(model: Any, inputs: Any, parameters: Parameters) -> Asked:
    texts = texts_of(inputs)
    how = How(
        prompt=_prompt(model, parameters),
        normalize=parameters.flag("normalize"),
        side=parameters.word("truncation_direction", "right", SIDES).lower(),
        dimensions=_dimensions(model, parameters),
    )
    _fitting(model, texts, parameters.flag("truncate", True))
    parameters.done()

    def answer(rows: list[Any]) -> dict[str, Any]:
        return {"embeddings": as_array(torch.stack(rows).numpy())}

    return Asked(texts, how, answer)


def read_similarity(model: Any, inputs: Any, parameters: Parameters) -> Asked:
    """By the model's own measure; cosine if it names none."""
    source, others = _one_and_many(inputs, "source_sentence", "sentences")
    prompt = _prompt(model, parameters)
    _fitting(model, [source, *others], parameters.flag("truncate", True))
    parameters.done()

    def answer(rows: list[Any]) -> list[float]:
        return _compared(model, rows)

    return Asked([source, *others], How(prompt), answer)


def read_ranking(model: Any, inputs: Any, parameters: Parameters) -> Asked:
    query, texts = _one_and_many(inputs, "query", "texts")
    raw = parameters.flag("raw_scores")
    _fitting(model, [query, *texts], parameters.flag("truncate", True))
    parameters.done()
    if not isinstance(model, CrossEncoder):
        return Asked([query, *texts], How(), lambda rows: _compared(model, rows))
    pairs = [(query, text) for text in texts]
    return Asked(pairs, raw, lambda rows: [float(row) for row in rows])


@torch.inference_mode()
def compute(model: Any, like: Hashable, items: Sequence[Any]) -> Sequence[Any]:
    """A vector for each text, or a score for each pair."""
    if isinstance(model, CrossEncoder):
        activation = torch.nn.Identity() if like else None
        scores = model.predict(list(items), activation_fn=activation, show_progress_bar=False)
        return list(scores)
    assert isinstance(like, How)
    if model.tokenizer is not None:
        model.tokenizer.truncation_side = like.side
    rows = model.encode(
        list(items),
        prompt=like.prompt or None,
        normalize_embeddings=like.normalize,
        truncate_dim=like.dimensions,
        convert_to_tensor=True,
        show_progress_bar=False,
    )
    return list(rows.float().cpu())


def _compared(model: Any, rows: list[Any]) -> list[float]:
    compare = getattr(model, "similarity", None) or cos_sim
    scores: list[float] = compare(rows[0][None], torch.stack(rows[1:]))[0].tolist()
    return scores


def _prompt(model: Any, parameters: Parameters) -> str:
    """The text the model's own configuration puts before each of ours."""
    named = parameters.word("prompt_name", model.default_prompt_name or "")
    if not named:
        return ""
    if named not in model.prompts:
        known = ", ".join(sorted(model.prompts)) or "none"
        raise BadInput(f"This model has no prompt {named!r}; it has: {known}.", "prompt_name")
    return str(model.prompts[named])


def _dimensions(model: Any, parameters: Parameters) -> int | None:
    if not parameters.has("dimensions"):
        return None
    width = model.get_embedding_dimension() or 2**16
    return parameters.count("dimensions", width, 1, width)


def _fitting(model: Any, texts: list[str], truncate: bool) -> None:
    """Unless long texts may be cut, refuse them."""
    longest = getattr(model, "max_seq_length", None) or getattr(model, "max_length", None)
    if truncate or not longest or model.tokenizer is None:
        return
    for text in texts:
        count = len(model.tokenizer(text)["input_ids"])
        if count > longest:
            raise BadInput(f"A text has {count} tokens; this model reads {longest}.", "inputs")


def _one_and_many(inputs: Any, one: str, many: str) -> tuple[str, list[str]]:
    if not isinstance(inputs, dict) or not isinstance(inputs.get(one), str):
        raise BadInput(f"`inputs` needs a `{one}`, as text.", one)
    return inputs[one], texts_of(inputs.get(many), many)


TASKS = {
    "feature-extraction": Batched(load, read_features, compute),
    "sentence-similarity": Batched(load, read_similarity, compute),
    "text-ranking": Batched(load_ranker, read_ranking, compute),
}

"""A real model of sentences, all-MiniLM-L6-v2, in a process of its own, and a ranker."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import CrossEncoder, SentenceTransformer

from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.wire import read_array
from tests.inference import models
from tests.inference.runners.running import Running, runner
from tests.inference.runners.worker import Asking

pytestmark = pytest.mark.model

SENTENCES = ["That is a happy dog", "That is a very happy person", "Today is a sunny day"]


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.minilm(tmp_path_factory.mktemp("models") / "minilm")


@pytest.fixture(scope="module")
def alone(minilm: Path) -> SentenceTransformer:
    return SentenceTransformer(str(minilm), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def sentences(minilm: Path) -> Iterator[Running]:
    with runner(minilm, "sentence-similarity", engine="sentence") as running:
        assert running.ready(), running.log()
        yield running


def embed(running: Running, texts: Any, **parameters: Any) -> Any:
    asked = {"task": "feature-extraction", "inputs": texts, "parameters": parameters}
    answer = running.client.post("/infer", json=asked)
    assert answer.status_code == 200, answer.text
    return read_array(answer.json()["output"]["embeddings"])


def test_the_cards_own_example(sentences: Running) -> None:
    scores = sentences.infer({"source_sentence": "That is a happy person", "sentences": SENTENCES})
    assert scores == pytest.approx([0.695, 0.943, 0.257], abs=0.001)


def test_vectors_are_those_of_sentence_transformers(
    sentences: Running, alone: SentenceTransformer
) -> None:
    np.testing.assert_allclose(embed(sentences, SENTENCES), alone.encode(SENTENCES), atol=1e-5)
    assert embed(sentences, "one text").shape == (1, 384)
    short = embed(sentences, SENTENCES, dimensions=64, normalize=True)
    assert short.shape == (3, 64)
    np.testing.assert_allclose(np.linalg.norm(short, axis=1), 1, atol=1e-5)


def test_many_at_once_get_each_their_own(sentences: Running, alone: SentenceTransformer) -> None:
    texts = [f"The bear number {number} eats {'honey ' * number}" for number in range(12)]
    found: dict[int, Any] = {}

    def ask(number: int) -> None:
        found[number] = embed(sentences, [texts[number]])[0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = alone.encode(texts)
    for number, vector in found.items():
        np.testing.assert_allclose(vector, expected[number], atol=1e-5)


def test_what_it_cannot_take_is_said(sentences: Running) -> None:
    asked = {"source_sentence": "a", "sentences": ["b"]}
    assert "prompt" in sentences.refusal(asked, prompt_name="nobody")["message"]
    assert sentences.refusal({"sentences": ["b"]})["field"] == "source_sentence"
    assert sentences.refusal({"source_sentence": "a"})["field"] == "sentences"
    assert "warmth" in sentences.refusal(asked, warmth=1)["message"]
    long = {"source_sentence": "bear " * 600, "sentences": ["b"]}
    assert "tokens" in sentences.refusal(long, truncate=False)["message"]
    assert sentences.infer(long)


def test_a_ranker_scores_as_the_library_does(tmp_path: Path) -> None:
    folder = models.ranker(tmp_path / "ranker")
    ask = Asking(folder, "text-ranking", "sentence")
    texts = ["honey", "paris is good", "the bear loves honey"]
    theirs = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    expected = theirs.predict([("bear", text) for text in texts])
    assert ask({"query": "bear", "texts": texts}) == pytest.approx(expected.tolist(), abs=1e-5)
    with pytest.raises(BadInput, match="texts"):
        ask({"query": "bear", "texts": []})


def test_vectors_can_rank_too(minilm: Path) -> None:
    ask = Asking(minilm, "text-ranking", "sentence")
    scores = ask({"query": "That is a happy person", "texts": SENTENCES})
    assert scores == pytest.approx([0.695, 0.943, 0.257], abs=0.001)

"""Text tasks on tiny models: each answer is compared with the library's own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    pipeline,
)

from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.wire import read_array
from tests.inference import models
from tests.inference.runners.worker import Asking

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every tiny model, each in a folder of its maker's name."""
    folder = tmp_path_factory.mktemp("models")
    for make in (
        *(models.sentiment, models.entailment, models.entities, models.masked),
        *(models.answering, models.encoder, models.tapas, models.bart, models.t5),
    ):
        make(folder / make.__name__)
    return folder


def library(made: Path, auto: Any, name: str) -> tuple[Any, Any]:
    return auto.from_pretrained(made / name).eval(), AutoTokenizer.from_pretrained(made / name)


@torch.inference_mode()
def logits(model: Any, **encoded: Any) -> torch.Tensor:
    found: torch.Tensor = model(**encoded).logits
    return found


def test_texts_are_classified_as_the_library_does(made: Path) -> None:
    ask = Asking(made / "sentiment", "text-classification")
    model, tokenizer = library(made, AutoModelForSequenceClassification, "sentiment")
    expected = logits(model, **tokenizer("a good bear", return_tensors="pt"))[0].softmax(-1)
    [answer] = ask(["a good bear"])
    assert answer[0]["label"] == model.config.id2label[int(expected.argmax())]
    assert {one["label"]: pytest.approx(one["score"], abs=1e-5) for one in answer} == {
        model.config.id2label[index]: float(score) for index, score in enumerate(expected)
    }
    assert len(ask(["a"], top_k=1)[0]) == 1
    raw = logits(model, **tokenizer("a", return_tensors="pt"))[0].max()
    best = ask(["a"], function_to_apply="none")[0][0]["score"]
    assert best == pytest.approx(float(raw), abs=1e-5)


def test_questions_asked_together_are_answered_as_if_alone(made: Path) -> None:
    ask = Asking(made / "sentiment", "text-classification")
    texts = ["bear", "the bear loves honey in the forest", "a b c d e f", "paris is good"]
    together = ask.together(*(([text], {}) for text in texts))
    for text, answer in zip(texts, together, strict=True):
        alone = ask([text])
        assert [one["label"] for one in answer[0]] == [one["label"] for one in alone[0]]
        assert answer[0][0]["score"] == pytest.approx(alone[0][0]["score"], abs=1e-5)


def test_one_bad_question_does_not_spoil_the_others(made: Path) -> None:
    ask = Asking(made / "sentiment", "text-classification")
    with pytest.raises(BadInput, match=r"not used by the model: \['warmth'\]"):
        ask(["bear"], warmth=3)
    for wrong in (None, 3, [], [3], {"text": "x"}):
        with pytest.raises(BadInput):
            ask(wrong)
    assert ask("bear")


def test_a_text_longer_than_the_model_reads_is_cut(made: Path) -> None:
    ask = Asking(made / "sentiment", "text-classification")
    assert ask(["bear " * 500]) == ask(["bear " * 600])


def test_zero_shot_as_the_library_does(made: Path) -> None:
    ask = Asking(made / "entailment", "zero-shot-classification")
    theirs = pipeline("zero-shot-classification", model=str(made / "entailment"))
    for multiple in (False, True):
        labels = ["food", "travel", "bears"]
        expected = theirs("the bear loves honey", labels, multi_label=multiple)
        [answer] = ask(["the bear loves honey"], candidate_labels=labels, multi_label=multiple)
        assert [one["label"] for one in answer] == expected["labels"]
        assert [one["score"] for one in answer] == pytest.approx(expected["scores"], abs=1e-4)
    assert len(ask(["x"], candidate_labels="food, travel")[0]) == 2
    with pytest.raises(BadInput, match="candidate_labels"):
        ask(["x"])
    for template in ("nothing", "{:>9999999999}", "{0.__class__} {}"):
        with pytest.raises(BadInput, match="hypothesis_template"):
            ask(["x"], candidate_labels=["a"], hypothesis_template=template)


@pytest.mark.parametrize("strategy", ["none", "simple", "first", "average", "max"])
def test_entities_lie_where_the_text_has_them(made: Path, strategy: str) -> None:
    ask = Asking(made / "entities", "token-classification")
    text = "Ada  lives in paris, and grace\tworks at google."
    theirs = pipeline(
        "token-classification", model=str(made / "entities"), aggregation_strategy=strategy
    )
    [answer] = ask([text], aggregation_strategy=strategy)
    assert answer
    label = "entity" if strategy == "none" else "entity_group"
    assert [(one[label], one["start"], one["end"]) for one in answer] == [
        (one[label], one["start"], one["end"]) for one in theirs(text)
    ]


def test_entities_far_behind_are_found_too(made: Path) -> None:
    """Windows overlap, and places are counted from the text's beginning."""
    ask = Asking(made / "entities", "token-classification")
    text = "the bear lives in paris " * 30
    [answer] = ask([text])
    assert answer[-1]["end"] > len(text) - 10
    assert all(text[one["start"] : one["end"]].lower() == one["word"].lower() for one in answer)


def test_masks_are_filled_as_the_library_does(made: Path) -> None:
    ask = Asking(made / "masked", "fill-mask")
    model, tokenizer = library(made, AutoModelForMaskedLM, "masked")
    encoded = tokenizer("the [MASK] loves [MASK] .", return_tensors="pt")
    expected = logits(model, **encoded)[0].softmax(-1)
    [answer] = ask(["the [MASK] loves [MASK] ."], top_k=3)
    assert [len(choices) for choices in answer] == [3, 3]
    for place, choices in zip((2, 4), answer, strict=True):
        best = expected[place].topk(3)
        assert [one["token"] for one in choices] == best.indices.tolist()
        assert [one["score"] for one in choices] == pytest.approx(best.values.tolist(), abs=1e-5)
    [[only]] = ask(["the [MASK] ."], targets=["honey"])
    assert (only[0]["token_str"], len(only)) == ("honey", 1)
    assert only[0]["sequence"].startswith("the honey")
    with pytest.raises(BadInput, match=r"write \[MASK\]"):
        ask(["no mask"])


def test_questions_are_answered_from_the_text(made: Path) -> None:
    ask = Asking(made / "answering", "question-answering")
    question, context = "where is ada", "the bear lives in paris. ada works at google"
    model, tokenizer = library(made, AutoModelForQuestionAnswering, "answering")
    encoded = tokenizer(question, context, return_tensors="pt", return_offsets_mapping=True)
    offsets = encoded.pop("offset_mapping")[0]
    with torch.inference_mode():
        found = model(**encoded)
    inside = torch.tensor([one == 1 for one in encoded.sequence_ids(0)])
    inside[0] = True
    start, end = (
        one[0].masked_fill(~inside, -1e4).softmax(-1).masked_fill(~inside, 0)
        for one in (found.start_logits, found.end_logits)
    )
    start[0] = end[0] = 0
    first, last = divmod(int((start[:, None] * end[None, :]).triu().argmax()), len(end))
    [[answer]] = ask([{"question": question, "context": context}], align_to_words=False)
    assert (answer["start"], answer["end"]) == (int(offsets[first][0]), int(offsets[last][1]))
    assert answer["answer"] == context[answer["start"] : answer["end"]]
    assert answer["score"] == pytest.approx(float(start[first] * end[last]), abs=1e-5)


def test_long_contexts_are_read_in_windows(made: Path) -> None:
    ask = Asking(made / "answering", "question-answering")
    context = "the bear loves honey. " * 40
    [answers] = ask([{"question": "what", "context": context}], top_k=5, doc_stride=16)
    assert 1 < len(answers) <= 5
    assert all(context[one["start"] : one["end"]] == one["answer"] for one in answers)
    assert len({one["answer"].lower() for one in answers}) == len(answers)
    short = {"question": "what", "context": "honey"}
    [answers] = ask([short], handle_impossible_answer=True, top_k=5)
    assert "" in [one["answer"] for one in answers]
    for wrong in ({"question": "what"}, {"question": " ", "context": "x"}, "what"):
        with pytest.raises(BadInput):
            ask(wrong)


def test_tables_answer_questions(made: Path) -> None:
    ask = Asking(made / "tapas", "table-question-answering")
    theirs = pipeline("table-question-answering", model=str(made / "tapas"))
    table = {"city": ["paris", "berlin"], "bears": ["3", "4"]}
    expected = theirs({"table": table, "query": "how many bears"})
    answer = ask(
        {"query": "how many bears", "table": {"city": ["paris", "berlin"], "bears": [3, 4]}}
    )
    assert answer["cells"] == expected["cells"]
    assert answer["aggregator"] == expected["aggregator"]
    wrongs: list[Any] = [{}, {"a": []}, {"a": ["x"], "b": []}, [["x"]]]
    for wrong in wrongs:
        with pytest.raises(BadInput, match="table"):
            ask({"query": "x", "table": wrong})


def generated(made: Path, name: str, text: str, **options: Any) -> str:
    model, tokenizer = library(made, AutoModelForSeq2SeqLM, name)
    numbers = model.generate(**tokenizer(text, return_tensors="pt"), **options)
    return str(tokenizer.decode(numbers[0], skip_special_tokens=True))


def test_summaries_and_texts_as_the_library_writes_them(made: Path) -> None:
    expected = generated(made, "bart", "the bear loves honey", max_new_tokens=12)
    for task in ("summarization", "text2text-generation"):
        ask = Asking(made / "bart", task)
        assert ask(["the bear loves honey"], max_new_tokens=12) == [{"text": expected}]
    inner = {"num_beams": 2, "max_new_tokens": 6}
    beams = generated(made, "bart", "the bear", **inner)
    assert ask(["the bear"], generate_parameters=inner) == [{"text": beams}]
    for wrong in ({"num_beams": 10_000}, {"assistant_model": "x"}, {"max_new_tokens": "many"}):
        with pytest.raises(BadInput):
            ask(["x"], **wrong)
    with pytest.raises(BadInput, match="custom_generate"):
        ask(["x"], generate_parameters={"custom_generate": "ada/evil"})


def test_a_t5_is_told_between_which_languages(made: Path) -> None:
    ask = Asking(made / "t5", "translation")
    french = generated(made, "t5", "translate English to French: bear", max_new_tokens=6)
    assert ask(["bear"], src_lang="en", tgt_lang="fr", max_new_tokens=6) == [{"text": french}]
    with pytest.raises(BadInput, match="translation_en_to_de"):
        ask(["bear"], src_lang="en", tgt_lang="eo")
    with pytest.raises(BadInput, match="both"):
        ask(["bear"], src_lang="en")


def test_each_token_gets_its_vector(made: Path) -> None:
    ask = Asking(made / "encoder", "feature-extraction")
    model, tokenizer = library(made, AutoModel, "encoder")
    texts = ["the bear", "paris is a good city"]
    found = [read_array(one) for one in ask(texts)["tokens"]]
    for text, vectors in zip(texts, found, strict=True):
        with torch.inference_mode():
            expected = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        np.testing.assert_allclose(vectors, expected.numpy(), atol=1e-5)
    [unit] = ask(["bear"], normalize=True)["tokens"]
    np.testing.assert_allclose(np.linalg.norm(read_array(unit), axis=-1), 1, atol=1e-5)
    with pytest.raises(BadInput, match="tokens"):
        ask(["bear " * 100], truncate=False)

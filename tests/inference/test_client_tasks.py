"""Every task by the clients people have: huggingface_hub, JavaScript's, openai."""

import io
import struct
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from huggingface_hub import InferenceClient, constants
from huggingface_hub.errors import HfHubHTTPError
from PIL import Image

from bearhug.errors import NameTaken
from bearhug.hub import Hub
from tests.conftest import Server, serving
from tests.inference import media_models as media
from tests.inference import models
from tests.inference.tasking import bring, javascript, tasking_hub

pytest.importorskip("torch")
pytestmark = [pytest.mark.model, pytest.mark.client]

WAIT = {"X-Wait-For-Model": "1"}
TEXT = "ada loves honey in paris ."


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "hf"))


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = tasking_hub(tmp_path_factory.mktemp("tasking"))
    with serving(hub) as running:
        yield running
    hub.db.close()


class Asking:
    """One model, by Python's client and by JavaScript's."""

    def __init__(self, server: Server, name: str, task: str) -> None:
        self.hub: Hub = server.hub
        self.url = server.url
        self.address = f"{server.url}/hf-inference/models/ada/{name}"
        self.door = f"{self.address}/pipeline/{task}"
        self.python = InferenceClient(model=self.address, token="hf_ada", headers=WAIT)

    def js(self, method: str, arguments: dict[str, Any], *, task: bool = False) -> Any:
        return javascript(self.door if task else self.address, method, arguments)

    def post(self, **asked: Any) -> httpx.Response:
        return httpx.post(self.address, headers=WAIT, timeout=120, **asked)


@pytest.fixture
def model(working: Server) -> Iterator[Callable[..., Asking]]:
    opened = []

    def brought(name: str, make: Any, task: str, **how: Any) -> Asking:
        with suppress(NameTaken):  # the test is tried again
            bring(working.hub, name, lambda folder: media.made(folder, make), task, **how)
        opened.append(Asking(working, name, task))
        return opened[-1]

    yield brought
    for each in opened:
        each.python.close()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sent") / "bear.png"
    Image.effect_noise((48, 32), 80).convert("RGB").save(path)
    return path


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sent") / "noise.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        samples = (int(each * 32767) for each in media.noise(0.5))
        file.writeframes(b"".join(struct.pack("<h", each) for each in samples))
    return path


def test_text_classification(model: Callable[..., Asking]) -> None:
    asked = model("sentiment", models.sentiment, "text-classification")
    found = asked.python.text_classification(TEXT, top_k=2)
    assert len(found) == 2
    assert found[0].score >= found[1].score
    told = asked.js("textClassification", {"inputs": TEXT})
    assert told is None or {each["label"] for each in told} == {"NEGATIVE", "NEUTRAL", "POSITIVE"}
    raw = asked.post(json={"inputs": [TEXT, "bad food"]})
    assert [len(each) for each in raw.json()] == [3, 3]
    assert raw.headers["x-compute-type"] == "cpu"
    assert float(raw.headers["x-compute-time"]) > 0
    assert len(raw.headers["x-sha"]) == 40
    [alone] = asked.post(content=TEXT.encode()).json()
    assert [each["label"] for each in alone] == [each["label"] for each in raw.json()[0]]
    unknown = asked.post(json={"inputs": TEXT, "parameters": {"x": 1}})
    assert (unknown.status_code, unknown.json()["error"]) == (
        400, "The following `model_kwargs` are not used by the model: ['x']",
    )  # fmt: skip
    for other in (asked.python.fill_mask, asked.python.chat_completion):
        with pytest.raises(HfHubHTTPError):
            other([{"role": "user", "content": "hi"}])  # type: ignore[arg-type]
    wrong = httpx.post(f"{asked.address}/pipeline/fill-mask", json={"inputs": TEXT})
    assert wrong.status_code == 422
    assert "does text-classification, not fill-mask" in wrong.json()["error"]
    chat = {"model": "ada/sentiment", "messages": [{"role": "user", "content": "hi"}]}
    refused = httpx.post(f"{asked.url}/v1/chat/completions", json=chat)
    assert refused.status_code == 422
    assert "text-classification" in refused.json()["error"]["message"]


def test_token_classification(model: Callable[..., Asking]) -> None:
    asked = model("entities", models.entities, "token-classification")
    found = asked.python.token_classification(TEXT)
    assert all(TEXT[each.start : each.end].lower() for each in found)
    assert all(each.entity_group in ("PER", "LOC") for each in found)
    bare = asked.python.token_classification(TEXT, aggregation_strategy="none")
    assert all(each.entity for each in bare)
    told = asked.js("tokenClassification", {"inputs": TEXT})
    assert told is None or [each["word"] for each in told] == [each.word for each in found]


def test_zero_shot_classification(model: Callable[..., Asking]) -> None:
    asked = model("entailment", models.entailment, "zero-shot-classification")
    labels = ["food", "travel"]
    found = asked.python.zero_shot_classification(TEXT, labels)
    assert {each.label for each in found} == set(labels)
    sent = {"inputs": TEXT, "parameters": {"candidate_labels": labels}}
    told = asked.js("zeroShotClassification", sent)
    assert told is None or {each["label"] for each in told} == set(labels)
    for agent in ("unknown/None; hf_hub/0.36.0", "unknown/None; hf_hub/0.24.7"):
        old = httpx.post(asked.address, json=sent, headers={"user-agent": agent}).json()
        assert set(old) == {"sequence", "labels", "scores"}
    door = asked.address.replace("/hf-inference/", "/api-inference/")
    assert httpx.post(door, json=sent).json()["sequence"] == TEXT
    missing = asked.post(json={"inputs": TEXT})
    assert (missing.status_code, missing.json()["field"]) == (400, "parameters.candidate_labels")


def test_fill_mask(model: Callable[..., Asking]) -> None:
    asked = model("masked", models.masked, "fill-mask")
    found = asked.python.fill_mask("ada loves [MASK] .", top_k=3)
    assert len(found) == 3
    told = asked.js("fillMask", {"inputs": "ada loves [MASK] ."})
    assert told is None or told[0]["sequence"] == found[0].sequence
    two = asked.post(json={"inputs": "[MASK] loves [MASK] ."}).json()
    assert len(two) == 2
    assert two[0][0]["token_str"]


def test_question_answering(model: Callable[..., Asking]) -> None:
    asked = model("reader", models.answering, "question-answering")
    found = asked.python.question_answering("who loves honey ?", TEXT)
    assert not isinstance(found, list)
    assert found.answer in TEXT
    several = asked.python.question_answering("who loves honey ?", TEXT, top_k=2)
    assert isinstance(several, list)
    inputs = {"question": "who loves honey ?", "context": TEXT}
    told = asked.js("questionAnswering", {"inputs": inputs})
    assert told is None or told["answer"] == found.answer
    empty = asked.post(json={"inputs": {"question": "who ?"}})
    assert (empty.status_code, empty.json()["field"]) == (400, "inputs.context")


def test_table_question_answering(model: Callable[..., Asking]) -> None:
    asked = model("tables", models.tapas, "table-question-answering")
    table = {"name": ["ada", "grace"], "city": ["paris", "berlin"]}
    found = asked.python.table_question_answering(table, "where is ada ?")
    assert isinstance(found.answer, str)
    told = asked.js("tableQuestionAnswering", {"inputs": {"query": "where ?", "table": table}})
    assert told is None or "aggregator" in told


def test_summarization_and_its_kin(model: Callable[..., Asking]) -> None:
    asked = model("rewriter", models.bart, "summarization")
    few = {"max_new_tokens": 5}
    found = asked.python.summarization(TEXT, generate_parameters=few)
    sent = {"inputs": TEXT, "parameters": {"generate_parameters": few}}
    told = asked.js("summarization", sent)
    assert told is None or told["summary_text"] == found.summary_text
    batch = asked.post(json={**sent, "inputs": [TEXT, TEXT]}).json()
    assert [each["summary_text"] for each in batch] == [found.summary_text] * 2
    kin = httpx.post(f"{asked.address}/pipeline/translation", json=sent, timeout=60)
    assert "translation_text" in kin.json()[0]


def test_embeddings(model: Callable[..., Asking]) -> None:
    asked = model("encoder", models.encoder, "feature-extraction")
    client = InferenceClient(model=asked.door, token="hf_ada", headers=WAIT)
    with client:
        whole = client.feature_extraction(TEXT)
    assert whole.shape[0] == 1
    assert whole.shape[2] == 32
    told = asked.js("featureExtraction", {"inputs": TEXT}, task=True)
    assert told is None or len(told[0]) == whole.shape[1]
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=f"{asked.url}/v1", api_key="hf_ada") as sdk:
        packed = sdk.embeddings.create(model="ada/encoder", input=[TEXT, "honey"])
        plain = sdk.embeddings.create(model="ada/encoder", input=TEXT, encoding_format="float")
        cut = sdk.embeddings.create(model="ada/encoder", input=TEXT, dimensions=8)
    assert [len(each.embedding) for each in packed.data] == [32, 32]
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-5)
    assert sum(each**2 for each in cut.data[0].embedding) == pytest.approx(1, abs=1e-4)


def test_ranking(model: Callable[..., Asking]) -> None:
    asked = model("ranker", models.ranker, "text-ranking", library="sentence-transformers")
    texts = ["the bear", "honey in paris", "travel"]
    jina = {"model": "ada/ranker", "query": "honey", "documents": texts, "top_n": 2}
    told = httpx.post(f"{asked.url}/v1/rerank", json=jina, headers=WAIT, timeout=120).json()
    assert [len(told["results"]), told["object"]] == [2, "list"]
    assert told["results"][0]["relevance_score"] >= told["results"][1]["relevance_score"]
    tei = {"query": "honey", "texts": texts, "return_text": True}
    ranked = httpx.post(f"{asked.address}/rerank", json=tei, timeout=60).json()
    assert {each["text"] for each in ranked} == set(texts)
    own = asked.post(json={"inputs": {"query": "honey", "texts": texts}}).json()
    assert [each["index"] for each in own] == [each["index"] for each in ranked]


def test_image_classification(model: Callable[..., Asking], picture: Path) -> None:
    asked = model("seer", media.segformer, "image-segmentation")
    found = asked.python.image_segmentation(str(picture))
    assert all(each.mask.size == (48, 32) for each in found)  # type: ignore[attr-defined]
    told = asked.js("imageSegmentation", {"inputs": {"$file": str(picture)}})
    assert told is None or len(told) == len(found)
    wrong = asked.post(content=b"this is no picture")
    assert wrong.status_code == 400
    assert "send a picture" in wrong.json()["error"]
    far = asked.post(json={"inputs": "http://127.0.0.1/secret.png"})
    assert far.status_code == 400
    assert "fetches nothing" in far.json()["error"]
    large = asked.post(content=b"\x89PNG\r\n\x1a\n" + bytes(21 * 1024**2))
    assert large.status_code == 400
    assert "may have 20971520" in large.json()["error"]


def test_object_detection(model: Callable[..., Asking], picture: Path) -> None:
    asked = model("boxes", media.yolos, "object-detection")
    found = asked.python.object_detection(picture.read_bytes(), threshold=0.01)
    assert all(isinstance(each.box.xmin, int) for each in found)
    told = asked.js("objectDetection", {"data": {"$file": str(picture)}})
    assert told is None or isinstance(told, list)


def test_image_to_text(model: Callable[..., Asking], picture: Path) -> None:
    asked = model("captioner", media.captioner, "image-to-text")
    found = asked.python.image_to_text(str(picture))
    told = asked.js("imageToText", {"data": {"$file": str(picture)}})
    assert told is None or told["generated_text"] == found.generated_text


def test_zero_shot_images_and_questions(model: Callable[..., Asking], picture: Path) -> None:
    asked = model("namer", media.clip, "zero-shot-image-classification")
    labels = ["a bear", "a city"]
    found = asked.python.zero_shot_image_classification(str(picture), labels)
    assert {each.label for each in found} == set(labels)
    sent = {
        "inputs": {"image": {"$file": str(picture)}},
        "parameters": {"candidate_labels": labels},
    }
    told = asked.js("zeroShotImageClassification", sent)
    assert told is None or {each["label"] for each in told} == set(labels)


def test_visual_question_answering(model: Callable[..., Asking], picture: Path) -> None:
    asked = model("guesser", media.vilt, "visual-question-answering")
    found = asked.python.visual_question_answering(str(picture), "what is it ?")
    assert found[0].answer
    sent = {"inputs": {"question": "what is it ?", "image": {"$file": str(picture)}}}
    told = asked.js("visualQuestionAnswering", sent)
    assert told is None or told["answer"] == found[0].answer


def test_speech_recognition(model: Callable[..., Asking], recording: Path) -> None:
    asked = model("listener", media.wav2vec2, "automatic-speech-recognition")
    found = asked.python.automatic_speech_recognition(str(recording))
    assert isinstance(found.text, str)
    told = asked.js("automaticSpeechRecognition", {"data": {"$file": str(recording)}})
    assert told is None or told["text"] == found.text
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=f"{asked.url}/v1", api_key="hf_ada") as sdk:
        heard = sdk.audio.transcriptions.create(model="ada/listener", file=recording)
        assert heard.text == found.text.strip()
        text = sdk.audio.transcriptions.create(
            model="ada/listener", file=recording, response_format="text"
        )
        assert text.strip() == heard.text


def test_text_to_speech(model: Callable[..., Asking]) -> None:
    asked = model("speaker", media.vits, "text-to-speech")
    found = asked.python.text_to_speech("hello bear")
    with wave.open(io.BytesIO(found)) as file:
        assert file.getnframes() > 0
    told = asked.js("textToSpeech", {"inputs": "hello bear"})
    assert told is None or told["type"] == "audio/wav"
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=f"{asked.url}/v1", api_key="hf_ada") as sdk:
        asked_for = {"model": "ada/speaker", "voice": "alloy", "input": "hello"}
        assert sdk.audio.speech.create(**asked_for).content[:4] == b"RIFF"
        bare = sdk.audio.speech.create(**asked_for, response_format="pcm").content
        assert bare[:4] != b"RIFF"
        assert bare

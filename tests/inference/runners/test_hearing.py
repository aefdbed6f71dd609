"""Models that hear and speak, by transformers and by Piper; real ones talk to each other."""

from pathlib import Path
from typing import Any

import pytest
import transformers as hf

from bearhug.inference.runners.task import BadInput, CannotLoad
from tests.inference import media_models as models
from tests.inference.runners.asking import Asked, received, sound
from tests.inference.whisper import whisper

pytestmark = pytest.mark.model

SENTENCE = "The quick brown bear jumped over the lazy dog."


def test_letters_are_heard_as_the_library_hears_them(tmp_path: Path) -> None:
    folder = models.made(tmp_path, models.wav2vec2)
    ask = Asked("transformers", "automatic-speech-recognition", folder)
    pipe = hf.pipeline("automatic-speech-recognition", model=str(folder))
    heard = models.noise(2)
    assert ask(sound(2))["text"] == pipe({"raw": heard, "sampling_rate": 16_000})["text"]
    stamped = ask(sound(2), return_timestamps=True)
    assert stamped["chunks"]
    assert all(part["timestamp"][0] <= part["timestamp"][1] for part in stamped["chunks"])
    with pytest.raises(BadInput, match="return_timestamps"):
        ask(sound(1), return_timestamps="sometimes")


def test_sounds_are_named_as_the_library_names_them(tmp_path: Path) -> None:
    folder = models.made(tmp_path, models.wav2vec2_classifier)
    ours = Asked("transformers", "audio-classification", folder)(sound(1), top_k=2)
    theirs = hf.pipeline("audio-classification", model=str(folder))(models.noise(1), top_k=2)
    assert ours == [{"label": one["label"], "score": pytest.approx(one["score"])} for one in theirs]


def test_a_voice_says_the_same_by_the_same_seed(tmp_path: Path) -> None:
    ask = Asked("transformers", "text-to-speech", models.made(tmp_path, models.vits))
    first, second, other = (ask("a bear. a cat.", seed=seed) for seed in (1, 1, 2))
    assert received(first["audio"]) == received(second["audio"])
    assert received(first["audio"]) != received(other["audio"])
    assert received(first["audio"]).startswith(b"RIFF")
    assert first["sampling_rate"] == 16_000


@pytest.mark.parametrize("vocoder", [True, False])
def test_a_spectrogram_becomes_a_wave(tmp_path: Path, vocoder: bool) -> None:
    folder = models.made(tmp_path, lambda to: models.speecht5(to, vocoder=vocoder))
    ask = Asked("transformers", "text-to-speech", folder)
    assert len(received(ask("the red bear")["audio"])) > 44
    with pytest.raises(BadInput, match="8 numbers"):
        ask("the red bear", speaker_embeddings=[1, 2])


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = whisper(tmp_path_factory.mktemp("whisper"))
    return Asked("transformers", "automatic-speech-recognition", folder)


@pytest.fixture(scope="module")
def spoken() -> dict[str, Any]:
    """Piper's Joe says it."""
    return Asked("onnx", "text-to-speech", models.piper_folder())(SENTENCE)


def test_one_model_writes_down_what_another_says(listener: Asked, spoken: dict[str, Any]) -> None:
    assert spoken["sampling_rate"] == 22_050
    answer = listener(spoken["audio"], return_timestamps=True)
    assert answer["text"].strip() == SENTENCE
    assert [part["text"].strip() for part in answer["chunks"]] == [SENTENCE]
    start, end = answer["chunks"][0]["timestamp"]
    assert start < 0.5 < 2 < end < 5


def test_an_english_model_is_told_no_language(listener: Asked) -> None:
    with pytest.raises(BadInput, match="English-only"):
        listener(sound(1), language="de")


def test_a_voice_in_pieces_is_told_what_it_lacks(tmp_path: Path) -> None:
    voice = next(models.piper_folder().glob("*.onnx"))
    (tmp_path / "voice.onnx").symlink_to(voice.resolve())
    (tmp_path / "voice.onnx.json").write_text('{"audio": {}}')
    with pytest.raises(CannotLoad, match="Piper's"):
        Asked("onnx", "text-to-speech", tmp_path)

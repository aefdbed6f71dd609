"""Sounds come in as one channel at the model's rate, bounded; and go out as WAV."""

import io
import math
import struct
import wave

import numpy as np
import pytest
import soundfile

from bearhug.inference.runners import phrases, sound, waves
from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.wire import as_bytes
from tests.inference.runners.asking import received


def tone(rate: int, seconds: float = 1.0, pitch: float = 440.0) -> np.ndarray:
    times = np.arange(int(rate * seconds)) / rate
    return (0.5 * np.sin(2 * math.pi * pitch * times)).astype(np.float32)


def written(samples: np.ndarray, rate: int, form: str) -> dict[str, str]:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=form)
    return as_bytes(file.getvalue(), f"audio/{form.lower()}")


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
def test_the_usual_formats_are_read(form: str) -> None:
    read = sound.decode(written(tone(44_100), 44_100, form), 16_000)
    assert abs(len(read) - 16_000) < 1600
    middle = read[4000:12_000]
    peak = np.abs(np.fft.rfft(middle)).argmax() * 16_000 / len(middle)
    assert peak == pytest.approx(440, abs=2)


def test_channels_are_mixed() -> None:
    both = np.stack([tone(16_000), -tone(16_000)], axis=1)
    assert np.abs(sound.decode(written(both, 16_000, "FLAC"), 16_000)).max() < 1e-3


@pytest.mark.parametrize(("given", "wanted"), [(44_100, 16_000), (8_000, 16_000), (22_050, 16_000)])
def test_another_rate_is_the_same_tone(given: int, wanted: int) -> None:
    made = sound.resample(tone(given), given, wanted)
    true = tone(wanted)[: len(made)]
    inside = slice(200, -200)
    assert len(made) == wanted
    assert np.abs(made - true)[inside].max() < 1e-3


def test_what_a_lower_rate_cannot_hold_is_gone() -> None:
    assert np.abs(sound.resample(tone(48_000, pitch=12_000), 48_000, 16_000)[200:-200]).max() < 1e-3


def test_a_header_that_lies_of_its_length_is_not_believed() -> None:
    head = b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    data = head + b"data\xf0\xff\xff\xff" + bytes(16_000)
    assert len(sound.decode(as_bytes(data, "audio/wav"), 8_000)) == 8_000


def test_too_long_a_sound_is_refused() -> None:
    silence = written(np.zeros(1_000 * 150, np.float32), 1_000, "FLAC")
    with pytest.raises(BadInput, match="longer than 2 minutes"):
        sound.decode(silence, 16_000, longest=120)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x1a\x45\xdf\xa3" + bytes(40), "WebM and MP4"),
        (b"\0\0\0\x20ftypM4A " + bytes(40), "WebM and MP4"),
        (b"hello", "no sound"),
        (
            b"RIFF\x24\0\0\0WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
            + b"data\0\0\0\0",
            "empty",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        sound.decode(as_bytes(data, "audio/wav"), 16_000)


def test_an_answer_is_a_wav() -> None:
    answer = waves.wav(tone(16_000) * 4, 16_000)
    with wave.open(io.BytesIO(received(answer["audio"]))) as file:
        assert (file.getframerate(), file.getnframes(), file.getnchannels()) == (16_000, 16_000, 1)
    assert answer["sampling_rate"] == 16_000


def test_long_texts_are_spoken_in_breaths() -> None:
    text = "One bear. Two bears! " * 40 + "x" * 700
    pieces = phrases.of(text)
    assert all(len(piece) <= phrases.BREATH for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    with pytest.raises(BadInput):
        phrases.of("  ")
    with pytest.raises(BadInput, match="10000"):
        phrases.of("x" * 10_001)

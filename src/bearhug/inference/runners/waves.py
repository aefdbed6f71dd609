"""Sound as answers carry it: pieces joined, and written as WAV."""

import io
import wave
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bearhug.inference.runners.wire import as_bytes

Wave = NDArray[np.float32]


def wav(sound: Any, rate: int) -> dict[str, object]:
    """16-bit WAV of one channel, as an answer carries it."""
    samples = np.asarray(sound, np.float32).reshape(-1)
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return {"audio": as_bytes(written.getvalue(), "audio/wav"), "sampling_rate": rate}


def joined(parts: Sequence[Any], pause: int) -> Wave:
    """One after the other, with `pause` samples of silence between."""
    silence = np.zeros(pause, np.float32)
    flat = [np.asarray(part, np.float32).reshape(-1) for part in parts]
    parted = [each for part in flat for each in (part, silence)][:-1]
    whole: Wave = np.concatenate(parted or [silence[:0]])
    return whole

"""Sound as models want it: decoded within bounds, one channel at the model's rate."""

import io
import math
from functools import cache
from typing import Any

import numpy as np
import soundfile  # type: ignore[import-untyped]

from bearhug.inference.runners.task import BadInput
from bearhug.inference.runners.waves import Wave, joined
from bearhug.inference.runners.wire import read_bytes

MAX_SECONDS = 60 * 60
RATES = range(1_000, 384_001)
MAX_CHANNELS = 16
BLOCK_SECONDS = 10
CROSSINGS = 16  # of the sinc, on each side: 80 dB with this window
KAISER_BETA = 8.0
WEBM, MP4 = b"\x1a\x45\xdf\xa3", b"ftyp"


def decode(inputs: object, rate: int, *, longest: int = MAX_SECONDS, field: str = "inputs") -> Wave:
    """One channel at `rate` samples a second, in -1…1. Raises BadInput."""
    data = read_bytes(inputs, field)
    if data.startswith(WEBM) or data[4:8] == MP4:
        raise BadInput(
            "WebM and MP4 sound cannot be read here. Send WAV, FLAC, OGG or MP3 "
            "(ffmpeg -i recording.webm recording.wav).",
            field,
        )
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            sound, given = _mono(file, longest, field), int(file.samplerate)
    except soundfile.LibsndfileError:
        raise BadInput(
            "This is no sound that can be read here: WAV, FLAC, OGG and MP3 are.", field
        ) from None
    if not sound.size:
        raise BadInput("The sound is empty.", field)
    return resample(np.nan_to_num(sound, posinf=0.0, neginf=0.0), given, rate)


def _mono(file: Any, longest: int, field: str) -> Wave:
    """Read block by block: what a header says of its length may be a lie."""
    rate = int(file.samplerate)
    if rate not in RATES or file.channels > MAX_CHANNELS:
        raise BadInput(f"{file.channels} channels at {rate} Hz cannot be read here.", field)
    parts, left = [], longest * rate
    while (part := file.read(BLOCK_SECONDS * rate, dtype="float32", always_2d=True)).size:
        left -= len(part)
        if left < 0:
            raise BadInput(f"The sound is longer than {longest // 60} minutes.", field)
        parts.append(part.mean(axis=1, dtype=np.float32))
    return joined(parts, 0)


def resample(sound: Wave, given: int, wanted: int) -> Wave:
    """At another rate, by a windowed sinc in its polyphase form.

    Output n is the input around n·down/up: all n with the same remainder share their weights.
    """
    if given == wanted:
        return sound
    common = math.gcd(given, wanted)
    up, down = wanted // common, given // common
    weights = _weights(up, down)
    taps = weights.shape[1]
    count = -(-len(sound) * up // down)
    padded = np.pad(sound, (taps // 2, taps + down))
    around = np.lib.stride_tricks.sliding_window_view(padded, taps)
    result = np.empty(count, np.float32)
    for first in range(min(up, count)):
        start, phase = divmod(first * down, up)
        mine = result[first::up]
        mine[:] = around[start::down][: len(mine)] @ weights[phase]
    return result


@cache
def _weights(up: int, down: int) -> Wave:
    """A row for each phase: what input `taps // 2` places before it, and so on, counts."""
    reach = math.ceil(CROSSINGS * max(1.0, down / up))
    away = np.arange(-reach, reach + 1)[None, :] - np.arange(up)[:, None] / up
    cut = min(1.0, up / down)
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1 - (away / (reach + 1)) ** 2, 0, 1)))
    rows = np.sinc(away * cut) * window
    weights: Wave = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights

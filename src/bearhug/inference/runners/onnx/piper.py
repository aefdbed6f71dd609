"""Text spoken by Piper's voices: a VITS graph for phonemes, which espeak-ng makes of letters.

The layout is Piper's: name.onnx and, beside it, name.onnx.json. espeak-ng is called in this
process, as a library: a confined runner may start no programs.
"""

import ctypes
import re
import unicodedata
from typing import Any

from bearhug.inference.runners import phrases, waves
from bearhug.inference.runners.onnx import session
from bearhug.inference.runners.onnx.session import Session
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

LIBRARIES = ("libespeak-ng.so.1", "libespeak-ng.so", "libespeak-ng.1.dylib", "libespeak-ng.dylib")
MISSING = (
    "Piper's voices need espeak-ng, which turns letters into sounds. Install it on this machine: "
    "apt install espeak-ng."
)
RETRIEVAL, UTF8, IPA = 1, 1, 2
NO_EXIT = 0x8000
"""Options of espeak_Initialize and espeak_TextToPhonemes (espeak-ng's speak_lib.h)."""

START, END, PAD = "^", "$", "_"
PUNCTUATION = re.compile(r"([.,;:!?…。！？]+)")  # noqa: RUF001
LANGUAGE_SWITCH = re.compile(r"\([a-z-]+\)")
PAUSE_SECONDS = 0.2


class Phonemes:
    """espeak-ng with one voice."""

    def __init__(self, voice: str) -> None:
        self._library = _library()
        if self._library.espeak_Initialize(RETRIEVAL, 0, None, NO_EXIT) <= 0:
            raise CannotLoad(MISSING)
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise CannotLoad(f"espeak-ng has no voice {voice!r}, which this model needs.")

    def of(self, text: str) -> str:
        """IPA, with the text's punctuation: voices pause and rise by it."""
        parts = PUNCTUATION.split(text)
        return "".join(
            part[0] + " " if place % 2 else self._spoken(part) for place, part in enumerate(parts)
        ).strip()

    def _spoken(self, text: str) -> str:
        held = ctypes.c_char_p(text.encode())
        place = ctypes.pointer(held)
        found = []
        while held.value:
            said = self._library.espeak_TextToPhonemes(place, UTF8, IPA)
            if said:
                found.append(said.decode("utf-8", "replace").strip())
        return LANGUAGE_SWITCH.sub("", " ".join(found))


def _library() -> ctypes.CDLL:
    for name in LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        library.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_char_p),
            ctypes.c_int,
            ctypes.c_int,
        ]
        library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        return library
    raise CannotLoad(MISSING)


class Voice:
    def __init__(self, setup: Setup) -> None:
        self.session = Session(setup)
        said = session.config(setup, f"{self.session.path.relative_to(setup.folder)}.json")
        try:
            self.rate = int(said["audio"]["sample_rate"])
            self.ids: dict[str, list[int]] = dict(said["phoneme_id_map"])
            inference = said.get("inference", {})
            self.noise = float(inference.get("noise_scale", 0.667))
            self.slowness = float(inference.get("length_scale", 1.0))
            self.swing = float(inference.get("noise_w", 0.8))
            self.speakers = int(said.get("num_speakers", 1))
            letters = said.get("phoneme_type") == "text"
            self.phonemes = None if letters else Phonemes(str(said["espeak"]["voice"]))
        except (KeyError, TypeError, ValueError) as wrong:
            raise CannotLoad(
                f"The voice's .onnx.json is not Piper's: {wrong!r} is wrong."
            ) from None
        self.session.needs("input", "input_lengths", "scales", "sid")

    def numbers(self, text: str) -> list[int]:
        """Sounds by their numbers, a pad between each two. What the voice does not know is left."""
        spoken = self.phonemes.of(text) if self.phonemes else text
        found = [*self.ids[START]]
        for each in unicodedata.normalize("NFD", spoken):
            if each in self.ids:
                found += [*self.ids[PAD], *self.ids[each]]
        return [*found, *self.ids[PAD], *self.ids[END]]

    def say(self, text: str, slowness: float, speaker: int) -> Any:
        numbers = self.numbers(text)
        given = {
            "input": [numbers],
            "input_lengths": [len(numbers)],
            "scales": [self.noise, slowness, self.swing],
            "sid": [speaker],
        }
        return self.session.run(given)[self.session.outputs[0]].reshape(-1)


def speak(voice: Voice, inputs: Any, parameters: Parameters) -> Any:
    pieces = phrases.of(inputs)
    slowness = voice.slowness / parameters.number("speed", 1.0, 0.25, 4.0)
    speaker = parameters.count("speaker_id", 0, 0, max(0, voice.speakers - 1))
    parameters.done()
    spoken = []
    for piece in pieces:
        if parameters.gone.is_set():
            break
        spoken.append(voice.say(piece, slowness, speaker))
    if not spoken:
        raise BadInput("There is nothing in it to say.", "inputs")
    return waves.wav(waves.joined(spoken, int(PAUSE_SECONDS * voice.rate)), voice.rate)


TASKS = {"text-to-speech": Task(Voice, speak)}

"""Text spoken, and sound made from text, by models of transformers."""

import importlib.util
from typing import Any

import numpy as np
import torch
from transformers import (
    AutoModelForTextToSpectrogram,
    AutoModelForTextToWaveform,
    SpeechT5HifiGan,
    TextToAudioPipeline,
)

from bearhug.inference.runners import choosing, loading, phrases, waves
from bearhug.inference.runners.piping import pipe
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task
from bearhug.inference.runners.vocoder import GriffinLim

PAUSE_SECONDS = 0.15
PHONEMES = (
    "This voice reads phonemes, for which it needs the package phonemizer and the program "
    "espeak-ng: pip install phonemizer, and apt install espeak-ng."
)


class Voice:
    """VITS: letters in, a wave out."""

    def __init__(self, setup: Setup) -> None:
        self.words = loading.tokenizer(setup)
        if self.words.phonemize and importlib.util.find_spec("phonemizer") is None:
            raise CannotLoad(PHONEMES)
        self.model = loading.model(setup, AutoModelForTextToWaveform)
        self.rate = int(self.model.config.sampling_rate)

    def options(self, parameters: Parameters) -> dict[str, Any]:
        speakers = self.model.config.num_speakers
        chosen = parameters.count("speaker_id", 0, 0, max(0, speakers - 1))
        return {"speaker_id": chosen} if speakers > 1 else {}

    def say(self, text: str, options: dict[str, Any]) -> Any:
        given = self.words(text, return_tensors="pt")
        if not given.input_ids.shape[-1]:
            return np.zeros(0, np.float32)  # nothing it knows the letters of
        return self.model(**given.to(self.model.device), **options).waveform[0]


class SpeechT5:
    """Letters in, a spectrogram out, and a wave of it by a vocoder, its own or the classic one."""

    def __init__(self, setup: Setup) -> None:
        self.words = loading.tokenizer(setup)
        self.model = loading.model(setup, AutoModelForTextToSpectrogram)
        place = setup.folder / "vocoder"
        self.vocoder: Any = GriffinLim()
        if (place / "config.json").is_file():
            self.vocoder = SpeechT5HifiGan.from_pretrained(place, local_files_only=True)
            self.vocoder = self.vocoder.to(self.model.device, self.model.dtype).eval()
        self.rate = int(self.vocoder.config.sampling_rate)
        self.speaker = np.zeros(self.model.config.speaker_embedding_dim, np.float32)

    def options(self, parameters: Parameters) -> dict[str, Any]:
        """Whose voice: as many numbers as the model's speaker vectors have."""
        given = parameters.anything("speaker_embeddings", self.speaker)
        try:
            speaker = torch.tensor(np.asarray(given, np.float32)).reshape(1, -1)
        except (TypeError, ValueError):
            speaker = torch.zeros(0)
        if speaker.shape[-1] != len(self.speaker) or not speaker.isfinite().all():
            wanted = f"`speaker_embeddings` must be a list of {len(self.speaker)} numbers."
            raise BadInput(wanted, "speaker_embeddings")
        return {"speaker_embeddings": speaker.to(self.model.device, self.model.dtype)}

    def say(self, text: str, options: dict[str, Any]) -> Any:
        given = self.words(text, return_tensors="pt").to(self.model.device)
        return self.model.generate_speech(given.input_ids, vocoder=self.vocoder, **options)


class Composer:
    """Models that write sound by tokens (Bark, MusicGen), each its own way, as the library does."""

    def __init__(self, setup: Setup) -> None:
        config = loading.config(setup)
        reads = config.model_type != "musicgen"
        self.pipe = pipe(
            TextToAudioPipeline,
            setup,
            AutoModelForTextToWaveform,
            tokenizer=loading.tokenizer(setup),
            processor=loading.processor(setup) if reads else None,
        )
        self.rate = int(self.pipe.sampling_rate)

    def options(self, parameters: Parameters) -> dict[str, Any]:
        return choosing.options(parameters)

    def say(self, text: str, options: dict[str, Any]) -> Any:
        return torch.tensor(self.pipe(text, generate_kwargs=options)["audio"])


KINDS = {"vits": Voice, "speecht5": SpeechT5}


def load(setup: Setup) -> Any:
    return KINDS.get(loading.config(setup).model_type, Composer)(setup)


def speak(voice: Any, inputs: Any, parameters: Parameters) -> Any:
    pieces = phrases.of(inputs)
    if isinstance(voice, Composer):
        pieces = [" ".join(pieces)]  # music has no sentences, and Bark's voice changes with each
    choosing.seed(parameters)
    options = voice.options(parameters)
    parameters.done()
    spoken = []
    with torch.inference_mode():
        for piece in pieces:
            if parameters.gone.is_set():
                break
            spoken.append(np.asarray(torch.as_tensor(voice.say(piece, options)).float().cpu()))
    return waves.wav(waves.joined(spoken, int(PAUSE_SECONDS * voice.rate)), voice.rate)


TASKS = {"text-to-speech": Task(load, speak), "text-to-audio": Task(load, speak)}

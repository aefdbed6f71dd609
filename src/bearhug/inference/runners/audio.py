"""Sound heard: speech written down, sounds named."""

from typing import Any

from transformers import (
    AudioClassificationPipeline,
    AutoFeatureExtractor,
    AutomaticSpeechRecognitionPipeline,
    AutoModelForAudioClassification,
    AutoModelForCTC,
    AutoModelForSpeechSeq2Seq,
)

from bearhug.inference.runners import choosing, loading, sound
from bearhug.inference.runners.piping import pipe
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

FUNCTIONS = ("sigmoid", "softmax", "none")
MOST_LABELS = 1000
CHUNK_SECONDS, STRIDE_SECONDS = 20, 3
"""What a CTC model hears at once, and how much of it again on each side; its memory grows with
the square of the length."""
AUTOS: tuple[Any, ...] = (AutoModelForSpeechSeq2Seq, AutoModelForCTC)
WHISPER = "seq2seq_whisper"
LANGUAGE = ("language", "task")


def _load_recognition(setup: Setup) -> Any:
    """Models that write (Whisper) or that name each moment's letter (wav2vec2)."""
    config = loading.config(setup)
    named = next(iter(config.architectures or [""]))
    for auto in AUTOS:
        known = auto._model_mapping.get(type(config), None)
        if known is not None and known.__name__ == named:
            return pipe(
                AutomaticSpeechRecognitionPipeline,
                setup,
                auto,
                feature_extractor=loading.processor(setup, AutoFeatureExtractor),
                tokenizer=loading.tokenizer(setup),
            )
    raise CannotLoad(f"{named or config.model_type} does not write down speech here.")


def recognise(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    """The text, and with `return_timestamps` its parts with their seconds."""
    asked = _asked(loaded, parameters)
    parameters.done()
    rate = loaded.feature_extractor.sampling_rate
    heard = sound.decode(inputs, rate)
    if loaded.type == WHISPER and len(heard) > loaded.feature_extractor.n_samples:
        # How Whisper finds where its next half minute begins.
        asked["return_timestamps"] = asked.get("return_timestamps") or True
    try:
        found = loaded({"raw": heard, "sampling_rate": rate}, **asked)
    except ValueError as refused:  # a language it does not know, `task` to an English model
        raise BadInput(str(refused)) from None
    answer = {"text": found["text"]}
    if "chunks" in found:
        answer["chunks"] = [
            {"text": part["text"], "timestamp": list(part["timestamp"])} for part in found["chunks"]
        ]
    return answer


def _asked(loaded: Any, parameters: Parameters) -> dict[str, Any]:
    """What to hand to the pipeline."""
    options = choosing.options(parameters)
    asked: dict[str, Any] = {}
    if stamps := _timestamps(loaded.type, parameters):
        asked["return_timestamps"] = stamps
    if loaded.type == WHISPER:
        options |= {name: parameters.word(name) for name in LANGUAGE if parameters.has(name)}
    if loaded.type == "ctc":
        return asked | {"chunk_length_s": CHUNK_SECONDS, "stride_length_s": STRIDE_SECONDS}
    return asked | ({"generate_kwargs": options} if options else {})


def _timestamps(kind: str, parameters: Parameters) -> bool | str:
    """What this kind of model can do of what is wanted: sentences, words or characters."""
    wanted = parameters.anything("return_timestamps", False)
    if not isinstance(wanted, bool) and wanted not in ("word", "char"):
        raise BadInput(
            "`return_timestamps` must be true, false, word or char.", "return_timestamps"
        )
    if kind == "ctc" and wanted is True:
        return "word"
    if (wanted == "char" and kind != "ctc") or (wanted and kind == "seq2seq"):
        raise BadInput("This model cannot tell when that was said.", "return_timestamps")
    return bool(wanted) and wanted


def _load_classification(setup: Setup) -> Any:
    return pipe(
        AudioClassificationPipeline,
        setup,
        AutoModelForAudioClassification,
        feature_extractor=loading.processor(setup, AutoFeatureExtractor),
    )


def classify(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    top_k = parameters.count("top_k", 5, 1, MOST_LABELS)
    applied = parameters.word("function_to_apply", "", ("", *FUNCTIONS)) or None
    parameters.done()
    heard = sound.decode(inputs, loaded.feature_extractor.sampling_rate, longest=10 * 60)
    return loaded(heard, top_k=top_k, function_to_apply=applied)


TASKS = {
    "automatic-speech-recognition": Task(_load_recognition, recognise),
    "audio-classification": Task(_load_classification, classify),
}

"""Recordings to text and text to speech, as OpenAI's API has them.

Source: OpenAI's API reference, audio. Speech comes as WAV or bare PCM: no engine here writes MP3.
"""

import struct
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bearhug.errors import BadRequest
from bearhug.inference.api.common import (
    OpenAi,
    asker_of,
    hold_seconds,
    located,
    named,
    require_task,
    room_of,
)
from bearhug.inference.api.subtitles import segments, srt, vtt
from bearhug.inference.asking import Errand, infer
from bearhug.inference.engines.believing import believed
from bearhug.inference.tasks import TASKS, Sent
from bearhug.inference.tasks.media import bytes_of, type_of
from bearhug.web.call import Call, CallDep
from bearhug.web.events import unless_gone

router = APIRouter(tags=["inference"], route_class=OpenAi)

HEARING, SPEAKING = "automatic-speech-recognition", "text-to-speech"
FORMATS = ("json", "text", "srt", "verbose_json", "vtt")


class SpeechRequest(BaseModel):
    """POST /v1/audio/speech."""

    model: str | None = None
    input: str
    voice: str | dict[str, Any] | None = None
    response_format: Literal["wav", "pcm"] | None = None
    speed: Annotated[float, Field(ge=0.25, le=4)] | None = None


@router.post("/v1/audio/transcriptions", response_model=None)
async def transcribe(call: CallDep) -> Response:
    """What a recording says. Client: audio.transcriptions.create. A form with a file."""
    return await _heard(call, "transcribe")


@router.post("/v1/audio/translations", response_model=None)
async def translate(call: CallDep) -> Response:
    """The same in English. Client: audio.translations.create."""
    return await _heard(call, "translate")


@router.post("/v1/audio/speech", response_model=None)
async def speak(call: CallDep, asked: SpeechRequest) -> Response:
    """A text as speech. Client: audio.speech.create."""
    parameters = {"speed": asked.speed if asked.speed != 1 else None}
    if isinstance(asked.voice, str) and asked.voice not in _NO_VOICE:
        parameters["voice"] = asked.voice  # type: ignore[assignment]
    sent = Sent({"inputs": asked.input, "parameters": parameters})
    output = await _infer(call, asked.model, SPEAKING, sent)
    with believed():
        wav = bytes_of(output["audio"])
    if asked.response_format == "pcm":
        return Response(_pcm(wav), media_type="audio/pcm")
    return Response(wav, media_type=type_of(wav))


# OpenAI's own voices, which its clients must name: a model here speaks with the voice it has.
_NO_VOICE = frozenset(
    {
        *("alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx"),
        *("sage", "shimmer", "verse", "default"),
    }
)


async def _heard(call: Call, task: str) -> Response:
    async with call.request.form(max_files=1, max_fields=50) as form:
        wanted = call.text(form, "response_format") or "json"
        if wanted not in FORMATS:
            raise BadRequest(
                f"response_format: write one of {', '.join(FORMATS)}.", field="response_format"
            )
        timed = wanted not in ("json", "text")
        sent = Sent({"parameters": _parameters(call, form, task, timed)}, await _file(form))
        name, language = call.text(form, "model"), call.text(form, "language")
    output = await _infer(call, name, HEARING, sent)
    with believed():
        return _shaped(output, wanted, task, language)


def _parameters(call: Call, form: FormData, task: str, timed: bool) -> dict[str, Any]:
    words = "word" in form.getlist("timestamp_granularities[]")
    parameters: dict[str, Any] = {"return_timestamps": "word" if words else timed or None}
    if language := call.text(form, "language"):
        parameters["language"] = language
    if task == "translate":
        parameters["task"] = task
    return parameters


async def _file(form: FormData) -> bytes:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise BadRequest("file: send the recording, as a form's file.", field="file")
    return await file.read()


def _shaped(output: dict[str, Any], wanted: str, task: str, language: str) -> Response:
    text = str(output["text"]).strip()
    if wanted == "text":
        return PlainTextResponse(text + "\n")
    if wanted == "json":
        return JSONResponse({"text": text})
    parts = segments(output)
    if wanted == "srt":
        return PlainTextResponse(srt(parts))
    if wanted == "vtt":
        return PlainTextResponse(vtt(parts), media_type="text/vtt")
    end = parts[-1].end if parts else 0.0
    told = [
        {"id": number, "start": each.start, "end": each.end, "text": each.text}
        for number, each in enumerate(parts)
    ]
    return JSONResponse(
        {
            "task": task,
            "language": language or output.get("language", ""),
            "duration": end,
            "text": text,
            "segments": told,
        }
    )


async def _infer(call: Call, model: str | None, task: str, sent: Sent) -> Any:
    found = await located(call, named(model))
    require_task(found, task)
    asked = await call.thread(TASKS[task].reads, sent)
    errand = Errand(
        str(model), found, task, asked, await asker_of(call), hold_seconds(call.request)
    )
    return (await unless_gone(call.request.receive, infer(room_of(call), errand))).output


def _pcm(wav: bytes) -> bytes:
    """The samples of a WAV file, whatever stands before them (RIFF: a name, a length, the rest)."""
    at = 12
    while at + 8 <= len(wav):
        name, size = struct.unpack_from("<4sI", wav, at)
        if name == b"data":
            return wav[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)
    return b""


routes = router.routes

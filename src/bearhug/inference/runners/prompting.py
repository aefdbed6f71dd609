"""What a model reads: a conversation by its own template, pictures among the words, a bare text."""

import base64
import binascii
import ctypes
import io
import re
import signal
import threading
import warnings
from typing import Any

import jinja2
from PIL import Image, UnidentifiedImageError

from bearhug.inference.runners.task import BadInput

TEMPLATE_SECONDS = 5.0
MOST_PIXELS = 64_000_000
DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.ASCII)
ROLES = ("system", "developer", "user", "assistant", "tool", "function")


class TemplateFailed(RuntimeError):
    """The model's author made a chat template that does not work."""


class TooSlow(BaseException):
    """Raised into a template that does not end."""


def messages_of(given: Any, *, pictures: bool) -> list[dict[str, Any]]:
    """OpenAI's messages as templates know them: text as text, pictures opened."""
    if not isinstance(given, list) or not given:
        raise BadInput("`messages` must be a list of at least one message.", "messages")
    return [_message(one, pictures) for one in given]


def _message(one: Any, pictures: bool) -> dict[str, Any]:
    if not isinstance(one, dict) or one.get("role") not in ROLES:
        raise BadInput(f"Each message needs a role: {', '.join(ROLES)}.", "messages")
    role = "system" if one["role"] == "developer" else one["role"]
    content = one.get("content")
    if content is None:
        content = ""
    if isinstance(content, list):
        parts = [_part(part) for part in content]
        content = parts if pictures else "\n".join(_words(part) for part in parts)
    elif not isinstance(content, str):
        raise BadInput("A message's content must be text, or a list of parts.", "messages")
    elif pictures:
        content = [{"type": "text", "text": content}]
    return {**one, "role": role, "content": content}


def _part(part: Any) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return {"type": "text", "text": part["text"]}
    if kind == "image_url":
        address = part.get("image_url")
        url = address.get("url") if isinstance(address, dict) else address
        return {"type": "image", "image": _picture(url)}
    raise BadInput("A message's parts are texts and pictures (`image_url`).", "messages")


def _words(part: dict[str, Any]) -> str:
    if part["type"] != "text":
        raise BadInput("This model reads text alone, and no pictures.", "messages")
    return str(part["text"])


def _picture(url: Any) -> Image.Image:
    found = DATA_URL.match(url) if isinstance(url, str) else None
    if found is None:
        raise BadInput("Give a picture as a data: URL in base64; no address is opened.", "messages")
    try:
        data = base64.b64decode(url[found.end() :], validate=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its size: we look ourselves
            picture = Image.open(io.BytesIO(data))
            if picture.width * picture.height > MOST_PIXELS:
                raise BadInput("A picture is too large.", "messages")
            return picture.convert("RGB")
    except (binascii.Error, UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise BadInput("A picture cannot be read.", "messages") from None


def rendered(
    templated: Any,
    messages: list[dict[str, Any]],
    *,
    tools: list[Any] | None,
    options: dict[str, Any],
) -> str:
    """The prompt, by the model's own template in Jinja's sandbox, or its turns joined.

    Without a template, turns end with the end-of-text token, as DialoGPT and its kin learned.
    """
    if not templated.chat_template:
        if tools:
            raise BadInput("This model has no chat template, so it cannot be given tools.", "tools")
        end = getattr(templated, "eos_token", None) or "\n"
        return "".join(f"{message['content']}{end}" for message in messages)
    _takes_tools(templated, tools)
    last = messages[-1]["role"] == "assistant"
    guard = _Guard(TEMPLATE_SECONDS)
    try:
        with guard:
            text: str = templated.apply_chat_template(
                messages,
                tools=tools,
                tokenize=False,
                add_generation_prompt=not last,
                continue_final_message=last,
                **options,
            )
        return text
    except TooSlow:
        raise TemplateFailed("The model's chat template takes too long.") from None
    except jinja2.TemplateError as error:
        if type(error) is jinja2.TemplateError:  # the template itself refuses, by raise_exception
            raise BadInput(str(error) or "The chat template refused.", "messages") from None
        reason = " ".join(str(error).split())[:200]
        raise TemplateFailed(f"The model's chat template failed: {reason}") from None


def _takes_tools(templated: Any, tools: list[Any] | None) -> None:
    template = templated.chat_template
    written = template if isinstance(template, str) else " ".join(template.values())
    if tools and "tools" not in written:
        raise BadInput("This model's chat template has no place for tools.", "tools")


class _Guard:
    """Ends what takes too long: by an exception into this thread, which any loop of a template
    meets; and should one step in C never end, by a signal that ends the process.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timer = threading.Timer(seconds, self._raise)
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._over = False

    def __enter__(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 2 * self._seconds)
        self._timer.start()

    def __exit__(self, *args: object) -> None:
        with self._lock:
            self._over = True
        self._timer.cancel()
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _raise(self) -> None:
        with self._lock:
            if not self._over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(TooSlow)
                )

"""A stranger's Jinja template, tried in a process of its own that is short of everything.

`python -I -m bearhug.web.rendering` reads {"template", "values"} as JSON and prints {"text"} or
{"error"}. The rules of the environment are transformers' own (utils/chat_template_utils.py).
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any, NoReturn

from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

CPU_SECONDS = 2
WALL_SECONDS = 5
MEMORY_BYTES = 384 * 1024**2
MOST_CHARS = 32_000
_PLACES = BoundedSemaphore(2)


@dataclass(frozen=True)
class Rendered:
    """What came of a template, or why nothing did."""

    text: str = ""
    error: str = ""


def render_apart(template: str, values: Mapping[str, Any]) -> Rendered:
    """Slow (100 ms): call it in a thread. A template that does not end is ended."""
    given = json.dumps({"template": template, "values": values}).encode()
    if not _PLACES.acquire(timeout=WALL_SECONDS):
        return Rendered(error="Others are being tried just now. Load the page again.")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "bearhug.web.rendering"],
            input=given,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={},
            cwd="/",
        )
    except subprocess.TimeoutExpired:
        return Rendered(error="It took too long.")
    finally:
        _PLACES.release()
    try:
        told = json.loads(done.stdout)
        return Rendered(str(told.get("text", "")), str(told.get("error", "")))
    except ValueError:
        return Rendered(error="It asked for too much time or memory.")


def main() -> None:
    """The program: one template, tried within its limits."""
    given = json.load(sys.stdin)
    limit()
    try:
        told = {"text": render(given["template"], given["values"])[:MOST_CHARS]}
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        told = {"error": f"{type(error).__name__}: {error}"[:400]}
    except (AttributeError, RecursionError, MemoryError) as error:
        told = {"error": type(error).__name__}
    json.dump(told, sys.stdout)


def limit() -> None:
    """Two seconds, little memory, no file written."""
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def render(template: str, values: Mapping[str, Any]) -> str:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment.from_string(template).render(**values)


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


if __name__ == "__main__":
    main()

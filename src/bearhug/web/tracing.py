"""What the operator sees of each request: an id, a line in the log, a place in the metrics."""

import json
import logging
import sys
import time
import uuid
from typing import Any

from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bearhug.errors import HubError, TooLarge
from bearhug.hub import Hub
from bearhug.kit.wire import ascii_header
from bearhug.web.cors import EXPOSED, allowed, answer_preflight
from bearhug.web.explain import as_hub_error, explain
from bearhug.web.guard import HEADERS

log = logging.getLogger("bearhug.requests")
BODY_BYTES = 32 * 1024 * 1024


class InternalError(HubError):
    """A bug of ours. What it was is in the log, under the request's id."""


class Metrics:
    """Counted per route, not per path: repos are many."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self.requests = Counter(
            "bearhug_requests", "Requests answered.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "bearhug_request_seconds",
            "Time to the end of the answer.",
            ["route"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
        )


class Traced:
    """The outermost layer: gives the request its id, catches what went wrong, counts."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = AsyncExitStackMiddleware(app)  # FastAPI's routes ask for it
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        trace = Trace(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                trace.begin(message)
            await send(message)

        try:
            if trace.asks_first:
                return await answer_preflight(sending, trace.allow)
            await self._answer(scope, bounded(scope, receive), sending, trace)
        finally:
            trace.end(self.metrics)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, trace: "Trace") -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # the one place where bugs become answers
            known = as_hub_error(error)
            if known is None:
                log.exception("failed", extra={"request_id": trace.id})
                known = InternalError(f"Something broke here. It is in the log as {trace.id}.")
            if trace.status:  # the answer had begun: all that is left is to break it off
                raise
            answer = await explain(Request(scope, receive), known)
            await answer(scope, receive, send)


def bounded(scope: Scope, receive: Receive) -> Receive:
    """`receive` until a body grows past `bearhug.body_limit`: then it raises TooLarge.

    What is read into memory whole is small; who takes more (forms, uploads) says so in `scope`.
    """
    scope["bearhug.body_limit"] = BODY_BYTES
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        limit: int | None = scope["bearhug.body_limit"]
        if limit is not None and taken > limit:
            raise TooLarge(f"The body of this request may have {limit} bytes.")
        return message

    return receiving


class Trace:
    """One request, from its first byte to its last."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.started = time.perf_counter()
        self.status = 0
        headers = MutableHeaders(scope=scope)
        # huggingface_hub looks for its own trace id in ours (utils/_http.py).
        given = headers.get("x-request-id") or headers.get("x-amzn-trace-id") or str(uuid.uuid4())
        self.id = ascii_header(given)[:200]
        scope["bearhug.request_id"] = self.id
        hub: Hub = scope["bearhug.hub"]
        origin = headers.get("origin", "")
        self.allow = allowed(scope["path"], origin, hub.settings.cors_origins)

    @property
    def asks_first(self) -> bool:
        """Whether it is a browser that asks what another site's page may send."""
        if self.scope["method"] != "OPTIONS" or not self.allow:
            return False
        return "access-control-request-method" in MutableHeaders(scope=self.scope)

    def begin(self, message: Message) -> None:
        self.status = message["status"]
        headers = MutableHeaders(scope=message)
        headers["X-Request-Id"] = self.id
        headers.setdefault("Access-Control-Expose-Headers", EXPOSED)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self.allow:
            headers["Access-Control-Allow-Origin"] = self.allow
            if self.allow != "*":
                headers.add_vary_header("Origin")
        for name, value in self.scope.get("bearhug.rate", {}).items():
            headers.setdefault(name, value)

    def end(self, metrics: Metrics) -> None:
        took = time.perf_counter() - self.started
        route = self.scope.get("bearhug.route", "none")
        metrics.requests.labels(self.scope["method"], route, self.status or 499).inc()
        metrics.seconds.labels(route).observe(took)
        if log.isEnabledFor(logging.INFO):
            log.info("answered", extra=self._line(took))

    def _line(self, took: float) -> dict[str, Any]:
        return {
            "request_id": self.id,
            "method": self.scope["method"],
            "path": self.scope["path"],
            "status": self.status or 499,
            "milliseconds": round(took * 1000, 1),
        }


STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextLines(logging.Formatter):
    """For people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(str(value) for value in _extra(record).values())
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.getMessage()} {extra}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up_logging(level: str, format: str) -> None:
    """Send every log line to standard error, as `format` says: json, text or auto."""
    as_text = format == "text" or (format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(TextLines() if as_text else JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "alembic", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}

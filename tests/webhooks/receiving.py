"""Another server, as huggingface_hub's WebhooksServer is, without gradio: it parses with the
client's own models and checks the secret by the same rule."""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from huggingface_hub import WebhookPayload

SECRET = "honey-and-salmon"


@dataclass(frozen=True)
class Heard:
    payload: WebhookPayload
    told: dict[str, Any]
    headers: dict[str, str]

    @property
    def event(self) -> tuple[str, str]:
        return self.payload.event.action, self.payload.event.scope


@dataclass
class Receiver:
    """`answers` are the statuses it gives first, one after another; then 200."""

    url: str
    secret: str
    heard: "queue.Queue[Heard]" = field(default_factory=queue.Queue)
    answers: list[int] = field(default_factory=list)

    def next(self, seconds: float = 10) -> Heard:
        return self.heard.get(timeout=seconds)

    def events(self, number: int) -> list[tuple[str, str]]:
        """The next so many, in the order in which they came."""
        return [self.next().event for _ in range(number)]

    def hears_nothing(self, seconds: float = 0.5) -> bool:
        try:
            self.heard.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


def application(receiver: Receiver) -> FastAPI:
    app = FastAPI()

    async def hook(payload: WebhookPayload, request: Request) -> Response:
        status = receiver.answers.pop(0) if receiver.answers else 200
        if status == 200:
            receiver.heard.put(Heard(payload, await request.json(), dict(request.headers)))
        headers = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}
        return Response(f"said {status}", status, headers)

    async def closed(payload: WebhookPayload, request: Request) -> Response:
        sent = request.headers.get("x-webhook-secret")
        if sent != receiver.secret:
            return Response("Invalid webhook secret.", 403 if sent else 401)
        return await hook(payload, request)

    app.post("/open")(hook)
    app.post("/hook")(closed)
    return app


@contextmanager
def receiving(host: str = "127.0.0.1", port: int = 0) -> Iterator[Receiver]:
    """It listens until the block ends; /hook wants the secret, /open does not."""
    listener = socket.create_server((host, port))
    receiver = Receiver(f"http://{host}:{listener.getsockname()[1]}", SECRET)
    config = uvicorn.Config(application(receiver), log_level="warning", log_config=None)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, args=([listener],))
    thread.start()
    try:
        yield receiver
    finally:
        running.should_exit = True
        thread.join()
        listener.close()

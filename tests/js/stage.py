"""A server that shows the shell's pages and takes uploads as the hub's API does (HUB_API §6)."""

import base64
import hashlib
import json
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

from jinja2 import Template

from bearhug.web import templating
from bearhug.web.guard import POLICY

PART_BYTES = 5_000_000


class Stage(ThreadingHTTPServer):
    """`pages`: markup of <main> by path. What arrives is kept in `objects` and `commits`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Stagehand)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.environment = templating.environment([], static="/static", site="Bearhug", version="0")
        self.pages: dict[str, str | Template] = {}
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, bytes] = {}
        self.commits: list[list[Any]] = []
        self.asked: list[str] = []
        self.broken = 0  # so many PUTs are answered 500 first

    def render(self, path: str, fragment: str) -> str:
        template = self.template(self.pages[path])
        context = {
            "request": SimpleNamespace(url=SimpleNamespace(netloc="stage"), scope={}),
            **{"me": None, "theme": "", "flash": None, "path": path, "base_url": self.url},
        }
        if block := template.blocks.get(fragment):
            return "".join(block(template.new_context(context)))
        return template.render(context)

    def template(self, page: str | Template) -> Template:
        if isinstance(page, Template):
            return page
        source = "{% extends 'layout.html' %}{% block title %}Stage{% endblock %}"
        return self.environment.from_string(f"{source}{{% block main %}}{page}{{% endblock %}}")


class Stagehand(BaseHTTPRequestHandler):
    server: Stage

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.server.asked.append(self.path)
        if path.startswith("/static/"):
            file = templating.STATIC / path.removeprefix("/static/")
            return self.answer(file.read_bytes(), mimetypes.guess_type(path)[0] or "")
        if path not in self.server.pages:
            return self.answer(b"", "text/plain", status=404)
        html = self.server.render(path, self.headers.get("Fragment", ""))
        self.answer(html.replace("$QUERY", query).encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        path, body = self.path.partition("?")[0], self.body()
        self.server.asked.append(path)
        if path.endswith("/preupload/main"):
            files = json.loads(body)["files"]
            self.json({"files": [self.told(file) for file in files], "commitOid": "0" * 40})
        elif path.endswith("/info/lfs/objects/batch"):
            objects = json.loads(body)["objects"]
            self.json({"transfer": "basic", "objects": [self.offered(each) for each in objects]})
        elif path.startswith("/complete/"):
            numbers = [f"{part['partNumber']:05}" for part in json.loads(body)["parts"]]
            oid = path.removeprefix("/complete/")
            self.keep(oid, b"".join(self.server.parts[f"{oid}/{each}"] for each in numbers))
            self.json({})
        elif path == "/verify":
            self.json({}, 200 if json.loads(body)["oid"] in self.server.objects else 404)
        else:
            self.server.commits.append([json.loads(line) for line in body.splitlines()])
            self.json({"success": True, "commitOid": "1" * 40, "commitUrl": self.server.url})

    def do_PUT(self) -> None:
        body = self.body()
        if self.server.broken:
            self.server.broken -= 1
            return self.json({"error": "The disk is full."}, 500)
        _, verb, name = self.path.split("/", 2)
        if verb == "part":
            self.server.parts[name] = body
        else:
            self.keep(name, body)
        self.answer(b"", "text/plain", {"ETag": '"stored"'})

    def told(self, file: dict[str, Any]) -> dict[str, Any]:
        assert len(base64.b64decode(file["sample"])) == min(512, file["size"])
        large = file["path"].endswith(".bin")
        ignored = file["path"].endswith(".tmp")
        mode = "lfs" if large else "regular"
        return {"path": file["path"], "uploadMode": mode, "shouldIgnore": ignored}

    def offered(self, asked: dict[str, Any]) -> dict[str, Any]:
        oid, size = asked["oid"], asked["size"]
        if oid in self.server.objects:
            return asked
        upload: dict[str, Any] = {"href": f"{self.server.url}/basic/{oid}"}
        if size > PART_BYTES:
            count = -(-size // PART_BYTES)
            parts = {f"{n:05}": f"{self.server.url}/part/{oid}/{n:05}" for n in range(1, count + 1)}
            upload = {
                "href": f"{self.server.url}/complete/{oid}",
                "header": {"chunk_size": str(PART_BYTES), **parts},
            }
        return {**asked, "actions": {"upload": upload, "verify": {"href": "/verify"}}}

    def keep(self, oid: str, content: bytes) -> None:
        assert hashlib.sha256(content).hexdigest() == oid
        self.server.objects[oid] = content

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def json(self, value: Any, status: int = 200) -> None:
        self.answer(json.dumps(value).encode(), "application/json", status=status)

    def answer(
        self, body: bytes, kind: str, headers: dict[str, str] | None = None, status: int = 200
    ) -> None:
        self.send_response(status)
        always = {"Content-Length": str(len(body)), "Content-Security-Policy": POLICY}
        for name, value in {"Content-Type": kind, **always, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def on_stage() -> Iterator[Stage]:
    with Stage() as stage:
        playing = threading.Thread(target=stage.serve_forever, args=(0.05,))
        playing.start()
        try:
            yield stage
        finally:
            stage.shutdown()
            playing.join()

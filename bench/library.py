"""transformers and sentence-transformers with no hub around, asked line by line.

python -m bench.library write|embed FOLDER THREADS
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.generation.streamers import BaseStreamer


class Clock(BaseStreamer):
    """Notes when the first token came."""

    def __init__(self) -> None:
        self.first = 0.0
        self._prompt = True

    def put(self, value: torch.Tensor) -> None:
        if not self._prompt and not self.first:
            self.first = time.perf_counter()
        self._prompt = False

    def end(self) -> None:
        pass


def writer(folder: str) -> Callable[[list[str], int], float]:
    """(prompts, tokens) -> seconds until the first token of the first one."""
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def write(prompts: list[str], count: int) -> float:
        started, clock = time.perf_counter(), Clock()
        inputs = tokenizer(prompts[0], return_tensors="pt")
        length = {"max_new_tokens": count, "min_new_tokens": count}
        model.generate(**inputs, **length, do_sample=False, streamer=clock)
        return clock.first - started

    return write


def embedder(folder: str) -> Callable[[list[str], int], float]:
    model = SentenceTransformer(folder, device="cpu", local_files_only=True)

    def embed(texts: list[str], _: int) -> float:
        model.encode(texts)
        return 0.0

    return embed


def main(kind: str, folder: str, threads: str) -> None:
    torch.set_num_threads(int(threads))
    work = (writer if kind == "write" else embedder)(folder)
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.perf_counter()
        first = work(asked["texts"], asked["count"])
        done = {"seconds": time.perf_counter() - started, "first": first}
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Hostile models, pushed and asked as anyone may: a clear error, and a hub that goes on."""

import json
import os
import pickle
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch
from huggingface_hub import HfApi

from tests.conftest import Server, serving
from tests.inference import models
from tests.inference.tasking import tasking_hub

pytestmark = [pytest.mark.model, pytest.mark.client]

MARK = "bearhug-was-here"


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hub = tasking_hub(tmp_path_factory.mktemp("hostile"))
    with serving(hub) as running:
        yield running
    hub.db.close()


class Evil:
    """Pickled, it runs a command when it is loaded."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, (self.command,))


def pickled(folder: Path) -> None:
    models.gpt2(folder, pickled=True)
    torch.save({"weight": Evil(f"touch /tmp/{MARK}")}, folder / "pytorch_model.bin")


def bare_pickle(folder: Path) -> None:
    models.gpt2(folder, pickled=True)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Evil(f"touch /tmp/{MARK}")))


def remote_code(folder: Path) -> None:
    models.gpt2(folder)
    change(folder / "config.json", auto_map={"AutoModelForCausalLM": "evil.Evil"})
    (folder / "evil.py").write_text(f"open('/tmp/{MARK}', 'w')\n", "ascii")


def remote_tokenizer(folder: Path) -> None:
    models.gpt2(folder)
    change(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Evil", None]})
    (folder / "evil.py").write_text(f"open('/tmp/{MARK}', 'w')\n", "ascii")


def lying_header(folder: Path) -> None:
    models.gpt2(folder)
    header = {"weight": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
    body = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(body)) + body + bytes(64))


def endless_header(folder: Path) -> None:
    models.gpt2(folder)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}")


def huge_vocabulary(folder: Path) -> None:
    models.gpt2(folder)
    change(folder / "config.json", vocab_size=10**9)


def deep_tokenizer(folder: Path) -> None:
    models.gpt2(folder)
    (folder / "tokenizer.json").write_text("[" * 1_000_000, "ascii")


def many_tensors(folder: Path) -> None:
    (folder / "model.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1))


def long_string(folder: Path) -> None:
    start = b"GGUF" + struct.pack("<IQQ", 3, 1, 1)
    (folder / "model.gguf").write_bytes(start + struct.pack("<Q", 2**62) + b"general.architecture")


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **values}), "utf-8")


def push(server: Server, name: str, make: Callable[[Path], None], folder: Path) -> None:
    api = HfApi(endpoint=server.url, token="hf_ada")
    api.create_repo(f"ada/{name}")
    make(folder)
    (folder / "README.md").write_text("---\npipeline_tag: text-generation\n---\n# Evil\n", "ascii")
    api.upload_folder(repo_id=f"ada/{name}", folder_path=folder)


def ask(server: Server, name: str, content: str = "hi", *, chat: bool = False) -> httpx.Response:
    body: dict[str, Any] = {"model": f"ada/{name}", "max_tokens": 4}
    if chat:
        body["messages"] = [{"role": "user", "content": content}]
    else:
        body["prompt"] = content
    return httpx.post(
        f"{server.url}/v1/{'chat/completions' if chat else 'completions'}",
        json=body,
        headers={"Authorization": "Bearer hf_ada", "X-Wait-For-Model": "1"},
        timeout=120,
    )


def runners() -> list[str]:
    """The command lines of the processes that this one has started and that still run."""
    found = []
    for child in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in child.read_text("ascii").split():
            command = Path(f"/proc/{pid}/cmdline")
            found.append(command.read_text("utf-8", "replace") if command.exists() else "")
    return [line for line in found if "runner" in line]


def goes_on(server: Server) -> None:
    """The hub answers, nothing was written, and no runner is left but for a moment."""
    assert httpx.get(f"{server.url}/api/models").status_code == 200
    assert not Path("/tmp", MARK).exists()
    deadline = time.monotonic() + 3
    while runners() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert runners() == []


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pickled, "posix.system"),
        (bare_pickle, "more than numbers"),
        (remote_code, "auto_map"),
        (remote_tokenizer, "auto_map"),
        (lying_header, "could not be loaded"),
        (endless_header, "cannot be read"),
        (huge_vocabulary, ""),
        (deep_tokenizer, "could not be loaded"),
        (many_tensors, ""),
        (long_string, ""),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_it_gets_its_asker_a_clear_error(
    working: Server, tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    name = make.__name__.replace("_", "-")
    push(working, name, make, tmp_path)
    answer = ask(working, name)
    assert 400 <= answer.status_code < 600
    assert answer.status_code != 500
    message = answer.json()["error"]["message"]
    print(answer.status_code, message)
    assert words.lower() in message.lower(), message
    assert "Traceback" not in message
    goes_on(working)


LOOPING = (
    "{% for message in messages %}{% if message.content == 'loop' %}{% for i in range(99999) %}"
    "{% for j in range(99999) %}{% endfor %}{% endfor %}{% endif %}{{ message.content }}"
    "{{ messages.__class__.__mro__ if message.content == 'escape' }}{% endfor %}"
)


def test_a_template_harms_nobody_but_its_asker(working: Server, tmp_path: Path) -> None:
    push(working, "template", lambda folder: void(models.gpt2(folder, template=LOOPING)), tmp_path)
    assert ask(working, "template", chat=True).status_code == 200
    looping = ask(working, "template", "loop", chat=True)
    assert looping.status_code == 424
    assert "template takes too long" in looping.json()["error"]["message"]
    escaping = ask(working, "template", "escape", chat=True)
    assert "template failed" in escaping.json()["error"]["message"]
    assert ask(working, "template", chat=True).status_code == 200


def void(_: object) -> None:
    return None


def test_a_runner_killed_in_mid_stream_is_told_of_and_replaced(
    working: Server, tmp_path: Path
) -> None:
    push(working, "victim", lambda folder: void(models.gpt2(folder, pickled=True)), tmp_path)
    body = {
        "model": "ada/victim",
        "prompt": "a story",
        "max_tokens": 450,
        "stream": True,
        "ignore_eos": True,
    }
    headers = {"Authorization": "Bearer hf_ada", "X-Wait-For-Model": "1"}
    address = f"{working.url}/v1/completions"
    supervisor = working.hub.rooms["supervisor"]
    with httpx.stream("POST", address, json=body, headers=headers, timeout=120) as answer:
        lines = answer.iter_lines()
        first = [next(lines, "") for _ in range(8)]
        assert all("error" not in line for line in first), first
        [resident] = [
            one for key, one in supervisor._residents.items() if key.startswith("ada/victim@")
        ]
        os.kill(resident.process.pid, 9)
        rest = [line for line in lines if line.startswith("data: {")]
    assert "error" in json.loads(rest[-1].removeprefix("data: "))
    assert ask(working, "victim").status_code == 200

"""The ways to use a model that its page shows, taken off the page and tried as they stand."""

import html
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bearhug.cards.jobs import read_weights
from bearhug.hub import Hub
from bearhug.repos.model import Repo, RepoKind
from tests.catalog.weights import gguf, safetensors
from tests.conftest import Server
from tests.repos_of import make_repo

TIMEOUT_SECONDS = 600


def blocks(client: TestClient, name: str, use: str, more: str = "") -> list[str]:
    """The code under `?use=`, as whoever copies it has it."""
    page = client.get(f"/{name}?use={use}{more}").text
    part = page[page.index('id="use"') : page.index("</section>", page.index('id="use"'))]
    found = re.findall(r'<pre tabindex="0">(.*?)</pre>', part, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", each)).rstrip() for each in found]


def offered(client: TestClient, name: str) -> set[str]:
    return set(re.findall(r'href="\?use=([^"#]+)#use"', client.get(f"/{name}").text))


def bring(hub: Hub, name: str, folder: Path, card: str = "") -> Repo:
    content: Mapping[str, bytes] = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    repo: Repo = make_repo(hub, name, {**content, "README.md": f"---\n{card}\n---\n# It\n"})
    read_weights(hub, repo_id=repo.id)
    return repo


def run(command: list[str], home: dict[str, str], folder: Path) -> str:
    env = {**home, "PATH": f"{Path(sys.executable).parent}:{home['PATH']}"}
    for each in (folder, Path(home["HOME"])):
        each.mkdir(exist_ok=True)
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def onnx_file() -> bytes:
    """y = x, as onnx.proto has it: fields by number, hand-written."""

    def field(number: int, value: bytes | int) -> bytes:
        if isinstance(value, int):
            return bytes([number << 3, value])
        return bytes([number << 3 | 2, len(value)]) + value

    shape = field(2, field(1, field(1, 2)))
    kind = field(2, field(1, field(1, 1) + shape))
    node = field(1, b"x") + field(2, b"y") + field(4, b"Identity")
    graph = field(1, node) + field(2, b"g")
    graph += field(11, field(1, b"x") + kind) + field(12, field(1, b"y") + kind)
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


@pytest.mark.client
@pytest.mark.parametrize("use", ["hf", "git"])
def test_it_is_downloaded_as_the_page_says(
    server: Server, client: TestClient, tmp_path: Path, client_home: dict[str, str], use: str
) -> None:
    make_repo(server.hub, "bert", {"README.md": "# Bert", "config.json": "{}"})
    code = blocks(client, "ada/bert", use)[0].replace("http://hub.test", server.url)
    run(["bash", "-e", "-c", code], client_home, tmp_path / "work")
    assert (tmp_path / "work" / "bert" / "README.md").read_text() == "# Bert"


@pytest.mark.client
def test_python_and_curl_bring_it_too(
    server: Server, client: TestClient, tmp_path: Path, client_home: dict[str, str]
) -> None:
    weights = gguf({"w": (2,)})
    make_repo(server.hub, "smol", {"my model-Q8_0.gguf": weights})
    code = blocks(client, "ada/smol", "huggingface_hub")[0].replace("http://hub.test", server.url)
    folder = run([sys.executable, "-c", code], client_home, tmp_path / "work").strip()
    assert (Path(folder) / "my model-Q8_0.gguf").read_bytes() == weights
    plain = blocks(client, "ada/smol", "llama.cpp")[1].replace("http://hub.test", server.url)
    run(["bash", "-e", "-c", plain.split("\n")[0]], client_home, tmp_path / "work")
    assert (tmp_path / "work" / "my%20model-Q8_0.gguf").read_bytes() == weights
    assert "llama-server -m" in plain


def test_a_quantisation_is_picked(client: TestClient, hub: Hub) -> None:
    content = {f"m-{q}.gguf": gguf({"w": (n,)}) for q, n in (("Q4_K_M", 2), ("Q8_0", 3))}
    repo = make_repo(hub, "smol", content)
    read_weights(hub, repo_id=repo.id)
    assert blocks(client, "ada/smol", "ollama") == [
        "ollama run --insecure hub.test/ada/smol:Q4_K_M"
    ]
    other = "&file=m-Q8_0.gguf"
    assert blocks(client, "ada/smol", "ollama", other)[0].endswith("ada/smol:Q8_0")
    assert "-hf ada/smol:Q8_0" in blocks(client, "ada/smol", "llama.cpp", other)[0]
    assert 'filename="m-Q8_0.gguf"' in blocks(client, "ada/smol", "llama-cpp-python", other)[0]
    unknown = blocks(client, "ada/smol", "ollama", "&file=../../etc/passwd")
    assert unknown[0].endswith(":Q4_K_M")


def test_a_private_gguf_is_downloaded_before_ollama_has_it(
    client: TestClient, hub: Hub, as_ada: dict[str, str]
) -> None:
    make_repo(hub, "den", {"m.gguf": gguf({"w": (2,)})}, private=True)
    page = client.get("/ada/den?use=ollama", headers=as_ada).text
    assert "ollama create den" in re.sub(r"<[^>]+>", "", page)
    assert "Ollama has no token to give" in page


@pytest.mark.parametrize(("card", "files", "use", "said"), [
    ("library_name: peft\nbase_model: ada/base", {}, "peft", 'from_pretrained("ada/base")'),
    ("library_name: diffusers\ntags: [lora]\nbase_model: ada/base", {}, "diffusers",
     'load_lora_weights("ada/it")'),
    ("library_name: timm", {}, "timm", 'create_model("hf_hub:ada/it"'),
    ("library_name: keras", {}, "keras", 'load_model("hf://ada/it")'),
    ("library_name: spacy", {}, "spacy", 'spacy.load(snapshot_download("ada/it"))'),
    ("library_name: adapter-transformers", {}, "adapter-transformers", "load_adapter"),
    ("library_name: sklearn", {"m.joblib": "x"}, "sklearn", "a pickle runs code"),
    ("library_name: transformers\npipeline_tag: fill-mask", {"config.json":
     '{"model_type": "bert", "architectures": ["BertForMaskedLM"]}'}, "transformers", "[MASK]"),
    ("library_name: transformers\npipeline_tag: translation", {}, "transformers",
     "AutoModelForSeq2SeqLM"),
    ("library_name: sentence-transformers\npipeline_tag: text-ranking", {},
     "sentence-transformers", "CrossEncoder"),
    ("pipeline_tag: fill-mask\ntags: [transformers.js]", {}, "transformers.js",
     'env.remoteHost = "http://hub.test/"'),
    ("library_name: transformers\npipeline_tag: text-generation\ntags: [conversational]",
     {"config.json": '{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}'}, "vllm",
     "vllm serve ada/it"),
    ("library_name: mlx\npipeline_tag: text-generation\ntags: [mlx]", {}, "mlx-lm",
     "mlx_lm.generate --model ada/it"),
])  # fmt: skip
def test_each_library_by_its_own_words(
    client: TestClient, hub: Hub, card: str, files: dict[str, str], use: str, said: str
) -> None:
    weights = {"model.safetensors": safetensors({"w": ("F32", (2,))})}
    repo = make_repo(hub, "it", {"README.md": f"---\n{card}\n---\n", **weights, **files})
    read_weights(hub, repo_id=repo.id)
    assert use in offered(client, "ada/it")
    code = "\n".join(blocks(client, "ada/it", use))
    assert said in code
    assert "http://hub.test" in code


def test_a_files_name_cannot_end_a_text(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "sly", {'a"); print("x.onnx': onnx_file()})
    code = blocks(client, "ada/sly", "onnx")[0]
    assert r'"a\"); print(\"x.onnx"' in code


def test_other_kinds_have_ways_of_their_own(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "squad", {"data.csv": "a\n1\n"}, kind=RepoKind.DATASET)
    assert {"pandas", "hf", "git"} <= offered(client, "datasets/ada/squad")

"""Ollama's registry, asked as Ollama asks it (its server/images.go and server/download.go)."""

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from bearhug.files import service as files
from bearhug.files.model import Add, AddLfs, Proposal
from bearhug.hub import Hub
from bearhug.ollama.families import FAMILIES, family_of
from bearhug.ollama.model import human
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import Server, person
from tests.repos_of import make_repo, push

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>{% endfor %}"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def gguf(architecture: str = "llama", *, template: str = CHATML, salt: bytes = b"") -> bytes:
    """A model of six weights."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    pairs = {"general.architecture": architecture, "tokenizer.chat_template": template}
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs))
    for key, value in pairs.items():
        head += text(key) + struct.pack("<I", 8) + text(value)
    return head + text("w") + struct.pack("<IQQIQ", 2, 2, 3, 0, 0) + bytes(64) + salt


def bring(hub: Hub, name: str, large: Mapping[str, bytes], small: Mapping[str, str]) -> None:
    """One commit with files kept as objects, and others in git."""
    ada = person(hub, "ada")
    repo = hub.read_as(ada, repos.find, RepoKind.MODEL, f"ada/{name}")
    ops: list[Add | AddLfs] = [Add(path, text.encode()) for path, text in small.items()]
    for path, content in large.items():
        sha256 = hashlib.sha256(content).hexdigest()
        scratch = hub.objects.scratch / sha256
        scratch.write_bytes(content)
        files.claim(hub, repo, scratch, sha256, len(content))
        ops.append(AddLfs(path, sha256))
    files.commit_now(hub, ada, RepoKind.MODEL, f"ada/{name}", Proposal(tuple(ops), "Bring it"))


@pytest.fixture
def smol(hub: Hub) -> dict[str, bytes]:
    """ada/smol, with three quantisations."""
    weights = {f"smol-{each}.gguf": gguf(salt=each.encode()) for each in ("Q8_0", "Q4_K_M", "F16")}
    make_repo(hub, "smol")
    bring(hub, "smol", weights, {"LICENSE": "Do as you like.\n"})
    return weights


def pull(client: httpx.Client | TestClient, name: str, tag: str = "latest") -> dict[str, bytes]:
    """Every layer by its kind, got as Ollama gets them; digests are verified."""
    answer = client.get(f"/v2/{name}/manifests/{tag}", headers={"Accept": MANIFEST})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["schemaVersion"], told["mediaType"]) == (2, MANIFEST)
    got = {}
    for layer in [*told["layers"], told["config"]]:
        content = _blob(client, f"/v2/{name}/blobs/{layer['digest']}")
        assert layer["digest"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert layer["size"] == len(content)
        got[layer["mediaType"].removeprefix("application/vnd.ollama.image.")] = content
    return got


def _blob(client: httpx.Client | TestClient, path: str) -> bytes:
    """HEAD for the length, GET for where it is, then ranges from there without a token."""
    total = int(client.head(path).headers["content-length"])
    first = client.get(path, follow_redirects=False)
    assert first.status_code in (200, 307)
    where = urlsplit(first.headers["location"])
    half = total // 2
    parts = []
    for start, stop in ((0, half), (half, total)):
        asked = {"Range": f"bytes={start}-{stop - 1}", "Authorization": ""}
        part = client.get(where.path, headers=asked)
        assert part.status_code == 206
        parts.append(part.content)
    return b"".join(parts)


def test_a_model_is_pulled(server: Server, smol: dict[str, bytes]) -> None:
    with httpx.Client(base_url=server.url) as client:
        got = pull(client, "ada/smol")
    assert got["model"] == smol["smol-Q4_K_M.gguf"]
    assert b"<|im_start|>user\n{{ .Prompt }}<|im_end|>" in got["template"]
    assert json.loads(got["params"]) == {"stop": ["<|im_start|>", "<|im_end|>"]}
    assert got["license"] == b"Do as you like.\n"
    config = json.loads(got["application/vnd.docker.container.image.v1+json"])
    assert (config["model_format"], config["model_family"]) == ("gguf", "llama")
    assert (config["file_type"], config["model_type"]) == ("Q4_K_M", "6")
    assert len(config["rootfs"]["diff_ids"]) == 4


@pytest.mark.parametrize("tag", ["q8_0", "Q8_0", "smol-Q8_0.gguf"])
def test_a_tag_is_a_quantisation_or_a_file(
    client: TestClient, smol: dict[str, bytes], tag: str
) -> None:
    told = client.get(f"/v2/ada/smol/manifests/{tag}").json()
    sha256 = hashlib.sha256(smol["smol-Q8_0.gguf"]).hexdigest()
    assert told["layers"][0]["digest"] == f"sha256:{sha256}"


def test_older_llama_cpp_is_told_the_files_name(client: TestClient, smol: dict[str, bytes]) -> None:
    asked = {"User-Agent": "llama-cpp", "Accept": "application/json"}
    told = client.get("/v2/ada/smol/manifests/Q8_0", headers=asked).json()
    assert told["ggufFile"]["rfilename"] == "smol-Q8_0.gguf"
    assert "mmprojFile" not in told


def test_the_repos_own_words_come_first(client: TestClient, hub: Hub) -> None:
    own = {"template": "{{ .Prompt }}!", "system": "You are a bear.", "params": '{"top_k": 3}'}
    make_repo(hub, "own")
    bring(hub, "own", {"m.gguf": gguf()}, own)
    got = pull(client, "ada/own")
    assert {kind: got[kind].decode() for kind in own} == own


def test_a_template_nobody_knows_gets_none(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "odd", {"m.gguf": gguf(template="{{ messages }}")})
    got = pull(client, "ada/odd")
    assert set(got) == {"model", "application/vnd.docker.container.image.v1+json"}


def test_a_projector_comes_along(client: TestClient, hub: Hub) -> None:
    see = gguf("clip", template="")
    make_repo(hub, "sees")
    bring(hub, "sees", {"m-Q4_0.gguf": gguf(), "mmproj-F16.gguf": see}, {})
    assert pull(client, "ada/sees")["projector"] == see


def test_what_cannot_be_pulled_is_told_in_words(
    client: TestClient, hub: Hub, smol: dict[str, bytes]
) -> None:
    def said(name: str, tag: str = "latest") -> tuple[int, str]:
        answer = client.get(f"/v2/{name}/manifests/{tag}")
        return answer.status_code, answer.json()["error"]

    assert said("ada/smol", "Q2_K") == (
        400,
        "There is no Q2_K here. There is: F16, Q8_0, Q4_K_M, or latest.",
    )
    make_repo(hub, "plain", {"README.md": "# Nothing"})
    assert said("ada/plain")[0] == 400
    parts = {f"big-Q4_0-0000{n}-of-00002.gguf": gguf(salt=b"%d" % n) for n in (1, 2)}
    make_repo(hub, "big", parts)
    assert "2 parts" in said("ada/big")[1]
    make_repo(hub, "broken", {"m.gguf": b"GGUF and no more"})
    assert said("ada/broken")[0] == 400
    missing = client.get(f"/v2/ada/smol/blobs/sha256:{'0' * 64}")
    assert missing.status_code == 404
    assert client.get("/v2/ada/smol/blobs/nonsense").status_code == 404


def test_a_private_model_is_not_there_but_for_its_readers(
    server: Server, hub: Hub, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    make_repo(hub, "den", private=True)
    bring(hub, "den", {"m-Q4_0.gguf": gguf()}, {})
    path = "/v2/ada/den/manifests/latest"
    with httpx.Client(base_url=server.url) as visitor:
        assert visitor.get(path).status_code == 404
        assert visitor.get(path, headers=as_linus).status_code == 404
        digest = visitor.get(path, headers=as_ada).json()["layers"][0]["digest"]
        assert visitor.get(f"/v2/ada/den/blobs/{digest}").status_code == 404
    with httpx.Client(base_url=server.url, headers=as_ada) as ada:
        where = ada.get(f"/v2/ada/den/blobs/{digest}").headers["location"]
    assert hashlib.sha256(httpx.get(where).content).hexdigest() == digest.removeprefix("sha256:")


def test_a_gated_model_says_where_to_ask(client: TestClient, hub: Hub) -> None:
    make_repo(hub, "shy", {"m.gguf": gguf()})
    ada = person(hub, "ada")
    hub.write_as(ada, repos.change_settings, RepoKind.MODEL, "ada/shy", gated="manual")
    answer = client.get("/v2/ada/shy/manifests/latest")
    assert (answer.status_code, "gated" in answer.json()["error"]) == (403, True)


def test_a_new_push_is_a_new_manifest(client: TestClient, hub: Hub) -> None:
    repo = make_repo(hub, "m", {"m.gguf": gguf()})
    before = client.get("/v2/ada/m/manifests/latest").headers["docker-content-digest"]
    push(hub, repo, {"m.gguf": gguf(salt=b"more")})
    assert client.get("/v2/ada/m/manifests/latest").headers["docker-content-digest"] != before


def test_the_registry_is_there(client: TestClient) -> None:
    answer = client.get("/v2/")
    assert (answer.status_code, answer.json()) == (200, {})


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.marks[0])
def test_each_family_is_known_by_its_marks(family: Any) -> None:
    assert family_of(" ".join(family.marks)) is not None
    template = family.template
    assert template.count("{{ .Prompt }}") == template.count("{{ .Response }}") == 1
    assert template.count("{{ if") == template.count("{{ end }}")


def test_sizes_are_said_as_ollama_says_them() -> None:
    assert [human(n) for n in (6, 134_515_008, 1_711_376_384)] == ["6", "135M", "1.71B"]

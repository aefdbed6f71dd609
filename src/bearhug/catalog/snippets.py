"""How to use a repo of this hub from elsewhere: commands and code that work as they are."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bearhug.cards.model import Card
from bearhug.cards.render import colour
from bearhug.repos.model import Repo, RepoKind

TABLES = {".csv": "read_csv", ".parquet": "read_parquet", ".jsonl": "read_json"}


@dataclass(frozen=True)
class Step:
    """One block to copy. `name` stands over it: a file, or where it is typed."""

    name: str
    code: str
    language: str

    @property
    def html(self) -> str:
        return colour(self.code, self.language)


@dataclass(frozen=True)
class Snippet:
    """One way of using it. `id` stands in the address."""

    id: str
    words: str
    icon: str
    steps: Sequence[Step]
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """Which repo, from which hub; `names` are its files, `served` whether it answers here."""

    base_url: str
    repo: Repo
    card: Card
    names: Sequence[str] = ()
    served: bool = False

    @property
    def name(self) -> str:
        return str(self.repo.name)

    @property
    def gguf(self) -> str:
        """The GGUF file that stands for all, "" without one."""
        file = self.card.facts.get("gguf", {}).get("file", "")
        return str(file) or next((name for name in self.names if name.endswith(".gguf")), "")

    def address_of(self, path: str) -> str:
        return f"{self.base_url}{self.repo.path}/resolve/main/{path}"

    @property
    def token_note(self) -> str:
        return "It is private: sign in first, with hf auth login and a token of yours." * (
            self.repo.private
        )


def snippets(setting: Setting) -> list[Snippet]:
    """Those that make sense for this repo, the most telling first."""
    ways: dict[RepoKind, Sequence[Callable[[Setting], Snippet | None]]] = {
        RepoKind.MODEL: (_openai, _llama, _ollama, _transformers, _sentences, _download, _python),
        RepoKind.DATASET: (_pandas, _download, _python),
        RepoKind.SPACE: (_download, _python),
        RepoKind.KERNEL: (_kernel, _download, _python),
    }
    found = [way(setting) for way in ways[setting.repo.kind]]
    return [each for each in found if each]


def beginning(setting: Setting) -> list[Step]:
    """How to put something into an empty repo."""
    kind = "" if setting.repo.kind is RepoKind.MODEL else f" --repo-type {setting.repo.kind}"
    lines = (
        f"export HF_ENDPOINT={setting.base_url}",
        "hf auth login",
        f"hf upload {setting.name} .{kind}",
    )
    return [Step("in a terminal, in the folder to bring", "\n".join(lines), "bash")]


def _openai(setting: Setting) -> Snippet | None:
    if not setting.served:
        return None
    message = {"role": "user", "content": "Hello!"}
    body = json.dumps({"model": setting.name, "messages": [message]})
    python = f"""from openai import OpenAI

client = OpenAI(base_url="{setting.base_url}/v1", api_key="hf_…")
answer = client.chat.completions.create(
    model="{setting.name}",
    messages=[{{"role": "user", "content": "Hello!"}}],
)
print(answer.choices[0].message.content)"""
    curl = f"""curl {setting.base_url}/v1/chat/completions \\
  -H "Authorization: Bearer $HF_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{body}'"""
    steps = [Step("ask.py", python, "python"), Step("or in a terminal", curl, "bash")]
    return Snippet("openai", "OpenAI API of this hub", "link", steps)


def _llama(setting: Setting) -> Snippet | None:
    if not setting.gguf:
        return None
    code = (
        f"curl -L -O {setting.address_of(setting.gguf)}\n"
        f"llama-server -m {_file(setting.gguf)} --port 8080"
    )
    return Snippet("llama.cpp", "llama.cpp", "terminal", [Step("in a terminal", code, "bash")])


def _ollama(setting: Setting) -> Snippet | None:
    if not setting.gguf:
        return None
    name = setting.repo.name.name.lower()
    code = (
        f"curl -L -O {setting.address_of(setting.gguf)}\n"
        f'echo "FROM ./{_file(setting.gguf)}" > Modelfile\n'
        f"ollama create {name} -f Modelfile\n"
        f"ollama run {name}"
    )
    return Snippet("ollama", "Ollama", "terminal", [Step("in a terminal", code, "bash")])


def _transformers(setting: Setting) -> Snippet | None:
    if setting.card.library != "transformers":
        return None
    task = setting.card.pipeline_tag
    called = f'"{task}", model="{setting.name}"' if task else f'model="{setting.name}"'
    code = f"""import os

os.environ["HF_ENDPOINT"] = "{setting.base_url}"  # before the import below

from transformers import pipeline

pipe = pipeline({called})"""
    step = Step("use.py", code, "python")
    return Snippet("transformers", "Transformers", "terminal", [step], setting.token_note)


def _sentences(setting: Setting) -> Snippet | None:
    if setting.card.library != "sentence-transformers":
        return None
    code = f"""import os

os.environ["HF_ENDPOINT"] = "{setting.base_url}"  # before the import below

from sentence_transformers import SentenceTransformer

model = SentenceTransformer("{setting.name}")
print(model.encode(["A sentence", "Another one"]).shape)"""
    step = Step("use.py", code, "python")
    note = setting.token_note
    return Snippet("sentence-transformers", "Sentence Transformers", "terminal", [step], note)


def _pandas(setting: Setting) -> Snippet | None:
    found = ((name, read) for name in setting.names for end, read in TABLES.items()
             if name.endswith(end))  # fmt: skip
    name, read = next(found, ("", ""))
    if not name or setting.repo.private:
        return None
    lines = ", lines=True" if read == "read_json" else ""
    code = f"""import pandas as pd

rows = pd.{read}("{setting.address_of(name)}"{lines})
print(rows.head())"""
    return Snippet("pandas", "pandas", "table", [Step("look.py", code, "python")])


def _download(setting: Setting) -> Snippet:
    kind = "" if setting.repo.kind is RepoKind.MODEL else f" --repo-type {setting.repo.kind}"
    code = (
        f"export HF_ENDPOINT={setting.base_url}\n"
        f"hf download {setting.name}{kind} --local-dir {setting.repo.name.name}"
    )
    step = Step("in a terminal", code, "bash")
    return Snippet("hf", "Download it all", "download", [step], setting.token_note)


def _kernel(setting: Setting) -> Snippet:
    code = f"""import os

os.environ["HF_ENDPOINT"] = "{setting.base_url}"  # before the import, which reads it
from kernels import get_kernel

kernel = get_kernel("{setting.name}")"""
    step = Step("load.py", code, "python")
    return Snippet("kernels", "kernels", "bolt", [step], setting.token_note)


def _python(setting: Setting) -> Snippet:
    kind = "" if setting.repo.kind is RepoKind.MODEL else f', repo_type="{setting.repo.kind}"'
    code = f"""from huggingface_hub import HfApi

hub = HfApi(endpoint="{setting.base_url}")
print(hub.snapshot_download("{setting.name}"{kind}))"""
    step = Step("download.py", code, "python")
    return Snippet("huggingface_hub", "huggingface_hub", "code", [step], setting.token_note)


def _file(path: str) -> str:
    return path.rpartition("/")[2]

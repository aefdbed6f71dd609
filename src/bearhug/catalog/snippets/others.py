"""Datasets, kernels, Spaces; downloading; this hub's API; filling an empty repo."""

import json

from bearhug.catalog.snippets.setting import Setting, Snippet, Step
from bearhug.repos.model import RepoKind

TABLES = {".csv": "read_csv", ".parquet": "read_parquet", ".jsonl": "read_json"}


def beginning(setting: Setting) -> list[Step]:
    """How to put something into an empty repo."""
    kind = "" if setting.repo.kind is RepoKind.MODEL else f" --repo-type {setting.repo.kind}"
    lines = (
        f"export HF_ENDPOINT={setting.base_url}",
        "hf auth login",
        f"hf upload {setting.name} .{kind}",
    )
    return [Step("in a terminal, in the folder to bring", "\n".join(lines), "bash")]


def openai(setting: Setting) -> Snippet | None:
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
    return Snippet("openai", "OpenAI API of this hub", "link", steps, group="This hub")


def pandas(setting: Setting) -> Snippet | None:
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


def download(setting: Setting) -> Snippet:
    kind = "" if setting.repo.kind is RepoKind.MODEL else f" --repo-type {setting.repo.kind}"
    code = (
        f"export HF_ENDPOINT={setting.base_url}\n"
        f"hf download {setting.name}{kind} --local-dir {setting.repo.name.name}"
    )
    step = Step("in a terminal", code, "bash")
    return Snippet("hf", "Download it all", "download", [step], setting.token_note, "Files")


def kernel(setting: Setting) -> Snippet:
    code = f"""import os

os.environ["HF_ENDPOINT"] = "{setting.base_url}"  # before the import, which reads it
from kernels import get_kernel

kernel = get_kernel("{setting.name}")"""
    step = Step("load.py", code, "python")
    return Snippet("kernels", "kernels", "bolt", [step], setting.token_note)


def python(setting: Setting) -> Snippet:
    kind = "" if setting.repo.kind is RepoKind.MODEL else f', repo_type="{setting.repo.kind}"'
    code = f"""from huggingface_hub import HfApi

hub = HfApi(endpoint="{setting.base_url}")
print(hub.snapshot_download("{setting.name}"{kind}))"""
    step = Step("download.py", code, "python")
    return Snippet(
        "huggingface_hub", "huggingface_hub", "code", [step], setting.token_note, "Files"
    )


def clone(setting: Setting) -> Snippet:
    code = f"git lfs install\ngit clone {setting.base_url}{setting.repo.path}"
    step = Step("in a terminal", code, "bash")
    note = "It is private: git asks for a name and a password, which is a token of yours."
    return Snippet(
        "git", "Clone it with git", "branch", [step], note * setting.repo.private, "Files"
    )

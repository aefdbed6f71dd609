"""A task's question as code, for each client that has a word for it, right for this hub.

Names of methods: huggingface_hub's InferenceClient, @huggingface/inference, OpenAI's client.
"""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from bearhug.inference.snippets import Snippet, literal

FILE = "$file"
"""Stands for a file's bytes in a body: {"$file": "bear.png"}."""

# What the Hub's client takes first, and the method where it is not the task's own name.
_PYTHON: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("text-classification", "token-classification", "zero-shot-classification"),
            *("fill-mask", "summarization", "translation", "text-to-speech", "text-to-image"),
            *("feature-extraction", "image-classification", "object-detection"),
            *("image-segmentation", "image-to-text", "zero-shot-image-classification"),
            *("image-to-image", "automatic-speech-recognition", "audio-classification"),
            *("audio-to-audio", "question-answering", "table-question-answering"),
            *("visual-question-answering", "document-question-answering"),
            *("sentence-similarity", "tabular-classification", "tabular-regression"),
        ),
        "",
    ),
    "text2text-generation": "text_generation",
}
_NAMED = frozenset(
    {
        *("question-answering", "table-question-answering", "sentence-similarity"),
        *("visual-question-answering", "document-question-answering"),
    }
)
_RENAMED = {"source_sentence": "sentence", "sentences": "other_sentences"}
_JAVASCRIPT = frozenset(_PYTHON) - {"text2text-generation"}
# The Hub's client has no words for these tasks' parameters.
_EXTRA = frozenset({"automatic-speech-recognition"})
_IMAGE_FIRST = frozenset({"image-to-image", "zero-shot-image-classification"})
_MARK = "\ufffc"
# Tasks of several models here: which one is meant is said in the address.
_BY_TASK = frozenset({"feature-extraction", "sentence-similarity"})
_BYTES = frozenset({"text-to-image", "image-to-image", "text-to-speech", "text-to-audio"})


def task_snippets(base_url: str, model: str, task: str, body: Mapping[str, Any]) -> list[Snippet]:
    """Python, JavaScript, curl and, where it has the task, OpenAI's client."""
    address = f"{base_url}/hf-inference/models/{model}"
    if task in _BY_TASK:
        address += f"/pipeline/{task}"
    found = [
        Snippet("python", "Python", "python", _python(address, task, body)),
        Snippet("javascript", "JavaScript", "javascript", _javascript(address, task, body)),
        Snippet("curl", "curl", "bash", _curl(address, task, body)),
    ]
    openai = _openai(base_url, model, task, body)
    return [*found, Snippet("openai", "OpenAI's client", "python", openai)] if openai else found


def _python(address: str, task: str, body: Mapping[str, Any]) -> str:
    if task not in _PYTHON:
        return _plain_python(address, body)
    method = _PYTHON[task] or task.replace("-", "_")
    lines = "".join(f"    {each},\n" for each in _arguments(task, body))
    head = "from huggingface_hub import InferenceClient\n\n"
    client = f'client = InferenceClient(model="{address}", api_key="hf_…")\n'
    return f"{head}{client}answer = client.{method}(\n{lines})\n{_python_end(task)}"


def _python_end(task: str) -> str:
    if task in ("text-to-image", "image-to-image"):
        return 'answer.save("answer.png")'
    if task == "text-to-speech":
        return 'open("answer.wav", "wb").write(answer)'
    return "print(answer)"


def _arguments(task: str, body: Mapping[str, Any]) -> list[str]:
    inputs = body.get("inputs")
    own = {key: each for key, each in body.items() if key not in ("inputs", "parameters")}
    given = {**own, **body.get("parameters", {})}
    if task in _EXTRA and given:
        given = {"extra_body": given}
    if task.startswith("tabular-") and isinstance(inputs, Mapping):
        first = [_value(inputs.get("data", {}))]
    elif task in _NAMED and isinstance(inputs, Mapping):
        first = [f"{_RENAMED.get(key, key)}={_value(each)}" for key, each in inputs.items()]
    else:
        first = [_value(inputs)]
    return first + [f"{_RENAMED.get(key, key)}={_value(each)}" for key, each in given.items()]


def _plain_python(address: str, body: Mapping[str, Any]) -> str:
    name = _file_of(body)
    sends = f'content=open("{name}", "rb")' if name else f"json={_value(dict(body))}"
    return (
        "import httpx\n\n"
        f'answer = httpx.post(\n    "{address}",\n'
        f'    headers={{"Authorization": "Bearer hf_…"}},\n    {sends},\n    timeout=120,\n)\n'
        "print(answer.json())"
    )


def _javascript(address: str, task: str, body: Mapping[str, Any]) -> str:
    name = _file_of(body)
    blob = f'import {{ openAsBlob }} from "node:fs"\n\nconst file = await openAsBlob("{name}")\n'
    head = blob if name else ""
    if task not in _JAVASCRIPT:
        return head + _plain_javascript(address, body)
    parts = task.split("-")
    method = parts[0] + "".join(part.capitalize() for part in parts[1:])
    given = dict(body)
    if name and not isinstance(body["inputs"].get("image"), Mapping) and task not in _IMAGE_FIRST:
        given["data"] = given.pop("inputs")
    if task == "zero-shot-image-classification":
        given["inputs"] = {"image": body["inputs"]}
    return (
        f'import {{ InferenceClient }} from "@huggingface/inference"\n{head}'
        f'const client = new InferenceClient("hf_…").endpoint("{address}")\n'
        f"const answer = await client.{method}({_script(given)})\n"
        "console.log(answer)"
    )


def _plain_javascript(address: str, body: Mapping[str, Any]) -> str:
    sends = "file" if _file_of(body) else f"JSON.stringify({_script(body)})"
    kind = "" if _file_of(body) else ', "Content-Type": "application/json"'
    return (
        f'const answer = await fetch("{address}", {{\n  method: "POST",\n'
        f'  headers: {{ Authorization: "Bearer hf_…"{kind} }},\n  body: {sends},\n}})\n'
        "console.log(await answer.json())"
    )


def _curl(address: str, task: str, body: Mapping[str, Any]) -> str:
    head = f'curl {address} \\\n  -H "Authorization: Bearer hf_…" \\\n'
    out = {"text-to-speech": "wav", "text-to-audio": "wav"}.get(task, "png")
    tail = f" \\\n  -o answer.{out}" if task in _BYTES else ""
    name = _file_of(body)
    if name and not body.get("parameters") and FILE in body["inputs"]:
        return f"{head}  --data-binary {shlex.quote('@' + name)}{tail}"
    kind = '  -H "Content-Type: application/json" \\\n'
    text = json.dumps(_with_files(body, _MARK), indent=2, ensure_ascii=False)
    if not name:
        return f"{head}{kind}  -d {shlex.quote(text)}{tail}"
    # A file is too long for an argument: the shell writes the body to curl's input.
    safe = re.sub(r"([\\$`])", r"\\\1", text).replace(_MARK, f"$(base64 -w 0 {shlex.quote(name)})")
    return f"{head}{kind}  -d @-{tail} << END\n{safe}\nEND"


def _openai(base_url: str, model: str, task: str, body: Mapping[str, Any]) -> str:
    inputs = body.get("inputs")
    if task == "feature-extraction":
        call, given = "embeddings.create", f"input={_value(inputs)}"
        end = "print(answer.data[0].embedding)"
    elif task == "sentence-similarity" and isinstance(inputs, Mapping):
        texts = [inputs.get("source_sentence", ""), *inputs.get("sentences", [])]
        call, given = "embeddings.create", f"input={_value(texts)}"
        end = "print([each.embedding for each in answer.data])"
    elif task == "automatic-speech-recognition":
        call, given = "audio.transcriptions.create", f"file={_value(inputs, opened=True)}"
        end = "print(answer.text)"
    elif task == "text-to-speech":
        call, given = "audio.speech.create", f'voice="default", input={_value(inputs)}'
        end = 'answer.write_to_file("answer.wav")'
    else:
        return ""
    return (
        "from openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{base_url}/v1", api_key="hf_…")\n'
        f'answer = client.{call}(model="{model}", {given})\n{end}'
    )


def _value(value: Any, *, opened: bool = False) -> str:
    """Python's spelling; a file is its name, or opened."""
    if isinstance(value, Mapping) and FILE in value:
        name = json.dumps(str(value[FILE]), ensure_ascii=False)
        return f'open({name}, "rb")' if opened else name
    return literal(value)


def _script(value: Any) -> str:
    """JavaScript's spelling."""
    if isinstance(value, Mapping):
        if FILE in value:
            return "file"
        inner = ", ".join(f"{_key(key)}: {_script(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_script(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name, ensure_ascii=False)


def _file_of(value: Any) -> str:
    """The name of the file in a body, "" where it has none."""
    if isinstance(value, Mapping):
        if FILE in value:
            return str(value[FILE])
        return next(filter(None, (_file_of(each) for each in value.values())), "")
    return ""


def _with_files(value: Any, mark: str) -> Any:
    if isinstance(value, Mapping):
        if FILE in value:
            return mark
        return {key: _with_files(each, mark) for key, each in value.items()}
    return value

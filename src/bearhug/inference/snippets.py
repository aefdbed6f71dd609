"""The same question as code: ready to copy, and right for this hub."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bearhug.inference.model import Turn

# What OpenAI's own client takes by name; the rest goes into `extra_body`.
_OPENAI = frozenset(
    {
        *("max_tokens", "temperature", "top_p", "seed", "stop", "n"),
        *("frequency_penalty", "presence_penalty", "response_format"),
    }
)


@dataclass(frozen=True)
class Snippet:
    """One way to ask. `id` is for the page's anchors, `language` for its colours."""

    id: str
    title: str
    language: str
    code: str


def snippets(
    base_url: str,
    model: str,
    turns: Sequence[Turn],
    parameters: Mapping[str, Any],
    *,
    chat: bool,
) -> list[Snippet]:
    """Python by OpenAI's client, Python by the Hub's, and curl."""
    body: dict[str, Any] = {"model": model}
    if chat:
        body["messages"] = [{"role": turn.role, "content": turn.content} for turn in turns]
    else:
        body["prompt"] = turns[-1].content if turns else ""
    body |= parameters
    return [
        Snippet("openai", "Python, OpenAI's client", "python", _openai(base_url, body, chat)),
        Snippet("hub", "Python, the Hub's client", "python", _hub(base_url, body, chat)),
        Snippet("curl", "curl", "bash", _curl(base_url, body, chat)),
    ]


def _openai(base_url: str, body: dict[str, Any], chat: bool) -> str:
    own = {name: value for name, value in body.items() if name in _OPENAI}
    extra = {
        name: value
        for name, value in body.items()
        if name not in _OPENAI and name not in ("model", "messages", "prompt")
    }
    first = {name: body[name] for name in ("model", "messages", "prompt") if name in body}
    given = first | own | ({"extra_body": extra} if extra else {})
    call, said = ("chat.completions", ".message.content") if chat else ("completions", ".text")
    return (
        "from openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{base_url}/v1", api_key="hf_…")\n'
        f"answer = client.{call}.create(\n{_arguments(given)})\n"
        f"print(answer.choices[0]{said})"
    )


def _hub(base_url: str, body: dict[str, Any], chat: bool) -> str:
    head = "from huggingface_hub import InferenceClient\n\n"
    given = {name: value for name, value in body.items() if name in _OPENAI | {"messages"}}
    if chat:
        return (
            f'{head}client = InferenceClient(base_url="{base_url}/v1", api_key="hf_…")\n'
            f"answer = client.chat_completion(\n{_arguments({'model': body['model']} | given)})\n"
            "print(answer.choices[0].message.content)"
        )
    given = {("max_new_tokens" if name == "max_tokens" else name): v for name, v in given.items()}
    return (
        f'{head}client = InferenceClient(model="{base_url}/hf-inference/models/{body["model"]}",'
        ' api_key="hf_…")\n'
        f"print(client.text_generation(\n{_arguments({'prompt': body['prompt']} | given)}))"
    )


def _curl(base_url: str, body: dict[str, Any], chat: bool) -> str:
    door = "chat/completions" if chat else "completions"
    data = shlex.quote(json.dumps(body, indent=2, ensure_ascii=False))
    return (
        f"curl {base_url}/v1/{door} \\\n"
        '  -H "Authorization: Bearer hf_…" -H "Content-Type: application/json" \\\n'
        f"  -d {data}"
    )


def _arguments(given: Mapping[str, Any]) -> str:
    lines = []
    for name, value in given.items():
        if name == "messages":
            lines.append("    messages=[\n")
            lines += [f"        {literal(each)},\n" for each in value]
            lines.append("    ],\n")
        else:
            lines.append(f"    {name}={literal(value)},\n")
    return "".join(lines)


def literal(value: Any) -> str:
    """Python's spelling, with double quotes where there is a choice."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        inner = ", ".join(f"{literal(key)}: {literal(each)}" for key, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(literal(each) for each in value)}]"
    return repr(value)

"""OpenAI's Responses in the words of its chat completions, and back.

Source: OpenAI's API reference, responses: the common core of text, pictures and functions.
What needs a memory of its own here (`previous_response_id`, `conversation`, `background`) or
tools that a server runs is refused in words.
"""

import time
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from bearhug.errors import BadRequest
from bearhug.inference.api.bodies import Positive, Probability

ASIDE = {"input_text", "output_text", "text"}


class ResponsesRequest(BaseModel):
    """POST /v1/responses."""

    model: str | None = None
    input: str | Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]
    instructions: str | None = None
    max_output_tokens: Positive | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Probability | None = None
    stream: bool = False
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    text: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    previous_response_id: str | None = None
    conversation: Any = None
    background: bool | None = None


def chat_fields(asked: ResponsesRequest) -> dict[str, Any]:
    """The same as a chat completion's request. Raises BadRequest for what is not kept here."""
    for name in ("previous_response_id", "conversation", "background"):
        if getattr(asked, name):
            raise BadRequest(
                f"{name}: this hub keeps no responses. Send the whole conversation as input.",
                field=name,
            )
    fields: dict[str, Any] = {
        "messages": _messages(asked),
        "max_tokens": asked.max_output_tokens,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "tools": [_tool(each) for each in asked.tools or ()] or None,
        "tool_choice": _choice(asked.tool_choice),
        "parallel_tool_calls": asked.parallel_tool_calls,
        "response_format": _format((asked.text or {}).get("format")),
        "stream": asked.stream,
        "stream_options": {"include_usage": True} if asked.stream else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def response(
    id: str, asked: ResponsesRequest, status: str, output: list[dict[str, Any]], usage: Any
) -> dict[str, Any]:
    """OpenAI's response object."""
    cut = status == "incomplete"
    return {
        "id": id,
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": asked.instructions,
        "max_output_tokens": asked.max_output_tokens,
        "metadata": asked.metadata or {},
        "model": asked.model or "",
        "output": output,
        "parallel_tool_calls": asked.parallel_tool_calls is not False,
        "previous_response_id": None,
        "store": False,
        "temperature": asked.temperature,
        "text": asked.text or {"format": {"type": "text"}},
        "tool_choice": asked.tool_choice or "auto",
        "tools": asked.tools or [],
        "top_p": asked.top_p,
        "usage": _usage(usage) if usage else None,
    }


def message(id: str, text: str, status: str = "completed") -> dict[str, Any]:
    """An output item: what the model says."""
    content = [text_part(text)] if status != "in_progress" else []
    return {
        "id": f"msg_{id}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": content,
    }


def text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def function_call(id: str, call: Mapping[str, Any]) -> dict[str, Any]:
    """An output item: what the model wants done."""
    function = call.get("function") or {}
    return {
        "id": f"fc_{id}",
        "type": "function_call",
        "status": "completed",
        "call_id": call.get("id") or f"call_{id}",
        "name": function.get("name", ""),
        "arguments": function.get("arguments", ""),
    }


def _messages(asked: ResponsesRequest) -> list[dict[str, Any]]:
    first = [{"role": "system", "content": asked.instructions}] if asked.instructions else []
    if isinstance(asked.input, str):
        return [*first, {"role": "user", "content": asked.input}]
    return [*first, *(_item(each, f"input.{at}") for at, each in enumerate(asked.input))]


def _item(item: Mapping[str, Any], where: str) -> dict[str, Any]:
    kind = item.get("type", "message")
    if kind == "message":
        content = item.get("content")
        parts = [_part(each, where) for each in content] if isinstance(content, list) else content
        return {"role": item.get("role", "user"), "content": parts}
    if kind == "function_call_output":
        return {
            "role": "tool",
            "tool_call_id": item.get("call_id"),
            "content": str(item.get("output", "")),
        }
    if kind == "function_call":
        function = {"name": item.get("name"), "arguments": item.get("arguments", "")}
        call = {"id": item.get("call_id"), "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    raise BadRequest(f"{where}: items of type {kind} are not understood here.", field=where)


def _part(part: Any, where: str) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in ASIDE:
        return {"type": "text", "text": str(part.get("text", ""))}
    if kind == "input_image":
        return {"type": "image_url", "image_url": {"url": part.get("image_url")}}
    raise BadRequest(f"{where}: parts of type {kind} are not understood here.", field=where)


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    if tool.get("type") != "function":
        raise BadRequest(
            f"tools: only functions, which you run yourself; not {tool.get('type')}.", field="tools"
        )
    kept = {name: each for name, each in tool.items() if name != "type"}
    return {"type": "function", "function": kept}


def _choice(choice: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
    if isinstance(choice, dict) and "name" in choice:
        return {"type": "function", "function": {"name": choice["name"]}}
    return choice


def _format(given: Any) -> dict[str, Any] | None:
    if not isinstance(given, dict) or given.get("type") == "text":
        return None
    if given.get("type") == "json_schema":
        kept = {name: each for name, each in given.items() if name != "type"}
        return {"type": "json_schema", "json_schema": kept}
    return given


def _usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    read, wrote = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": wrote,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + wrote,
    }

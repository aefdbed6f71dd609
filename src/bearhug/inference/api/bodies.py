"""What callers may send: OpenAI's requests and the Hub's task envelope, each field with its rule.

Sources: OpenAI's API reference; huggingface_hub's chat_completion and text_generation; TGI.
Fields that only other engines know are ignored, as those engines do.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Probability = Annotated[float, Field(ge=0, le=1)]
Penalty = Annotated[float, Field(ge=-2, le=2)]
Positive = Annotated[int, Field(ge=1)]
Stops = str | Annotated[list[str], Field(max_length=16)]

# Ours, where the engine calls the same thing by another name.
RENAMED = {"repetition_penalty": "repeat_penalty", "max_new_tokens": "max_tokens"}


class StreamOptions(BaseModel):
    include_usage: bool = False


class Message(BaseModel):
    """One message. Its parts are texts and pictures; a picture comes in the message itself."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None

    @field_validator("content")
    @classmethod
    def known_parts(cls, content: Any) -> Any:
        for part in content if isinstance(content, list) else ():
            if part.get("type") == "image_url":
                _picture(part.get("image_url"))
            elif part.get("type") != "text" or not isinstance(part.get("text"), str):
                raise ValueError("only parts of type text and image_url are understood here")
        return content

    @property
    def shows(self) -> bool:
        """Whether there is a picture in it."""
        parts = self.content if isinstance(self.content, list) else ()
        return any(part.get("type") == "image_url" for part in parts)


class Sampling(BaseModel):
    """What both kinds of request share."""

    model: str | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: Positive | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Probability | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    min_p: Probability | None = None
    n: Annotated[int, Field(ge=1, le=4)] | None = None
    stop: Stops | None = None
    seed: int | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    repetition_penalty: Annotated[float, Field(gt=0)] | None = None
    logit_bias: dict[str, float] | None = None
    ignore_eos: bool | None = None

    def sampling(self, *apart: str) -> dict[str, Any]:
        """The engine's fields, but for those that are `apart`."""
        given = self.model_dump(exclude_none=True, exclude={"model", "stream", *apart})
        return {RENAMED.get(name, name): value for name, value in given.items()}


class ChatRequest(Sampling):
    """POST /v1/chat/completions."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)]
    max_completion_tokens: Positive | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    response_format: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    chat_template_kwargs: dict[str, Any] | None = None

    def body(self) -> dict[str, Any]:
        body = self.sampling("max_completion_tokens", "response_format")
        body["max_tokens"] = self.max_completion_tokens or self.max_tokens
        body["response_format"] = _format(self.response_format)
        return {name: value for name, value in body.items() if value is not None}


class CompletionRequest(Sampling):
    """POST /v1/completions."""

    prompt: str | Annotated[list[str], Field(min_length=1, max_length=1)]
    echo: bool = False
    logprobs: Annotated[int, Field(ge=0, le=5)] | None = None

    @property
    def text(self) -> str:
        return self.prompt if isinstance(self.prompt, str) else self.prompt[0]

    def body(self) -> dict[str, Any]:
        return {**self.sampling("prompt", "echo"), "prompt": self.text}


class GenerationParameters(BaseModel):
    """`parameters` of text generation. What stands under UNUSED is known, and refused if asked."""

    model_config = ConfigDict(extra="allow")
    do_sample: bool | None = None
    details: bool = False
    return_full_text: bool = False
    max_new_tokens: Positive | None = None
    temperature: Annotated[float, Field(ge=0, le=100)] | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    top_p: Probability | None = None
    typical_p: Probability | None = None
    min_p: Probability | None = None
    repetition_penalty: Annotated[float, Field(gt=0)] | None = None
    frequency_penalty: Penalty | None = None
    seed: int | None = None
    stop: Stops | None = None
    stop_sequences: Stops | None = None
    """What TGI called `stop` before."""

    def unused(self) -> list[str]:
        """What was asked and no engine here does, in the order asked."""
        quiet = {"best_of": 1, "num_return_sequences": 1}
        extra = self.model_extra or {}
        return [name for name, value in extra.items() if value and quiet.get(name) != value]

    def body(self, prompt: str, default_tokens: int) -> dict[str, Any]:
        """The engine's fields. Greedy unless sampling is asked for, as in TGI."""
        apart = {"do_sample", "details", "return_full_text", "stop_sequences"}
        given = self.model_dump(exclude_none=True, exclude=apart | set(self.model_extra or {}))
        body = {RENAMED.get(name, name): value for name, value in given.items()}
        body.setdefault("max_tokens", default_tokens)
        if self.stop_sequences and not self.stop:
            body["stop"] = self.stop_sequences
        samples = {"temperature", "top_k", "top_p", "typical_p", "min_p"} & set(body)
        if self.do_sample is False or not (self.do_sample or samples):
            body["temperature"] = 0
        return {**body, "prompt": prompt, "logprobs": 1}


class Options(BaseModel):
    """The older envelope's options."""

    wait_for_model: bool = False


class TaskRequest(BaseModel):
    """POST /hf-inference/models/{id}: text generation."""

    inputs: str | Annotated[list[str], Field(min_length=1, max_length=16)]
    parameters: GenerationParameters = GenerationParameters()
    options: Options = Options()
    stream: bool = False

    @field_validator("parameters", "options", mode="before")
    @classmethod
    def may_be_null(cls, value: Any) -> Any:
        return {} if value is None else value


def _picture(given: Any) -> None:
    url = given.get("url") if isinstance(given, dict) else None
    if not isinstance(url, str) or not url.startswith("data:image/"):
        raise ValueError(
            "this hub fetches no pictures from the network: send image_url as"
            ' {"url": "data:image/png;base64,…"}, beside parts of type text'
        )


def _format(asked: dict[str, Any] | None) -> dict[str, Any] | None:
    """huggingface_hub spells a JSON schema as {"type": "json_object", "value": schema}."""
    if asked and asked.get("type") in ("json_object", "json") and "value" in asked:
        return {"type": "json_object", "schema": asked["value"]}
    return asked

"""How well-known chat templates read in Ollama's own language (Go's text/template).

A model's template is known by the marks in it, as the Hub knows it (@huggingface/ollama-utils).
One that is not known gets none: Ollama then reads the template inside the GGUF file itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """Models that mark turns alike: `marks` all stand in their templates."""

    marks: tuple[str, ...]
    system: str
    user: str
    answer: str
    stop: tuple[str, ...]

    @property
    def template(self) -> str:
        """One turn, with Ollama's words for what is said in it."""
        system = self.system.replace("…", "{{ .System }}")
        user = self.user.replace("…", "{{ .Prompt }}")
        answer = self.answer.replace("…", "{{ .Response }}")
        before = f"{{{{ if .System }}}}{system}{{{{ end }}}}" if system else ""
        return f"{before}{{{{ if .Prompt }}}}{user}{{{{ end }}}}{answer}"


# The first whose marks all stand in a template is its family. "…" is what is said.
# fmt: off
FAMILIES = (
    Family(("<|start_header_id|>",),
           "<|start_header_id|>system<|end_header_id|>\n\n…<|eot_id|>",
           "<|start_header_id|>user<|end_header_id|>\n\n…<|eot_id|>",
           "<|start_header_id|>assistant<|end_header_id|>\n\n…<|eot_id|>",
           ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")),
    Family(("<|im_start|>", "<|im_sep|>"),
           "<|im_start|>system<|im_sep|>…<|im_end|>",
           "<|im_start|>user<|im_sep|>…<|im_end|>",
           "<|im_start|>assistant<|im_sep|>…<|im_end|>",
           ("<|im_start|>", "<|im_sep|>", "<|im_end|>")),
    Family(("<|im_start|>",),
           "<|im_start|>system\n…<|im_end|>\n",
           "<|im_start|>user\n…<|im_end|>\n",
           "<|im_start|>assistant\n…<|im_end|>\n",
           ("<|im_start|>", "<|im_end|>")),
    Family(("<start_of_turn>",),
           "<start_of_turn>user\n…<end_of_turn>\n",
           "<start_of_turn>user\n…<end_of_turn>\n",
           "<start_of_turn>model\n…<end_of_turn>\n",
           ("<start_of_turn>", "<end_of_turn>")),
    Family(("<|start_of_role|>", "<|end_of_role|>"),
           "<|start_of_role|>system<|end_of_role|>…<|end_of_text|>\n",
           "<|start_of_role|>user<|end_of_role|>…<|end_of_text|>\n",
           "<|start_of_role|>assistant<|end_of_role|>…<|end_of_text|>\n",
           ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>")),
    Family(("<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>"),
           "<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>…<|END_OF_TURN_TOKEN|>",
           "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>…<|END_OF_TURN_TOKEN|>",
           "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>…<|END_OF_TURN_TOKEN|>",
           ("<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>")),
    Family(("<\uff5cUser\uff5c>", "<\uff5cAssistant\uff5c>"),
           "…",
           "<\uff5cUser\uff5c>…",
           "<\uff5cAssistant\uff5c>…<\uff5cend\u2581of\u2581sentence\uff5c>",
           ("<\uff5cUser\uff5c>", "<\uff5cend\u2581of\u2581sentence\uff5c>")),
    Family(("[gMASK]<sop>", "<|user|>"),
           "[gMASK]<sop><|system|>\n…", "<|user|>\n…", "<|assistant|>\n…",
           ("<|user|>", "<|observation|>")),
    Family(("<|assistant|>", "<|end|>"),
           "<|system|>\n…<|end|>\n", "<|user|>\n…<|end|>\n", "<|assistant|>\n…<|end|>\n",
           ("<|end|>", "<|user|>", "<|assistant|>")),
    Family(("[|assistant|]", "[|endofturn|]"),
           "[|system|]…[|endofturn|]\n", "[|user|]…\n", "[|assistant|]…[|endofturn|]\n",
           ("[|endofturn|]",)),
    Family(("<|assistant|>", "eos_token"),
           "<|system|>\n…</s>\n", "<|user|>\n…</s>\n", "<|assistant|>\n…</s>\n",
           ("<|system|>", "<|user|>", "<|assistant|>", "</s>")),
    Family(("<|assistant|>", "</s>"),
           "<|system|>\n…</s>\n", "<|user|>\n…</s>\n", "<|assistant|>\n…</s>\n",
           ("<|system|>", "<|user|>", "<|assistant|>", "</s>")),
    Family(("[SYSTEM_PROMPT]", "[INST]"),
           "[SYSTEM_PROMPT]…[/SYSTEM_PROMPT]", "[INST]…[/INST]", "…</s>", ("[INST]", "</s>")),
    Family(("[INST]", "<<SYS>>"),
           "", "[INST] {{ if .System }}<<SYS>>\n{{ .System }}\n<</SYS>>\n\n{{ end }}… [/INST]",
           " …</s>", ("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>")),
    Family(("[INST]",),
           "", "[INST] {{ if .System }}{{ .System }}\n\n{{ end }}…[/INST]", " …</s>",
           ("[INST]", "[/INST]")),
    Family(("### Instruction:", "### Response:"),
           "…\n\n", "### Instruction:\n…\n\n", "### Response:\n…\n\n", ("### Instruction:",)),
    Family(("USER:", "ASSISTANT:"),
           "…\n\n", "USER: …\n", "ASSISTANT: …</s>\n", ("USER:", "ASSISTANT:")),
)
# fmt: on


def family_of(template: str) -> Family | None:
    """The family a Jinja template is of; None for one we do not know."""
    return next((each for each in FAMILIES if all(mark in template for mark in each.marks)), None)

"""Small files of weights: real headers, no sense."""

import json
import math
import struct
from collections.abc import Mapping

BYTES = {"F32": 4, "F16": 2, "BF16": 2, "I8": 1}
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' +"
    " message['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def safetensors(tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> bytes:
    """{name: (dtype, shape)} as a whole file."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, (dtype, shape) in tensors.items():
        size = math.prod(shape) * BYTES[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(at)


def gguf(
    tensors: Mapping[str, tuple[int, ...]],
    *,
    architecture: str = "llama",
    template: str = CHATML,
) -> bytes:
    """Tensors of F32, their fastest dimension first."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    pairs = {"general.architecture": architecture, "tokenizer.chat_template": template}
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(pairs) + 1)
    for key, value in pairs.items():
        head += text(key) + struct.pack("<I", 8) + text(value)
    head += text(f"{architecture}.context_length") + struct.pack("<II", 4, 2048)
    at = 0
    for name, shape in tensors.items():
        head += text(name) + struct.pack("<I", len(shape))
        head += b"".join(struct.pack("<Q", length) for length in shape)
        head += struct.pack("<IQ", 0, at)
        at += math.prod(shape) * 4
    return head + bytes(-len(head) % 32) + bytes(at)

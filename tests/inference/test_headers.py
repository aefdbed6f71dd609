"""Headers of GGUF and safetensors files, honest and hostile."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from bearhug.inference.engines.base import ModelFile
from bearhug.kit import gguf, safetensors

Pair = tuple[str, int, bytes]
UINT32, BOOL, STRING, ARRAY = 4, 7, 8, 9


def reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda start, stop: data[start:stop]


def text(value: str | bytes, order: str = "<") -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack(order + "Q", len(raw)) + raw


def file_of(*pairs: Pair, tensors: bytes = b"", count: int = 0, order: str = "<") -> bytes:
    head = b"GGUF" + struct.pack(order + "IQQ", 3, count, len(pairs))
    body = b"".join(
        text(key, order) + struct.pack(order + "I", kind) + value for key, kind, value in pairs
    )
    return head + body + tensors


def number(key: str, value: int, order: str = "<") -> Pair:
    return key, UINT32, struct.pack(order + "I", value)


def tensor(name: str, shape: tuple[int, ...], kind: int) -> bytes:
    dimensions = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return text(name) + dimensions + struct.pack("<IQ", kind, 0)


LLAMA = ("general.architecture", STRING, text("llama"))


def test_the_facts_of_a_real_model(smollm: ModelFile) -> None:
    header = smollm.header
    assert header is not None
    assert (header.architecture, header.quantisation) == ("llama", "Q4_1")
    assert header.parameters == 134_515_008
    assert header.context_length == 8192
    assert header.block_count == 30
    assert header.embedding_length == 576
    assert (header.head_count, header.head_count_kv) == (9, 3)
    assert header.vocabulary_size == 49_152
    assert "<|im_start|>" in header.chat_template
    assert 0 <= smollm.size - header.tensor_bytes < 2_000_000


def test_a_vocabulary_is_counted_and_not_kept() -> None:
    tokens = struct.pack("<IQ", STRING, 5000) + text("word") * 5000
    kinds = struct.pack("<IQ", UINT32, 5000) + bytes(20_000)
    header = gguf.read_header(
        reader(
            file_of(
                LLAMA,
                ("tokenizer.ggml.tokens", ARRAY, tokens),
                ("tokenizer.ggml.token_type", ARRAY, kinds),
                number("llama.block_count", 7),
            )
        )
    )
    assert header.metadata["tokenizer.ggml.tokens"] == range(5000)
    assert (header.vocabulary_size, header.block_count) == (5000, 7)


def test_tensors_are_counted_by_type() -> None:
    data = file_of(LLAMA, tensors=tensor("a", (256, 4), 12) + tensor("b", (10,), 0), count=2)
    header = gguf.read_header(reader(data))
    assert header.parameters == 1034
    assert header.tensor_bytes == 4 * 144 + 40
    assert header.quantisation == "Q4_K"


def test_a_big_endian_file_is_read() -> None:
    data = file_of(number("split.count", 3, ">"), order=">")
    assert gguf.read_header(reader(data)).shards == 3


def test_a_number_given_by_layer_is_the_largest() -> None:
    layers = struct.pack("<IQ3I", UINT32, 3, 2, 8, 4)
    data = file_of(LLAMA, ("llama.attention.head_count_kv", ARRAY, layers))
    assert gguf.read_header(reader(data)).head_count_kv == 8


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\3\4" + bytes(40), "not a GGUF"),
        (b"GGUF" + struct.pack("<I", 1) + bytes(16), "version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60), "metadata pairs"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**40, 0), "tensors"),
        (file_of(("key", STRING, struct.pack("<Q", 2**62))), "bytes in one string"),
        (file_of(("key", ARRAY, struct.pack("<IQ", UINT32, 2**50))), "elements"),
        (file_of(("key", ARRAY, struct.pack("<IQ", ARRAY, 2))), "nests"),
        (file_of(("key", 99, b"")), "unknown type 99"),
        (file_of(LLAMA, LLAMA), "twice"),
        (file_of(LLAMA)[:-2], "ends in the middle"),
        (file_of(tensors=tensor("a", (2**40, 2**40), 0), count=1), "impossibly large"),
        (file_of(tensors=text("a") + struct.pack("<I", 4000), count=1), "4000 dimensions"),
    ],
)
def test_a_hostile_gguf_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(gguf.BadHeader, match=says):
        gguf.read_header(reader(data))


def test_skipping_a_huge_array_reads_none_of_it() -> None:
    array = struct.pack("<IQ", UINT32, 10_000_000)
    data = file_of(("key", ARRAY, array))
    asked: list[int] = []

    def read(start: int, stop: int) -> bytes:
        asked.append(stop - start)
        return data[start:stop]

    gguf.read_header(read)
    assert sum(asked) < 2 * gguf.WINDOW_BYTES


def safetensors_file(header: object) -> bytes:
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw


def test_safetensors_weights_by_type() -> None:
    data = safetensors_file(
        {
            "__metadata__": {"format": "pt"},
            "a": {"dtype": "BF16", "shape": [4, 8], "data_offsets": [0, 64]},
            "b": {"dtype": "F32", "shape": [], "data_offsets": [64, 68]},
        }
    )
    header = safetensors.read_header(reader(data))
    assert header.parameters == {"BF16": 32, "F32": 1}
    assert (header.total, header.tensor_bytes) == (33, 68)
    assert header.metadata == {"format": "pt"}
    assert header.length == len(data)
    assert safetensors.count_parameters([header, header]) == {"BF16": 64, "F32": 2}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"abc", "too short"),
        (struct.pack("<Q", 2**50) + b"{}", "would be"),
        (struct.pack("<Q", 50) + b"{}", "ends in the middle"),
        (struct.pack("<Q", 4) + b"nope", "not JSON"),
        (struct.pack("<Q", 100_000) + b"[" * 100_000, "not JSON"),
        (safetensors_file([]), "not a JSON object"),
        (safetensors_file({"a": 1}), "not described"),
        (safetensors_file({"a": {"dtype": "F32", "shape": [-1]}}), "lacks"),
        (
            safetensors_file({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}}),
            "does not fill",
        ),
    ],
)
def test_a_hostile_safetensors_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(safetensors.BadHeader, match=says):
        safetensors.read_header(reader(data))


def test_the_index_of_a_split_model() -> None:
    weight_map = {"a": "model-00002-of-00002.safetensors", "b": "model-00001-of-00002.safetensors"}
    index = safetensors.read_index(
        json.dumps({"metadata": {"total_size": 12}, "weight_map": weight_map}).encode()
    )
    assert index.total_size == 12
    assert index.files == ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "..", 7])
def test_an_index_may_not_point_elsewhere(name: object) -> None:
    with pytest.raises(safetensors.BadHeader):
        safetensors.read_index(json.dumps({"weight_map": {"a": name}}).encode())


def test_the_window_moves_over_a_long_header(tmp_path: Path) -> None:
    tokens = struct.pack("<IQ", STRING, 300_000) + text("abcdefgh") * 300_000
    path = tmp_path / "long.gguf"
    path.write_bytes(file_of(LLAMA, ("tokens", ARRAY, tokens), number("llama.block_count", 3)))
    with path.open("rb") as file:

        def read(start: int, stop: int) -> bytes:
            file.seek(start)
            return file.read(stop - start)

        assert gguf.read_header(read).block_count == 3

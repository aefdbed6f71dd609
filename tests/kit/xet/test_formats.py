"""Our reading of Xet beside bytes that hf_xet 1.8.0 sent."""

import json
import random
import struct
from pathlib import Path

import lz4.frame
import pytest
from blake3 import blake3

from bearhug.kit.xet import chunking, hashes, shard, xorb

VECTORS = Path(__file__).parent / "vectors"
FACTS = json.loads((VECTORS / "vectors.json").read_text())
XORB = (VECTORS / "uploaded.xorb").read_bytes()
NAME = hashes.parse(FACTS["_xorbs"][0]["hash"])
SHARD = (VECTORS / "upload_shard.bin").read_bytes()
FILES = {name: fact for name, fact in FACTS.items() if not name.startswith("_")}


def leaves(fact: dict) -> list[tuple[bytes, int]]:
    return [(hashes.parse(hash), length) for hash, length in fact["chunks"]]


def contents() -> dict[str, bytes]:
    """What the client uploaded, found again in its xorb by the shard's terms."""
    found, _ = xorb.places(XORB)
    view = memoryview(XORB)
    files = {}
    for file in shard.parse(SHARD).files:
        parts = [
            bytes(xorb.decoded(view, found[n])) for t in file.terms for n in range(t.start, t.stop)
        ]
        files[hashes.text(file.hash)] = b"".join(parts)
    return files


def test_a_hash_is_spelled_by_groups_of_eight_bytes() -> None:
    raw = bytes(range(32))
    assert hashes.text(raw).startswith("0706050403020100" + "0f0e0d0c0b0a0908")
    assert hashes.parse(hashes.text(raw)) == raw
    with pytest.raises(ValueError, match="64 hexadecimal"):
        hashes.parse("00")


@pytest.mark.parametrize("name", FILES)
def test_files_have_the_hashes_that_the_client_gave_them(name: str) -> None:
    assert hashes.text(hashes.file_hash(leaves(FILES[name]))) == FILES[name]["xet_hash"]


def test_an_empty_file_has_the_hash_of_zeros() -> None:
    assert hashes.file_hash([]) == hashes.ZERO


@pytest.mark.parametrize("piece", [1 << 22, 4096, 65537])
def test_the_clients_files_are_cut_where_it_cut_them(piece: int) -> None:
    uploaded = contents()
    for fact in FILES.values():
        data = uploaded[fact["xet_hash"]]
        chunker, lengths = chunking.Chunker(), []
        for start in range(0, len(data), piece):
            lengths += [
                (hashes.chunk_hash(c), len(c)) for c in chunker.feed(data[start : start + piece])
            ]
        lengths += [(hashes.chunk_hash(c), len(c)) for c in chunker.finish()]
        assert lengths == leaves(fact)


def test_the_clients_xorb_is_verified_chunk_by_chunk() -> None:
    layout = xorb.verify(XORB, NAME)
    assert (layout.chunks, layout.raw_bytes) == (17, 994275)
    assert layout.stored_bytes == len(XORB)
    assert layout.leaves()[0] == (layout.hashes[:32], layout.lengths()[0])


def test_an_old_clients_footer_is_left_out() -> None:
    layout = xorb.verify(XORB)
    assert xorb.verify(XORB + xorb.footer(layout), NAME) == layout


def test_the_clients_shard_says_what_it_meant() -> None:
    read = shard.parse(SHARD)
    layout = xorb.verify(XORB)
    assert [hash for hash, _ in read.xorbs] == [NAME]
    assert read.xorbs[0][1] == layout.hashes
    told = {file["hash"]: file for file in FACTS["_shard"]["files"]}
    for file in read.files:
        expected = told[hashes.text(file.hash)]
        assert file.sha256 == expected["sha256"]
        for term, (name, start, stop, raw, proof) in zip(
            file.terms, expected["terms"], strict=True
        ):
            assert (hashes.text(term.xorb), term.start, term.stop, term.raw_bytes) == (
                name,
                start,
                stop,
                raw,
            )
            assert term.proof == hashes.parse(proof)
            assert hashes.range_hash(layout.chunk_hashes(start, stop)) == term.proof


def test_an_answer_to_a_question_for_a_chunk_is_as_the_client_took_it() -> None:
    seen = (VECTORS / "dedup_shard_keyed.bin").read_bytes()
    key = blake3(b"dedup key", key=b"k" * 32).digest()
    times = struct.unpack_from("<QQ", seen, len(seen) - 200 + 72 + 32)
    made = shard.answer([xorb.verify(XORB)], key, created=times[0], expires=times[1])
    assert made == seen


def test_what_we_pack_is_a_xorb_with_the_same_chunks() -> None:
    packer, data = xorb.Packer(), [bytes(random.Random(n).randbytes(9000 + n)) for n in range(40)]
    floats = struct.pack("<4000f", *(1 + n / 1e5 for n in range(4000)))
    for each in [*data, floats, b"a" * 50_000]:
        packer.add(hashes.chunk_hash(each), each)
    layout, body = packer.finish()
    assert xorb.verify(body, layout.hash) == layout
    assert [bytes(c) for c in xorb.chunks_of(memoryview(body))] == [*data, floats, b"a" * 50_000]


def bomb() -> bytes:
    packed = lz4.frame.compress(bytes(30 << 20))
    return (
        b"\0" + len(packed).to_bytes(3, "little") + b"\1" + (131072).to_bytes(3, "little") + packed
    )


def flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        XORB[:-1],
        XORB + b"x",
        XORB + xorb.FOOTER + b"nonsense",
        flipped(XORB, 100),
        flipped(XORB, 0),
        XORB[:-9],
        b"\0\1\0\0\0\0\0\0x",
        b"\0" + (1).to_bytes(3, "little") + b"\0" + (131073).to_bytes(3, "little") + b"x",
        b"\0" + (1).to_bytes(3, "little") + b"\3" + (1).to_bytes(3, "little") + b"x",
        (b"\0\1\0\0\0\1\0\0x") * 8193,
        bomb(),
    ],
    ids=lambda body: f"{len(body)} bytes",
)
def test_what_is_no_xorb_is_refused(body: bytes) -> None:
    with pytest.raises(xorb.Malformed):
        xorb.verify(body, NAME)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        SHARD[:47],
        SHARD[:200],
        flipped(SHARD, 3),
        SHARD[:32] + b"\3" + SHARD[33:],
        SHARD[: 48 + 36] + b"\xff\xff\xff\x0f" + SHARD[48 + 40 :],
        SHARD[:-48],
    ],
    ids=lambda body: f"{len(body)} bytes",
)
def test_what_is_no_shard_is_refused(body: bytes) -> None:
    with pytest.raises(shard.Malformed):
        shard.parse(body)

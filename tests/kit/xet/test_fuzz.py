"""Strangers' bytes: whatever comes, the parsers take it or call it malformed, and hold little."""

import tracemalloc

import lz4.frame
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bearhug.kit.xet import shard
from bearhug.kit.xet.shard import TAG
from bearhug.kit.xet.xorb import FOOTER, MOST_CHUNK, MOST_CHUNKS, Layout, Malformed, Verifier
from tests.cas.sending import pack

QUICK = settings(
    max_examples=300, deadline=1000, database=None, suppress_health_check=[HealthCheck.too_slow]
)
WHOLE = pack(b"one and the same " * 9000 + bytes(range(256)) * 800)
SHARD = WHOLE.shard()
MOST_HELD = 8 << 20
"""A chunk of the largest size that is not complete, what it decompresses to, and some rows."""


def read(body: bytes, piece: int) -> Layout | None:
    verifier = Verifier()
    try:
        for start in range(0, len(body), piece):
            verifier.feed(body[start : start + piece])
        return verifier.finish()
    except Malformed:
        return None


def header(scheme: int, stored: int, raw: int, version: int = 0) -> bytes:
    sizes = stored.to_bytes(3, "little"), raw.to_bytes(3, "little")
    return bytes([version]) + sizes[0] + bytes([scheme]) + sizes[1]


three_bytes = st.integers(0, 2**24 - 1)
headers = st.builds(
    header,
    st.integers(0, 4),
    st.one_of(st.integers(0, 64), three_bytes),
    st.one_of(st.integers(0, MOST_CHUNK + 1), three_bytes),
    st.sampled_from([0, 0, 0, 1]),
)
claimed = st.lists(st.one_of(headers, st.binary(max_size=80), st.just(FOOTER))).map(b"".join)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A good one with bytes changed, left out, put in, or cut off."""
    body = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 64))
        body[at : at + length] = draw(st.binary(max_size=64))
    return bytes(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)


@QUICK
@given(st.one_of(st.binary(), claimed, damaged(WHOLE.body)), st.integers(1, 70_000))
@example(WHOLE.body, 1)
@example(header(1, 0, 0), 8)
@example(header(1, 2**24 - 1, MOST_CHUNK), 8)
def test_a_xorb_is_read_or_malformed(body: bytes, piece: int) -> None:
    found = read(body, max(piece, len(body) // 500))
    if found is not None:
        assert 0 < found.chunks <= MOST_CHUNKS
        assert found.stored_bytes <= len(body)


@QUICK
@given(damaged(WHOLE.body), st.integers(1, 70_000), st.integers(1, 70_000))
def test_how_it_is_cut_makes_no_difference(body: bytes, one: int, other: int) -> None:
    assert read(body, max(one, 500)) == read(body, max(other, 500))


numbers = st.one_of(st.integers(0, 8), st.integers(0, 2**32 - 1))
entries = st.builds(
    lambda hash, *four: hash + b"".join(each.to_bytes(4, "little") for each in four),
    st.one_of(st.binary(min_size=32, max_size=32), st.just(b"\xff" * 32)),
    st.one_of(numbers, st.sampled_from([0xC0000000, 0x80000000, 0x40000000])),
    numbers,
    numbers,
    numbers,
)
shards = st.lists(entries).map(
    lambda each: TAG + (2).to_bytes(8, "little") + bytes(8) + b"".join(each)
)


@QUICK
@given(st.one_of(st.binary(), shards, damaged(SHARD)))
@example(SHARD)
@example(SHARD[:-1])
def test_a_shard_is_read_or_malformed(body: bytes) -> None:
    tracemalloc.start()
    try:
        found = shard.parse(body)
    except shard.Malformed:
        found = None
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 100_000 + 40 * len(body), "no claim is believed before its bytes are there"
    if found is not None:
        terms = sum(len(file.terms) for file in found.files)
        assert 48 * (terms + len(found.files) + len(found.xorbs)) <= len(body)


def test_a_bomb_is_not_unpacked() -> None:
    """A frame of few bytes that would become many."""
    bomb = lz4.frame.compress(bytes(256 << 20))[: 2 * MOST_CHUNK]
    body = header(1, len(bomb), MOST_CHUNK) + bomb
    tracemalloc.start()
    assert read(body, len(body)) is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_HELD

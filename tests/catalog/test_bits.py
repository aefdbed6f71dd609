"""Sets of ids as whole numbers."""

import random

from bearhug.catalog.bits import bits_of, has, ids_of, parse, raw_of


def test_what_goes_in_comes_out() -> None:
    for size in (0, 1, 7, 500):
        ids = sorted(random.Random(size).sample(range(5_000), size))
        bits = bits_of(ids)
        assert ids_of(bits) == ids
        assert bits.bit_count() == size
        raw = raw_of(bits)
        assert [id for id in range(5_100) if has(raw, id)] == ids


def test_ids_come_as_text() -> None:
    assert ids_of(parse("3,1,65")) == [1, 3, 65]
    assert parse(None) == 0

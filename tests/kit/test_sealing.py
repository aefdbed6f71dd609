"""Sealed text: for whoever has the secret, and about one thing."""

from bearhug.kit.sealing import seal, unseal

SECRET = b"honey" * 8


def test_it_opens_again() -> None:
    sealed = seal(SECRET, "space", "1:KEY", "grizzly")
    assert b"grizzly" not in sealed
    assert unseal(SECRET, "space", "1:KEY", sealed) == "grizzly"
    assert seal(SECRET, "space", "1:KEY", "grizzly") != sealed


def test_it_opens_for_nothing_else() -> None:
    sealed = seal(SECRET, "space", "1:KEY", "grizzly")
    assert unseal(b"other", "space", "1:KEY", sealed) is None
    assert unseal(SECRET, "other", "1:KEY", sealed) is None
    assert unseal(SECRET, "space", "2:KEY", sealed) is None
    assert unseal(SECRET, "space", "1:KEY", sealed[:-1]) is None
    assert unseal(SECRET, "space", "1:KEY", b"") is None

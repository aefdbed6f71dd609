"""Passwords, hashed slowly. Never inside a transaction, never on the event loop.

argon2id with 19 MiB, two passes, one lane: the least that OWASP's Password Storage Cheat Sheet
recommends, 20 ms here. Hashes made with other figures are made anew at the next sign-in.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bearhug.accounts.model import Refused, passwords

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

DECOY = (
    "$argon2id$v=19$m=19456,t=2,p=1$bQjI+vvFsiiVk79ocA8E2w$kupF+C"
    "aqaihNX2LS3VrhzUtl7rrzP+cK5Z+hNi8eOJQ"
)
"""Checked where there is no account, so that the answer takes as long as where there is one."""


def hash_password(password: str) -> str:
    """What is kept of a password. Takes 20 ms and 19 MiB."""
    return _HASHER.hash(password)


def matches(hashed: str | None, password: str) -> bool:
    """Whether this is the password. As slow for None, which no password matches."""
    if len(password.encode()) > passwords.MOST_BYTES:
        return False
    try:
        return _HASHER.verify(hashed or DECOY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(hashed: str) -> bool:
    return _HASHER.check_needs_rehash(hashed)


def check_password(password: str, *, name: str, email: str) -> None:
    """Raises Refused, saying what would do."""
    problem = passwords.problem(password, name=name, email=email)
    if problem:
        raise Refused(password=problem)

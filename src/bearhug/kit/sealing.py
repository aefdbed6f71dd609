"""Text that only this hub can read again: encrypted with its secret."""

import hmac
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal(secret: bytes, purpose: str, about: str, text: str) -> bytes:
    """`text`, for nobody who has not the hub's secret; `about` says what it belongs to.

    AES-256-GCM, with a key of its own for each purpose. Bytes sealed about one thing cannot be
    passed off as another's.
    """
    nonce = token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key(secret, purpose)).encrypt(nonce, text.encode(), about.encode())


def unseal(secret: bytes, purpose: str, about: str, sealed: bytes) -> str | None:
    """The text, or None if it was not sealed with this secret, for this purpose, about this."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(_key(secret, purpose)).decrypt(nonce, rest, about.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _key(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, b"seal\0" + purpose.encode(), "sha256")

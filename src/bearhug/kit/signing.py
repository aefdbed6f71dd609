"""Small statements signed with the hub's secret, to carry in an address."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any


def sign(secret: bytes, purpose: str, **claims: Any) -> str:
    """`claims` and their proof as one address segment. `purpose` keeps uses apart."""
    body = base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).rstrip(b"=")
    return f"{body.decode()}.{_proof(secret, purpose, body)}"


def unsign(secret: bytes, purpose: str, text: str) -> dict[str, Any] | None:
    """The claims, or None unless they were signed for this purpose with this secret."""
    body, _, proof = text.partition(".")
    if not hmac.compare_digest(proof.encode(), _proof(secret, purpose, body.encode()).encode()):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return None
    return claims if isinstance(claims, dict) else None


def _proof(secret: bytes, purpose: str, body: bytes) -> str:
    digest = hmac.digest(secret, purpose.encode() + b"\0" + body, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

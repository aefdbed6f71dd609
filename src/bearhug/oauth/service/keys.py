"""The keys that sign id tokens. A new one every quarter; the one before is still published."""

import json
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from bearhug.db import Connection
from bearhug.db.secrets import keep_secret, kept_secret
from bearhug.hub import Hub
from bearhug.identity.service import DAY, digest
from bearhug.kit.wire import Moment

ALGORITHM = "RS256"
LASTS = 90 * DAY
LOOK_AGAIN = 600_000
"""How long a process goes by the keys it knows: another may have made one."""


@dataclass(frozen=True)
class Key:
    """`id` is what a token's header calls it (RFC 7517 `kid`)."""

    number: int
    id: str
    made_at: Moment
    private: RSAPrivateKey

    @property
    def public(self) -> dict[str, Any]:
        """As it is published (RFC 7517)."""
        said: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"kty": said["kty"], "n": said["n"], "e": said["e"]} | {
            "kid": self.id,
            "use": "sig",
            "alg": ALGORITHM,
        }


def sign(hub: Hub, claims: dict[str, Any]) -> str:
    """The claims as a JSON Web Token."""
    key = _current(hub)
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.id})


def published(hub: Hub) -> dict[str, Any]:
    """The key set: the key in use and the one before, by which tokens may still be signed."""
    _current(hub)
    return {"keys": [key.public for key in hub.read(lambda tx: _kept(tx.db))[-2:][::-1]]}


def _current(hub: Hub) -> Key:
    """The key in use; made, outside any transaction, where there is none or it has grown old."""
    known = hub.rooms.get("oauth_key")
    if known is not None and hub.clock() < known[0]:
        key: Key = known[1]
        return key
    kept = hub.read(lambda tx: _kept(tx.db))
    newest = kept[-1] if kept else None
    if newest is None or newest.made_at + LASTS <= hub.clock():
        newest = _make(hub, newest.number + 1 if newest else 1)
    hub.rooms["oauth_key"] = (hub.clock() + LOOK_AGAIN, newest)
    return newest


def _make(hub: Hub, number: int) -> Key:
    """Another key; if another process made this one first, that one."""
    private = generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    said = json.dumps({"made_at": hub.clock(), "pem": pem.decode()}).encode()
    return _read(number, hub.write(lambda tx: keep_secret(tx.db, _name(number), said)))


def _kept(db: Connection) -> list[Key]:
    """Every key there ever was, the oldest first: one each quarter."""
    found: list[Key] = []
    while (said := kept_secret(db, _name(len(found) + 1))) is not None:
        found.append(_read(len(found) + 1, said))
    return found


def _read(number: int, said: bytes) -> Key:
    kept = json.loads(said)
    private = serialization.load_pem_private_key(kept["pem"].encode(), None)
    assert isinstance(private, RSAPrivateKey)
    modulus = format(private.public_key().public_numbers().n, "x")
    return Key(number, digest(modulus)[:32], kept["made_at"], private)


def _name(number: int) -> str:
    return f"oauth.key.{number}"

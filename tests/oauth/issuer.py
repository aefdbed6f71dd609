"""A CI's issuer of id tokens, on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

_KEYS = {"k1": rsa.generate_private_key(65537, 2048), "k2": rsa.generate_private_key(65537, 2048)}
_CURVE = ec.generate_private_key(ec.SECP256R1())


@dataclass
class Issuer:
    """`published`: the names of the keys it shows; `asked` counts how often."""

    url: str = ""
    published: list[str] = field(default_factory=lambda: ["k1"])
    asked: int = 0
    about: dict[str, Any] = field(default_factory=dict)

    def token(self, audience: str, at: int, kid: str = "k1", **claims: Any) -> str:
        """An id token of one of its jobs, good for five minutes after `at` (seconds)."""
        said = {"iss": self.url, "aud": audience, "iat": at, "exp": at + 300, **claims}
        key: Any = _CURVE if kid == "ec" else _KEYS.get(kid, _KEYS["k1"])
        algorithm = "ES256" if kid == "ec" else "RS256"
        return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})

    def document(self, path: str) -> dict[str, Any] | None:
        self.asked += 1
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.about}
        return {"keys": [self._key(name) for name in self.published]} if path == "/keys" else None

    def public(self, name: str) -> bytes:
        """The modulus of a key that everyone may read."""
        return str(self._key(name)["n"]).encode()

    def _key(self, name: str) -> dict[str, Any]:
        shown: dict[str, Any]
        if name == "ec":
            shown = ECAlgorithm.to_jwk(_CURVE.public_key(), as_dict=True)
        else:
            shown = RSAAlgorithm.to_jwk(_KEYS[name].public_key(), as_dict=True)
        return {**shown, "kid": name, "use": "sig"}


@contextmanager
def issuing() -> Iterator[Issuer]:
    """It answers until the block ends."""
    issuer = Issuer()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = issuer.document(self.path)
            self.send_response(404 if said is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

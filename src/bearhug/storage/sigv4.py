"""Addresses that carry their own authority, as S3 signs them.

obstore signs too, but takes no query parameters, and a download needs its file name.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """How to reach an S3 service. Without keys: as the machine's role allows, not presigning."""

    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    region: str = "us-east-1"
    endpoint: str = ""
    """http(s)://host[:port] of the service; empty for Amazon's own."""
    virtual_hosted: bool = False
    """Whether the bucket is part of the host's name instead of the path."""

    def bucket_url(self, bucket: str) -> str:
        """Where the bucket's keys begin, without a trailing slash."""
        endpoint = self.endpoint.rstrip("/") or f"https://s3.{self.region}.amazonaws.com"
        if not self.virtual_hosted:
            return f"{endpoint}/{quote(bucket)}"
        scheme, host = endpoint.split("://", 1)
        return f"{scheme}://{bucket}.{host}"


def presign(
    credentials: Credentials,
    method: str,
    url: str,
    *,
    seconds: int,
    query: Mapping[str, str] | None = None,
    at: float | None = None,
) -> str:
    """`url` with a signature for one method, good for `seconds` (S3 allows a week) from `at`.

    `url` is percent-encoded and has no query; `query` joins what is signed.
    The recipe: "Authenticating Requests: Using Query Parameters" in Amazon's S3 API reference.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    parts = urlsplit(url)
    parameters = {
        **(query or {}),
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    if credentials.session_token:
        parameters["X-Amz-Security-Token"] = credentials.session_token
    asked = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in sorted(parameters.items())
    )
    request = f"{method}\n{parts.path}\n{asked}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = _signing_key(credentials.secret_key, scope)
    signature = _hmac(key, f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}").hex()
    return f"{url}?{asked}&X-Amz-Signature={signature}"


def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

"""Signed addresses, by Amazon's own example and by a real server."""

import time

import httpx

from bearhug.storage.sigv4 import Credentials, presign
from tests.seaweed import S3Server


def test_amazons_example_is_signed_as_amazon_does() -> None:
    """The example of "Using Query Parameters" in the S3 API reference."""
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    url = presign(
        credentials,
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        seconds=86400,
        at=1369353600,
    )
    signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    assert url.endswith(f"&X-Amz-Signature={signature}")


def test_buckets_are_addressed_by_path_or_by_host() -> None:
    assert Credentials().bucket_url("b") == "https://s3.us-east-1.amazonaws.com/b"
    own = Credentials(endpoint="http://store:9000/", virtual_hosted=True)
    assert own.bucket_url("b") == "http://b.store:9000"


def test_a_secret_is_not_shown() -> None:
    assert "honey" not in repr(Credentials(secret_key="honey", session_token="honey"))


def test_an_address_is_good_for_its_method_and_its_time(s3_server: S3Server) -> None:
    url = f"{s3_server.credentials.bucket_url('bucket')}/signed/a%20bear"

    def signed(method: str, at: float | None = None) -> str:
        return presign(s3_server.credentials, method, url, seconds=60, at=at)

    with httpx.Client(trust_env=False) as web:
        assert web.put(signed("PUT"), content=b"honey").status_code == 200
        assert web.get(signed("GET")).content == b"honey"
        assert web.put(signed("GET"), content=b"x").status_code == 403
        assert web.get(signed("GET", at=time.time() - 100)).status_code == 403

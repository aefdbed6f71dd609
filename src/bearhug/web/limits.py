"""How often one may ask: so many requests of each class in a window of five minutes.

Classes, windows and headers as in the Hub's documentation, "Rate limits": api, resolvers, pages;
counted for each user, or for each address of visitors. Counted in this process alone.
"""

import ipaddress
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from bearhug.config import Settings
from bearhug.errors import TooMany

WINDOW_SECONDS = 300
MOST_COUNTED = 500_000
"""Askers remembered in a window; of more, all are forgotten: memory has an end."""


@dataclass(frozen=True)
class Standing:
    """Where somebody stands with a quota, as headers tell it."""

    bucket: str
    quota: int
    remaining: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit": f'"{self.bucket}";r={self.remaining};t={self.seconds}',
            "RateLimit-Policy": f'"fixed window";"{self.bucket}";q={self.quota};w={WINDOW_SECONDS}',
        }


class RateLimits:
    """Counts for as long as the process lives; in `hub.rooms`."""

    def __init__(self, settings: Settings) -> None:
        self.of_users = {
            "api": settings.rate_api,
            "resolvers": settings.rate_resolvers,
            "pages": settings.rate_pages,
        }
        self.of_visitors = {
            "api": settings.rate_api_visitor,
            "resolvers": settings.rate_resolvers_visitor,
            "pages": settings.rate_pages_visitor,
        }
        self._counts: dict[tuple[str, int | str], int] = {}
        self._window = 0
        self._lock = threading.Lock()

    def take(self, path: str, user_id: int | None, address: str, now: float) -> Standing | None:
        """Count one request; None where no quota is set. Raises TooMany over it.

        `now` is in seconds.
        """
        bucket = bucket_of(path)
        quotas: Mapping[str, int] = self.of_visitors if user_id is None else self.of_users
        quota = quotas[bucket]
        if not quota:
            return None
        window, gone = divmod(int(now), WINDOW_SECONDS)
        key = (bucket, _network(address) if user_id is None else user_id)
        with self._lock:
            if window != self._window or len(self._counts) > MOST_COUNTED:
                self._window, self._counts = window, {}
            count = self._counts[key] = self._counts.get(key, 0) + 1
        standing = Standing(bucket, quota, max(0, quota - count), WINDOW_SECONDS - gone)
        if count > quota:
            raise _too_many(standing)
        return standing


def bucket_of(path: str) -> str:
    """Which class a request is of, by its raw path."""
    if "/resolve/" in path:
        return "resolvers"
    if path.startswith(("/api/", "/v1/", "/hf-inference/", "/oauth/")) or ".git/" in path:
        return "api"
    return "pages"


def _network(address: str) -> str:
    """Of an IPv6 address the half that its holder cannot choose; another one as it is."""
    return str(ipaddress.ip_network((address, 64), strict=False)) if ":" in address else address


def _too_many(standing: Standing) -> TooMany:
    words = f"More than {standing.quota} requests of the class {standing.bucket} in five minutes."
    refused = TooMany(f"{words} Go on in {standing.seconds} s.", seconds=standing.seconds)
    refused.headers |= standing.headers
    return refused

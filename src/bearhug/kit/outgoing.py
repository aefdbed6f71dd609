"""Requests of the hub to addresses that others named: only where the guard allows."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx

from bearhug.kit.addresses import Guard

LOOKUPS = 8
"""Names looked up at once: a resolver that waits must not hold the threads of others."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to the very addresses that were checked: a name cannot change in between.

    The certificate is checked against the name. Give the client `trust_env=False`: a proxy of
    the environment would stand beside this transport.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        # A connection kept for one name must not serve another at the same address.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(limits=limits)
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises AddressRefused, and httpx.TransportError as its client does."""
        failure: httpx.ConnectError | None = None
        for address in await self._addresses(request):
            try:
                return await self._inner.handle_async_request(_pinned(request, address))
            except httpx.ConnectError as error:
                failure = error
        assert failure is not None
        raise failure

    async def aclose(self) -> None:
        self._lookups.shutdown(wait=False, cancel_futures=True)
        await self._inner.aclose()

    async def _addresses(self, request: httpx.Request) -> list[str]:
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._lookups, self._guard.addresses, host, port)
        except OSError as error:
            raise httpx.ConnectError(f"{host} cannot be found: {error}", request=request) from error
        return list(found)


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request to this address; `Host` and the certificate's name stay the name's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )

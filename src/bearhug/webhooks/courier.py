"""Sends what is due: many webhooks at once, each one's deliveries in their order.

One per process, on its event loop. The table of deliveries is the outbox: whatever this process
leaves unsaid, the next one, or another, finds there.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Concatenate, ParamSpec, TypeVar

import httpx
from prometheus_client import Counter as Counted

from bearhug import __version__
from bearhug.hub import OPERATOR, Hub, Transaction, follow_up
from bearhug.kit.addresses import AddressRefused
from bearhug.kit.outgoing import GuardedTransport
from bearhug.webhooks import service
from bearhug.webhooks.model import ANSWER_BYTES, Outcome, Sending

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE, EACH_OWNER = 32, 4
"""Webhooks served at the same time, and of one person: whose servers sleep delays nobody else."""

IDLE_SECONDS = 30.0
"""How long to sleep when nothing is due: other processes ring no bell here."""

GRACE_SECONDS = 2.0
"""What is on its way when the hub ends may still arrive."""

WORTH_ANOTHER = frozenset({408, 425, 429})
"""Of the answers below 500, those that may be others the next time."""


class Courier:
    """Serves webhooks until cancelled."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._bell = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._out: dict[int, asyncio.Task[None]] = {}
        self._owners: Counter[int] = Counter()
        self._sent = _sent(hub)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(service.guard_of(hub)),
            timeout=None,  # one clock for all of it, in `_send`
            trust_env=False,
            follow_redirects=False,
            headers={
                "User-Agent": f"Bearhug/{__version__} webhooks",
                "Accept-Encoding": "identity",
            },
        )

    def wake(self) -> None:
        """There may be something to send. From any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended: the next start finds it
            self._loop.call_soon_threadsafe(self._bell.set)

    async def run(self) -> None:
        while True:
            self._bell.clear()
            try:
                pause = await self._set_out()
            except self.hub.db.failures:  # it is away: deliveries wait until it is back
                log.exception("webhooks could not reach their table")
                pause = IDLE_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), pause)

    async def close(self) -> None:
        """Let what is on its way arrive, for a moment; put the rest back."""
        out = list(self._out.values())
        if out:
            await asyncio.wait(out, timeout=GRACE_SECONDS)
        for task in out:
            task.cancel()
        await asyncio.gather(*out, return_exceptions=True)
        await self._client.aclose()

    async def _set_out(self) -> float:
        """Begin whatever is due and may; returns how long until the next is, in seconds."""
        waiting = await self.hub.db.aread(self.hub.bound(OPERATOR, service.waiting), slow=True)
        now = self.hub.clock()
        for webhook_id, owner_id, due_at in waiting:
            if due_at > now:
                return min(IDLE_SECONDS, max(0.05, (due_at - now) / 1000))
            if len(self._out) < AT_ONCE and self._owners[owner_id] < EACH_OWNER:
                self._begin(webhook_id, owner_id)
        return IDLE_SECONDS

    def _begin(self, webhook_id: int, owner_id: int) -> None:
        if webhook_id in self._out:
            return

        def ended(task: "asyncio.Task[None]") -> None:
            del self._out[webhook_id]
            self._owners[owner_id] -= 1
            if not task.cancelled() and (error := task.exception()):
                log.error("a webhook could not be served", exc_info=error)
            self._bell.set()  # its place is free

        self._owners[owner_id] += 1
        self._out[webhook_id] = task = asyncio.create_task(self._serve(webhook_id))
        task.add_done_callback(ended)

    async def _serve(self, webhook_id: int) -> None:
        """Send what this webhook has due, one after another."""
        while (sending := await self._write(service.take, webhook_id)) is not None:
            try:
                outcome = await self._send(sending)
            except asyncio.CancelledError:
                await self._write(service.put_back, sending)
                raise
            self._sent.labels("arrived" if outcome.arrived else "failed").inc()
            await self._write(service.finish, sending, outcome)

    async def _send(self, sending: Sending) -> Outcome:
        seconds = self.hub.settings.webhook_seconds
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                return await self._post(sending, began)
        except TimeoutError:
            return _failed(began, f"No answer within {seconds:g} seconds.")
        except httpx.TransportError as error:
            return _failed(began, f"{_broken(error)}: {error}" if str(error) else _broken(error))
        except (AddressRefused, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return _failed(began, str(error), hopeless=True)

    async def _post(self, sending: Sending, began: float) -> Outcome:
        headers = {"Content-Type": "application/json"}
        if sending.secret:
            headers["X-Webhook-Secret"] = sending.secret
        content = sending.payload.encode()
        async with self._client.stream(
            "POST", sending.url, content=content, headers=headers
        ) as response:
            answer = await _beginning(response)
        status = response.status_code
        words = "The server sends elsewhere, and redirects are not followed: give that address."
        return Outcome(
            _since(began),
            status,
            answer,
            words if response.is_redirect else "",
            hopeless=status < 500 and status not in WORTH_ANOTHER,
        )

    async def _write(
        self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        afterwards: list[Callable[[], None]] = []
        bound = self.hub.bound_to(OPERATOR, afterwards, work, *args, **kwargs)
        done = await self.hub.db.awrite(bound)
        follow_up(afterwards)
        return done


@contextlib.asynccontextmanager
async def opened(hub: Hub) -> AsyncIterator[None]:
    """Webhooks are served for as long as the block lasts."""
    await asyncio.to_thread(hub.write, service.schedule)
    courier = Courier(hub)
    hub.rooms["wake_courier"] = courier.wake
    running = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        del hub.rooms["wake_courier"]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await courier.close()


async def _beginning(response: httpx.Response) -> str:
    """As much of the answer as is kept, as text a row can hold."""
    held = b""
    async for chunk in response.aiter_raw():
        held += chunk
        if len(held) >= ANSWER_BYTES:
            break
    return held[:ANSWER_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")


def _failed(began: float, words: str, *, hopeless: bool = False) -> Outcome:
    return Outcome(_since(began), failure=words, hopeless=hopeless)


def _broken(error: httpx.TransportError) -> str:
    connecting = isinstance(error, httpx.ConnectError)
    return "The server could not be reached" if connecting else "The connection broke"


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _sent(hub: Hub) -> Counted:
    """One registry takes each name once, and a hub may be opened again."""
    if "webhook_metrics" not in hub.rooms:
        hub.rooms["webhook_metrics"] = Counted(
            "bearhug_webhook_attempts",
            "Deliveries tried, by how they ended.",
            ["outcome"],
            registry=hub.rooms["metrics"].registry,
        )
    counted: Counted = hub.rooms["webhook_metrics"]
    return counted

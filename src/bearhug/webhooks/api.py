"""Webhooks as JSON. Clients: HfApi.list_webhooks, create_webhook and their like; `hf webhooks`."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bearhug.errors import NotImplementedHere
from bearhug.hub import Transaction
from bearhug.web.call import Call, CallDep
from bearhug.webhooks import service
from bearhug.webhooks.model import Watchable, Watched, Webhook, Wish

router = APIRouter(prefix="/api/settings/webhooks", tags=["webhooks"])


class WatchedBody(BaseModel):
    type: Watchable
    name: str


class WebhookBody(BaseModel):
    """What is not there stays as it is, or at its default."""

    url: str | None = None
    jobSourceId: str | None = None
    watched: list[WatchedBody] | None = None
    domains: list[str] | None = None
    secret: str | None = None


class WebhookOut(BaseModel):
    """`secret` is told to sessions, and to tokens that may change it."""

    id: str
    url: str
    watched: list[WatchedBody]
    domains: list[str]
    disabled: bool
    secret: str | None = Field(None, exclude_if=lambda secret: secret is None)


class WebhookAnswer(BaseModel):
    webhook: WebhookOut


@router.get("")
async def webhooks(call: CallDep) -> list[WebhookOut]:
    """One's own webhooks, the newest first. Client: HfApi.list_webhooks."""

    def look(tx: Transaction) -> list[WebhookOut]:
        return [_shaped(tx, hook) for hook in service.webhooks(tx)]

    return await call.read(look)


@router.post("")
async def create(call: CallDep, body: WebhookBody) -> WebhookAnswer:
    """Make a webhook. Client: HfApi.create_webhook."""
    wish = _wish(call, body)
    return await call.write(lambda tx: _answer(tx, service.create(tx, wish)))


@router.get("/{id:seg}")
async def webhook(call: CallDep, id: str) -> WebhookAnswer:
    """One of one's own. Client: HfApi.get_webhook."""
    return await call.read(lambda tx: _answer(tx, service.find(tx, id)))


@router.post("/{id:seg}")
async def change(call: CallDep, id: str, body: WebhookBody) -> WebhookAnswer:
    """Set what is given. Client: HfApi.update_webhook."""
    wish = _wish(call, body)
    return await call.write(lambda tx: _answer(tx, service.change(tx, id, wish)))


@router.post("/{id:seg}/enable")
async def enable(call: CallDep, id: str) -> WebhookAnswer:
    """Switch it on. Client: HfApi.enable_webhook."""
    return await call.write(lambda tx: _answer(tx, service.enable(tx, id)))


@router.post("/{id:seg}/disable")
async def disable(call: CallDep, id: str) -> WebhookAnswer:
    """Switch it off. Client: HfApi.disable_webhook."""
    return await call.write(lambda tx: _answer(tx, service.disable(tx, id)))


@router.delete("/{id:seg}")
async def delete(call: CallDep, id: str) -> dict[str, Any]:
    """Delete it, and its log. Client: HfApi.delete_webhook."""
    await call.write(service.delete, id)
    return {}


def _wish(call: Call, body: WebhookBody) -> Wish:
    """Raises NotImplementedHere for a webhook that is to start a job."""
    if body.jobSourceId is not None:
        raise NotImplementedHere(
            "This hub runs no jobs, so a webhook cannot start one: give it a `url` to send to."
        )
    watched = None
    if body.watched is not None:
        watched = tuple(Watched(each.type, each.name) for each in body.watched)
    domains = None if body.domains is None else tuple(body.domains)
    return Wish(call.base_url, body.url, watched, domains, body.secret)


def _answer(tx: Transaction, hook: Webhook) -> WebhookAnswer:
    return WebhookAnswer(webhook=_shaped(tx, hook))


def _shaped(tx: Transaction, hook: Webhook) -> WebhookOut:
    return WebhookOut(
        id=hook.object_id,
        url=hook.url,
        watched=[WatchedBody(type=each.kind, name=each.name) for each in hook.watched],
        domains=list(hook.domains),
        disabled=hook.disabled,
        secret=(service.secret_of(tx.hub, hook) or None) if service.may_write(tx) else None,
    )


routes = router.routes

"""Webhooks in one's settings: the list, making and changing one, what it sent."""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.accounts.model import Refused
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.web.call import Call
from bearhug.webhooks import service
from bearhug.webhooks.model import DOMAINS, Delivery, Watchable, Watched, Webhook, Wish

HOME = "/settings/webhooks"
BLANK_ROWS = 3
SUGGESTED = 200


@dataclass(frozen=True)
class Given:
    """What the form shows: what was sent before, or what the webhook is."""

    url: str = ""
    watched: tuple[tuple[str, str], ...] = ()
    domains: tuple[str, ...] = DOMAINS
    has_secret: bool = False

    @classmethod
    def of(cls, hook: Webhook) -> "Given":
        watched = tuple((each.kind.value, each.name) for each in hook.watched)
        domains = tuple("repo" if name == "repo" else "discussion" for name in hook.domains)
        return cls(hook.url, watched, domains, bool(hook.sealed))


@dataclass(frozen=True)
class Line:
    """One delivery as the log shows it. What was never sent is not shown: who may know it?"""

    delivery: Delivery
    repo: str
    payload: str

    @classmethod
    def of(cls, delivery: Delivery) -> "Line":
        if delivery.sent_at is None:
            return cls(delivery, "", "")
        told: dict[str, Any] = json.loads(delivery.payload)
        return cls(delivery, told["repo"]["name"], json.dumps(told, indent=2, ensure_ascii=False))


async def index(request: Request) -> Response:
    call = Call.of(request)
    return await call.page("webhooks/list.html", hooks=await call.read(service.webhooks))


async def new(request: Request) -> Response:
    call = Call.of(request)
    (await call.actor()).require_user()
    return await _form(call, Given(watched=_asked(request)))


async def make(request: Request) -> Response:
    call = Call.of(request)
    form = await call.form()
    try:
        hook = await call.write(service.create, _wish(call, form))
    except Refused as refused:
        return await _form(call, _given(call, form), problems=refused.problems)
    return call.redirect(hook.path, flash="The webhook is made. Whatever happens next, it tells.")


async def log(request: Request) -> Response:
    call = Call.of(request)
    before = request.query_params.get("before", "")
    known = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    found = await call.read_slow(service.log, request.path_params["id"], known)
    return await call.page(
        "webhooks/log.html",
        hook=found.webhook,
        lines=[Line.of(each) for each in found.deliveries],
        next=f"{found.webhook.path}?before={found.more}" if found.more else None,
        today=found.today,
        limit=call.hub.settings.webhook_daily_limit,
        first=known is None,
    )


async def settings(request: Request) -> Response:
    call = Call.of(request)
    hook = await call.read(service.find, request.path_params["id"])
    return await _form(call, Given.of(hook), hook=hook)


async def change(request: Request) -> Response:
    call = Call.of(request)
    id = request.path_params["id"]
    form = await call.form()
    hook = await call.read(service.find, id)
    try:
        await call.write(service.change, id, _wish(call, form, hook))
    except Refused as refused:
        given = _given(call, form, has_secret=bool(hook.sealed))
        return await _form(call, given, hook=hook, problems=refused.problems)
    return call.redirect(hook.path, flash="The webhook is as you want it.")


async def switch(request: Request) -> Response:
    call = Call.of(request)
    on = call.text(await call.form(), "on") == "1"
    hook = await call.write(service.enable if on else service.disable, request.path_params["id"])
    return call.redirect(hook.path, flash="Enabled." if on else "Disabled: it sends nothing more.")


async def delete(request: Request) -> Response:
    call = Call.of(request)
    hook = await call.write(service.delete, request.path_params["id"])
    return call.redirect(HOME, flash=f"The webhook to {hook.host} is deleted.")


async def delivery(request: Request) -> Response:
    call = Call.of(request)
    params = request.path_params
    hook, found = await call.read(service.delivery, params["id"], params["number"])
    return await call.page("webhooks/delivery.html", hook=hook, line=Line.of(found))


async def replay(request: Request) -> Response:
    call = Call.of(request)
    id = request.path_params["id"]
    number = await call.write(service.replay, id, request.path_params["number"])
    return call.redirect(f"{HOME}/{id}/deliveries/{number}", flash="It is being sent again.")


async def _form(
    call: Call, given: Given, *, hook: Webhook | None = None, problems: dict[str, str] | None = None
) -> Response:
    def suggest(tx: Transaction) -> list[str]:
        if tx.actor.user_id is None:
            return []
        held, _ = repos.owned(tx, limit=SUGGESTED)
        return [*repos.namespaces(tx), *(str(each.name) for each in held)]

    blanks = 1 if given.watched else BLANK_ROWS
    return await call.page(
        "webhooks/form.html",
        status=422 if problems else 200,
        hook=hook,
        given=given,
        rows=[*given.watched, *[(Watchable.USER.value, "")] * blanks],
        names=await call.read_slow(suggest),
        problems=defaultdict(str, problems or {}),
    )


def _asked(request: Request) -> tuple[tuple[str, str], ...]:
    """`?watch=model:ada/bert`: a page of a repo may lead here."""
    kind, _, name = request.query_params.get("watch", "").partition(":")
    return ((kind, name),) if kind in list(Watchable) and name else ()


def _wish(call: Call, form: FormData, hook: Webhook | None = None) -> Wish:
    given = _given(call, form)
    watched = tuple(Watched(Watchable(kind), name) for kind, name in given.watched)
    secret: str | None = call.text(form, "secret")
    if hook is not None and not secret and "forget_secret" not in form:
        secret = None
    return Wish(call.base_url, given.url, watched, given.domains, secret)


def _given(call: Call, form: FormData, *, has_secret: bool = False) -> Given:
    """The form as it was sent, rows without a name left out."""
    kinds, names = form.getlist("watch_kind"), form.getlist("watch_name")
    watched = tuple(
        (kind, name.strip())
        for kind, name in zip(kinds, names, strict=False)
        if isinstance(name, str)
        and isinstance(kind, str)
        and kind in list(Watchable)
        and name.strip()
    )
    domains = tuple(name for name in DOMAINS if name in form.getlist("domains"))
    return Given(call.text(form, "url"), watched, domains, has_secret)


routes: list[BaseRoute] = [
    Route(HOME, index, methods=["GET"]),
    Route(HOME, make, methods=["POST"]),
    Route(HOME + "/new", new, methods=["GET"]),
    Route(HOME + "/{id:seg}", log, methods=["GET"]),
    Route(HOME + "/{id:seg}/settings", settings, methods=["GET"]),
    Route(HOME + "/{id:seg}/settings", change, methods=["POST"]),
    Route(HOME + "/{id:seg}/switch", switch, methods=["POST"]),
    Route(HOME + "/{id:seg}/delete", delete, methods=["POST"]),
    Route(HOME + "/{id:seg}/deliveries/{number:int}", delivery, methods=["GET"]),
    Route(HOME + "/{id:seg}/deliveries/{number:int}/replay", replay, methods=["POST"]),
]

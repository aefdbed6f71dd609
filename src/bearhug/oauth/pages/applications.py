"""The apps one has let in, and those one has made."""

from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.accounts.model import Refused
from bearhug.hub import Transaction
from bearhug.oauth import service
from bearhug.oauth.model import SCOPES, App, Connection
from bearhug.oauth.pages.asked import Problems, told, wishes
from bearhug.oauth.service import NewApp
from bearhug.web.call import Call

CONNECTED, OWN = "/settings/connected-applications", "/settings/applications"
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Let:
    """An app one has let in, with what it may, in words, and where."""

    connection: Connection
    wishes: list[Any]
    orgs: list[str]


async def connected(request: Request) -> Response:
    call = Call.of(request)
    return await call.page("oauth/connected.html", let_in=await call.read(_let_in))


async def disconnect(request: Request) -> Response:
    call = Call.of(request)
    app = await call.write(service.disconnect, request.path_params["client_id"])
    return call.redirect(CONNECTED, flash=f"{app.name} is out: its tokens work no more.")


async def index(request: Request) -> Response:
    call = Call.of(request)
    return await call.page("oauth/applications.html", apps=await call.read(service.mine))


async def new(request: Request) -> Response:
    call = Call.of(request)
    await call.read(service.mine)  # which asks for somebody in person
    return await _new_page(call, NewApp(""))


async def make(request: Request) -> Response:
    call = Call.of(request)
    wanted = _wanted(call, await call.form())
    try:
        app, secret = await call.write(service.make, wanted)
    except Refused as refused:
        return await _new_page(call, wanted, refused.problems)
    return await _app_page(call, app, secret=secret, fresh=True)


async def show(request: Request) -> Response:
    call = Call.of(request)
    return await _app_page(call, await call.read(service.own, request.path_params["client_id"]))


async def change(request: Request) -> Response:
    call = Call.of(request)
    client_id = request.path_params["client_id"]
    app = await call.read(service.own, client_id)
    wanted = _wanted(call, await call.form())
    try:
        await call.write(service.change, client_id, wanted)
    except Refused as refused:
        return await _app_page(call, app, wanted, refused.problems)
    return call.redirect(f"{OWN}/{client_id}", flash="The application is saved.")


async def renew_secret(request: Request) -> Response:
    call = Call.of(request)
    app, secret = await call.write(service.renew_secret, request.path_params["client_id"])
    return await _app_page(call, replace(app, confidential=True), secret=secret)


async def drop_secret(request: Request) -> Response:
    call = Call.of(request)
    client_id = request.path_params["client_id"]
    await call.write(service.drop_secret, client_id)
    return call.redirect(f"{OWN}/{client_id}", flash="It is a public application now.")


async def delete(request: Request) -> Response:
    call = Call.of(request)
    app = await call.write(service.delete, request.path_params["client_id"])
    return call.redirect(OWN, flash=f"{app.name} is deleted, and its tokens with it.")


def _let_in(tx: Transaction) -> list[Let]:
    names = {each.org.id: each.org.name for each in service.offered(tx, ("read-repos",))}
    return [
        Let(each, wishes(each.scopes), [names[id] for id in each.orgs if id in names])
        for each in service.connections(tx)
    ]


def _wanted(call: Call, form: FormData) -> NewApp:
    return NewApp(
        call.text(form, "name"),
        call.text(form, "website"),
        call.text(form, "redirect_uris"),
        tuple(value for value in form.getlist("scopes") if isinstance(value, str)),
        call.text(form, "kind", default="confidential") == "confidential",
    )


async def _new_page(call: Call, given: NewApp, problems: Problems = None) -> Response:
    return await call.page(
        "oauth/new_application.html",
        status=422 if problems else 200,
        given=given,
        scopes=SCOPES,
        problems=told(problems),
    )


async def _app_page(
    call: Call,
    app: App,
    given: NewApp | None = None,
    problems: Problems = None,
    *,
    secret: str = "",
    fresh: bool = False,
) -> Response:
    shown = given or NewApp(app.name, app.website, "\n".join(app.redirect_uris), app.scopes)
    return await call.page(
        "oauth/application.html",
        status=422 if problems else 200,
        headers=NOT_KEPT,
        app=app,
        given=shown,
        secret=secret,
        fresh=fresh,
        scopes=SCOPES,
        problems=told(problems),
    )


routes = [
    Route(CONNECTED, connected, methods=["GET"]),
    Route(CONNECTED + "/{client_id:seg}/disconnect", disconnect, methods=["POST"]),
    Route(OWN, index, methods=["GET"]),
    Route(OWN + "/new", new, methods=["GET"]),
    Route(OWN + "/new", make, methods=["POST"]),
    Route(OWN + "/{client_id:seg}", show, methods=["GET"]),
    Route(OWN + "/{client_id:seg}", change, methods=["POST"]),
    Route(OWN + "/{client_id:seg}/secret", renew_secret, methods=["POST"]),
    Route(OWN + "/{client_id:seg}/secret/remove", drop_secret, methods=["POST"]),
    Route(OWN + "/{client_id:seg}/delete", delete, methods=["POST"]),
]

"""What a handler is given: who asks, transactions to run, forms to read, pages to answer with."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from bearhug.errors import BadRequest
from bearhug.hub import VISITOR, Actor, Hub, Transaction, follow_up
from bearhug.identity.service import Credentials, LastSeen, identify
from bearhug.web.doors import raw_path
from bearhug.web.guard import refuse_cross_site
from bearhug.web.limits import RateLimits
from bearhug.web.templating import hue

P = ParamSpec("P")
T = TypeVar("T")

SESSION = "bearhug_session"
SECURE_SESSION = "__Host-bearhug_session"
HUB_SESSION = "token"
"""What the Hub calls its session's cookie: heeded where apps send people (specs §18), and only if
there is none of ours, since any neighbour of this host may set it."""
FLASH = "bearhug_flash"
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Me:
    """Whoever is signed in, as the layout shows them."""

    id: int
    name: str
    full_name: str
    avatar: str | None
    hue: str
    operator: bool


class Call:
    """One request on its way through the hub. `Call.of(request)` is the same for all who ask."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.hub: Hub = request.scope["bearhug.hub"]
        self._actor: Actor | None = None

    @classmethod
    def of(cls, request: Request) -> "Call":
        call: Call | None = request.scope.get("bearhug.call")
        if call is None:
            call = request.scope["bearhug.call"] = cls(request)
        return call

    @property
    def raw_path(self) -> str:
        return raw_path(self.request.scope)

    async def read(
        self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`work(tx, …)` at once: for what takes less than 2 ms."""
        return await self._read(False, work, *args, **kwargs)

    async def read_slow(
        self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`work(tx, …)` in a thread: for listings, trees and whatever reads git."""
        return await self._read(True, work, *args, **kwargs)

    async def write(
        self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`work(tx, …)`, durable when this returns; raising undoes it all."""
        actor = await self.actor()
        afterwards: list[Callable[[], None]] = []
        done = await self.hub.db.awrite(self.hub.bound_to(actor, afterwards, work, *args, **kwargs))
        follow_up(afterwards)
        return done

    async def thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(…)` in a thread: for what is slow and runs its own transactions."""
        return await run_in_threadpool(work, *args, **kwargs)

    async def actor(self) -> Actor:
        """Who is asking. Raises BadCredentials for a token nobody holds."""
        if self._actor is None:
            self._actor = await self.read(lambda tx: tx.actor)
        return self._actor

    async def form(self) -> FormData:
        """The form's fields and files; files lie on disk, and all together may be a commit's size.

        Raises TooLarge.
        """
        self.request.scope["bearhug.body_limit"] = self.hub.settings.max_commit_bytes
        return await self.request.form(max_fields=5000)

    def text(self, form: FormData, field: str, *, default: str | None = "") -> str:
        """One text field. Raises BadRequest naming it if it must be there and is not."""
        value = form.get(field, default)
        if not isinstance(value, str):
            raise BadRequest(f"The field {field!r} is missing: send it as text.")
        return value

    async def page(
        self,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """The template, or, when a component asks by `Fragment`, only that block of it."""
        around = await self._around(context.get("repo"))
        actor = await self.actor()
        return self.page_for(
            actor, template, status=status, headers=headers, **{**around, **context}
        )

    def page_for(
        self,
        actor: Actor,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> Response:
        wanted = self._templates.get_template(template)
        flash = self.request.cookies.get(FLASH)
        context = {**self._always(actor, flash), **context}
        if block := wanted.blocks.get(self.request.headers.get("fragment", "")):
            html = "".join(block(wanted.new_context(context)))
        else:
            html = wanted.render(context)
        # Without Vary, the Back button may show a cached fragment as if it were the page.
        sent = {"Vary": "Fragment, Cookie", "Cache-Control": "private, no-cache", **(headers or {})}
        response = HTMLResponse(html, status, headers=sent)
        if flash:
            response.delete_cookie(FLASH)
        return response

    def redirect(self, path: str, *, flash: str = "") -> Response:
        """See Other, on this hub; `flash` is said once on the page that comes."""
        response = RedirectResponse(path, 303)
        if flash:
            said = base64.urlsafe_b64encode(flash.encode()).decode()
            response.set_cookie(FLASH, said, max_age=60, httponly=True, samesite="lax")
        return response

    @property
    def base_url(self) -> str:
        """Where this caller reached the hub: what absolute links in its answer begin with."""
        if self.hub.settings.public_url:
            return self.hub.settings.public_url.rstrip("/")
        return origin(self.request.scope, trust_proxy=self.hub.settings.trust_proxy)

    @property
    def address(self) -> str:
        """Where the caller is, for throttling and the list of sessions."""
        if self.hub.settings.trust_proxy:
            forwarded = self.request.headers.get("x-forwarded-for", "")
            if forwarded:
                return forwarded.split(",")[-1].strip()
        return self.request.client.host if self.request.client else ""

    @property
    def secure(self) -> bool:
        return self.hub.settings.secure_cookies or self.base_url.startswith("https:")

    @property
    def session_cookie(self) -> str:
        return SECURE_SESSION if self.secure else SESSION

    @property
    def _templates(self) -> Environment:
        templates: Environment = self.hub.rooms["templates"]
        return templates

    async def _read(
        self,
        slow: bool,
        work: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if self._actor is not None:
            return await self.hub.db.aread(
                self.hub.bound(self._actor, work, *args, **kwargs), slow=slow
            )
        credentials = credentials_of(self.request, self.session_cookie, self.base_url)

        def identified(tx: Transaction) -> tuple[Actor, T]:
            actor = self._identified(tx, credentials)
            known = Transaction(tx.hub, tx.db, actor, tx.now)
            return actor, work(known, *args, **kwargs)

        bound = self.hub.bound(VISITOR, identified)
        actor, result = await self.hub.db.aread(bound, slow=slow)
        self._actor = actor
        seen: LastSeen = self.hub.rooms["last_seen"]
        seen.note(actor, self.hub.clock())
        return result

    def _identified(self, tx: Transaction, credentials: Credentials) -> Actor:
        """Who asks; one request more of theirs. Raises BadCredentials, TooMany."""
        user_id = None
        try:
            actor = identify(tx, credentials)
            user_id = actor.user_id
        finally:  # guessing at tokens is counted too
            limits: RateLimits = tx.hub.rooms["rate_limits"]
            standing = limits.take(self.raw_path, user_id, self.address, time.time())
            if standing is not None:
                self.request.scope["bearhug.rate"] = standing.headers
        return actor

    async def _around(self, repo: object) -> dict[str, Any]:
        """What features put around every page: tabs over a repo's, how much is unread.

        Each answers for itself in `hub.rooms["around"]`, within one read.
        """
        known = self.request.scope.get("bearhug.around")
        if known is None or known[0] is not repo:
            rooms = self.hub.rooms.get("around", ())

            def look(tx: Transaction) -> dict[str, Any]:
                return {name: value for room in rooms for name, value in room(tx, repo).items()}

            known = self.request.scope["bearhug.around"] = repo, await self.read(look)
        around: dict[str, Any] = known[1]
        return around

    def _always(self, actor: Actor, flash: str | None) -> dict[str, Any]:
        """What every template may use, whichever it is."""
        theme = self.request.cookies.get("theme", "")
        return {
            "request": self.request,
            "me": _me(actor),
            "theme": theme if theme in THEMES else "",
            "flash": _said(flash),
            "path": self.raw_path,
            "base_url": self.base_url,
        }


async def of_request(request: Request) -> Call:
    return Call.of(request)


CallDep = Annotated[Call, Depends(of_request)]
"""How a FastAPI route asks for its Call."""


def credentials_of(request: Request, session_cookie: str, base_url: str) -> Credentials:
    """A Bearer token; a token as Basic password, as git sends it; else the session's cookie.

    Raises Forbidden if another site's page sent the request with our cookie.
    """
    refuse_cross_site(request, request.method, base_url)
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Credentials(token=value.strip())
    if scheme.lower() == "basic":
        return Credentials(token=_password(value))
    session = request.cookies.get(session_cookie, "")
    if not session and request.method == "GET" and request.url.path == "/oauth/authorize":
        session = request.cookies.get(HUB_SESSION, "")
    return Credentials(session=session)


def origin(scope: Scope, *, trust_proxy: bool) -> str:
    """Scheme and host as the caller used them."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    scheme, host = scope["scheme"], headers.get("host", "localhost")
    if trust_proxy:
        scheme = headers.get("x-forwarded-proto", scheme)
        host = headers.get("x-forwarded-host", host)
    return f"{scheme}://{host}"


def _password(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode().partition(":")[2]
    except ValueError:  # not base64, not even ASCII, or not UTF-8
        return "unreadable"


def _said(flash: str | None) -> str | None:
    try:
        return base64.urlsafe_b64decode(flash).decode() if flash else None
    except ValueError:
        return None


def _me(actor: Actor) -> Me | None:
    if actor.user_id is None or actor.name is None:
        return None
    avatar = f"/avatars/{actor.name}?{actor.avatar[:8]}" if actor.avatar else None
    return Me(actor.user_id, actor.name, actor.full_name, avatar, hue(actor.name), actor.operator)

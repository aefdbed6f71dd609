"""Builds the hub and its ASGI application. The only module that knows every feature."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from secrets import token_bytes
from types import ModuleType
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bearhug import (
    __version__,
    access,
    accounts,
    admin,
    cas,
    catalog,
    collections,
    discussions,
    files,
    inference,
    oauth,
    papers,
    playground,
    repos,
    social,
    spaces,
    webhooks,
)
from bearhug.access import api as access_api
from bearhug.access import pages as access_pages
from bearhug.access import service as access_service
from bearhug.accounts import api as accounts_api
from bearhug.accounts import pages as accounts_pages
from bearhug.accounts.model import AccountDeleted, MemberChanged
from bearhug.admin import pages as admin_pages
from bearhug.admin import wire as admin_wire
from bearhug.cards import api as cards_api
from bearhug.cards import jobs as cards_jobs
from bearhug.cards import service as cards_service
from bearhug.cards.checking import check as check_card
from bearhug.cards.front_matter import parse
from bearhug.cards.model import CardRead
from bearhug.cards.render import Base, render
from bearhug.cas import jobs as cas_jobs
from bearhug.cas import pages as cas_pages
from bearhug.cas import room as cas_room
from bearhug.cas import service as cas_service
from bearhug.cas import wire as cas_wire
from bearhug.cas.service import converting as cas_converting
from bearhug.cas.service import scrubbing as cas_scrubbing
from bearhug.cas.service import sweeping as cas_sweeping
from bearhug.catalog import api as catalog_api
from bearhug.catalog import jobs as catalog_jobs
from bearhug.catalog import pages as catalog_pages
from bearhug.catalog import service as catalog_service
from bearhug.collections import api as collections_api
from bearhug.collections import pages as collections_pages
from bearhug.config import Settings
from bearhug.db import Connection
from bearhug.db.open import open_database
from bearhug.db.secrets import keep_secret
from bearhug.discussions import api as discussions_api
from bearhug.discussions import pages as discussions_pages
from bearhug.discussions import service as discussions_service
from bearhug.discussions.model import (
    CommentChanged,
    Commented,
    DiscussionChanged,
    DiscussionOpened,
)
from bearhug.files import api as files_api
from bearhug.files import jobs as files_jobs
from bearhug.files import pages as files_pages
from bearhug.files import service as files_service
from bearhug.files import wire as files_wire
from bearhug.files.model import HistoryRewritten, RevisionPushed
from bearhug.git.cache import GitCache
from bearhug.hub import Hub, Listeners
from bearhug.identity.service import LastSeen, write_down
from bearhug.inference import api as inference_api
from bearhug.inference import jobs as inference_jobs
from bearhug.inference import pages as inference_pages
from bearhug.inference import room as inference_room
from bearhug.inference import service as inference_service
from bearhug.oauth import api as oauth_api
from bearhug.oauth import pages as oauth_pages
from bearhug.oauth import service as oauth_service
from bearhug.ollama import wire as ollama_wire
from bearhug.papers import api as papers_api
from bearhug.papers import pages as papers_pages
from bearhug.papers import service as papers_service
from bearhug.playground import pages as playground_pages
from bearhug.repos import api as repos_api
from bearhug.repos import pages as repos_pages
from bearhug.repos import service as repos_service
from bearhug.repos.model import Repo, RepoChanged, RepoCreated, RepoDeleted
from bearhug.social import api as social_api
from bearhug.social import pages as social_pages
from bearhug.spaces import api as spaces_api
from bearhug.spaces import pages as spaces_pages
from bearhug.spaces import service as spaces_service
from bearhug.storage.open import open_objects
from bearhug.storage.sigv4 import Credentials
from bearhug.viewer import api as viewer_api
from bearhug.viewer import jobs as viewer_jobs
from bearhug.viewer import service as viewer_service
from bearhug.web import fixed, templating
from bearhug.web.call import Call
from bearhug.web.doors import Doors
from bearhug.web.limits import RateLimits
from bearhug.web.tracing import Metrics, Traced
from bearhug.webhooks import api as webhooks_api
from bearhug.webhooks import courier as webhooks_courier
from bearhug.webhooks import jobs as webhooks_jobs
from bearhug.webhooks import pages as webhooks_pages
from bearhug.webhooks import service as webhooks_service
from bearhug.worker import Jobs, Lanes
from bearhug.xet.objects import XetObjects

log = logging.getLogger(__name__)

FEATURES: tuple[ModuleType, ...] = (
    accounts,
    repos,
    oauth,
    files,
    cas,
    access,
    discussions,
    admin,
    social,
    papers,
    collections,
    inference,
    playground,
    spaces,
    catalog,
    webhooks,
)
"""Those with pages: each brings its templates/."""

ROUTES: tuple[Sequence[BaseRoute], ...] = (
    accounts_api.routes,
    accounts_pages.routes,
    oauth_api.routes,
    oauth_pages.routes,
    repos_api.routes,
    repos_pages.routes,
    files_api.routes,
    files_wire.routes,
    cas_wire.routes,
    cas_pages.routes,
    cards_api.routes,
    access_api.routes,
    access_pages.routes,
    files_pages.routes,
    discussions_api.routes,
    discussions_pages.routes,
    social_api.routes,
    social_pages.routes,
    papers_api.routes,
    papers_pages.routes,
    collections_api.routes,
    collections_pages.routes,
    spaces_api.routes,
    spaces_pages.routes,
    viewer_api.routes,
    inference_api.routes,
    inference_pages.routes,
    ollama_wire.routes,
    playground_pages.routes,
    webhooks_api.routes,
    webhooks_pages.routes,
    catalog_api.routes,
    catalog_pages.routes,
    fixed.routes,
    admin_wire.routes,
    admin_pages.routes,
)

Panels = tuple[Callable[[Call, Repo], Awaitable[tuple[str, dict[str, Any]] | None]], ...]

PANELS: Panels = (inference_pages.panel,)
"""What stands beside a card: each gives a template and the variables to include it with, or None.

`hub.rooms["panels"]`, for the page of a repo.
"""

LOWER_PANELS: Panels = (collections_pages.panel,)
"""Likewise beneath what the catalogue tells: `hub.rooms["lower_panels"]`."""

LISTENERS: Listeners = {
    MemberChanged: [access_service.on_member_changed],
    AccountDeleted: [repos_service.on_account_deleted],
    CardRead: [
        papers_service.on_card_read,
        inference_service.on_card_read,
        catalog_service.on_change,
    ],
    RepoCreated: [
        webhooks_service.on_repo_created,
        files_service.on_repo_created,
        oauth_service.on_repo_created,
        spaces_service.on_repo_created,
        catalog_service.on_change,
    ],
    RepoChanged: [
        cards_service.on_repo_changed,
        catalog_service.on_change,
        webhooks_service.on_repo_changed,
    ],
    RepoDeleted: [
        files_service.on_repo_deleted,
        cards_service.on_repo_deleted,
        catalog_service.on_change,
        webhooks_service.on_repo_deleted,
    ],
    RevisionPushed: [
        cards_service.on_pushed,
        viewer_service.on_pushed,
        discussions_service.on_pushed,
        webhooks_service.on_pushed,
    ],
    HistoryRewritten: [discussions_service.on_rewritten, inference_service.on_rewritten],
    DiscussionOpened: [webhooks_service.on_discussion_opened],
    DiscussionChanged: [webhooks_service.on_discussion_changed],
    Commented: [webhooks_service.on_commented],
    CommentChanged: [webhooks_service.on_comment_changed],
}
"""Who is told of what, in order, inside the transaction in which it happened."""

JOBS: Jobs = {
    "cards.read": cards_jobs.read_card,
    "cards.read_weights": cards_jobs.read_weights,
    "cas.collect": cas_jobs.collect,
    "cas.scrub": cas_jobs.scrub,
    "cas.convert": cas_jobs.convert,
    "cas.convert_rest": cas_jobs.convert_rest,
    "cas.drop_whole": cas_jobs.drop_whole,
    "catalog.roll_downloads": catalog_jobs.roll_downloads,
    "git.compact": files_jobs.compact,
    "files.sweep": files_jobs.sweep,
    "git.forget": files_jobs.forget,
    "git.prune": files_jobs.prune,
    "inference.estimate": inference_jobs.estimate,
    "inference.forget_files": inference_jobs.forget_files,
    "inference.sweep_runs": inference_jobs.sweep_runs,
    "viewer.build": viewer_jobs.build,
    "viewer.measure": viewer_jobs.measure,
    "webhooks.prune": webhooks_jobs.prune,
}

SLOW = tuple(
    tuple(name for name in JOBS if name.startswith(prefix))
    for prefix in ("cas.", "viewer.build", "viewer.measure")
)
"""Jobs that read whole files: those of each feature have a lane of their own."""


def build_hub(settings: Settings) -> Hub:
    """Open everything the hub keeps under `settings.data_dir`, or where the settings say."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url, settings.data_dir, settings.database_threads)
    s3 = Credentials(
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        region=settings.s3_region,
        endpoint=settings.s3_endpoint,
    )
    stored = open_objects(settings.objects_url, settings.data_dir / "objects", s3)
    objects = XetObjects(stored, database)
    given = settings.secret.get_secret_value().encode()

    def secret(db: Connection) -> bytes:
        return keep_secret(db, "hub", token_bytes(32))

    return Hub(
        settings,
        database,
        objects,
        GitCache(settings.data_dir / "cache" / "git", objects),
        given or database.write(secret),
        LISTENERS,
        rooms={
            "last_seen": LastSeen(),
            "metrics": Metrics(),
            "rate_limits": RateLimits(settings),
            "cas": cas_room.Room(),
            "viewer": viewer_service.Room(settings.data_dir / "cache" / "viewer"),
            "xet_headers": cas_service.headers_to_write,
            "downloads": catalog_service.Downloads(),
            "markdown": _prose,
            "check_card": check_card,
            "panels": PANELS,
            "lower_panels": LOWER_PANELS,
            "around": (discussions_pages.around, access_pages.around),
            "pull_requests": discussions_service.PullRequests(),
            "talk": discussions_service.Memory(),
            "placement": inference_service.placements,
            "served": inference_service.served,
        },
    )


def _prose(text: str, address: str, revision: str, folder: str) -> str:
    """A Markdown file of a repo as safe HTML: for `files`, which may not know `cards`."""
    return render(parse(text).body, Base(address, revision, folder))


class Application:
    """The ASGI application: puts the hub where handlers find it; begins and ends its rooms."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        static = f"/static/{templating.digest()}"
        hub.rooms["templates"] = templating.environment(
            FEATURES, static=static, version=__version__, site=hub.settings.site_name
        )
        files = templating.ForeverFiles(directory=templating.STATIC)
        self._static, self._files = static + "/", files
        routes = [route for group in ROUTES for route in group]
        hub.rooms["routes"] = routes
        self._answer: ASGIApp = Traced(Doors(routes), hub.rooms["metrics"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["bearhug.hub"] = self.hub
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["type"] == "http":
            viewer_api.at_its_own_host(scope)
        if scope["path"].startswith(self._static):
            scope["root_path"] = self._static.rstrip("/")
            return await self._files(scope, receive, send)
        await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with living(self.hub):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def living(hub: Hub) -> AsyncIterator[None]:
    """What runs beside the requests for as long as the hub lives."""
    await asyncio.to_thread(hub.write, catalog_service.schedule)
    await asyncio.to_thread(hub.write, cas_sweeping.schedule)
    await asyncio.to_thread(hub.write, cas_scrubbing.schedule)
    await asyncio.to_thread(hub.write, cas_converting.schedule)
    ticking = asyncio.create_task(_tick(hub))
    workers = Lanes(hub, JOBS, *SLOW)
    workers.start()
    try:
        async with inference_room.opened(hub), webhooks_courier.opened(hub):
            yield
    finally:
        ticking.cancel()
        workers.end()
        hub.rooms["cas"].ending.set()
        await asyncio.to_thread(hub.rooms["viewer"].close)
        await asyncio.to_thread(workers.join)
        await asyncio.gather(ticking, return_exceptions=True)
        await asyncio.to_thread(_write_down, hub)


async def _tick(hub: Hub) -> None:
    while True:
        await asyncio.sleep(60)
        await asyncio.to_thread(_write_down, hub)


def _write_down(hub: Hub) -> None:
    tokens, sessions = hub.rooms["last_seen"].take()
    if tokens or sessions:
        hub.write(write_down, tokens, sessions)
    catalog_service.flush(hub)


def all_routes() -> list[Route]:
    """Every route, for the OpenAPI document and the tests of the documentation."""
    return [route for group in ROUTES for route in group if isinstance(route, Route)]

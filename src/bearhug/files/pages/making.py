"""Making a repo of any kind. Here and not in `repos`: a licence is a first commit."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.errors import BadName, BadRequest, Forbidden, NameTaken, NotSignedIn
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import NAME_PATTERN, Repo, RepoKind, Visibility
from bearhug.web.call import Call

ADDRESSES = {
    RepoKind.MODEL: "/new",
    RepoKind.DATASET: "/new-dataset",
    RepoKind.SPACE: "/new-space",
    RepoKind.KERNEL: "/new-kernel",
}

LICENCES = (
    ("", "Choose later"),
    ("apache-2.0", "Apache 2.0"),
    ("mit", "MIT"),
    ("cc-by-4.0", "Creative Commons BY 4.0"),
    ("cc-by-sa-4.0", "Creative Commons BY-SA 4.0"),
    ("cc0-1.0", "Creative Commons Zero"),
    ("bsd-3-clause", "BSD 3-Clause"),
    ("gpl-3.0", "GPL 3.0"),
    ("openrail", "OpenRAIL"),
    ("other", "Another"),
)
"""The Hub's identifiers, in its documentation under "Licenses"; the card may name any other."""

SDKS = (
    ("static", "Static", "A page of HTML, CSS and JavaScript."),
    ("gradio", "Gradio", "A Python script that builds its own page."),
    ("docker", "Docker", "Whatever a Dockerfile says."),
)

REFUSED = (BadName, BadRequest, Forbidden, NameTaken)


@dataclass(frozen=True)
class Wish:
    """What was filled in."""

    owner: str
    name: str = ""
    visibility: str = Visibility.PUBLIC
    licence: str = ""
    sdk: str = "static"


class Making:
    """The page for one kind of repo: shown by `show`, sent to `make`."""

    def __init__(self, kind: RepoKind) -> None:
        self.kind = kind

    async def show(self, request: Request) -> Response:
        call = Call.of(request)
        asked = request.query_params
        owners = await call.read(repos.namespaces)
        if not owners:
            (await call.actor()).require_user()
            raise Forbidden("You may not make repos here.")
        owner = asked.get("owner", owners[0])
        return await self._page(call, Wish(owner, asked.get("name", "")), owners)

    async def make(self, request: Request) -> Response:
        call = Call.of(request)
        form = await call.form()
        wish = Wish(
            call.text(form, "owner").strip(),
            call.text(form, "name").strip(),
            call.text(form, "visibility", default="public"),
            call.text(form, "licence"),
            call.text(form, "sdk", default="static"),
        )
        try:
            repo = await call.write(self._create, wish)
        except REFUSED as refused:
            owners = await call.read(repos.namespaces)
            return await self._page(call, wish, owners, refused.status, refused.message)
        if wish.licence:
            await self._licence(call, repo, wish.licence)
        return call.redirect(repo.path, flash=f"{repo.name} is yours to fill.")

    async def _page(
        self, call: Call, wish: Wish, owners: list[str], status: int = 200, error: str = ""
    ) -> Response:
        return await call.page(
            "files/making.html",
            status=status,
            kind=self.kind,
            place=self.kind.plural,
            address=ADDRESSES[self.kind],
            wish=wish,
            owners=[(owner, owner) for owner in owners],
            licences=LICENCES,
            sdks=SDKS,
            pattern=NAME_PATTERN,
            error=error,
        )

    def _create(self, tx: Transaction, wish: Wish) -> Repo:
        """Raises as `repos.create` does, and NotSignedIn."""
        if tx.actor.user_id is None:
            raise NotSignedIn("Sign in to make a repository.")
        private = wish.visibility == Visibility.PRIVATE
        return repos.create(
            tx,
            self.kind,
            wish.name,
            owner=wish.owner,
            visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
            sdk=wish.sdk if self.kind is RepoKind.SPACE else "",
        )

    async def _licence(self, call: Call, repo: Repo, licence: str) -> None:
        """Write it into the README, which a Space has already."""
        known = dict(LICENCES)
        if licence not in known:
            raise BadRequest(f"licence: choose one of {', '.join(filter(None, known))}.")
        text = await call.read_slow(_readme, repo)
        head = f"---\nlicense: {licence}\n"
        content = text.replace("---\n", head, 1) if text else f"{head}---\n\n# {repo.name.name}\n"
        proposal = Proposal((Add("README.md", content.encode()),), f"Name the licence: {licence}")
        actor = await call.actor()
        await call.thread(files.commit_now, call.hub, actor, repo.kind, str(repo.name), proposal)


def _readme(tx: Transaction, repo: Repo) -> str:
    snapshot = files.at(tx, repo)
    if snapshot.repository.entry(snapshot.commit, "README.md") is None:
        return ""
    return files.read(tx, snapshot, "README.md").decode("utf-8", "replace")


def _routes(kind: RepoKind) -> list[BaseRoute]:
    making = Making(kind)
    address = ADDRESSES[kind]
    return [
        Route(address, making.show, methods=["GET"]),
        Route(address, making.make, methods=["POST"]),
    ]


routes = [route for kind in RepoKind for route in _routes(kind)]

"""Which route answers a request: one trie over the raw segments of its path.

Starlette tries its routes one after another, 1.2 µs each; a hub has two hundred. A path is
routed raw and decoded after, since a revision is one segment (`refs%2Fpr%2F1`).
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from starlette.convertors import Convertor, IntegerConvertor, register_url_convertor
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from bearhug.errors import BadRequest, HubError, NotFound

KINDS = {"models": "model", "datasets": "dataset", "spaces": "space", "kernels": "kernel"}
PREFIXES = {"model": "", "dataset": "/datasets", "space": "/spaces", "kernel": "/kernels"}


class Segment(Convertor[str]):
    """`{x:seg}`: one segment, decoded; what was `%2F` is now a slash."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return unquote(value)

    def to_string(self, value: str) -> str:
        return value


class Rest(Segment):
    """`{x:rest}`: everything that follows, decoded, without its outer slashes."""

    regex = ".*"

    def convert(self, value: str) -> str:
        return unquote(value).strip("/")


class Kind(Segment):
    """`{kind:kind}`: models, datasets, spaces or kernels; the word for one of them."""

    regex = "models|datasets|spaces|kernels"

    def convert(self, value: str) -> str:
        return KINDS[value]


class Number(IntegerConvertor):
    """`{x:int}`: no longer than a row's id can be."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", Number())
register_url_convertor("seg", Segment())
register_url_convertor("rest", Rest())
register_url_convertor("kind", Kind())


class KindRoute(Route):
    """A web address of one kind of repo; `kind` joins its path parameters."""

    def __init__(self, kind: str, path: str, endpoint: Any, methods: list[str]) -> None:
        super().__init__(PREFIXES[kind] + path, endpoint, methods=methods)
        self.kind = kind

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.NONE:
            child["path_params"] = {**child["path_params"], "kind": self.kind}
        return match, child


class LastResort(Route):
    """What answers for all that is left under an address, unless another method would do."""


def repo_routes(path: str, endpoint: Any, methods: Iterable[str] = ("GET",)) -> list[BaseRoute]:
    """The same page for models (`/ada/bert…`), datasets (`/datasets/ada/squad…`) and so on.

    `path` begins with `/{owner:seg}/{name:seg}`.
    """
    return [KindRoute(kind, path, endpoint, list(methods)) for kind in PREFIXES]


class MethodNotAllowed(HubError):
    """There is such an address, but not for this method; `Allow` says for which."""

    status, code = 405, "MethodNotAllowed"

    def __init__(self, method: str, allowed: set[str]) -> None:
        super().__init__(f"{method} does not work here; {_list(allowed)} does.")
        self.headers["Allow"] = _list(allowed)


class Node:
    """One segment of the trie: what may follow it, and which routes end here."""

    __slots__ = ("any", "ends", "literal", "rests")

    def __init__(self) -> None:
        self.literal: dict[str, Node] = {}
        self.any: Node | None = None
        self.ends: list[Route] = []
        self.rests: list[Route] = []


class Doors:
    """The ASGI application that finds the route and lets it answer.

    Raises NotFound, MethodNotAllowed, or BadRequest for an address with a NUL in it.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self.routes = [route for route in routes if isinstance(route, Route)]
        self._root = Node()
        for route in self.routes:
            self._hang(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = raw_path(scope)
        scope["path"] = path
        if "%00" in path or b"%00" in scope.get("query_string", b""):
            raise BadRequest("An address has no NUL in it.")  # neither has a row, nor a file's name
        partial: set[str] = set()
        for route in self._candidates(path):
            match, child = route.matches(scope)
            if match is Match.FULL and not (partial and isinstance(route, LastResort)):
                scope.update(child)
                scope["bearhug.route"] = route.path
                return await route.handle(scope, receive, send)
            if match is Match.PARTIAL and not isinstance(route, LastResort):
                partial |= route.methods or set()
        if partial:
            raise MethodNotAllowed(scope["method"], partial)
        raise NotFound("Nothing here by that name, or nothing you may see.")

    def _hang(self, route: Route) -> None:
        node = self._root
        for segment in route.path.strip("/").split("/"):
            if segment.endswith(":rest}") or segment.endswith(":path}"):
                node.rests.append(route)
                return
            if "{" in segment:
                node.any = node.any or Node()
                node = node.any
            else:
                node = node.literal.setdefault(segment, Node())
        node.ends.append(route)

    def _candidates(self, path: str) -> Iterator[Route]:
        """Routes whose shape is the path's; literal segments first, the longest way first."""
        return _walk(self._root, path.strip("/").split("/"), 0)


def _walk(node: Node, segments: list[str], at: int) -> Iterator[Route]:
    if at == len(segments):
        yield from node.ends
    else:
        for child in (node.literal.get(segments[at]), node.any):
            if child is not None:
                yield from _walk(child, segments, at + 1)
    yield from node.rests


def raw_path(scope: Scope) -> str:
    """The path as it came, still encoded; without a trailing slash."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("ascii", "replace")
    return path if path == "/" else path.rstrip("/") or "/"


def _list(methods: set[str]) -> str:
    return ", ".join(sorted(methods))

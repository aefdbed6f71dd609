"""The JSON routes as an OpenAPI document, from their own signatures and models."""

import copy
from collections.abc import Iterable
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from bearhug.web.doors import KINDS

OF_KIND = "{kind}"


def document(routes: Iterable[BaseRoute], *, title: str, version: str) -> dict[str, Any]:
    """OpenAPI 3.1. A route of every kind of repo stands in it once for each kind."""
    ours = [route for route in routes if isinstance(route, APIRoute)]
    made = get_openapi(title=title, version=version, routes=ours)
    made["paths"] = dict(_of_each_kind(made["paths"]))
    schemes = {"token": {"type": "http", "scheme": "bearer", "description": "hf_…"}}
    made.setdefault("components", {})["securitySchemes"] = schemes
    made["security"] = [{}, {"token": []}]
    return made


def _of_each_kind(paths: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    for path, methods in paths.items():
        if OF_KIND not in path:
            yield path, methods
            continue
        for plural in KINDS:
            yield path.replace(OF_KIND, plural), _for(methods, plural)


def _for(methods: dict[str, Any], plural: str) -> dict[str, Any]:
    told = copy.deepcopy(methods)
    for operation in told.values():
        operation["operationId"] += f"_{plural}"
        operation["parameters"] = [
            each for each in operation.get("parameters", ()) if each["name"] != "kind"
        ]
    return told

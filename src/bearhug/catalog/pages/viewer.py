"""Inside a model's weights: what they say of themselves, and every tensor."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bearhug.catalog.service import tensors
from bearhug.catalog.tensors import Tensor
from bearhug.web.call import Call
from bearhug.web.doors import KindRoute

PAGE = 200
MOST_WORDS = 200


async def show(request: Request) -> Response:
    """The page; with `format=json`, the same as JSON."""
    call = Call.of(request)
    asked = request.query_params
    name = f"{request.path_params['owner']}/{request.path_params['name']}"
    found = await call.read_slow(tensors.viewed, name, asked.get("file", ""))
    words, dtype = asked.get("q", "")[:MOST_WORDS], asked.get("dtype", "")
    matching = found.sheet.matching(words, dtype)
    if asked.get("format") == "json":
        return JSONResponse(_told(found, matching))
    page = _page(asked.get("p", ""), len(matching))
    at = (page - 1) * PAGE
    kept = {"file": found.chosen.file, "q": words, "dtype": dtype}
    return await call.page(
        "catalog/viewer.html",
        repo=found.repo,
        manages=found.manages,
        place="models",
        choices=found.choices,
        chosen=found.chosen,
        sheet=found.sheet,
        rows=matching[at : at + PAGE],
        matched=len(matching),
        words=words,
        dtype=dtype,
        page=page,
        last=max(1, -(-len(matching) // PAGE)),
        url=f"?{urlencode({key: value for key, value in kept.items() if value})}&p={{n}}",
    )


def _page(text: str, count: int) -> int:
    """The page asked for, from 1, if there are so many."""
    last = max(1, -(-count // PAGE))
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(wanted, 1), last)


def _told(found: tensors.Viewed, matching: list[Tensor]) -> dict[str, Any]:
    sheet = found.sheet
    return {
        "file": found.chosen.file,
        "files": list(found.chosen.parts),
        "format": sheet.form,
        "parameters": {share.dtype: share.parameters for share in sheet.shares},
        "total": sheet.parameters,
        "metadata": dict(sheet.metadata),
        "tensors": [
            {
                "name": each.name,
                "dtype": each.dtype,
                "shape": list(each.shape),
                "parameters": each.parameters,
                "bytes": each.size,
            }
            | ({"file": each.file} if each.file else {})
            for each in matching
        ],
    }


routes: list[BaseRoute] = [KindRoute("model", "/{owner:seg}/{name:seg}/viewer", show, ["GET"])]

"""What these addresses and bodies have in common."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bearhug.errors import BadRequest

LFS_JSON = "application/vnd.git-lfs+json"
REPO = "/{owner:seg}/{name:seg}"


def repo_name(values: dict[str, str]) -> str:
    """`owner/name` of an address, which may end in .git."""
    return f"{values['owner']}/{values['name'].removesuffix('.git')}"


async def json_body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def lfs_answer(body: dict[str, Any], *, status: int = 200) -> Response:
    return JSONResponse(body, status, media_type=LFS_JSON)

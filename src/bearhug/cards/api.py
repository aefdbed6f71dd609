"""Cards as JSON: whether one can stand, asked before it is uploaded."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel
from starlette.responses import Response

from bearhug.cards.checking import check
from bearhug.repos.model import RepoKind

router = APIRouter(prefix="/api", tags=["cards"])


class Readme(BaseModel):
    content: str
    repoType: RepoKind = RepoKind.MODEL


@router.post("/validate-yaml")
async def validate_yaml(readme: Readme, request: Request) -> Response:
    """Check a README's metadata. Client: HfApi.create_commit, before it sends a README.md.

    In lines of text for who wants text/plain, as RepoCard.validate shows them.
    """
    verdict = check(readme.content, readme.repoType)
    if request.headers.get("accept") == "text/plain":
        lines = [f"- Error: {words}" for words in verdict.errors]
        lines += [f"- Warning: {words}" for words in verdict.warnings]
        return PlainTextResponse("\n".join(lines), 400 if verdict.errors else 200)
    errors = [{"message": words} for words in verdict.errors]
    warnings = [{"message": words} for words in verdict.warnings]
    return JSONResponse({"errors": errors, "warnings": warnings}, 400 if errors else 200)


routes = router.routes

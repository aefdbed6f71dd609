"""Ending tokens that leaked: anyone who found one may, as on the Hub."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from bearhug.access import service as access
from bearhug.hub import VISITOR
from bearhug.web.call import CallDep

router = APIRouter(prefix="/api", tags=["credentials"])
MOST = 1_000


class Found(BaseModel):
    """Whole tokens, as they were found."""

    credentials: list[Annotated[str, StringConstraints(max_length=500)]] = Field(max_length=MOST)


@router.post("/credentials/revoke", status_code=202)
async def revoke(call: CallDep, found: Found) -> dict[str, str]:
    """Whether any of them was one is not told: the answer is always the same."""
    await call.thread(call.hub.write_as, VISITOR, access.revoke, found.credentials)
    return {"status": "accepted"}

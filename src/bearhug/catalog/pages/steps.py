"""A newcomer's steps are taken by going there; each is written down once."""

from bearhug.catalog import service as catalog
from bearhug.web.call import Call


async def step_taken(call: Call, name: str) -> None:
    """Whoever is signed in has now been there."""
    if await call.read(catalog.is_new_step, name):
        await call.write(catalog.take_step, name)

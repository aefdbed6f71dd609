"""What a caller of the viewer sends, checked; and the answer with what every answer has."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bearhug.viewer import service
from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.model import MissingParameter
from bearhug.viewer.service.looking import Seen
from bearhug.web.call import Call

MOST_ROWS = 100


class Asked:
    """One question to the viewer."""

    def __init__(self, request: Request) -> None:
        self.call = Call.of(request)
        self._params = request.query_params

    def need(self, *names: str) -> list[str]:
        """These parameters. Raises MissingParameter naming those that are not there."""
        missing = [name for name in names if not self._params.get(name)]
        if missing:
            listed = ", ".join(f"'{name}'" for name in missing)
            one = "Parameter" if len(missing) == 1 else "Parameters"
            raise MissingParameter(
                f"{one} {listed} {'is' if len(missing) == 1 else 'are'} required"
            )
        return [self._params[name] for name in names]

    def may(self, name: str) -> str:
        return self._params.get(name, "")

    def number(self, name: str, usual: int, most: int | None = None) -> int:
        """Raises InvalidParameter."""
        text = self._params.get(name, "")
        if not text:
            return usual
        if not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise InvalidParameter(f"Parameter '{name}' must be a whole number, 0 or more")
        value = int(text)
        if most is not None and value > most:
            raise InvalidParameter(f"Parameter '{name}' must not be greater than {most}")
        return value

    async def seen(self, dataset: str) -> Seen:
        """What is known of it. Raises as `service.seen`; who asks first has it built."""
        try:
            return await self.call.read(service.seen, dataset)
        except service.NotBegun as absent:
            if absent.commit is not None:
                await self.call.thread(
                    self.call.hub.write, service.begin, absent.repo_id, absent.commit
                )
            raise


def answer(seen: Seen, told: Any) -> Response:
    """With the commit it was computed from; private data stays out of shared caches."""
    private = "private" if seen.repo.private or seen.repo.gated else "public"
    headers = {"X-Revision": seen.commit, "Cache-Control": f"{private}, max-age=10"}
    return JSONResponse(told, headers=headers)


def failed(dataset: str, failure: Any, **where: str) -> dict[str, Any]:
    """One line of `failed`."""
    error = {name: value for name, value in failure.items() if name != "code"}
    return {"dataset": dataset, **where, "error": error}


__all__ = ["MOST_ROWS", "Asked", "answer", "failed"]

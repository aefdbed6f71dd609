"""The CAS over HTTP, in the spellings of every client (XET §5 and §6).

tokens.py    where a client learns how to speak to it
uploads.py   xorbs, shards
files.py     reconstructions, questions for chunks
data.py      stored bytes by signed addresses
"""

from starlette.routing import BaseRoute, Route

from bearhug.cas.wire.data import data
from bearhug.cas.wire.files import chunk, first_reconstruction, reconstruction, size
from bearhug.cas.wire.tokens import read_token, write_token
from bearhug.cas.wire.uploads import (
    first_shard,
    grant,
    second_shard,
    telemetry,
    xorb,
)

_REPO = "/api/{kind:kind}/{owner:seg}/{name:seg}"
_CAS = "/cas/{generation:seg}"
_HASH = "/{prefix:seg}/{hash:seg}"


def _spelled(*paths: str) -> list[str]:
    return [_CAS + path for path in paths]


routes: list[BaseRoute] = [
    Route(_REPO + "/xet-read-token/{rev:rest}", read_token),
    Route(_REPO + "/xet-write-token/{rev:rest}", write_token),
    Route("/cas/data/{key:seg}", data, methods=["GET"]),
    Route(_CAS + "/v1/xorb-grants" + _HASH, grant, methods=["POST"]),
    Route(_CAS + "/v1/telemetry", telemetry, methods=["POST"]),
    Route(_CAS + "/v1/files/{hash:seg}", size, methods=["GET", "HEAD"]),
    Route(_CAS + "/v2/shards", second_shard, methods=["POST"]),
    Route(_CAS + "/shard" + _HASH, first_shard, methods=["POST"]),
    Route(_CAS + "/{version:seg}/reconstructions/{hash:seg}", reconstruction),
    *(Route(path, first_shard, methods=["POST"]) for path in _spelled("/v1/shards", "/shards")),
    *(
        Route(path + _HASH, xorb, methods=["POST"])
        for path in _spelled("/v1/xorbs", "/xorbs", "/xorb")
    ),
    *(Route(path + _HASH, chunk) for path in _spelled("/v1/chunks", "/chunks", "/chunk")),
    *(
        Route(path + "/{hash:seg}", first_reconstruction)
        for path in _spelled("/reconstructions", "/reconstruction")
    ),
]

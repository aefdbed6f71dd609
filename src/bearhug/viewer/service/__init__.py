"""What is found out of datasets, and told. The use cases, whichever module each lives in."""

from bearhug.viewer.service.building import build, on_pushed
from bearhug.viewer.service.looking import (
    NotBegun,
    asset_key,
    begin,
    config_of,
    converted,
    first_rows_of,
    require_asset,
    rows_of,
    seen,
    shard_number,
)
from bearhug.viewer.service.measuring import index_of, measure
from bearhug.viewer.service.room import Room

__all__ = [
    "NotBegun",
    "Room",
    "asset_key",
    "begin",
    "build",
    "config_of",
    "converted",
    "first_rows_of",
    "index_of",
    "measure",
    "on_pushed",
    "require_asset",
    "rows_of",
    "seen",
    "shard_number",
]

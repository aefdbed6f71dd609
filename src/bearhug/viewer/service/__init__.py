"""What is found out of datasets, and told. The use cases, whichever module each lives in."""

from bearhug.viewer.service.building import Room, build, on_pushed
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

__all__ = [
    "NotBegun",
    "Room",
    "asset_key",
    "begin",
    "build",
    "config_of",
    "converted",
    "first_rows_of",
    "on_pushed",
    "require_asset",
    "rows_of",
    "seen",
    "shard_number",
]

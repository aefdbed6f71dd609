"""The viewer's API, as the Hub's at datasets-server; this host's is /api-viewer.

asking.py     what callers send, checked
splits.py     is-valid, splits, info, size, parquet: what there is
rows.py       first-rows, rows, search, filter, statistics, and pictures
hosting.py    the same under the host that the `datasets` library asks
listing.py    /api/datasets/{id}/parquet and /croissant on the Hub's own API
"""

from bearhug.viewer.api import listing, rows, splits
from bearhug.viewer.api.hosting import at_its_own_host

__all__ = ["at_its_own_host", "routes"]

routes = [*splits.routes, *rows.routes, *listing.routes]

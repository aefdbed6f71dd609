"""The viewer's API, as the Hub's at datasets-server; this host's is /api-viewer.

asking.py     what callers send, checked
splits.py     is-valid, splits, info, size, parquet: what there is
rows.py       first-rows, rows, search, filter, statistics, and pictures
listing.py    /api/datasets/{id}/parquet and /croissant on the Hub's own API
"""

from bearhug.viewer.api import listing, splits

routes = [*splits.routes, *listing.routes]

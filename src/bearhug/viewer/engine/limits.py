"""The sizes of everything a dataset's viewer does for one caller.

The public ones are those of the Hub's own viewer (huggingface.co/docs/dataset-viewer).
"""

ROWS_PER_PAGE = 100
FIRST_ROWS_BYTES = 1_000_000
FIRST_ROWS_LEAST = 10
CELL_BYTES = 100
"""What is left of a cell of the first rows, if it must be cut."""

PAGE_BYTES = 8_000_000
PAGE_CELL_BYTES = 20_000
"""The same for a page of rows, none of which is left out."""

COLUMNS = 1_000
COLUMN_NAME_CHARACTERS = 500
SCAN_BYTES = 300_000_000
"""What one page may read, uncompressed."""

INDEX_BYTES = 5_000_000_000
"""Of a split's data, from its beginning: what is indexed for search."""

INDEX_FILE_BYTES = 8_000_000_000
LOCK_BYTES = 4_096
"""Of a lock beside an index that is read: all that a warm worker may write."""

WHERE_CHARACTERS = 4_000
WHERE_DEPTH = 24
WHERE_TERMS = 100
PATTERN_CHARACTERS = 500
ORDER_COLUMNS = 4
QUERY_CHARACTERS = 1_000
QUERY_WORDS = 64

WAIT_SECONDS = 10.0
"""For a worker to be free."""

PAGE_SECONDS = 15.0
FILTER_SECONDS = 30.0
JOB_SECONDS = 1_800.0

WORKERS = 2
WORKER_BYTES = 768 * 1024**2
"""What a worker should need: twice as much and a gigabyte are its end (engines/confine.py)."""

JOB_BYTES = 1024**3
DUCKDB_MEMORY = "512MB"
THREADS = 2

LABELS_MOST = 1_000
LABELS_PROPORTION = 0.2
BINS = 10
DECIMALS = 5
ASSET_BYTES = 200_000_000
PIXELS = 100_000_000
"""Of a picture that is drawn anew; one served as it is may be of any size."""

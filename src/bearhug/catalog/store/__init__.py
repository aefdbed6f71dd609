"""Every SQL statement of the catalogue.

bulk.py        many ids at once
census.py      which repos have what
named.py       an author, a tag, a word
rows.py        the order of a listing and its lines
people.py      accounts by a part of their name
downloads.py   counts
home.py        steps, news, what is held
lately.py      what an account did
"""

from bearhug.catalog.store.census import (
    COUNTED,
    all_repos,
    all_sizes,
    all_values,
    changed_since,
    count_repos,
    some_repos,
    some_sizes,
    some_values,
)
from bearhug.catalog.store.downloads import (
    add_downloads,
    downloads_since,
    fade,
    is_due,
    kinds_of,
    roll_downloads,
)
from bearhug.catalog.store.home import add_step, has_run, held_bytes, news, steps_of
from bearhug.catalog.store.named import (
    gated,
    hidden_but_seen,
    liked_since,
    matching,
    of_author,
    of_parameters,
    ranked,
    tagged,
    tagged_at_all,
    values_of,
)
from bearhug.catalog.store.people import named
from bearhug.catalog.store.rows import FIRST, FIRST_NAME, among, hits, walk

__all__ = [
    "COUNTED",
    "FIRST",
    "FIRST_NAME",
    "add_downloads",
    "add_step",
    "all_repos",
    "all_sizes",
    "all_values",
    "among",
    "changed_since",
    "count_repos",
    "downloads_since",
    "fade",
    "gated",
    "has_run",
    "held_bytes",
    "hidden_but_seen",
    "hits",
    "is_due",
    "kinds_of",
    "liked_since",
    "matching",
    "named",
    "news",
    "of_author",
    "of_parameters",
    "ranked",
    "roll_downloads",
    "some_repos",
    "some_sizes",
    "some_values",
    "steps_of",
    "tagged",
    "tagged_at_all",
    "values_of",
    "walk",
]

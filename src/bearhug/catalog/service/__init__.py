"""What people ask of the catalogue.

listing.py     browsing, filtering, searching
info.py        all there is to know of one repo
searching.py   everything of a name, and the words of cards
downloads.py   counting them
home.py        the first page: steps, news, what is held
lately.py      what an account did, for its page
"""

from bearhug.catalog.model import Hit
from bearhug.catalog.service.downloads import Downloads, daily, flush, roll, schedule
from bearhug.catalog.service.home import Home, home, is_new_step, news, take_step
from bearhug.catalog.service.info import (
    Info,
    Kin,
    Page,
    count_children,
    info,
    kin,
    of_repo,
    page,
    seen,
    spaces_using,
    used_by,
)
from bearhug.catalog.service.lately import Deed, count_opened, lately
from bearhug.catalog.service.listing import browse, count, hits, on_change, tags_by_type
from bearhug.catalog.service.searching import (
    ALL,
    Found,
    Passage,
    Texts,
    everything,
    full_text,
)

__all__ = [
    "ALL",
    "Deed",
    "Downloads",
    "Found",
    "Hit",
    "Home",
    "Info",
    "Kin",
    "Page",
    "Passage",
    "Texts",
    "browse",
    "count",
    "count_children",
    "count_opened",
    "daily",
    "everything",
    "flush",
    "full_text",
    "hits",
    "home",
    "info",
    "is_new_step",
    "kin",
    "lately",
    "news",
    "of_repo",
    "on_change",
    "page",
    "roll",
    "schedule",
    "seen",
    "spaces_using",
    "tags_by_type",
    "take_step",
    "used_by",
]

"""What people ask of the catalogue.

listing.py     browsing, filtering, searching
info.py        all there is to know of one repo
downloads.py   counting them
home.py        the first page: steps, news, what is held
lately.py      what an account did, for its page
"""

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
    spaces_using,
)
from bearhug.catalog.service.lately import Deed, count_opened, lately
from bearhug.catalog.service.listing import browse, count, hits, on_change, tags_by_type

__all__ = [
    "Deed",
    "Downloads",
    "Home",
    "Info",
    "Kin",
    "Page",
    "browse",
    "count",
    "count_children",
    "count_opened",
    "daily",
    "flush",
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
    "spaces_using",
    "tags_by_type",
    "take_step",
]

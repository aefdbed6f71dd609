"""Collections as pages.

listing.py    all of them, searched and sorted
one.py        one: shown, changed, ordered, upvoted, deleted
adding.py     making one; putting a thing into one's own; what a repo's page says of it
"""

from bearhug.collections.pages import adding, listing, one
from bearhug.collections.pages.adding import panel

__all__ = ["panel", "routes"]

routes = [*adding.routes, *listing.routes, *one.routes]

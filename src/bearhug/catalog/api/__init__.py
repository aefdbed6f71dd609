"""The catalogue as JSON, for HfApi and @huggingface/hub. Plain Starlette: these are asked most.

properties.py   what may be said of a repo, by the names that clients expand
listing.py      lists
searching.py    tags by type, the search in the bar, the words of cards, tasks
info.py         one repo
overview.py     one person or organisation
ranking.py      leaderboards, Spaces by what they are for
"""

from bearhug.catalog.api import info, listing, overview, ranking, searching

routes = [*listing.routes, *searching.routes, *info.routes, *overview.routes, *ranking.routes]

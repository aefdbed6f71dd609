"""The catalogue as JSON, for HfApi and @huggingface/hub. Plain Starlette: these are asked most.

properties.py   what may be said of a repo, by the names that clients expand
listing.py      lists, tags by type, the search in the bar
info.py         one repo
overview.py     one person or organisation
"""

from bearhug.catalog.api import info, listing, overview

routes = [*listing.routes, *info.routes, *overview.routes]

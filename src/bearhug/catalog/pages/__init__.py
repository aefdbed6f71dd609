"""The catalogue as pages.

listing.py   Models, Datasets, Spaces, Kernels
searching.py searching everything
repo.py      the page of one repo
viewer.py    inside its weights
template.py  its chat templates
profile.py   a person or an organisation, and what they made
home.py      the first page
small.py     what browsers and crawlers ask for, and the design kit
"""

from bearhug.catalog.pages import home, listing, profile, repo, searching, small, template, viewer

routes = [
    *small.routes,
    *home.routes,
    *listing.routes,
    *searching.routes,
    *viewer.routes,
    *template.routes,
    *repo.routes,
    *profile.routes,
]

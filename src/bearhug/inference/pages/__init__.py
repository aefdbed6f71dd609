"""Models that answer, as pages: the panel beside a card, saved runs.

panel.py    what stands on a model's page: a conversation, and what it costs here
trying.py   the same conversation without a script
colours.py  code to copy
runs.py     saved runs: the list, one of them, its picture
upstreams.py  what operators say: servers elsewhere, whose own code may run
"""

from starlette.routing import BaseRoute

from bearhug.inference.pages import runs, trying, upstreams
from bearhug.inference.pages.panel import panel

__all__ = ["panel", "routes"]

routes: list[BaseRoute] = [*runs.routes, *trying.routes, *upstreams.routes]

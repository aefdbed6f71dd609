"""Models that answer, as pages: the panel beside a card, saved runs.

panel.py    what stands on a model's page: a conversation, and what it costs here
widgets.py  the form of a model's task: its fields are in forms.py (tongues.py: languages),
            what it is filled in with in proposing.py
trying.py   the same without a script: a conversation, or a form by posting.py
keepsakes.py  a task's answer as a saved run draws it
colours.py  code to copy
runs.py     saved runs: the list, one of them, its picture
upstreams.py  what operators say: servers elsewhere, whose own code may run
"""

from starlette.routing import BaseRoute

from bearhug.inference.pages import runs, trying, upstreams
from bearhug.inference.pages.panel import panel

__all__ = ["panel", "routes"]

routes: list[BaseRoute] = [*runs.routes, *trying.routes, *upstreams.routes]

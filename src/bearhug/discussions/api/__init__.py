"""Discussions as JSON (specs: HUB_API §10). Clients: HfApi, @huggingface/hub.

talks.py     lists, one with its story, what is done to it
inbox.py     who was told of what
shapes.py    how each thing is written
"""

from bearhug.discussions.api import inbox, talks

routes = [*talks.router.routes, *inbox.router.routes]

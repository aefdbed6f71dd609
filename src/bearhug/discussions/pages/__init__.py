"""Discussions as pages, for people: all of it works without a script.

listing.py   a repo's community tab, and what is opened there
thread.py    one discussion: its talk, its commits, the files it changes
deeds.py     what is done to it, by forms
inbox.py     what one was told of
around.py    the tab over a repo's pages, the bell in the bar
"""

from bearhug.discussions.pages import deeds, inbox, listing, thread
from bearhug.discussions.pages.around import around

__all__ = ["around", "routes"]

routes = [*listing.routes, *thread.routes, *deeds.routes, *inbox.routes]

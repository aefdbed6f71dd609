"""Accounts as pages.

threshold.py       signing up, in and out
settings.py        profile, account, sessions
tokens.py          access tokens, each shown once
organisations.py   founding, settings, members
avatars.py         pictures
forms.py           what a form held, and what to say of it
hashing.py         argon2, off the loop
"""

from starlette.routing import BaseRoute

from bearhug.accounts.pages import avatars, organisations, settings, threshold, tokens

routes: list[BaseRoute] = [
    *threshold.routes,
    *settings.routes,
    *tokens.routes,
    *organisations.routes,
    *avatars.routes,
]

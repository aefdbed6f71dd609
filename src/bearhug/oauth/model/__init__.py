"""The words this feature speaks. No I/O.

scopes.py      what an app may ask for, in plain words
apps.py        App, Consent, and which addresses it may send people back to
answers.py     OAuthError, SentBack, Issued: how a request for a token ends
publishers.py  Publisher, Provider, Resource: which CI job may publish where
"""

from bearhug.oauth.model.answers import Issued, OAuthError, SentBack
from bearhug.oauth.model.apps import App, Ask, Connection, Device
from bearhug.oauth.model.publishers import Provider, Publisher, Resource
from bearhug.oauth.model.scopes import DEFAULT, SCOPES

__all__ = [
    "DEFAULT",
    "SCOPES",
    "App",
    "Ask",
    "Connection",
    "Device",
    "Issued",
    "OAuthError",
    "Provider",
    "Publisher",
    "Resource",
    "SentBack",
]

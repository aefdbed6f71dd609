"""What programs call. None of it goes by a cookie.

metadata.py  what this provider can, its keys
tokens.py    tokens, and their end
devices.py   codes for devices; apps that register themselves
people.py    who the token's holder is
asking.py    reading a request: its fields, who asks
"""

from starlette.routing import BaseRoute

from bearhug.oauth.api import devices, metadata, people, tokens

routes: list[BaseRoute] = [
    *metadata.routes,
    *tokens.routes,
    *devices.routes,
    *people.routes,
]

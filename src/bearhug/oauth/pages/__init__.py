"""What people see of OAuth: consent, the code of a device, apps, publishers."""

from starlette.routing import BaseRoute

from bearhug.oauth.pages import applications, authorize, device, publishers

routes: list[BaseRoute] = [
    *authorize.routes,
    *device.routes,
    *applications.routes,
    *publishers.routes,
]

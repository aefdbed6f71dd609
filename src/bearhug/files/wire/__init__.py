"""Files in bytes: resolve, raw and LFS. Clients: huggingface_hub, curl, git-lfs, browsers.

resolve.py      a file at a revision
lfs.py          where LFS objects are sent and had
objects.py      the objects themselves
"""

from starlette.routing import BaseRoute

from bearhug.files.wire import lfs, objects, resolve
from bearhug.files.wire.objects import UPLOAD

__all__ = ["UPLOAD", "routes"]

routes: list[BaseRoute] = [
    *resolve.routes,
    *lfs.routes,
    *objects.routes,
]

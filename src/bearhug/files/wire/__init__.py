"""Files in bytes: resolve, raw, git and LFS. Clients: huggingface_hub, curl, git, git-lfs.

resolve.py      a file at a revision
git.py          fetching and pushing, by git's processes (processes.py)
lfs.py          where LFS objects are sent and had
objects.py      the objects themselves
locks.py        who may change which file just now
"""

from starlette.routing import BaseRoute

from bearhug.files.wire import git, lfs, locks, objects, resolve
from bearhug.files.wire.objects import UPLOAD

__all__ = ["UPLOAD", "routes"]

routes: list[BaseRoute] = [
    *resolve.routes,
    *git.routes,
    *lfs.routes,
    *locks.routes,
    *objects.routes,
]

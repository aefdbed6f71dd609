"""Which store the settings mean."""

from pathlib import Path

from bearhug.storage.disk import DiskObjects, sweep
from bearhug.storage.objects import Objects
from bearhug.storage.sigv4 import Credentials

try:
    from bearhug.storage.s3 import S3Objects
except ImportError:  # obstore comes with an extra
    S3Objects = None  # type: ignore[assignment,misc]

CLOUDS = ("s3://", "gs://", "az://")


class CannotOpen(Exception):
    """The settings name a store that this installation cannot reach. For the operator to read."""


def open_objects(url: str | None, root: Path, credentials: Credentials) -> Objects:
    """The objects at `url`, or under `root` without one; uploads in progress lie in root/scratch.

    Raises CannotOpen for an address of another kind, or if the extra it needs is not installed.
    """
    if not url:
        objects: Objects = DiskObjects(root)
    elif not url.startswith(CLOUDS):
        raise CannotOpen(f"Objects live at {', '.join(CLOUDS)}… or on disk; not at {url}")
    elif S3Objects is None:
        raise CannotOpen(f"{url} needs obstore: pip install 'bearhug[s3]'")
    else:
        objects = S3Objects(url, root / "scratch", credentials)
    sweep(objects.scratch)
    return objects

"""The viewer under a name of its own, `datasets-server.<this host>`: where `datasets` asks.

The library makes that name of HF_ENDPOINT and has no setting for it (datasets/utils/
_dataset_viewer.py). A request to it is one to /api-viewer of this host.
"""

from starlette.types import Scope

LABEL = b"datasets-server."
BELOW = "/api-viewer"
HOSTS = (b"host", b"x-forwarded-host")


def at_its_own_host(scope: Scope) -> None:
    """Make it a request to this host, if it is one to the viewer's."""
    asked = [value for name, value in scope["headers"] if name in HOSTS]
    if not any(value.lower().startswith(LABEL) for value in asked):
        return
    scope["headers"] = [
        (name, value[len(LABEL) :] if _is_ours(name, value) else value)
        for name, value in scope["headers"]
    ]
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if not raw.startswith((b"/healthz", b"/readyz")):
        scope["raw_path"] = BELOW.encode() + raw
        scope["path"] = BELOW + scope["path"]


def _is_ours(name: bytes, value: bytes) -> bool:
    return name in HOSTS and value.lower().startswith(LABEL)

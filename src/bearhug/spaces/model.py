"""The words this feature speaks. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bearhug.errors import Unprocessable
from bearhug.kit.wire import Moment
from bearhug.repos.model import RepoKind

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,255}")
"""The name of a variable, as every shell and language takes it."""

FLAVOR = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
TIERS = ("small", "medium", "large")
VOLUME_TYPES = (
    "bucket",
    *(kind.value for kind in (RepoKind.MODEL, RepoKind.DATASET, RepoKind.SPACE)),
)
VALUE_BYTES = 64 * 1024
MOST = 100
DEFAULT_HARDWARE = "cpu-basic"


class Stage(StrEnum):
    """How a Space is. Words as in huggingface_hub/_space_api.py, SpaceStage."""

    RUNNING = "RUNNING"
    NO_APP_FILE = "NO_APP_FILE"
    STOPPED = "STOPPED"
    PAUSED = "PAUSED"


@dataclass(frozen=True)
class Kept:
    """What a Space is to run with, as it was asked; `sleep_seconds` is -1 for never."""

    hardware: str = DEFAULT_HARDWARE
    sleep_seconds: int | None = None
    storage: str | None = None
    paused: bool = False
    dev_mode: bool = False
    volumes: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Runtime:
    """How a Space is now. `current` hardware is None where nothing runs for it."""

    stage: Stage
    static: bool
    kept: Kept = field(default_factory=Kept)

    def wire(self) -> dict[str, Any]:
        """As huggingface_hub/_space_api.py, SpaceRuntime, reads it."""
        running = self.stage is Stage.RUNNING
        said: dict[str, Any] = {
            "stage": str(self.stage),
            "hardware": {
                "current": None,
                "requested": None if self.static else self.kept.hardware,
            },
            "storage": self.kept.storage,
            "gcTimeout": self.kept.sleep_seconds,
            "replicas": {"current": int(running), "requested": 0 if self.kept.paused else 1},
            "devMode": self.kept.dev_mode,
        }
        if self.kept.volumes:
            said["volumes"] = list(self.kept.volumes)
        return said


@dataclass(frozen=True)
class Entry:
    """A variable of a Space, or a secret, whose value is not told."""

    key: str
    value: str | None
    description: str
    at: Moment


def check_key(key: str) -> str:
    """Raises Unprocessable."""
    if not KEY.fullmatch(key):
        raise Unprocessable(
            f"key: {key[:80]!r} cannot name a variable: use letters, digits and _, at most 256,"
            " no digit at its start."
        )
    return key


def check_value(value: str) -> str:
    """Raises Unprocessable."""
    if len(value.encode()) > VALUE_BYTES:
        raise Unprocessable(f"value: at most {VALUE_BYTES} bytes.")
    return value


def check_hardware(flavor: str) -> str:
    """Raises Unprocessable."""
    if not FLAVOR.fullmatch(flavor):
        raise Unprocessable(f"flavor: {flavor[:80]!r} names no hardware; cpu-basic does.")
    return flavor


def check_tier(tier: str) -> str:
    """Raises Unprocessable."""
    if tier not in TIERS:
        raise Unprocessable(f"tier: use one of {', '.join(TIERS)}; got {tier[:80]!r}.")
    return tier


def check_volumes(volumes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those keys of each that the Hub knows. Raises Unprocessable naming what is wrong."""
    if len(volumes) > MOST:
        raise Unprocessable(f"volumes: at most {MOST}.")
    checked = [_volume(number, volume) for number, volume in enumerate(volumes)]
    places = [volume["mountPath"] for volume in checked]
    if len(set(places)) != len(places):
        raise Unprocessable("volumes: two are mounted at the same path.")
    return checked


def _volume(number: int, volume: Mapping[str, Any]) -> dict[str, Any]:
    said = f"volumes[{number}]"
    if volume.get("type") not in VOLUME_TYPES:
        raise Unprocessable(f"{said}.type: use one of {', '.join(VOLUME_TYPES)}.")
    for name in ("source", "mountPath"):
        if not isinstance(volume.get(name), str):
            raise Unprocessable(f"{said}.{name}: send a text.")
    if not volume["mountPath"].startswith("/") or ".." in volume["mountPath"].split("/"):
        raise Unprocessable(f"{said}.mountPath: a path that begins with / and has no '..' in it.")
    rules = {"revision": str, "path": str, "readOnly": bool}
    for name, rule in rules.items():
        if volume.get(name) is not None and not isinstance(volume[name], rule):
            raise Unprocessable(f"{said}.{name}: not a {rule.__name__}.")
    known = ("type", "source", "mountPath", *rules)
    return {name: volume[name] for name in known if volume.get(name) is not None}

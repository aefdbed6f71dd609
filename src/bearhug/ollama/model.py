"""The words of Ollama's registry. No I/O.

Shapes as in ollama's manifest/manifest.go and types/model/config.go.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
MODEL, PROJECTOR = "model", "projector"
TEMPLATE, SYSTEM, PARAMS, LICENSE = "template", "system", "params", "license"


@dataclass(frozen=True)
class Layer:
    """A part of a model. `content` is what the hub makes itself; a file of the repo has None."""

    media_type: str
    sha256: str
    size: int
    content: bytes | None = None
    path: str = ""
    """Which file of the repo it is, where it is one."""

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256}"

    @property
    def wire(self) -> dict[str, Any]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}


def part(kind: str, sha256: str, size: int, path: str) -> Layer:
    """A file of the repo as a layer."""
    return Layer(_typed(kind), sha256, size, path=path)


def made(kind: str, content: bytes) -> Layer:
    """Bytes of the hub's own as a layer."""
    return Layer(_typed(kind), hashlib.sha256(content).hexdigest(), len(content), content)


@dataclass(frozen=True)
class Manifest:
    """What a tag stands for."""

    config: Layer
    layers: tuple[Layer, ...]

    @property
    def content(self) -> bytes:
        told = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": self.config.wire,
            "layers": [layer.wire for layer in self.layers],
        }
        return json.dumps(told).encode()

    @property
    def for_llama(self) -> bytes:
        """The same with the names of files: llama.cpp asks for them (common/arg.cpp of 2025)."""
        named = {"ggufFile": "model", "mmprojFile": "projector"}
        told = json.loads(self.content)
        for key, kind in named.items():
            for layer in self.layers:
                if layer.media_type == _typed(kind):
                    told[key] = {"rfilename": layer.path, "size": layer.size}
        return json.dumps(told).encode()

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"

    def blob(self, sha256: str) -> Layer | None:
        """The layer of that digest."""
        known = (self.config, *self.layers)
        return next((layer for layer in known if layer.sha256 == sha256), None)


def config_layer(layers: tuple[Layer, ...], **about: str) -> Layer:
    """What describes the layers. `about`: family, parameters ("135M") and file_type."""
    told = {
        "model_format": "gguf",
        "model_family": about["family"],
        "model_families": [about["family"]],
        "model_type": about["parameters"],
        "file_type": about["file_type"],
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
    }
    content = json.dumps(told).encode()
    return Layer(CONFIG_TYPE, hashlib.sha256(content).hexdigest(), len(content), content)


def human(parameters: int) -> str:
    """135M, 1.7B: as Ollama says it (format/format.go, HumanNumber)."""
    for limit, unit in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if parameters >= limit:
            scaled = parameters / limit
            return f"{scaled:.0f}{unit}" if scaled >= 100 else f"{scaled:.3g}{unit}"
    return str(parameters)


def _typed(kind: str) -> str:
    return f"application/vnd.ollama.image.{kind}"

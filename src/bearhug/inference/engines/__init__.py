"""The engines that can run a model here."""

from bearhug.inference.engines.base import Engine
from bearhug.inference.engines.gguf import GgufEngine

ENGINES: tuple[Engine, ...] = (GgufEngine(),)

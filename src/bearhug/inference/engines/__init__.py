"""The engines that can run a model here. The first that can load a repo's files is taken."""

from bearhug.inference.engines.base import Engine
from bearhug.inference.engines.gguf import GgufEngine
from bearhug.inference.engines.sentence import SentenceEngine
from bearhug.inference.engines.transformers import TransformersEngine

ENGINES: tuple[Engine, ...] = (
    GgufEngine(),
    SentenceEngine(),
    TransformersEngine(),
)

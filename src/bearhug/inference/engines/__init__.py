"""The engines that can run a model here. The first that can load a repo's files is taken."""

from bearhug.inference.engines.base import Engine
from bearhug.inference.engines.diffusers import DiffusersEngine
from bearhug.inference.engines.gguf import GgufEngine
from bearhug.inference.engines.onnx import OnnxEngine
from bearhug.inference.engines.sentence import SentenceEngine
from bearhug.inference.engines.sklearn import SklearnEngine
from bearhug.inference.engines.transformers import TransformersEngine
from bearhug.inference.engines.upstream import UpstreamEngine

ENGINES: tuple[Engine, ...] = (
    GgufEngine(),
    SentenceEngine(),
    TransformersEngine(),
    DiffusersEngine(),
    OnnxEngine(),
    SklearnEngine(),
    UpstreamEngine(),
)

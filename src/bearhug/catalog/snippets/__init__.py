"""How to use a repo of this hub from elsewhere: commands and code that work as they are.

setting.py    the words: Step, Snippet, Setting
libraries.py  models in Python and JavaScript, by the library that loads them
apps.py       models in programs on one's own machine
others.py     datasets, kernels, Spaces; downloading; this hub's API; filling an empty repo
"""

from collections.abc import Callable, Sequence

from bearhug.catalog.snippets.apps import llama, llama_python, mlx, ollama, sglang, vllm
from bearhug.catalog.snippets.libraries import library, onnx, transformers_js
from bearhug.catalog.snippets.others import (
    beginning,
    clone,
    download,
    kernel,
    openai,
    pandas,
    python,
)
from bearhug.catalog.snippets.setting import Setting, Snippet, Step
from bearhug.repos.model import RepoKind

__all__ = ["Setting", "Snippet", "Step", "beginning", "snippets"]

Way = Callable[[Setting], Snippet | None]
_WAYS: dict[RepoKind, Sequence[Way]] = {
    RepoKind.MODEL: (
        *(openai, library, llama, ollama, llama_python, vllm, sglang, mlx, onnx, transformers_js),
        *(download, python, clone),
    ),
    RepoKind.DATASET: (pandas, download, python, clone),
    RepoKind.SPACE: (download, python, clone),
    RepoKind.KERNEL: (kernel, download, python, clone),
}


def snippets(setting: Setting) -> list[Snippet]:
    """Those that make sense for this repo, the most telling first."""
    found = [way(setting) for way in _WAYS[setting.repo.kind]]
    return [each for each in found if each]

"""Libraries that load a model of this hub by the code on its page: tiny models, real libraries."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from skops import io  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from tests.catalog.test_snippets import blocks, bring, onnx_file, run
from tests.conftest import Server
from tests.inference.media_models import made, stable_diffusion
from tests.inference.models import encoder, sentiment

PROGRAM = """
import json, sys
for name, code in json.load(open(sys.argv[1])).items():
    print("##", name, flush=True)
    exec(compile(code, name, "exec"), {})
"""


def _words(folder: Path) -> str:
    sentiment(folder)
    return "pipeline_tag: text-classification"


def _sentences(folder: Path) -> str:
    words = Transformer(str(encoder(folder.with_name("encoder"))))
    SentenceTransformer(modules=[words, Pooling(32)], device="cpu").save(str(folder))
    return "library_name: sentence-transformers"


def _painter(folder: Path) -> str:
    made(folder, stable_diffusion)
    return "pipeline_tag: text-to-image"


def _table(folder: Path) -> str:
    model = LogisticRegression().fit(np.array([[0.0], [1.0]]), [0, 1])
    io.dump(model, folder / "model.skops")
    return "library_name: sklearn\npipeline_tag: tabular-classification"


def _graph(folder: Path) -> str:
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(onnx_file())
    return "pipeline_tag: feature-extraction"


# Each by its page's `?use=`, how it is made, and what the code prints.
LIBRARIES: dict[str, tuple[str, Callable[[Path], str], str]] = {
    "words": ("transformers", _words, "NEGATIVE|NEUTRAL|POSITIVE"),
    "sentences": ("sentence-transformers", _sentences, r"\(2, 32\)"),
    "painter": ("diffusers", _painter, ""),
    "table": ("sklearn", _table, ""),
    "graph": ("onnx", _graph, r"\[\('x', \[2\]\)\]"),
}


@pytest.mark.client
@pytest.mark.model
def test_libraries_load_models_as_their_pages_say(
    server: Server, client: TestClient, tmp_path: Path, client_home: dict[str, str]
) -> None:
    """All in one process, since torch takes its time: each code is run by itself in it."""
    codes = {}
    for name, (use, make, _) in LIBRARIES.items():
        folder = tmp_path / "made" / name
        folder.mkdir(parents=True)
        bring(server.hub, name, folder, make(folder))
        code = blocks(client, f"ada/{name}", use)[0]
        codes[name] = code.replace("http://hub.test", server.url)
        assert server.url in codes[name]
    told = tmp_path / "codes.json"
    told.write_text(json.dumps(codes))
    home = {**client_home, "OMP_NUM_THREADS": "1"}  # others may be at work beside us
    said = run([sys.executable, "-c", PROGRAM, str(told)], home, tmp_path / "work")
    parts = dict(part.split("\n", 1) for part in said.split("## ")[1:])
    for name, (_, _, expected) in LIBRARIES.items():
        assert re.search(expected, parts[name]), f"{name}: {parts[name]}"
    assert (tmp_path / "work" / "bear.png").stat().st_size > 0

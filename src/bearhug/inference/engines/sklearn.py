"""scikit-learn: tables, by estimators that skops or joblib saved."""

import sys
from collections.abc import Sequence

from bearhug.inference.engines import checkpoints
from bearhug.inference.engines.base import (
    Candidate,
    CannotLoad,
    Contents,
    ModelFile,
    Plan,
    RepoFile,
)
from bearhug.inference.engines.python import PythonEngine
from bearhug.inference.memory import MIB

SAFE, PICKLED = (".skops",), (".joblib", ".pkl", ".pickle")
GROWTH = 4
"""skops packs a model; unpacked, and with a table's rows beside it, it is larger."""


class SklearnEngine(PythonEngine):
    name = "sklearn"
    title = "scikit-learn"
    tasks = frozenset({"tabular-classification", "tabular-regression"})
    extra = "sklearn"
    packages = ("sklearn", "skops", "pandas", "joblib")
    process_bytes = 220 * MIB

    def fits(self, contents: Contents, budget_bytes: int) -> Candidate | None:
        """skops' format before pickles, the file that config.json names before others."""
        if contents.task not in self.tasks:
            return None
        model = _model(contents)
        if model is None:
            return None
        if model.path.endswith(PICKLED) and sys.platform != "linux":
            raise CannotLoad(
                "The model is pickled. It may run code, so it is opened only in a sandbox, which "
                "this system does not have. Save it by skops."
            )
        return Candidate(self.name, (model,), "", checkpoints.beside(contents.files))

    def least_bytes(self, candidate: Candidate, contents: Contents) -> int:
        return self.process_bytes + candidate.size * GROWTH

    def plans(self, model: ModelFile) -> Sequence[Plan]:
        return [Plan(1, 0, self.process_bytes + model.size * GROWTH)]


def _model(contents: Contents) -> RepoFile | None:
    said = contents.config.get("sklearn")
    named = said.get("model") if isinstance(said, dict) else None
    wanted = named.get("file") if isinstance(named, dict) else None
    for suffixes in (SAFE, PICKLED):
        found = [file for file in contents.files if file.path.endswith(suffixes)]
        if found:
            return min(found, key=lambda file: (file.path != wanted, file.path))
    return None

"""Reads one dataset, asked line by line: `python -I -m bearhug.viewer.builder --parent=PID`.

It imports all it needs while it is still free, then waits. The first line says which folder it
is to read and where it may write; it gives up everything else before it opens a file. Each line
after that is a question, each answer a line of JSON with `done`; progress comes in between.
"""

import argparse
import io
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import datasets
import pandas
import PIL.Image
import pyarrow.dataset
import pyarrow.json
import pyarrow.parquet
from datasets import DatasetBuilder, SplitGenerator
from datasets.packaged_modules import _PACKAGED_DATASETS_MODULES
from datasets.splits import SplitDict, SplitInfo

from bearhug.inference.engines.confine import confine
from bearhug.viewer.builder.converting import Bounds, Written, copied, written
from bearhug.viewer.builder.failing import FAILURES, told
from bearhug.viewer.builder.resolving import Folder
from bearhug.viewer.builder.sounds import take_as_stored

FILE_BYTES = 4 * 1024**3
SPARED = ("mkdir", "mkdirat")
PREVIEW_ROWS = 101
"""One more than are shown: whether there are more is told too."""

KNOWN = (pandas, PIL.Image, pyarrow.dataset, pyarrow.json, pyarrow.parquet)
"""Imported before anything is given up."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parent = parser.parse_args().parent
    os.umask(0o077)
    hub = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is log
    datasets.disable_progress_bars()
    PIL.Image.init()
    take_as_stored()
    print(json.dumps({"warm": len(_PACKAGED_DATASETS_MODULES)}), file=hub)
    try:
        Program(hub, parent).run()
    except Exception as error:
        traceback.print_exception(error)
        raise SystemExit(f"{type(error).__name__}: {error}") from None
    os._exit(0)


class Program:
    """The questions, each a method. `hub` is who is answered."""

    def __init__(self, hub: TextIO, parent: int) -> None:
        self.hub = hub
        self.parent = parent

    def run(self) -> None:
        order = json.loads(sys.stdin.readline() or "{}")
        if not order:
            return
        self._enter(order)
        questions: dict[str, Callable[..., dict[str, object]]] = {
            "describe": self.describe,
            "preview": self.preview,
            "convert": self.convert,
        }
        for line in sys.stdin:
            asked = json.loads(line)
            answer = questions[asked.pop("ask")](**asked)
            self._say({"done": answer})

    def describe(self) -> dict[str, object]:
        """Which configs there are, and which splits each has."""
        return self.folder.described()

    def preview(self, config: str, split: str, to: str) -> dict[str, object]:
        """The first rows of a split as one small Parquet file."""
        try:
            builder = self.folder.builder(config)
            generator = self.folder.splits(builder)[split]
            self.folder.check_width(builder)
            done = self._written(builder, generator, to, self._bounds(PREVIEW_ROWS, None))
        except FAILURES as error:
            failure = told(error, "FeaturesError", self._hidden, config=config, split=split)
            return {"failure": failure}
        return self._of_split(done)

    def convert(self, config: str, to: str, most: int, size: int) -> dict[str, object]:
        """A config as Parquet files, split by split; those of the repo where they will do.

        `most` is how many bytes of a split to read, `size` how many the config has.
        """
        try:
            builder = self.folder.builder(config)
            generators = self.folder.splits(builder)
            self.folder.check_width(builder)
            said = {
                name: self._split(builder, name, generator, f"{to}-{at}", most, size)
                for at, (name, generator) in enumerate(generators.items())
            }
            info = self._info(builder, said)
        except FAILURES as error:
            failure = told(error, "DatasetGenerationError", self._hidden, config=config)
            return {"failure": failure}
        return {"splits": said, "info": info}

    # --- inside ----------------------------------------------------------------------------

    def _enter(self, order: dict[str, Any]) -> None:
        files, scratch = Path(order["files"]), Path(order["scratch"])
        os.chdir(scratch)
        tempfile.tempdir = str(scratch)
        memory = order["memory"]
        confined = confine(
            [files], scratch, parent=self.parent, memory_bytes=memory, file_bytes=FILE_BYTES
        )
        confined.seal(spared=SPARED)
        if order["sealed"] and not confined.sealed:
            raise SystemExit("this machine cannot confine it")
        (scratch / "cache").mkdir()
        self._say({"isolation": str(confined)})
        self.folder = Folder(files, order["name"], scratch)
        self.address = str(order["address"])
        self._hidden = str(files)

    def _split(
        self,
        builder: DatasetBuilder,
        name: str,
        generator: SplitGenerator,
        to: str,
        most: int,
        size: int,
    ) -> dict[str, object]:
        if kept := self._kept(builder, name):
            builder.info.splits = None
            return kept
        begun = _read_bytes()

        def tell(rows: int) -> None:
            done = min(0.99, (_read_bytes() - begun) / max(1, size))
            self._say({"progress": {"split": name, "rows": rows, "part": round(done, 3)}})

        bounds = self._bounds(None, most, tell)
        return self._of_split(self._written(builder, generator, to, bounds))

    def _bounds(
        self, rows: int | None, size: int | None, tell: Callable[[int], None] = lambda rows: None
    ) -> Bounds:
        return Bounds(rows, size, tell, place=self._hidden, address=self.address)

    def _kept(self, builder: DatasetBuilder, split: str) -> dict[str, object] | None:
        """The repo's own Parquet files, where the library would read them whole."""
        config = builder.config
        asked = [getattr(config, name, None) for name in ("columns", "features", "filters")]
        if builder.name != "parquet" or any(each is not None for each in asked):
            return None
        found = copied(self.folder.origins(builder, split))
        if found is None or builder.info.features is None:
            return None
        return {
            "origins": [
                {"path": str(path.relative_to(self.folder.path)), "rows": rows, "bytes": size}
                for path, rows, size in found
            ],
            "rows": sum(rows for _, rows, _ in found),
            "bytes": sum(size for _, _, size in found),
            "features": builder.info.features.to_dict(),
            "partial": False,
        }

    def _written(
        self, builder: DatasetBuilder, generator: SplitGenerator, to: str, bounds: Bounds
    ) -> Written:
        folder = self.folder.scratch / to
        folder.mkdir()
        return written(builder, generator, folder, bounds)

    def _of_split(self, done: Written) -> dict[str, object]:
        scratch = self.folder.scratch
        return {
            "files": [
                {"file": str(path.relative_to(scratch)), "rows": _rows(path)} for path in done.files
            ],
            "rows": done.rows,
            "bytes": done.bytes,
            "features": done.features.to_dict() if done.features is not None else {},
            "partial": done.partial,
        }

    def _info(self, builder: DatasetBuilder, said: dict[str, Any]) -> dict[str, object]:
        """DatasetInfo as JSON, in the library's words."""
        splits = SplitDict(dataset_name=builder.dataset_name)
        for name, each in said.items():
            splits.add(SplitInfo(name, each["bytes"], each["rows"]))
        builder.info.splits = splits
        builder.info.dataset_size = sum(each["bytes"] for each in said.values())
        buffer = io.BytesIO()
        builder.info._dump_info(buffer)
        info: dict[str, object] = json.loads(buffer.getvalue())
        return {name: value for name, value in info.items() if value is not None}

    def _say(self, event: dict[str, object]) -> None:
        print(json.dumps(event), file=self.hub)


def _rows(path: Path) -> int:
    return int(pyarrow.parquet.read_metadata(path).num_rows)


def _read_bytes() -> int:
    """What this process has read so far (proc(5)); 0 where that is not told."""
    try:
        first = Path("/proc/self/io").read_text("ascii").split(None, 2)[1]
    except OSError:
        return 0
    return int(first)


if __name__ == "__main__":
    main()

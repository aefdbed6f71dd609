"""What the hub asks of Parquet files. Safe for many threads; nothing heavy is imported here."""

import json
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from bearhug.viewer.engine import limits
from bearhug.viewer.engine.pool import Pool
from bearhug.viewer.engine.process import Reach
from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.engine.splits import Assets, Json, Split, features_list

NOWHERE = Assets()
TOTALS_KEPT = 512


class Engine:
    """One for a hub. `reading` are the folders below which all files and indexes lie.

    Every method may raise TookTooLong, ViewerStopped and UnreadableParquet besides its own.
    """

    def __init__(self, reading: tuple[Path, ...], *, workers: int = limits.WORKERS) -> None:
        self.pool = Pool(reading, workers=workers)
        self._totals: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def describe(self, path: Path) -> Json:
        """A file's `rows`, `bytes`, `memory_bytes`, `features`, and `well_cut`.

        Raises TooManyColumns.
        """
        return self._found({"ask": "describe", "path": str(path)}, limits.PAGE_SECONDS)

    def rows(
        self, split: Split, *, offset: int = 0, length: int = 100, assets: Assets = NOWHERE
    ) -> Json:
        """`features`, `rows`, `num_rows_total`, `num_rows_per_page`, as /rows has them.

        Raises InvalidParameter, TooBigContent.
        """
        check_page(offset, length)
        asked = _asked("rows", split, offset=offset, length=length, assets=assets.to_json())
        return _page(split, self._found(asked, limits.PAGE_SECONDS), split.rows)

    def first_rows(
        self,
        split: Split,
        *,
        assets: Assets = NOWHERE,
        most_bytes: int = limits.FIRST_ROWS_BYTES,
    ) -> Json:
        """`features`, `rows`, `truncated`, as /first-rows has them."""
        length = limits.ROWS_PER_PAGE
        features = features_list(split.features)
        most = most_bytes - len(json.dumps(features))
        asked = _asked("first_rows", split, length=length, most_bytes=most, assets=assets.to_json())
        return {"features": features, **self._found(asked, limits.PAGE_SECONDS)}

    def filter(
        self,
        split: Split,
        *,
        where: str = "",
        orderby: str = "",
        offset: int = 0,
        length: int = 100,
        assets: Assets = NOWHERE,
    ) -> Json:
        """As /filter has it. Raises InvalidParameter, TooBigContent."""
        check_page(offset, length)
        key = json.dumps([where, [str(file.path) for file in split.files]])
        part = {"offset": offset, "length": length, "total": self._totals.get(key)}
        asked = _asked(
            "filter", split, where=where, orderby=orderby, assets=assets.to_json(), **part
        )
        found = self._found(asked, limits.FILTER_SECONDS)
        total = int(found["num_rows_total"])
        with self._lock:
            self._totals[key] = total
            while len(self._totals) > TOTALS_KEPT:
                self._totals.popitem(last=False)
        return _page(split, found, total)

    def search(
        self,
        split: Split,
        index: Path,
        *,
        query: str,
        offset: int = 0,
        length: int = 100,
        assets: Assets = NOWHERE,
    ) -> Json:
        """As /search has it, by the index that `index` made. Raises InvalidParameter."""
        check_page(offset, length)
        part = {"query": query, "offset": offset, "length": length}
        asked = _asked("search", split, assets=assets.to_json(), **part)
        answer, _ = self.pool.ask(asked, seconds=limits.FILTER_SECONDS, index=index)
        return _page(split, answer["found"], int(answer["found"]["num_rows_total"]))

    def asset(self, split: Split, *, row: int, column: str, name: str) -> tuple[bytes, str]:
        """The bytes of a picture, sound, film or document, and their type.

        `name` is the last part of its address. Raises AssetNotFound, TooBigContent.
        """
        asked = _asked("asset", split, row=row, column=column, name=name)
        answer, content = self.pool.ask(asked, seconds=limits.PAGE_SECONDS)
        return content, str(answer["found"])

    def index(self, split: Split, folder: Path) -> Json:
        """A job: fill an empty folder with an index for `search`; `rows` and `partial`.

        Raises InvalidParameter if no column has text.
        """
        asked = _asked("index", split, folder=str(folder.resolve()))
        reach = Reach(
            _files(split),
            folder.resolve(),
            kept=True,
            memory_bytes=limits.JOB_BYTES,
            file_bytes=limits.INDEX_FILE_BYTES,
        )
        answer, _ = self.pool.job(asked, reach, seconds=limits.JOB_SECONDS)
        found: Json = answer["found"]
        return found

    def statistics(self, split: Split, scratch: Path) -> Json:
        """A job: `num_examples` and `statistics`, as /statistics has them.

        `scratch` is an empty folder; it is removed.
        """
        reach = Reach(_files(split), scratch.resolve(), memory_bytes=limits.JOB_BYTES)
        answer, _ = self.pool.job(_asked("statistics", split), reach, seconds=limits.JOB_SECONDS)
        found: Json = answer["found"]
        return found

    def close(self) -> None:
        self.pool.close()

    def _found(self, asked: Json, seconds: float) -> Json:
        answer, _ = self.pool.ask(asked, seconds=seconds)
        found: Json = answer["found"]
        return found


def check_page(offset: int, length: int) -> None:
    """Raises InvalidParameter, in the Hub's words."""
    if offset < 0:
        raise InvalidParameter("Parameter 'offset' must be positive")
    if not 0 <= length <= limits.ROWS_PER_PAGE:
        raise InvalidParameter(
            f"Parameter 'length' must be between 0 and {limits.ROWS_PER_PAGE}"
            if length < 0
            else f"Parameter 'length' must not be greater than {limits.ROWS_PER_PAGE}"
        )


def _asked(what: str, split: Split, **more: object) -> Json:
    return {"ask": what, "split": split.to_json(), **more}


def _files(split: Split) -> tuple[Path, ...]:
    return tuple(file.path.resolve() for file in split.files)


def _page(split: Split, found: Json, total: int) -> Json:
    return {
        "features": features_list(split.features),
        "rows": found["rows"],
        "num_rows_total": total,
        "num_rows_per_page": limits.ROWS_PER_PAGE,
    }

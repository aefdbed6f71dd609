"""Strangers' SQL over a dataset: one boxed process for each query, gone when it has answered.

DuckDB's own limits do not hold (DATASETS.md §3): what is allowed to be read could be overwritten,
some functions take memory past their limit, some cannot be interrupted. So the box holds instead:
no network, no file but the ones asked about and none to write, memory and time by the kernel.
"""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from bearhug.errors import NotImplementedHere
from bearhug.viewer.engine.process import Reach, Worker
from bearhug.viewer.engine.refusals import QueryFailed, TookTooLong, ViewerStopped
from bearhug.viewer.engine.splits import Json

DESK = "bearhug.viewer.boxed.desk"
FORMS = {
    "table": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
SQL_CHARACTERS = 20_000
SECONDS = 10.0
MEMORY_BYTES = 512 * 1024**2
"""Of which the box allows twice, and a gigabyte (engines/confine.py)."""

AT_ONCE = 2
WAIT_SECONDS = 10.0
FILES = 10_000


@dataclass(frozen=True)
class Result:
    """`table` has `columns` (name, type), `rows` (lists), `truncated`, `seconds`.

    As CSV or Parquet there is `content` instead, and `table` has no rows.
    """

    table: Json
    content: bytes = b""
    content_type: str = FORMS["table"]


class Console:
    """Any thread may ask; two queries run at once, each for so many seconds at most.."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._places = BoundedSemaphore(AT_ONCE)
        # A process dies with the thread that started it: this one lives as long as the console.
        self._starting = ThreadPoolExecutor(1, "sql-console")
        self.isolation = ""

    def ask(self, sql: str, tables: Mapping[str, tuple[Path, ...]], form: str = "table") -> Result:
        """`tables` are Parquet files by the names that the query has for them, such as `train`.

        Raises QueryFailed in DuckDB's words, or for a limit in ours; TookTooLong if too many ask;
        NotImplementedHere where the machine cannot hold such a process.
        """
        if form not in FORMS:
            raise QueryFailed(f"A result is had as {', '.join(FORMS)}; not as {form[:50]!r}.")
        if len(sql) > SQL_CHARACTERS:
            raise QueryFailed(f"The query is longer than {SQL_CHARACTERS} characters.")
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise TookTooLong("Others' queries are running. Try again in a moment.")
        try:
            return self._asked(sql, tables, form)
        finally:
            self._places.release()

    def close(self) -> None:
        self._starting.shutdown()

    def _asked(self, sql: str, tables: Mapping[str, tuple[Path, ...]], form: str) -> Result:
        folder = Path(tempfile.mkdtemp(prefix="bearhug-sql-"))
        shown = _shown(tables, folder)
        files = {file.resolve() for files in tables.values() for file in files}
        reach = Reach(tuple(sorted(files)), folder, memory_bytes=MEMORY_BYTES, file_bytes=0)
        worker: Worker = self._starting.submit(Worker, DESK, reach).result()
        try:
            worker.ready()
            self.isolation = worker.isolation
            if not worker.sealed:
                raise NotImplementedHere(
                    "This machine cannot hold a stranger's query in a box: it has no Landlock or"
                    " no seccomp. The SQL console is off."
                )
            question: Json = {"sql": sql, "tables": shown, "form": form}
            answer, content = worker.ask(question, seconds=self._seconds)
        except TookTooLong:
            raise QueryFailed(
                f"The query ran for {self._seconds:.0f} seconds and was stopped. Ask for less of"
                " the data, or sample it: FROM train USING SAMPLE 10%."
            ) from None
        except ViewerStopped:
            most = (2 * MEMORY_BYTES + 1024**3) // 1024**3
            raise QueryFailed(
                f"The query was stopped: most likely it needed more than {most} GB of memory."
            ) from None
        finally:
            worker.end()
        return Result(answer["found"], content, FORMS[form])


def _shown(tables: Mapping[str, tuple[Path, ...]], folder: Path) -> dict[str, list[str]]:
    """Files of the tables, under names that tell nothing of where the hub keeps them."""
    shown: dict[str, list[str]] = {}
    for place, (table, files) in enumerate(tables.items()):
        shown[table] = []
        for number, file in enumerate(files[:FILES]):
            name = f"{place}-{number:04}.parquet"
            (folder / name).symlink_to(file.resolve())
            shown[table].append(name)
    return shown

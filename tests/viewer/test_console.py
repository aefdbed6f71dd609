"""The SQL console: what people ask of it, and what it holds against those who would break out."""

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bearhug.viewer.boxed.console import Console
from bearhug.viewer.engine.refusals import QueryFailed

ROWS = 2000
TABLE = pa.table({"a": list(range(ROWS)), "s": [f"w{number}" for number in range(ROWS)]})


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    found = Console(seconds=4)
    yield found
    found.close()


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hidden-store")
    pq.write_table(TABLE, folder / "train.parquet")
    (folder / "secret.txt").write_text("hunter2")
    return folder / "train.parquet"


def test_a_query_answers_as_a_table(console: Console, train: Path) -> None:
    sql = "SELECT s, a, a FROM train WHERE a < 2 ORDER BY a DESC"
    table = console.ask(sql, {"train": (train,)}).table
    assert [column["name"] for column in table["columns"]] == ["s", "a", "a"]
    assert table["rows"] == [["w1", 1, 1], ["w0", 0, 0]]
    assert table["truncated"] is False
    assert table["seconds"] < 4
    assert "network" in console.isolation


def test_a_table_ends_at_a_thousand_rows_and_says_so(console: Console, train: Path) -> None:
    table = console.ask("FROM train", {"train": (train, train), "test": (train,)}).table
    assert len(table["rows"]) == 1000
    assert table["truncated"] is True


def test_results_come_as_csv_and_parquet_too(console: Console, train: Path) -> None:
    found = console.ask("SELECT a, [s] AS l FROM train LIMIT 2", {"train": (train,)}, "csv")
    assert found.content == b'a,l\r\n0,"[""w0""]"\r\n1,"[""w1""]"\r\n'
    assert found.content_type.startswith("text/csv")
    found = console.ask("FROM train", {"train": (train,)}, "parquet")
    assert pq.read_table(io.BytesIO(found.content)).equals(TABLE)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM train", "nope"),
        ("FROM nope", "nope"),
        ("SELECT 1; SELECT 2", "One statement at a time"),
        ("", "here are 0"),
        ("x" * 20_001, "longer than 20000 characters"),
        ("SELECT repeat('x', 4000000000)", "memory"),
        (
            "SELECT max(x) FROM (SELECT list(b.a) AS x FROM train b, train t, train u)",
            "memory|stopped",
        ),
        ("SELECT count(*) FROM train a, train b, train c, train d", "ran for 4 seconds"),
    ],
)
def test_limits_and_mistakes_are_told_in_words(
    console: Console, train: Path, sql: str, words: str
) -> None:
    with pytest.raises(QueryFailed) as refused:
        console.ask(sql, {"train": (train,)})
    assert re.search(words, refused.value.message)
    assert "/tmp" not in refused.value.message


# What was tried on the prototype (specs/DATASETS.md §3). Two at once would be one statement too
# many, so each comes as one.
OUTSIDE = """
SELECT * FROM read_csv('/etc/passwd') LIMIT 1
SELECT * FROM read_text('/etc/passwd')
SELECT content FROM read_text('{folder}/secret.txt')
SELECT * FROM read_text('{folder}/../secret.txt')
SELECT * FROM read_blob('/proc/self/environ')
SELECT * FROM read_json('/etc/passwd')
SELECT * FROM '/etc/passwd'
FROM '/proc/self/environ'
SELECT * FROM 'http://127.0.0.1:8080/x.parquet'
SELECT * FROM query('select * from read_text(''/etc/passwd'')')
SELECT * FROM query_table(['/etc/passwd'])
SELECT * FROM sniff_csv('/etc/passwd')
SELECT * FROM parquet_metadata('/etc/passwd')
SELECT * FROM parquet_file_metadata('{folder}/secret.txt')
DESCRIBE SELECT * FROM read_csv('/etc/passwd')
SELECT getenv('HF_TOKEN')
SELECT * FROM duckdb_secrets_of_others()
COPY train TO '/tmp/out.csv'
COPY (SELECT 1) TO '{train}'
COPY (SELECT 1 AS x) TO '{train}' (FORMAT parquet, USE_TMP_FILE false)
COPY (SELECT 1 AS x) TO '0-0000.parquet' (FORMAT parquet, USE_TMP_FILE false)
COPY (SELECT 1) TO '/dev/stdout'
ATTACH '/tmp/evil.db'
ATTACH ':memory:' AS m2
EXPORT DATABASE '/tmp/exp'
IMPORT DATABASE '/tmp'
INSTALL httpfs
LOAD '/tmp/x.duckdb_extension'
SET enable_external_access = true
RESET lock_configuration
PRAGMA enable_external_access = true
SET memory_limit = '100GB'
SET allowed_paths = ['/etc/passwd']
PRAGMA enable_profiling = 'json'
CALL enable_logging('QueryLog')
CALL start_ui()
CREATE TABLE t AS SELECT 1
CREATE OR REPLACE VIEW train AS SELECT * FROM read_text('/etc/passwd')
CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')
DROP VIEW train
CHECKPOINT
VACUUM
PREPARE p AS SELECT * FROM read_text($1)
SELECT add_parquet_key('k', '01234567890123456789012345678901')
EXPLAIN ANALYZE COPY train TO '/tmp/out.csv'
""".strip().splitlines()


@pytest.mark.parametrize("attack", OUTSIDE)
def test_nothing_outside_the_split_is_read_or_written(
    console: Console, train: Path, attack: str
) -> None:
    before = hashlib.sha256(train.read_bytes()).hexdigest()
    sql = attack.format(folder=train.parent, train=train)
    with pytest.raises(QueryFailed) as refused:
        console.ask(sql, {"train": (train,)})
    assert "hunter2" not in refused.value.message
    assert "root:" not in refused.value.message
    assert hashlib.sha256(train.read_bytes()).hexdigest() == before
    assert sorted(path.name for path in train.parent.iterdir()) == ["secret.txt", "train.parquet"]


def test_nothing_tells_where_the_hub_keeps_its_files(console: Console, train: Path) -> None:
    for sql in (
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_views()",
        "SELECT filename FROM train LIMIT 1",
        "SELECT * FROM glob('*')",
        "SELECT * FROM duckdb_databases()",
        "SELECT * FROM pragma_database_list()",
    ):
        try:
            told = str(console.ask(sql, {"train": (train,)}).table)
        except QueryFailed as refused:
            told = refused.message
        assert "hidden-store" not in told
        assert str(Path.home()) + "/" not in told

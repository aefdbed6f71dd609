"""Words of a split: an index built once for a revision, and the rows that hold some of them.

By tantivy's BM25 over all text of a row together, whole words, any of them enough: the Hub's way.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import tantivy

from bearhug.viewer.engine import features as types
from bearhug.viewer.engine import filtering, limits
from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.engine.splits import Assets, Json, Split

ANALYZER = "words"
FACTS = "bearhug.json"
BATCH_ROWS = 5_000
HEAP_BYTES = 96 * 1024**2
LONGEST_WORD = 60
# Written without spaces: each sign is a word of its own.
SPACELESS = r"\u3040-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\uAC00-\uD7AF\u0E00-\u0E7F"
HAS_SPACELESS = re.compile(f"[{SPACELESS}]")
SIGNS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}"
EACH_SIGN = rf"[{SIGNS}]|[\p{{L}}\p{{N}}&&[^{SIGNS}]]+"
SAMPLED = 1_000
OPEN = 16
"""Indexes kept open at once."""


def build(split: Split, folder: Path) -> Json:
    """Index the texts of a split into an empty folder: `rows`, and `partial` if not all are.

    `folder` may be asked as soon as this returns, and is no index before.
    """
    columns = {name: kind for name, kind in split.features.items() if types.has_text(kind)}
    if not columns:
        raise InvalidParameter("This split has no column with text: there is nothing to search.")
    signs = _spaceless(split, columns)
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(ANALYZER, _analyzer(signs))
    writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
    done = 0
    for number, texts in _texts(split, columns):
        document = tantivy.Document()
        document.add_unsigned("row", number)
        for text in texts:
            document.add_text("text", text)
        writer.add_document(document)
        done += 1
    writer.commit()
    writer.wait_merging_threads()
    facts = {"rows": done, "partial": done < split.rows, "signs": signs}
    (folder / FACTS).write_text(json.dumps(facts), "utf-8")
    return facts


def page(
    connection: Any,
    split: Split,
    folder: Path,
    *,
    query: str,
    offset: int,
    length: int,
    assets: Assets,
) -> Json:
    """`rows`, the most fitting first, and `num_rows_total`, how many there are."""
    index, analyzer = _opened(folder)
    asked = _query(query, analyzer, index.schema)
    if asked is None:
        return {"rows": [], "num_rows_total": 0}
    searcher = index.searcher()
    found = searcher.search(asked, limit=max(length, 1), offset=offset, count=True)
    hits = [(score, searcher.doc(place).get_first("row")) for score, place in found.hits]
    hits = hits[:length]
    hits.sort(key=lambda hit: (-hit[0], hit[1]))
    items = filtering.at(connection, split, [number for _, number in hits], assets)
    return {"rows": items, "num_rows_total": found.count}


@lru_cache(OPEN)
def _opened(folder: Path) -> tuple[Any, Any]:
    """An index, which never changes once it is there, and what cuts texts into its words."""
    facts = json.loads((folder / FACTS).read_text("utf-8"))
    index = tantivy.Index.open(str(folder))
    index.config_reader(reload_policy="manual")
    analyzer = _analyzer(facts["signs"])
    index.register_tokenizer(ANALYZER, analyzer)
    return index, analyzer


def words(query: str) -> list[str]:
    """What is looked for, and marked in the page: words, and phrases in double quotes."""
    if len(query) > limits.QUERY_CHARACTERS:
        most = limits.QUERY_CHARACTERS
        raise InvalidParameter(f"Parameter 'query' is longer than {most} characters.")
    found = [phrase or word for phrase, word in re.findall(r'"([^"]+)"|([^\s"]+)', query)]
    return found[: limits.QUERY_WORDS]


def _query(query: str, analyzer: Any, schema: Any) -> Any:
    """None if there is no word in it. The caller's text is never read as a query language."""
    parts = []
    for each in words(query):
        tokens = analyzer.analyze(each)[: limits.QUERY_WORDS]
        if len(tokens) > 1:
            found = tantivy.Query.phrase_query(schema, "text", tokens)
        elif tokens:
            found = tantivy.Query.term_query(schema, "text", tokens[0])
        else:
            continue
        parts.append((tantivy.Occur.Should, found))
    return tantivy.Query.boolean_query(parts) if parts else None


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True)
    builder.add_text_field("text", tokenizer_name=ANALYZER)
    return builder.build()


def _analyzer(signs: bool) -> Any:
    tokenizer = tantivy.Tokenizer.regex(EACH_SIGN) if signs else tantivy.Tokenizer.simple()
    return (
        tantivy.TextAnalyzerBuilder(tokenizer)
        .filter(tantivy.Filter.remove_long(LONGEST_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


def _texts(split: Split, columns: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """The texts of each row, in order, from the first 5 GB of the split."""
    read = 0
    for file, start in zip(split.files, split.starts(), strict=True):
        if read >= limits.INDEX_BYTES:
            return
        number = start
        with pq.ParquetFile(file.path) as content:
            for batch in content.iter_batches(BATCH_ROWS, columns=[*columns]):
                read += batch.nbytes
                for texts in _in_rows(batch, columns):
                    yield number, texts
                    number += 1
                if read >= limits.INDEX_BYTES:
                    return


def _in_rows(batch: Any, columns: dict[str, Any]) -> Iterable[list[str]]:
    lists = [(batch.column(name).to_pylist(), kind) for name, kind in columns.items()]
    for at in range(batch.num_rows):
        yield [text for values, kind in lists for text in types.texts_in(values[at], kind)]


def _spaceless(split: Split, columns: dict[str, Any]) -> bool:
    """Whether the first rows are of a script without spaces between words."""
    for number, texts in _texts(split, columns):
        if any(HAS_SPACELESS.search(text[:2000]) for text in texts):
            return True
        if number >= SAMPLED:
            break
    return False

"""Rows, filters, search and statistics over Parquet files on disk. It knows no hub and no repo.

splits.py       the words: Split, ParquetFile, Assets
engine.py       what the hub asks; each call bounded in time and memory
pool.py         the warm worker processes that answer, killed when they take too long
process.py      one of them, from outside; wire.py is what both sides say
worker.py       the program of a worker: confined, then desk.py does what it is told
features.py     what a column is, in the words of the `datasets` library
rows.py         rows at an offset
where.py        `where` and `orderby` of strangers, as SQL with parameters (tokens.py cuts it)
filtering.py    filter and sort, in two phases
searching.py    an index of words, and its hits
statistics.py   what the columns hold (measures.py, spread.py)
cells.py        a value as JSON; media.py looks into pictures and sounds, assets.py hands them out
truncation.py   rows cut to size; limits.py has all sizes
refusals.py     what a caller can get wrong
"""

"""Rows, filters, search and statistics over Parquet files on disk. It knows no hub and no repo.

splits.py       the words: Split, ParquetFile, Assets
engine.py       what the hub asks; each call bounded in time and memory
pool.py         the warm worker processes that answer, killed when they take too long
process.py      one of them, from outside
worker.py       the program of a worker: confined, then desk.py does what it is told
features.py     what a column is, in the words of the `datasets` library
parquet.py      footers, and how much a page would read; arrow.py and tables.py: values of rows
rows.py         rows at an offset
where.py        `where` and `orderby` of strangers, as SQL with parameters (tokens.py, columns.py)
filtering.py    filter and sort, in two phases
searching.py    an index of words, and its hits
statistics.py   what the columns hold (spread.py, moments.py)
cells.py        a value as JSON; media.py looks into pictures and sounds, assets.py hands them out
truncation.py   rows cut to size; limits.py has all sizes
refusals.py     what a caller can get wrong
"""

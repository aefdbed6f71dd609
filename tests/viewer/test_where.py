"""`where` and `orderby`: what they mean, and that strangers' text never becomes SQL."""

import time

import duckdb
import pytest

from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.engine.where import orderby, where


def value(dtype: str) -> dict[str, str]:
    return {"dtype": dtype, "_type": "Value"}


COLUMNS = {
    "a": value("int64"),
    "price": value("float64"),
    "s": value("string"),
    'odd " name': value("string"),
    "ok": value("bool"),
    "when": value("timestamp[us]"),
    "day": value("date32"),
    "who": {"first": value("string"), "born": {"year": value("int32")}},
    "tags": {"feature": value("string"), "_type": "List"},
    "label": {"names": ["cat", "dog"], "_type": "ClassLabel"},
    "img": {"_type": "Image"},
    "talk": {"_type": "Audio"},
    "twin": value("string"),
    "Twin": value("string"),
}


@pytest.mark.parametrize(
    ("source", "sql", "values"),
    [
        ("", "", []),
        ('"a"=1', '("a" = ?)', [1]),
        ('"a"<>-2', '("a" <> ?)', [-2]),
        ('"price">=1.5e3', '("price" >= ?)', [1500]),
        ('"price"<0.25', '("price" < ?)', [0.25]),
        ("\"s\"='it''s'", '("s" = ?)', ["it's"]),
        ('"odd "" name"=\'x\'', '("odd "" name" = ?)', ["x"]),
        ('"ok"=TRUE', '("ok" = ?)', [True]),
        ('"s" is not null', '("s" IS NOT NULL)', []),
        ("\"s\" not like '%x%'", '("s" NOT LIKE ?)', ["%x%"]),
        ("\"s\" ILIKE 'A%'", '("s" ILIKE ?)', ["A%"]),
        ("\"s\" glob '*.py'", '("s" GLOB ?)', ["*.py"]),
        ("\"s\" similar to 'a+'", '("s" SIMILAR TO ?)', ["a+"]),
        ("\"s\" ~ '[0-9]+'", '(regexp_full_match("s", ?))', ["[0-9]+"]),
        ('"a" in (1, 2)', '("a" IN (?, ?))', [1, 2]),
        ('"a" between 1 and 5', '("a" BETWEEN ? AND ?)', [1, 5]),
        ('"label"=\'dog\' or "label"=0', '(("label" = ?) OR ("label" = ?))', [1, 0]),
        ("\"when\">'2020-01-01'", '("when" > CAST(? AS TIMESTAMP))', ["2020-01-01"]),
        ('"tags.length">3', '(length("tags") > ?)', [3]),
        ('"s.length"=3', '(length("s") = ?)', [3]),
        (
            '"who"."born"."year"=1990',
            "(struct_extract(struct_extract(\"who\", 'born'), 'year') = ?)",
            [1990],
        ),
        ('"img.width">10', "(picture_width(struct_extract(\"img\", 'bytes')) > ?)", [10]),
        ('"talk.duration"<2', "(sound_seconds(struct_extract(\"talk\", 'bytes')) < ?)", [2]),
        (
            'not ("a"=1 and ("a"=2 or "ok"=false))',
            '(NOT ((("a" = ?) AND ((("a" = ?) OR ("ok" = ?))))))',
            [1, 2, False],
        ),
    ],
)
def test_a_condition_becomes_sql_with_parameters(
    source: str, sql: str, values: list[object]
) -> None:
    found = where(source, COLUMNS)
    assert (found.sql, found.values) == (sql, values)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('"nope"=1', 'There is no column "nope"'),
        ('"pric"=1', 'Did you mean "price"?'),
        ("a;drop table x", "';' at character 2 makes no sense"),
        ('"a"=1 -- x', "the end was expected at character 7"),
        ('"a"=1 /* x */', "makes no sense"),
        ('"a"=1) or (1=1', "the end was expected"),
        ('"a"=(select 1)', "a value"),
        ('"s"=\'x', "is never closed"),
        ('"s', "is never closed"),
        ("\"a\"='x'", "cannot be compared with 'x'"),
        ('"a"=true', "cannot be compared"),
        ('"s"=true', "cannot be compared"),
        ("\"a\" like '1%'", "is no text"),
        ('"tags"=1', "can only be null"),
        ("\"label\"='bird'", "cannot be compared with 'bird'"),
        ("\"when\">'soon'", "is no date or time"),
        ('"twin"=1', "its name is taken"),
        ('"who"."last"=1', 'has no field "last"'),
        ('"a".length()=1', "has no field"),
        ('"a"', "an operator"),
        ('"a" = ', "a value"),
        ("(" * 100 + '"a"=1', "nested too deeply"),
        ("not " * 100 + '"a"=1', "nested too deeply"),
        (" or ".join(['"a"=1'] * 101), "over 100 conditions"),
        (f'"a" in ({",".join("1" * 200)})', "over 100 values"),
        ('"s" like \'' + "%a" * 300 + "'", "longer than 500 characters"),
        ("x" * 5000, "longer than 4000 characters"),
        ('"a"=1\0', "makes no sense"),
        ('"file_row_number"=1', "no column"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(source: str, words: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        where(source, COLUMNS)
    assert words in refused.value.message


@pytest.mark.parametrize(
    "bomb",
    [
        '"a".f(' + "1" * 24 + "x",
        '"a"."' * 400,
        '"' * 3999,
        "'" * 3999,
        '"s"=' + "''" * 1900,
        "1." * 1900,
        '"a"=1' + " " * 3900,
        "(" * 3999,
    ],
)
def test_no_text_takes_long_to_refuse(bomb: str) -> None:
    start = time.process_time()
    if bomb.startswith(('"a"=1', '"s"=')):  # long, and right
        where(bomb, COLUMNS)
    else:
        with pytest.raises(InvalidParameter) as refused:
            where(bomb, COLUMNS)
        assert len(refused.value.message) < 500
    assert time.process_time() - start < 0.2


def test_the_sql_is_what_duckdb_reads() -> None:
    con = duckdb.connect(":memory:")
    con.execute("CREATE TABLE t (a BIGINT, s VARCHAR, who STRUCT(first VARCHAR))")
    con.execute("INSERT INTO t VALUES (1, 'x', {'first': 'Ada'}), (2, NULL, {'first': 'Grace'})")
    source = """"who"."first" ilike 'ada' or ("s" is null and not "a" = 1)"""
    found = where(source, {"a": value("int64"), "s": value("string"), "who": COLUMNS["who"]})
    assert con.execute(f"SELECT a FROM t WHERE {found.sql}", found.values).fetchall() == [
        (1,),
        (2,),
    ]


def test_an_order_names_columns_alone() -> None:
    assert orderby('"a"', COLUMNS).sql == '"a" ASC NULLS LAST'
    assert orderby('"s" DESC, "a" asc', COLUMNS).sql == ('"s" DESC NULLS LAST, "a" ASC NULLS LAST')
    assert orderby("", COLUMNS).sql == ""
    for source in ('"tags"', "1", '"a" limit 1', '"a";', "random()", ",".join(['"a"'] * 5)):
        with pytest.raises(InvalidParameter):
            orderby(source, COLUMNS)

"""`where` and `orderby` as the Hub's viewer takes them, made into SQL over known columns.

A descent over the grammar of docs/filter.md of the Hub's viewer: the Hub matches a regular
expression that 31 characters can hang. Nothing a caller wrote gets into the SQL but as a
parameter: columns are known ones, operators are ours.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bearhug.viewer.engine import limits
from bearhug.viewer.engine.columns import Operand, operand
from bearhug.viewer.engine.refusals import InvalidParameter
from bearhug.viewer.engine.splits import Feature
from bearhug.viewer.engine.tokens import Token, tokens

COMPARING = {"=": "=", "==": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">"}
COMPARING |= {"<=": "<=", ">=": ">="}
MATCHING = {"like": "LIKE", "ilike": "ILIKE", "glob": "GLOB", "similar": "SIMILAR TO"}
BIGGEST = 2**127 - 1
TRUTHS = {"true": True, "false": False, "1": True, "0": False}


@dataclass
class Clause:
    """SQL, with what stands for its question marks. Empty for "" (all rows, in their order)."""

    sql: str = ""
    values: list[Any] = field(default_factory=list)


def where(source: str, columns: dict[str, Feature]) -> Clause:
    """Of rows to keep. Raises InvalidParameter, which says what is wrong and where."""
    if not source.strip():
        return Clause()
    reader = _Reader(tokens(source, "where"), "where", columns)
    sql = reader.either(0)
    reader.finish()
    return Clause(sql, reader.values)


def orderby(source: str, columns: dict[str, Feature]) -> Clause:
    """Of one to four columns, each with `asc` or `desc`; empty cells come last."""
    if not source.strip():
        return Clause()
    reader = _Reader(tokens(source, "orderby"), "orderby", columns)
    parts = [reader.ordered()]
    while reader.sign(","):
        parts.append(reader.ordered())
    reader.finish()
    if len(parts) > limits.ORDER_COLUMNS:
        raise InvalidParameter(f"Parameter 'orderby' names over {limits.ORDER_COLUMNS} columns.")
    return Clause(", ".join(parts))


class _Reader:
    def __init__(self, found: list[Token], name: str, columns: dict[str, Feature]) -> None:
        self._tokens, self._name, self._columns = found, name, columns
        self._at = self._terms = 0
        self.values: list[Any] = []

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def either(self, depth: int) -> str:
        parts = [self._both(depth)]
        while self.word("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def _both(self, depth: int) -> str:
        parts = [self._one(depth)]
        while self.word("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"

    def _one(self, depth: int) -> str:
        if depth > limits.WHERE_DEPTH:
            raise InvalidParameter(f"Parameter '{self._name}' is nested too deeply.")
        if self.word("not"):
            return f"(NOT {self._one(depth + 1)})"
        if self.sign("("):
            inner = self.either(depth + 1)
            if not self.sign(")"):
                raise self._wrong("a closing parenthesis")
            return f"({inner})"
        return self._compared()

    def ordered(self) -> str:
        of = self._operand()
        if of.kind == "other":
            raise InvalidParameter(f"{of.spoken} is of a type that has no order.")
        descending = self.word("desc")
        if not descending:
            self.word("asc")
        return f"{of.sql} {'DESC' if descending else 'ASC'} NULLS LAST"

    def finish(self) -> None:
        if self._next.kind != "end":
            raise self._wrong("the end")

    def sign(self, *signs: str) -> str:
        return self._take("sign", signs)

    def word(self, *words: str) -> str:
        return self._take("word", words)

    def _take(self, kind: str, wanted: tuple[str, ...]) -> str:
        """The next token, in small letters, if it is one of these; else "", and it stays."""
        token = self._next
        if token.kind != kind or token.value.lower() not in wanted:
            return ""
        self._at += 1
        return token.value.lower()

    def _operand(self) -> Operand:
        path = [self._column()]
        while self.sign("."):
            path.append(self._column())
        return operand(path, self._columns)

    def _column(self) -> str:
        token = self._next
        if token.kind not in ("column", "word"):
            raise self._wrong("a column in double quotes")
        self._at += 1
        return token.value

    def _compared(self) -> str:
        self._terms += 1
        if self._terms > limits.WHERE_TERMS:
            most = limits.WHERE_TERMS
            raise InvalidParameter(f"Parameter '{self._name}' has over {most} conditions.")
        of = self._operand()
        if self.word("is"):
            return self._nothing(of)
        if sign := self.sign(*COMPARING):
            return f"({of.sql} {COMPARING[sign]} {self._value(of)})"
        if sign := self.sign("~", "!~"):
            negated = "NOT " if sign == "!~" else ""
            return f"({negated}regexp_full_match({of.sql}, {self._pattern(of)}))"
        negated = "NOT " if self.word("not") else ""
        if self.word("in"):
            return f"({of.sql} {negated}IN ({self._several(of)}))"
        if self.word("between"):
            low = self._value(of)
            if not self.word("and"):
                raise self._wrong("“and” with the upper bound")
            return f"({of.sql} {negated}BETWEEN {low} AND {self._value(of)})"
        return f"({of.sql} {negated}{self._matching()} {self._pattern(of)})"

    def _nothing(self, of: Operand) -> str:
        negated = "NOT " if self.word("not") else ""
        if not self.word("null"):
            raise self._wrong("“null”")
        return f"({of.sql} IS {negated}NULL)"

    def _matching(self) -> str:
        word = self.word(*MATCHING)
        if not word or (word == "similar" and not self.word("to")):
            raise self._wrong("an operator, such as =, >, like or is null")
        return MATCHING[word]

    def _several(self, of: Operand) -> str:
        if not self.sign("("):
            raise self._wrong("a list in parentheses")
        found = [self._value(of)]
        while self.sign(","):
            found.append(self._value(of))
        if not self.sign(")"):
            raise self._wrong("a closing parenthesis")
        if len(found) > limits.WHERE_TERMS:
            raise InvalidParameter(f"A list has over {limits.WHERE_TERMS} values.")
        return ", ".join(found)

    def _pattern(self, of: Operand) -> str:
        if of.kind != "text":
            raise InvalidParameter(f"{of.spoken} is no text: it cannot be like a pattern.")
        token = self._next
        if token.kind != "text":
            raise self._wrong("a pattern in single quotes")
        if len(token.value) > limits.PATTERN_CHARACTERS:
            most = limits.PATTERN_CHARACTERS
            raise InvalidParameter(f"A pattern is longer than {most} characters.")
        self._at += 1
        self.values.append(token.value)
        return "?"

    def _value(self, of: Operand) -> str:
        negative = self.sign("-", "+") == "-"
        token = self._next
        if token.kind not in ("text", "number") and token.value.lower() not in TRUTHS:
            raise self._wrong("a value: a number, true, false, or text in single quotes")
        if negative and token.kind != "number":
            raise self._wrong("a number after the minus")
        self._at += 1
        self.values.append(_meant(of, ("-" if negative else "") + token.value, token.kind))
        return f"CAST(? AS {of.cast})" if of.cast else "?"

    def _wrong(self, wanted: str) -> InvalidParameter:
        token = self._next
        found = f"“{token.value[:50]}”" if token.kind != "end" else "its end"
        return InvalidParameter(
            f"Parameter '{self._name}': {wanted} was expected"
            f" at character {token.at + 1}, not {found}."
        )


def _meant(of: Operand, written: str, kind: str) -> Any:
    """A literal as a value of what it is compared with."""
    if of.kind == "text" and kind != "word":
        return written
    if of.kind == "label" and kind == "text" and written in of.names:
        return of.names.index(written)
    if of.kind in ("number", "label") and kind != "word":
        return _number(of, written)
    if of.kind == "bool" and written.lower() in TRUTHS:
        return TRUTHS[written.lower()]
    if of.kind == "time" and kind == "text":
        return _time(of, written)
    if of.kind == "other":
        raise InvalidParameter(f"{of.spoken} is of a type that can only be null or not null.")
    raise InvalidParameter(f"{of.spoken} cannot be compared with {written[:50]!r}.")


def _number(of: Operand, written: str) -> int | float:
    try:
        exact = Decimal(written)
    except ArithmeticError:
        raise InvalidParameter(f"{of.spoken} cannot be compared with {written[:50]!r}.") from None
    if abs(exact) < BIGGEST and exact == exact.to_integral_value():
        return int(exact)
    return float(exact)


def _time(of: Operand, written: str) -> str:
    reads = datetime.time if of.cast == "TIME" else datetime.datetime
    try:
        reads.fromisoformat(written)
    except ValueError:
        said = f"{written[:50]!r} is no date or time: write it as 2026-11-22 or 2026-11-22T10:30:00"
        raise InvalidParameter(f"{of.spoken}: {said}.") from None
    return written

"""Where-clauses as one line of text: `TRTEMFL EQ Y AND AESEV IN (MILD, "NOT KNOWN")` ⇄ conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

COMPARATORS = ("EQ", "NE", "LT", "LE", "GT", "GE", "IN", "NOTIN")
"""The comparators of Define-XML 2.1's RangeCheck."""

_TOKEN = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<mark>[(),])|(?P<word>[^\s(),"]+))')


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a variable with a value (IN, NOTIN: with several). Values are text."""

    variable: str
    comparator: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        values = [_quoted(value) for value in self.values]
        right = f"({', '.join(values)})" if self.comparator in ("IN", "NOTIN") else values[0]
        return f"{self.variable} {self.comparator} {right}"


Where = tuple[Condition, ...]
"""Conditions that must all hold; none: every row."""


def parse(text: str) -> Where:
    """Conditions of a text; they are joined by AND. Raises `ValueError` with a sentence.

    A value of several words, or one that holds a comma or a bracket, stands in double quotes (doubled
    inside). An empty text has no condition.
    """
    tokens = _tokens(text)
    if not tokens:
        return ()
    out: list[Condition] = []
    while tokens:
        if out:
            _, joint = tokens.pop(0)
            if joint.upper() != "AND":
                raise ValueError(
                    f"AND is expected before {joint!r}; a value of several words needs double quotes"
                )
        if len(tokens) < 3:
            raise ValueError("a condition is: VARIABLE COMPARATOR VALUE")
        (_, variable), (_, comparator) = tokens.pop(0), tokens.pop(0)
        comparator = comparator.upper()
        if comparator not in COMPARATORS:
            raise ValueError(f"{comparator!r} is not one of {', '.join(COMPARATORS)}")
        out.append(Condition(variable, comparator, _values(tokens, comparator)))
    return tuple(out)


def written(where: Iterable[Condition]) -> str:
    """The text of conditions; `parse` reads it back."""
    return " AND ".join(str(condition) for condition in where)


def equals(variable: str, *values: str) -> Condition:
    """`variable EQ value`, or IN with several values."""
    return Condition(variable, "EQ" if len(values) == 1 else "IN", values)


def _tokens(text: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    rest = text.rstrip()
    at = 0
    while at < len(rest):
        match = _TOKEN.match(rest, at)
        if match is None:
            raise ValueError(f"a double quote is not closed in {rest[at:].strip()!r}")
        kind = str(match.lastgroup)
        value = match[kind]
        out.append((kind, value.replace('""', '"') if kind == "quoted" else value))
        at = match.end()
    return out


def _values(tokens: list[tuple[str, str]], comparator: str) -> tuple[str, ...]:
    kind, value = tokens.pop(0)
    if comparator not in ("IN", "NOTIN"):
        if kind == "mark":
            raise ValueError(f"{comparator} is followed by one value, not by {value!r}")
        return (value,)
    if (kind, value) != ("mark", "("):
        raise ValueError(f"{comparator} is followed by values in brackets: (A, B)")
    out: list[str] = []
    while tokens:
        kind, value = tokens.pop(0)
        if kind == "mark":
            raise ValueError(f"a value is expected before {value!r}")
        out.append(value)
        kind, value = tokens.pop(0) if tokens else ("", "")
        if (kind, value) == ("mark", ")"):
            return tuple(out)
        if (kind, value) != ("mark", ","):
            raise ValueError("the values of a list are separated by commas and end with a bracket")
    raise ValueError("the list of values is not closed with a bracket")


def _quoted(value: str) -> str:
    plain = bool(value) and not re.search(r'[\s(),"]', value) and value.upper() != "AND"
    return value if plain else '"' + value.replace('"', '""') + '"'

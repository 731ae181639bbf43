"""Formulas of the sheet Checks, such as `AEENDTC - AESTDTC`: read from text, computed over rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from il2cdisc.base.numbers import Floats, read_number

Use = Literal["number", "year", "minutes"]
"""What is taken of a variable: its number (of a date: its day), the year of a date, the minutes of a time."""
Take = Callable[[str, Use], Floats]
"""Name of a variable, as the formula has it, and its use → a number for each row, NaN where there is none."""

MOST = 200
"""Characters of a formula; a longer one is refused."""
_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*(?:\.\w+)?)|(?P<mark>[-+*/(),]))")
_EACH: dict[str, Callable[[Floats], Floats]] = {"abs": np.abs, "floor": np.floor}
_OF_A_VARIABLE: dict[str, Use] = {"year": "year", "minutes": "minutes"}
FUNCTIONS = tuple(sorted({*_EACH, *_OF_A_VARIABLE}))


@dataclass(frozen=True)
class CheckFormula:
    """A formula with the variables that it names, in their order."""

    names: tuple[str, ...]
    of: Callable[[Take], Floats]


@lru_cache(maxsize=1024)
def formula(text: str) -> CheckFormula:
    """Read a formula: numbers, variables, + - * /, brackets, and `FUNCTIONS`. Raises `ValueError` with a
    sentence.

    >>> formula("2 * (A - DM.B)").names
    ('A', 'DM.B')
    """
    if len(text) > MOST:
        raise ValueError(f"a formula has at most {MOST} characters")
    reader = _FormulaReader(_tokens(text))
    root = reader.sum()
    reader.end()
    return CheckFormula(tuple(dict.fromkeys(reader.names)), root)


_Value = Callable[[Take], Floats]


class _FormulaReader:
    """Reads tokens from the left: sums of products of operands."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self.names = tokens, list[str]()

    def sum(self) -> _Value:
        out = self._product()
        while self._next() in ("+", "-"):
            out = _joined(self._take()[1], out, self._product())
        return out

    def end(self) -> None:
        if self._tokens:
            raise ValueError(f"{self._next()!r} is not expected here")

    def _product(self) -> _Value:
        out = self._operand()
        while self._next() in ("*", "/"):
            out = _joined(self._take()[1], out, self._operand())
        return out

    def _operand(self) -> _Value:
        kind, text = self._take()
        if kind == "number":
            value = read_number(text).value
            return lambda _: np.asarray(value, dtype="float64")
        if kind == "name":
            return self._call(text) if self._next() == "(" else self._variable(text, "number")
        if text == "-":
            inner = self._operand()
            return lambda take: -inner(take)
        if text != "(":
            raise ValueError(f"a number, a variable or a bracket is expected before {text!r}")
        inner = self.sum()
        self._closed()
        return inner

    def _call(self, name: str) -> _Value:
        self._take()
        if name in _OF_A_VARIABLE:
            kind, variable = self._take()
            if kind != "name":
                raise ValueError(f"{name} is of one variable: {name}(VARIABLE)")
            self._closed()
            return self._variable(variable, _OF_A_VARIABLE[name])
        if name not in _EACH:
            raise ValueError(f"there is no function {name}; there are {', '.join(FUNCTIONS)}")
        change, inner = _EACH[name], self.sum()
        self._closed()
        return lambda take: change(inner(take))

    def _variable(self, name: str, use: Use) -> _Value:
        self.names.append(name)
        return lambda take: take(name, use)

    def _closed(self) -> None:
        if self._next() != ")":
            raise ValueError("a bracket is not closed")
        self._take()

    def _next(self) -> str:
        return self._tokens[0][1] if self._tokens else ""

    def _take(self) -> tuple[str, str]:
        if not self._tokens:
            raise ValueError("the formula ends where a number or a variable is expected")
        return self._tokens.pop(0)


def _joined(mark: str, left: _Value, right: _Value) -> _Value:
    if mark == "+":
        return lambda take: left(take) + right(take)
    if mark == "-":
        return lambda take: left(take) - right(take)
    if mark == "*":
        return lambda take: left(take) * right(take)

    def divided(take: Take) -> Floats:
        one, two = np.broadcast_arrays(left(take), right(take))
        with np.errstate(all="ignore"):  # a division by zero has no result
            return np.where(two == 0, np.nan, one / np.where(two == 0, 1, two))

    return divided


def _tokens(text: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    at, rest = 0, text.rstrip()
    while at < len(rest):
        match = _TOKEN.match(rest, at)
        if match is None:
            raise ValueError(f"{rest[at:].strip()[:20]!r} can't be read")
        kind = str(match.lastgroup)
        out.append((kind, match[kind]))
        at = match.end()
    return out

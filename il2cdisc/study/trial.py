"""[trial] of `study.toml`: what the mappings of a trial take from it, as a frozen table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from il2cdisc.base.problems import did_you_mean

PARAMETER = "trial"
"""The parameter by which a mapping asks for the table."""
NO_TABLE = "study.toml has no table [trial]"
ADD_TABLE = "Add the table [trial] to study.toml, or remove the parameter."
ADD_KEY = "Correct the name, or add the key to study.toml."


class TrialKeyError(AttributeError, KeyError):
    """A mapping asks for a key that a table of [trial] does not have."""

    def __init__(self, table: str, key: str, hint: str) -> None:
        super().__init__(table, key, hint)
        self.what = f"[{table}] of study.toml has no key '{key}'"
        self.hint = hint

    def __str__(self) -> str:
        return self.what


class TrialFacts(Mapping[str, Any]):
    """A table: texts, numbers, booleans, dates, arrays (as tuples) and tables of these; nothing changes it.

    Keys are attributes; those that are no Python names are asked for as in a dict.

    >>> facts = TrialFacts({"limits": {"SYSBP": 180, "> 65 Y": 160}, "positions": ["SITTING", "SUPINE"]})
    >>> facts.limits.SYSBP, facts.limits["> 65 Y"], facts.positions
    (180, 160, ('SITTING', 'SUPINE'))
    """

    __slots__ = ("_name", "_values")
    _name: str
    _values: dict[str, Any]

    def __init__(self, values: Mapping[str, Any], name: str = PARAMETER) -> None:
        frozen = {key: _frozen(value, f"{name}.{key}") for key, value in values.items()}
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_values", frozen)

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            raise TrialKeyError(self._name, key, did_you_mean(str(key), self._values))
        return self._values[key]

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):  # what Python itself looks for
            raise AttributeError(key)
        return self[key]

    def __setattr__(self, key: str, value: object) -> None:
        raise AttributeError(f"[{self._name}] is frozen")

    def __delattr__(self, key: str) -> None:
        raise AttributeError(f"[{self._name}] is frozen")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __repr__(self) -> str:
        return f"TrialFacts({self._values!r})"

    def __reduce__(self) -> tuple[type[TrialFacts], tuple[dict[str, Any], str]]:
        return TrialFacts, (self._values, self._name)


def entries(table: Mapping[str, object], *key: str) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every key of a table with its value, and those of the tables in it."""
    for name, value in table.items():
        yield (*key, name), value
        for item in _items(value):
            if isinstance(item, Mapping):
                yield from entries(item, *key, name)


def is_reserved(name: str) -> bool:
    """Whether a name can't be a key, as it could not be asked for as an attribute."""
    return not name or name.startswith("_") or name in dir(Mapping)


def unfit(value: object) -> Iterator[object]:
    """What is neither a table, a text, a finite number, a boolean nor a date; of an array, such items."""
    for item in _items(value):
        fits = isinstance(item, Mapping | str | int | date)  # a boolean is an int, a date with a time a date
        if not fits and not (isinstance(item, float) and math.isfinite(item)):
            yield item


def _items(value: object) -> Iterator[object]:
    """What an array holds, and the arrays in it; another value is by itself."""
    if not isinstance(value, tuple):
        yield value
    else:
        for item in value:
            yield from _items(item)


def _frozen(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return TrialFacts(value, name)
    if isinstance(value, list | tuple):
        return tuple(_frozen(item, name) for item in value)
    return value

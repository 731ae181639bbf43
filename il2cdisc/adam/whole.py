"""Mappings that need all subjects of a study at once: imputation draws, a split at the median."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_MARK = "whole_study"


def whole_study(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a mapping of ADaM that is only right with all subjects: it runs once, after all blocks of them.

    Whatever asks for its dataset runs then, too. ADSL, which every dataset asks for, never does.

    >>> @whole_study
    ... def adhalf(adsl): ...
    >>> in_whole({"adhalf": adhalf, "adsl": lambda dm: None}, {"adhalf": ("adsl",), "adsl": ("dm",)})
    ['adhalf']
    """
    setattr(function, _MARK, True)
    return function


def in_whole(functions: Mapping[str, Callable[..., object]], needs: Mapping[str, Iterable[str]]) -> list[str]:
    """The mappings that run once for all subjects: those marked, and those that need one of them."""
    found = {name for name, function in functions.items() if getattr(function, _MARK, False)}
    while more := {name for name in functions if name not in found and found.intersection(needs[name])}:
        found |= more
    return [name for name in functions if name in found]

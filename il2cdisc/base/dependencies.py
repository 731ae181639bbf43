"""Names in the order of their dependencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter


def in_dependency_order(needs: Mapping[str, Iterable[str]]) -> tuple[list[str], list[str]]:
    """Names, each after those that it needs, else by the alphabet; and those that a circle leaves out.

    >>> in_dependency_order({"b": [], "a": ["b"], "c": []})
    (['b', 'c', 'a'], [])
    >>> in_dependency_order({"a": ["b"], "b": ["a"], "c": []})
    (['c'], ['a', 'b'])
    """
    sorter = TopologicalSorter(needs)
    with suppress(CycleError):  # what no circle holds back has an order still
        sorter.prepare()
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        sorter.done(*ready)
        ordered += ready
    return ordered, sorted(set(needs) - set(ordered))

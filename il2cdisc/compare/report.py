"""What a comparison says, in words and counts: the source of its text, workbook and JSON."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from il2cdisc.base.columns import Rows
from il2cdisc.base.numbers import number_text
from il2cdisc.base.problems import Problem
from il2cdisc.compare.datasets import AttributeDifference, DatasetDifferences, describer
from il2cdisc.compare.values import VariableDifferences

SHORT = 6
"""Significant digits of the greatest difference."""
MOST = 1_000
"""Records of one kind, or values of one variable, that a report holds; it always has the full count."""


@dataclass(frozen=True, slots=True)
class RecordsAlone:
    """Records of one dataset that the other does not have: their number, and the first of them."""

    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferentValue:
    """A record and its two values; "" is a missing one."""

    record: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class DifferentVariable:
    """How many records differ in a variable, the greatest distance of two numbers, and the first records."""

    variable: str
    type: str
    count: int
    greatest: str
    first: tuple[DifferentValue, ...]


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """How two datasets differ. `keys_from` says where the keys come from; without any, records were matched
    by their number."""

    name: str
    a: str
    b: str
    records_a: int
    records_b: int
    records_common: int
    variables_a: int
    variables_b: int
    variables_compared: int
    keys: tuple[str, ...]
    keys_from: str
    attributes: tuple[AttributeDifference, ...]
    not_compared: tuple[str, ...]
    only_a: RecordsAlone
    only_b: RecordsAlone
    records_different: int
    values_different: int
    values: tuple[DifferentVariable, ...]
    identical: bool


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """The comparison of two datasets, or of all datasets of two folders.

    `only_a` and `only_b` are datasets that one of them has alone, `without_twin` those of a build that were
    not to be compared; `problems` say what could not be compared, `notes` what was left out, and why.
    """

    a: str
    b: str
    tolerance: str
    datasets: tuple[DatasetReport, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    without_twin: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    notes: tuple[str, ...] = ()
    notice: str = ""

    @property
    def different(self) -> list[str]:
        """Datasets that differ, or that only one of the two has."""
        names = [item.name for item in self.datasets if not item.identical]
        return sorted([*names, *self.only_a, *self.only_b])

    @property
    def identical(self) -> bool:
        """Whether everything could be compared, and nothing differs."""
        return bool(self.datasets) and not (self.different or self.problems)


def reported(found: DatasetDifferences, *, keys_from: str = "", most: int = MOST) -> DatasetReport:
    """What two datasets differ in, with the first `most` records of each kind."""
    left, right, matching = found.left, found.right, found.matching
    return DatasetReport(
        name=left.name,
        a=left.file,
        b=right.file,
        records_a=left.rows,
        records_b=right.rows,
        records_common=len(matching.left),
        variables_a=len(left.attributes),
        variables_b=len(right.attributes),
        variables_compared=found.compared,
        keys=found.keys,
        keys_from=keys_from,
        attributes=found.attributes,
        not_compared=found.not_compared,
        only_a=_alone(matching.only_left, describer(left, found.keys), most),
        only_b=_alone(matching.only_right, describer(right, found.keys), most),
        records_different=found.records,
        values_different=found.values,
        values=tuple(_variable(found, item, most) for item in found.variables),
        identical=found.identical,
    )


def _alone(rows: Rows, describe: Callable[[int], str], most: int) -> RecordsAlone:
    return RecordsAlone(len(rows), tuple(describe(row) for row in rows[:most].tolist()))


def _variable(found: DatasetDifferences, item: VariableDifferences, most: int) -> DifferentVariable:
    describe, pair = describer(found.left, found.keys), item.pair
    rows = zip(item.left[:most].tolist(), item.right[:most].tolist(), strict=True)
    first = tuple(DifferentValue(describe(a), pair.left.text(a), pair.right.text(b)) for a, b in rows)
    return DifferentVariable(item.name, pair.type, item.count, _distance(item.greatest), first)


def _distance(greatest: float | None) -> str:
    if greatest is None:
        return ""
    if math.isinf(greatest):  # a double does not hold it
        return f"over {sys.float_info.max:g}"
    return number_text(greatest, SHORT)

"""Results of several tests on one occasion: one specimen, or one examination of a subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from il2cdisc.check.persons import Partner, groups_of
from il2cdisc.check.records import filled, numbers_of, one_of
from il2cdisc.check.table import CheckedTable, Flags, Rows

_KEYS = ("REFID", "DTC", "TPT", "TPTNUM", "SPEC", "NAM", "POS", "LOC", "LAT", "REPNUM", "GRPID")


class Occasions:
    """The occasions of a dataset of findings, and the results of a test on each."""

    def __init__(self, table: CheckedTable, own: str, *more: str) -> None:
        self.table, self.own = table, own
        names = ["USUBJID", "VISITNUM", "VISIT", *(f"{own}{name}" for name in (*_KEYS, *more))]
        self.group = np.where(filled(table, f"{own}DTC"), groups_of(table, names), -1)
        self._size = int(self.group.max(initial=-1)) + 1

    def records(self, testcd: str) -> Flags:
        """Records of a test with a number."""
        return one_of(self.table, f"{self.own}TESTCD", testcd) & filled(self.table, f"{self.own}STRESN")

    def of(self, *testcds: str) -> Partner:
        """For each record the only one of some tests on its occasion; none where it has several."""
        chosen = np.zeros(len(self.table), dtype=bool)
        for testcd in testcds:
            chosen |= self.records(testcd)
        return Partner(self.table, np.append(self._only(chosen), -1)[self.group])

    def values(self, testcd: str, *, unit_of: Partner | None = None) -> NDArray[np.float64]:
        """For each record the result of a test on its occasion, NaN for none; with `unit_of` only where both
        have the same standard unit."""
        other = self.of(testcd)
        out = other.taken(numbers_of(self.table, f"{self.own}STRESN"))
        if unit_of is None or f"{self.own}STRESU" not in self.table.by_name:
            return out
        units = self.table.distinct(f"{self.own}STRESU").codes.astype("int64")
        return np.where(other.taken(units, -2) == unit_of.taken(units, -3), out, np.nan)

    def _only(self, chosen: Flags) -> Rows:
        """The row of the chosen record of each occasion, -1 for none or several."""
        rows = np.flatnonzero(chosen & (self.group >= 0))
        out = np.full(self._size, -1, dtype="int64")
        out[self.group[rows]] = rows
        out[np.bincount(self.group[rows], minlength=self._size) > 1] = -1
        return out

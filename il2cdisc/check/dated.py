"""Dates of many records: what each distinct text may mean, and which text each record has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.moments import Flags, Moments, Orders, in_order

AT_ONCE = 65_536
"""Records that are compared at once: moments take 24 bytes each."""


@dataclass(frozen=True)
class Dated:
    """`of_values`: the moments of distinct texts; `codes`: for each record the position of its own among
    them, -1 for none."""

    of_values: Moments
    codes: NDArray[Any]

    @property
    def is_known(self) -> Flags:
        """Records of whose date something is known."""
        return self._flags(self.of_values.known > 0)

    @property
    def has_day(self) -> Flags:
        """Records of which year, month and day are known."""
        return self._flags(self.of_values.has_day)

    @property
    def has_time(self) -> Flags:
        """Records of which at least the hour is known."""
        return self._flags(self.of_values.has_time)

    @property
    def days(self) -> NDArray[np.int32]:
        """Days from the start of the calendar, 0 for none; see `Moments`."""
        return np.append(self.of_values.days.astype("int32"), np.int32(0))[self.codes]

    def order(self, other: Dated) -> Orders:
        """For each record whether its date is BEFORE, the SAME as, AFTER the other one, or UNKNOWN."""
        out = np.empty(len(self.codes), dtype="int8")
        held = [item._with_none() for item in (self, other)]
        for start in range(0, len(out), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            one, two = (_at(m, item.codes[part]) for m, item in zip(held, (self, other), strict=True))
            out[part] = in_order(one, two)
        return out

    def _with_none(self) -> Moments:
        """The moments of the texts, and nothing at the end: that is where a code of -1 leads."""
        return self.of_values.take(np.append(np.arange(len(self.of_values.known)), -1))

    def _flags(self, of_values: Flags) -> Flags:
        return np.append(of_values, False)[self.codes]


def _at(moments: Moments, codes: NDArray[Any]) -> Moments:
    return Moments(moments.first[codes], moments.end[codes], moments.known[codes])

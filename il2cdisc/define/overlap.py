"""Records that two value-level rows of one variable describe: define.xml must describe each value once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from il2cdisc.base.problems import Problem
from il2cdisc.define import problems as kinds
from il2cdisc.spec.models import ValueLevelSpec
from il2cdisc.spec.selection import Rows


def check_overlap(levels: Iterable[tuple[ValueLevelSpec, Rows, int]]) -> Iterator[Problem]:
    """DEF043 at each value-level row that selects records of an earlier one (Define-XML 2.1, section 4.3).

    `levels`: rows in the order of the sheet, the positions of the records that each selects, and how many
    records the dataset has.
    """
    variables: dict[tuple[str, str], list[tuple[ValueLevelSpec, Rows, int]]] = {}
    for level in levels:
        variables.setdefault((level[0].dataset, level[0].variable), []).append(level)
    for rows in variables.values():
        yield from _shared(rows)


def _shared(levels: list[tuple[ValueLevelSpec, Rows, int]]) -> Iterator[Problem]:
    first = np.full(levels[0][2], -1, dtype="int32")  # of each record the first row that selects it
    for number, (row, chosen, _) in enumerate(levels):
        known = first[chosen]
        for other, count in enumerate(np.bincount(known[known >= 0]).tolist()):
            if count:
                records = f"{count:,} record{'' if count == 1 else 's'} of {row.dataset} {row.variable}"
                what = f"{row.where} selects {records} that {levels[other][0].where} selects"
                yield kinds.OVERLAP.at(row.at("Where Clause"), what)
        first[chosen[known < 0]] = number

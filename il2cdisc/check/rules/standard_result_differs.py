"""A standard result is not the original one, although nothing was converted.

What: --ORRES and --STRESN are different numbers with the same unit; or --STRESC is a number other than
--STRESN; or --ORRES is there and --STRESC is not.
Why: the analysis uses the standard result.
Example: LBORRES 5.2, LBSTRESN 52, both mmol/L.
Fix: Correct the conversion in the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.numbers import equal, read_number
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import filled, findings_of, has, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK302",
    "Standard result differs from the original one",
    Severity.FINDING,
    "Correct the conversion in the workbook.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.COLUMN,
    right_when="Never, in SDTMIG 3.4.",
    source="SD1353; SD0036; CG0397; sdtmchecks check_lb_lbstresc_char, check_lb_lbstresn_missing",
    tolerance="one unit of the last decimal place of --STRESC",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "ORRES", "STRESC"):
        bare = filled(table, f"{own}ORRES") & ~filled(table, f"{own}STRESC")
        yield from hits(
            table, f"{own}STRESC", bare, f"the original result is {{{own}ORRES}}, the standard one missing"
        )
        if not has(table, f"{own}STRESN"):
            continue
        number = numbers_of(table, f"{own}STRESN")
        standard, unit = _numbers(table, f"{own}STRESC"), _last_places(table, f"{own}STRESC")
        apart = np.abs(standard - number) >= unit
        yield from hits(
            table, f"{own}STRESN", apart, f"{own}STRESC is {{{own}STRESC}}, {own}STRESN {{{own}STRESN}}"
        )
        if has(table, f"{own}ORRESU", f"{own}STRESU"):
            original = _numbers(table, f"{own}ORRES")
            differ = ~np.isnan(original) & ~np.isnan(number) & ~equal(original, number)
            rows = np.flatnonzero(differ)
            units = [table.table[f"{own}{name}"].series(rows).fillna("") for name in ("ORRESU", "STRESU")]
            differ[rows] = (units[0] == units[1]).to_numpy() & (units[0] != "").to_numpy()
            what = f"the original result is {{{own}ORRES}}, the standard one {{{own}STRESN}} in the same unit"
            yield from hits(table, f"{own}STRESN", differ, what)


def _last_places(table: CheckedTable, name: str) -> np.ndarray:
    """What one unit of the last decimal place of each text is worth, a thousandth at most."""
    column = table.distinct(name)
    places = [len(text.partition(".")[2]) for text in column.texts]
    return column.each([10.0**-count if count else 1e-3 for count in places], 1.0)


def _numbers(table: CheckedTable, name: str) -> np.ndarray:
    """Texts that are numbers, NaN for others."""
    column = table.distinct(name)
    found = (read_number(text) for text in column.texts)
    return column.each([one.value if one.is_number else np.nan for one in found], np.nan)

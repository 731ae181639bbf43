"""Visits of SV, compared with the results and doses that there are of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from il2cdisc.check.context import CheckContext
from il2cdisc.check.persons import matched_rows
from il2cdisc.check.records import filled, findings_of, given, has
from il2cdisc.check.table import CheckedTable, Flags

DOSES = ("EC", "EX")


def with_records(
    context: CheckContext, visits: CheckedTable, chosen: Flags, *, among: Collection[str] = ()
) -> Iterator[tuple[str, Flags]]:
    """Dataset → those of the chosen visits of which it has a result or a dose that was given.

    A visit comes once, with the first dataset; `among` are the datasets that are looked at, none for all.
    """
    if not has(visits, "USUBJID", "VISITNUM"):
        return
    left = chosen.copy()
    for table, looked in _records(context):
        if not left.any():
            return
        if has(table, "VISITNUM") and (not among or table.name in among):
            at = matched_rows(table, visits, among=left).rows[looked]
            found = np.zeros(len(visits), dtype=bool)
            found[at[at >= 0]] = True
            left &= ~found
            yield table.name, found


def _records(context: CheckContext) -> Iterator[tuple[CheckedTable, Flags]]:
    """Datasets of doses and of findings, with the records that say that something was given or found."""
    for name in DOSES:
        table = context.tables.get(name)
        if table is not None and has(table, "USUBJID"):
            yield table, given(table)
    for table, own in findings_of(context, "STRESC"):
        yield table, filled(table, f"{own}STRESC")

"""A record of analysis data names a source that is not there.

What: where SRCDOM is a dataset of the package of ADaM, SRCVAR is a variable of it, and one of its records of
the subject has SRCSEQ as its sequence number. Sources in SDTM are not looked up here.
Why: the three lead a reviewer from the result to the record that it was taken from.
Covers: no published rule; ADaMIG 1.3, table of datapoint traceability.
Example: SRCDOM ADTTE, SRCVAR AVAL, SRCSEQ 40, where the subject has 12 records.
Fix: take the three from the record that the value is copied from.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, Rows

KIND = Kind(
    "CHK218",
    "Source record not found",
    Severity.FINDING,
    "Take SRCDOM, SRCVAR and SRCSEQ from the record that the value is copied from.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context):
        if "SRCDOM" not in table.by_name:
            continue
        named = table.distinct("SRCDOM")
        for name in named.texts:
            source, rows = context.tables.get(name), np.flatnonzero(named.has(name))
            if source is not None and len(rows):
                yield from _unknown(table, source, rows)


def _unknown(table: CheckedTable, source: CheckedTable, rows: Rows) -> Iterator[RuleHit]:
    """Records (of `rows`) whose variable or sequence number the source does not have."""
    if "SRCVAR" in table.by_name:
        wrong = table.distinct("SRCVAR").where(lambda text: text not in source.by_name, rows)
        if len(wrong):
            yield RuleHit(table.name, f"{source.name} does not have the variable", "SRCVAR", wrong)
    if (
        not {"USUBJID", "SRCSEQ"} <= table.by_name.keys()
        or not {"USUBJID", source.seq} <= source.by_name.keys()
    ):
        return
    asked = rows[~table.table["SRCSEQ"].missing[rows]]
    known = _keys(source, source.seq, np.arange(len(source)))
    lost = asked[~_keys(table, "SRCSEQ", asked).isin(known)]
    if len(lost):
        what = f"{source.name} has no record of the subject with this {source.seq}"
        yield RuleHit(table.name, what, "SRCSEQ", lost)


def _keys(table: CheckedTable, name: str, rows: Rows) -> pd.MultiIndex:
    """Subject and number of some records."""
    return pd.MultiIndex.from_arrays([table.values("USUBJID", rows), table.values(name, rows)])

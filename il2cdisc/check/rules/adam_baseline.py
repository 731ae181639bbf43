"""The baseline of a parameter is flagged twice, not flagged, or not the value that is flagged.

What: of a subject, parameter and type of baseline (BASETYPE) at most one record has ABLFL = Y; BASE, where it
has a value, is AVAL of that record (the texts: BASEC and AVALC).
Why: change from baseline is only as right as the baseline (ADaMIG 1.3, section 3.3.2: BASE is copied from the
record that is flagged).
Covers: AD0127, AD0128, AD0154, AD0155, AD0181, AD0789.
Example: BASE is 21, and the record with ABLFL = Y has AVAL 22.
Fix: flag one record, and derive BASE from it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.rows import counted_in
from il2cdisc.check.adam import BDS, analysis_tables, filled
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, Rows
from il2cdisc.spec.selection import groups

KIND = Kind(
    "CHK215",
    "Inconsistent baseline",
    Severity.FINDING,
    "Flag one baseline record of each subject and parameter, and derive BASE from it.",
)
LEVEL = Level.ERROR
_NEEDED = {"USUBJID", "PARAMCD", "ABLFL"}


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context, BDS):
        if not table.by_name.keys() >= _NEEDED:
            continue
        keys = [name for name in ("USUBJID", "PARAMCD", "BASETYPE") if name in table.by_name]
        key, _ = groups([table.distinct(name).codes for name in keys])
        flagged = np.flatnonzero(table.distinct("ABLFL").has("Y"))
        again = flagged[counted_in(key[flagged]) > 1]
        if len(again):
            what = f"an earlier record with the same {', '.join(keys)} has the flag, too"
            ids = ("AD0154",) if "BASETYPE" in keys else ("AD0155",)
            yield RuleHit(table.name, what, "ABLFL", again, out_of=len(flagged), published=ids)
        record = np.full(key.max(initial=-1) + 1, -1, dtype="int64")
        record[key[flagged[::-1]]] = flagged[::-1]  # the first one stays
        differs = ("AD0789",) if "BASETYPE" in keys else ("AD0181",)
        for base, value, ids in (
            ("BASE", "AVAL", (("AD0127",), differs)),
            ("BASEC", "AVALC", (("AD0128",), ())),
        ):
            if {base, value} <= table.by_name.keys():
                yield from _values(table, base, value, record[key], ids)


def _values(
    table: CheckedTable,
    base: str,
    value: str,
    record: Rows,
    ids: tuple[tuple[str, ...], tuple[str, ...]],
) -> Iterator[RuleHit]:
    """Records with a baseline and no flagged record (-1), or with another value than the flagged record has;
    `ids` are the published rules of the two."""
    has = filled(table, base)
    alone = np.flatnonzero(has & (record < 0))
    if len(alone):
        yield RuleHit(
            table.name, f"{base} has a value, and no record has ABLFL = Y", base, alone, published=ids[0]
        )
    bases, values = table.distinct(base), table.distinct(value)
    code_of = {found: code for code, found in enumerate(bases.values)}
    expected = values.each([code_of.get(found, -2) for found in values.values], -1)[record]
    rows = np.flatnonzero(has & (record >= 0) & (bases.codes != expected))
    if len(rows):
        what = f"{base} is not {value} of the record with ABLFL = Y"
        yield RuleHit(table.name, what, base, rows, published=ids[1])

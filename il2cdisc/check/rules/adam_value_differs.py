"""A variable of analysis data has another value than the variable of the same name that it is a copy of.

What: a variable of ADSL that DM has, too, has the value of DM for the same subject; a variable of another
dataset that ADSL has, too, has the value of ADSL.
Why: same name, same meaning, same values (ADaMIG 1.3, section 3.1.1). An age that is counted in another way
is AAGE.
Covers: AD0204.
Example: AGE is 41 in ADSL, 40 in DM.
Fix: copy the value, or give the variable another name.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK211",
    "Copied value differs",
    Severity.FINDING,
    "Copy the value unchanged, or give the variable another name.",
)
LEVEL = Level.ERROR
_PUBLISHED = {("ADSL", "AGE"): ("AD0204",)}


def check(context: CheckContext) -> Iterator[RuleHit]:
    subjects = context.tables.get("ADSL")
    for table, _, _ in analysis_tables(context):
        source = context.demographics if table.name == "ADSL" else subjects
        if source is not None and {"USUBJID"} <= source.by_name.keys() & table.by_name.keys():
            yield from _differing(table, source)


def _differing(table: CheckedTable, source: CheckedTable) -> Iterator[RuleHit]:
    """Hits for each variable that both have with one type, over the records of subjects that both have."""
    column = source.table["USUBJID"]
    place = dict(zip(column.distinct, column.first_rows.tolist(), strict=True))
    subjects = table.distinct("USUBJID")
    rows_of = subjects.each([place.get(subject, -1) for subject in subjects.values], -1)
    for variable in table.variables:
        other = source.by_name.get(variable.name)
        if other is None or other.type != variable.type or variable.name == "USUBJID":
            continue
        own, given = table.distinct(variable.name), source.distinct(variable.name)
        code_of = {value: code for code, value in enumerate(own.values)}
        expected = given.each([code_of.get(value, -2) for value in given.values], -1)[rows_of]
        rows = np.flatnonzero((own.codes != expected) & (rows_of >= 0))
        if len(rows):
            texts = (*given.texts, "")
            details = [
                f"{source.name} has '{texts[code]}'" if texts[code] else f"{source.name} has no value"
                for code in given.codes[rows_of[rows]].tolist()
            ]
            ids = _PUBLISHED.get((table.name, variable.name), ())
            what = f"{source.name} has another value of the subject"
            yield RuleHit(table.name, what, variable.name, rows, details=details, published=ids)

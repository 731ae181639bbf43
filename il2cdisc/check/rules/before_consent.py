"""A record is dated before the subject's informed consent.

What: the start of an adverse event or a dose, or the date of an examination or test, is a day before RFICDTC.
Why: nothing may be done for a study before the consent; a date like this is mistyped, or the consent's is.
Example: LBDTC 2020-01-02, consent 2020-01-04.
Fix: ask the site for the date.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, dates_before
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.models import DatasetSpec

KIND = Kind(
    "CHK051",
    "Record before informed consent",
    Severity.FINDING,
    "Ask whether the date is right; the record is kept.",
)
LEVEL = Level.WARNING
STARTS = {"AE": "AESTDTC", "EC": "ECSTDTC", "EX": "EXSTDTC"}


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, spec in context.checked:
        if variable := dated_variable(table, spec):
            found = dates_before(context, table.name, variable, "RFICDTC")
            yield Compared("DM", "RFICDTC", found.looked_at)
            details = [f"the date is before the informed consent of {day}" for day in found.dates]
            whole = [f"the informed consent of {day} is after dates of the subject" for day in found.dates]
            if len(found.rows):
                compared = Compared("DM", "RFICDTC", found.cells, whole)
                yield RuleHit(
                    table.name, KIND.title, variable, found.rows, details=details, compared=compared
                )


def dated_variable(table: CheckedTable, spec: DatasetSpec) -> str:
    """The date of what may only be done or counted after consent; "" where a dataset has none."""
    findings = spec.class_.upper().startswith("FINDINGS")
    variable = STARTS.get(table.name) or (f"{table.name}DTC" if findings else "")
    return variable if {"USUBJID", variable} <= set(table.by_name) else ""

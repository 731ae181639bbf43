"""A record belongs to a subject who is not in DM (analysis data: in ADSL).

What: every USUBJID of every dataset must be one of DM's.
Why: a record without its subject can't be analysed, and is rejected.
Example: LB has records of a subject whom DM lacks.
Fix: correct the subject key at its source, or add the subject.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK033",
    "Subject not found in the subject dataset",
    Severity.FINDING,
    "Link the record to its subject; every subject has a record in DM.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    if context.subjects is None:
        return  # CHK001 or CHK010 tells it
    for table in context.tables.values():
        if "USUBJID" not in table.by_name or table.by_name["USUBJID"].type != "Char":
            continue
        rows = table.distinct("USUBJID").where_not_in(context.subjects)
        if len(rows):
            what = f"the subject is not in {context.subjects_dataset}"
            yield RuleHit(table.name, what, "USUBJID", rows)

"""An adverse event begins before the first dose.

What: AESTDTC is before RFXSTDTC of the subject, by the time where both have one on the same day. A date that
may be as late as the dose is left alone.
Why: such an event is not treatment-emergent; often its date is mistyped, or it belongs to the history.
Example: AESTDTC 2020-01-02, first dose 2020-01-04.
Fix: ask the site for the date; if it is right the record stays, and this finding with a disposition.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import DAY_ALONE, CheckContext, Compared, RuleHit, dates_before
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK050",
    "Adverse event before the first dose",
    Severity.FINDING,
    "Ask whether the date is right; the event is kept and is not treatment-emergent.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    if "AE" in context.tables:
        found = dates_before(context, "AE", "AESTDTC", "RFXSTDTC", cell=("EX", "EXSTDTC"), by_time=True)
        yield Compared("EX", "EXSTDTC", found.looked_at)
        starts = context.tables["AE"].values("AESTDTC", found.rows) if len(found.rows) else ()
        doses = [
            dose if start[:DAY_ALONE] == dose[:DAY_ALONE] else dose[:DAY_ALONE]
            for start, dose in zip(starts, found.dates, strict=True)
        ]
        details = [f"the event begins before the first dose of {dose}" for dose in doses]
        whole = [
            f"the first dose of {dose[:DAY_ALONE]} is after adverse events of the subject" for dose in doses
        ]
        if len(found.rows):
            compared = Compared("EX", "EXSTDTC", found.cells, whole)
            yield RuleHit("AE", KIND.title, "AESTDTC", found.rows, details=details, compared=compared)

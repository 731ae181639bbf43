"""An adverse event begins before the first dose.

What: AESTDTC is a day before RFXSTDTC of the subject. A date that may be the day itself is left alone.
Why: such an event is not treatment-emergent; often its date is mistyped, or it belongs to the history.
Example: AESTDTC 2020-01-02, first dose 2020-01-04.
Fix: ask the site for the date; if it is right the record stays, and this finding with a disposition.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import Compared, Context, Hit, days_before
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK050",
    "Adverse event before the first dose",
    Severity.FINDING,
    "ask whether the date is right; the event is kept and is not treatment-emergent",
)
LEVEL = Level.WARNING


def check(context: Context) -> Iterator[Hit | Compared]:
    if "AE" in context.tables:
        found = days_before(context, "AE", "AESTDTC", "RFXSTDTC", cell=("EX", "EXSTDTC"))
        yield Compared("EX", "EXSTDTC", found.looked_at)
        details = [f"the event begins before the first dose of {day}" for day in found.days]
        whole = [f"the first dose of {day} is after adverse events of the subject" for day in found.days]
        if len(found.rows):
            compared = Compared("EX", "EXSTDTC", found.cells, whole)
            yield Hit("AE", KIND.title, "AESTDTC", found.rows, details=details, compared=compared)

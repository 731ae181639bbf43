"""A record of the day of informed consent is timed before it.

What: the start of an adverse event or a dose, or the date of an examination or test, is on the day of RFICDTC
and at an earlier time; records and consents without a time are left alone.
Why: nothing may be done for a study before the consent. Where most records of that day are timed before it,
the time of the consent is probably wrong, and is asked about.
Example: LBDTC 2020-01-04T08:16, consent 2020-01-04T08:41.
Fix: ask the site for the times.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, dates_before, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.rules.before_consent import dated_variable

KIND = Kind(
    "CHK070",
    "Record before informed consent by time",
    Severity.FINDING,
    "Ask whether the times are right; the record is kept.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, spec in context.checked:
        variable = dated_variable(table, spec)
        if not variable:
            continue
        at, consents = table.dated(variable), of_records(context, table, "RFICDTC").dates
        timed = (at.days == consents.days) & at.has_time & consents.has_time
        found = dates_before(context, table.name, variable, "RFICDTC", by_time=True).of(timed)
        yield Compared("DM", "RFICDTC", found.looked_at)
        details = [f"the time is before that of the informed consent, {at}" for at in found.dates]
        whole = [f"the informed consent of {at} is after times of its day" for at in found.dates]
        if len(found.rows):
            compared = Compared("DM", "RFICDTC", found.cells, whole)
            yield RuleHit(table.name, KIND.title, variable, found.rows, details=details, compared=compared)

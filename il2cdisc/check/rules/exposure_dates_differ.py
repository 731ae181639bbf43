"""The first or last dose of DM is not that of EX.

What: RFXSTDTC is known to be before or after the earliest EXSTDTC of a dose that was given, or RFXENDTC
before or after the latest EXENDTC (EXSTDTC without it); subjects with a partial date are left alone.
Why: baseline, treatment emergence and study days rest on them.
Example: RFXSTDTC 2022-03-05, EXSTDTC 2022-03-04.
Fix: Correct the mapping of RFXSTDTC and RFXENDTC.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER, BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import of_subject, persons
from il2cdisc.check.records import given, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK283",
    "First or last dose of DM differs from EX",
    Severity.FINDING,
    "Correct the mapping of RFXSTDTC and RFXENDTC.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="Never, in SDTMIG 3.4.",
    source="CG0147; CG0148; SD1213",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, ex = context.tables.get("DM"), context.tables.get("EX")
    if table is None or ex is None or not has(table, "USUBJID") or not has(ex, "USUBJID", "EXSTDTC"):
        return
    people, dosed = persons(context), given(ex)
    end = "EXENDTC" if has(ex, "EXENDTC") else "EXSTDTC"
    for name, date, last in (("RFXSTDTC", "EXSTDTC", False), ("RFXENDTC", end, True)):
        dose = of_subject(context, table, "EX", dosed, by=date, last=last)
        if dose is None or not has(table, name):
            continue
        partial = people.spread(people.any(ex, dosed & ~ex.dated(date).has_day), table)
        order = table.dated(name).order(dose.dated(date))
        wrong = ((order == BEFORE) | (order == AFTER)) & ~partial
        what = f"the {'last' if last else 'first'} dose of EX is {{dose}}"
        yield from hits(table, name, wrong, what, looked_at=dose.found, dose=dose.text(date))

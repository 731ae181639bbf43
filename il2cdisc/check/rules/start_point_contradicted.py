"""A date contradicts what is said of it relative to a time point.

What: --STRTPT BEFORE with --STDTC after the date in --STTPT; --ENRTPT BEFORE with --ENDTC after the date in
--ENTPT; --STRF or --ENRF BEFORE with a date after RFSTDTC.
Why: prior and concomitant are told apart by it.
Example: CMSTRTPT BEFORE, CMSTTPT 2022-03-05, CMSTDTC 2022-04-01.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import original_tables
from il2cdisc.check.records import has, hits, one_of, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK224",
    "Date inconsistent with relative timing",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; the date or the box is wrong.",
    source="practice of data management",
    question="Please state whether it began or ended before or after the time point.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in original_tables(context):
        own = prefix(table)
        for date, said, point in (("STDTC", "STRTPT", "STTPT"), ("ENDTC", "ENRTPT", "ENTPT")):
            variable = f"{own}{date}"
            if has(table, variable, f"{own}{said}", f"{own}{point}"):
                late = table.dated(variable).order(table.dated(f"{own}{point}")) == AFTER
                late &= one_of(table, f"{own}{said}", "BEFORE")
                what = f"the date is after {{{own}{point}}}, and is said to be before it"
                yield from hits(table, variable, late, what)
        for date, said in (("STDTC", "STRF"), ("ENDTC", "ENRF")):
            variable = f"{own}{date}"
            if has(table, variable, f"{own}{said}"):
                reference = of_records(context, table, "RFSTDTC").dates
                late = (table.dated(variable).order(reference) == AFTER) & one_of(
                    table, f"{own}{said}", "BEFORE"
                )
                yield from hits(
                    table, variable, late, "the date is after RFSTDTC, and is said to be before it"
                )

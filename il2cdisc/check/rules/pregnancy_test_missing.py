"""A subject who can bear a child has no pregnancy test before the first dose.

What: CHILDPOT of RP is Y, a dose was given, and LB has no result of HCG or LBCAT PREGNANCY dated on or
before the day of the first dose; only where LB has such tests at all.
Why: the test is a condition of treatment.
Example: CHILDPOT Y, first dose 2022-03-05, first test on 2022-03-12.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import first_of_subjects, of_subject, persons
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK243",
    "No pregnancy test before the first dose",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The test was done and its result was not collected.",
    source="practice of data management",
    question="Please give the result and the date of the pregnancy test before the first dose.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, tests = context.tables.get("RP"), context.tables.get("LB")
    if not has(table, "USUBJID", "RPTESTCD", "RPSTRESC") or not has(tests, "USUBJID", "LBTESTCD", "LBDTC"):
        return
    assert table is not None
    assert tests is not None
    chosen = (one_of(tests, "LBTESTCD", "HCG") | one_of(tests, "LBCAT", "PREGNANCY")) & filled(
        tests, "LBSTRESC"
    )
    capable = one_of(table, "RPTESTCD", "CHILDPOT") & one_of(table, "RPSTRESC", "Y")
    people = persons(context)
    firsts = first_of_subjects(context, table, capable)
    dose = of_records(context, table, "RFXSTDTC").days
    test = of_subject(context, table, "LB", chosen, by="LBDTC")
    if test is None or not chosen.any():
        return
    first = np.zeros(len(table), dtype=bool)
    first[firsts[firsts >= 0]] = True
    undated = people.spread(people.any(tests, chosen & ~tests.dated("LBDTC").has_day), table)
    late = ~test.found | (test.days("LBDTC").order(dose) == AFTER)
    absent = first & dose.has_day & late & ~undated
    yield from hits(table, "RPSTRESC", absent, "no pregnancy test is dated on or before the first dose")

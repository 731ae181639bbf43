"""A subject has more than one event with a fatal outcome.

What: AEOUT FATAL in a second or later record of the subject.
Why: one event leads to death; others are not recovered at death.
Example: AEOUT FATAL of a pneumonia and of a fever.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import first_of_subjects
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK251",
    "Several fatal events",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="Two events led to death together.",
    source="sdtmchecks check_ae_death; FB0601 to FB0614",
    question="Please state which event led to death.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is not None and has(table, "USUBJID", "AEOUT"):
        fatal = one_of(table, "AEOUT", "FATAL")
        first = first_of_subjects(context, table, fatal)
        later = fatal.copy()
        later[first[first >= 0]] = False
        yield from hits(table, "AEOUT", later, "another event of the subject has a fatal outcome, too")

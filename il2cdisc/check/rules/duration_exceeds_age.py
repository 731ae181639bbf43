"""A history or an event is longer than the age of the subject.

What: --DUR is longer than AGE (AGEU YEARS) and one year.
Why: the duration, its unit, or the age is mistyped.
Example: MHDUR P45Y, AGE 37.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.durations import in_days_of
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import original_tables
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import has, hits, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK239",
    "Duration longer than life",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; one of the two is wrong.",
    source="practice of data management",
    tolerance="1 year",
)

YEAR = 365.25


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in original_tables(context):
        name, person = f"{prefix(table)}DUR", of_subject(context, table, "DM")
        if person is None or not has(table, name) or not has(person.table, "AGE"):
            continue
        column = table.distinct(name)
        days = column.each([(in_days_of(text) or (np.nan, 0))[0] for text in column.texts], np.nan)
        years = ~person.filled("AGEU") | person.one_of("AGEU", "YEARS")
        long = years & (days > (person.numbers("AGE") + 1) * YEAR)
        yield from hits(
            table, name, long, "the duration is longer than the age of {age}", age=person.text("AGE")
        )

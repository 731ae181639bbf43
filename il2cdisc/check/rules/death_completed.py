"""A subject died, and the participation ended for another reason.

What: DTHFL of DM is Y with a date not after the end of participation, or a fatal event is recorded, and
DSDECOD of the STUDY PARTICIPATION disposition is not DEATH.
Why: a subject who died did not complete.
Example: AEOUT FATAL, DSDECOD COMPLETED.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import PARTICIPATION, deaths, dispositions
from il2cdisc.check.persons import of_subject, persons
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK248",
    "Death inconsistent with disposition",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The subject died after the end of participation, and no date of death is known.",
    source="sdtmchecks check_ae_death_ds_discon, check_ds_dsdecod_death; SD0090",
    question="Please check how and when the participation ended.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    found = dispositions(context, PARTICIPATION)
    if found is None or not has(found[0], "DSSTDTC"):
        return
    table, ended = found
    people = persons(context)
    fatal = np.zeros(people.count, dtype=bool)
    for other, variable, died, _ in deaths(context):
        fatal |= people.any(other, died) if variable in ("AEOUT", "AESDTH") else False
    late = np.zeros(len(table), dtype=bool)
    flagged = np.zeros(len(table), dtype=bool)
    person = of_subject(context, table, "DM")
    if person is not None and has(person.table, "DTHDTC"):
        late = person.dated("DTHDTC").order(table.dated("DSSTDTC")) == AFTER
        flagged = person.one_of("DTHFL", "Y") & person.filled("DTHDTC")
    died = people.spread(fatal, table) | flagged
    wrong = ended & died & ~late & ~one_of(table, "DSDECOD", "DEATH")
    what = "the participation ended with {DSDECOD}, and the subject died"
    yield from hits(table, "DSDECOD", wrong, what, looked_at=ended)

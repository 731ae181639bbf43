"""A record says that the subject died, and DM does not.

What: AEOUT FATAL, AESDTH Y, DSDECOD DEATH, a record of DD, or SSSTRESC DEAD, and DTHFL of DM is not Y.
Why: a death must be the same in all places.
Example: AEOUT FATAL, no DTHFL.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import deaths
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK244",
    "Death that DM does not have",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; one of the records is wrong.",
    source="FB0601 to FB0614; sdtmchecks check_dm_ae_ds_death, check_ss_ssdtc_dead_ds",
    question="Please state whether the subject died, and when.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, variable, died, _ in deaths(context):
        person = of_subject(context, table, "DM")
        if person is not None and person.found.any():
            unflagged = died & person.found & ~person.one_of("DTHFL", "Y")
            yield from hits(table, variable, unflagged, "the record says that the subject died, DM does not")

"""A criterion of seriousness is met, and the event is not serious.

What: one of the criteria (AESDTH, AESHOSP, AESLIFE, AESDISAB, AESCONG, AESMIE and others) is Y, and AESER
is not Y.
Why: a serious event may be missing in the reports to authorities.
Example: AESHOSP Y, AESER N.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import CRITERIA
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK253",
    "Criterion of an event that is not serious",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="The stay in hospital was planned before the event.",
    source="SD1132; sdtmchecks check_ae_aesdth_aedthdtc",
    question="Please state whether the event was serious, and whether the criterion was met.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is not None and has(table, "AESER"):
        for name in (f"AES{end}" for end in CRITERIA):
            wrong = one_of(table, name, "Y") & ~one_of(table, "AESER", "Y")
            yield from hits(table, "AESER", wrong, f"{name} is Y, and the event is not serious")

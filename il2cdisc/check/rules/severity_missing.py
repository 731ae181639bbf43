"""An event has neither severity nor grade.

What: AESEV and AETOXGR are both missing, where other events have one.
Why: events are counted by it, and the worst one is taken.
Example: AETERM headache, no AESEV.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import filled, happened, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK257",
    "Event without severity",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.COLUMN,
    right_when="The event was reported by a third person, and the severity is not known.",
    source="sdtmchecks check_ae_aetoxgr",
    question="Please give the severity of the event.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is not None:
        graded, name = filled(table, "AESEV") | filled(table, "AETOXGR"), ""
        name = next((item for item in ("AESEV", "AETOXGR") if has(table, item)), "")
        if graded.any():
            yield from hits(table, name, ~graded & happened(table), "the event has no severity")

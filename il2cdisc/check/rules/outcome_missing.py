"""An event has no outcome.

What: AEOUT is missing, where other events have one.
Why: it is not known whether the event is over.
Example: AETERM headache, no AEOUT.
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
    "CHK256",
    "Event without an outcome",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.COLUMN,
    right_when="The event goes on at an interim cut, and the outcome is asked at its end.",
    source="sdtmchecks check_ae_aeout",
    question="Please give the outcome of the event.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is not None and has(table, "AEOUT") and filled(table, "AEOUT").any():
        absent = ~filled(table, "AEOUT") & happened(table)
        yield from hits(table, "AEOUT", absent, "the event has no outcome")

"""An event is over by its outcome, and has no end.

What: AEOUT is RECOVERED/RESOLVED (with sequelae or not) or FATAL, and AEENDTC is missing. A partial end is
an end.
Why: the duration cannot be given, and the event counts as ongoing.
Example: AEOUT RECOVERED/RESOLVED, no AEENDTC.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import RECOVERED
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK254",
    "Outcome of an ended event without an end",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="The end is not known at all.",
    source="SD1332; sdtmchecks check_ae_aeout_aeendtc_aedthdtc",
    question="Please give the end as far as it is known, or check the outcome.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is not None and has(table, "AEOUT", "AEENDTC"):
        over = one_of(table, "AEOUT", *RECOVERED, "FATAL")
        open_ = over & ~filled(table, "AEENDTC")
        yield from hits(
            table, "AEENDTC", open_, "the outcome is {AEOUT}, and there is no end", looked_at=over
        )

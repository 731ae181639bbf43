"""The flag and the date of death do not agree.

What: DTHFL is Y without DTHDTC, or DTHDTC is there without DTHFL.
Why: survival and follow-up rest on both.
Example: DTHFL Y, no DTHDTC.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK246",
    "Death flag and date inconsistent",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The date of death is not known at all.",
    source="sdtmchecks check_dm_dthfl_dthdtc",
    question="Please state whether the subject died, and give the date as far as it is known.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("DM")
    if table is not None and has(table, "DTHFL", "DTHDTC"):
        died, dated = one_of(table, "DTHFL", "Y"), filled(table, "DTHDTC")
        yield from hits(table, "DTHFL", died & ~dated, "the subject died, and there is no date of death")
        yield from hits(table, "DTHDTC", dated & ~died, "there is a date of death, and no flag")

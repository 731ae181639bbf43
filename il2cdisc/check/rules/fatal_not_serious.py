"""A fatal event is not marked as serious by death, or the reverse.

What: AEOUT FATAL without AESDTH Y (or AESER Y where AESDTH is not collected), or AESDTH Y with another
outcome.
Why: fatal events are counted by one and by the other.
Example: AEOUT FATAL, AESER N.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK249",
    "Fatal event not marked as fatal",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="The subject died of another event, and AESDTH is asked of the subject, not of the event.",
    source="SD0090; SD0091; sdtmchecks check_ae_fatal, check_ae_death",
    question="Please state whether the event led to death.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is None or not has(table, "AEOUT"):
        return
    fatal, mark = one_of(table, "AEOUT", "FATAL"), "AESDTH" if has(table, "AESDTH") else "AESER"
    if has(table, mark):
        said = f"the outcome is fatal, and {mark} is not Y"
        yield from hits(table, "AEOUT", fatal & ~one_of(table, mark, "Y"), said, looked_at=fatal)
    results_in_death = one_of(table, "AESDTH", "Y") & ~fatal
    yield from hits(table, "AEOUT", results_in_death, "the event led to death, and the outcome is {AEOUT}")

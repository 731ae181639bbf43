"""A finding was not done and has a result, or has neither a result nor a reason.

What: --STAT is NOT DONE, and --ORRES or --STRESC is there; or --STAT is missing, and so are --ORRES and
--STRESC.
Why: missing results are counted by --STAT.
Example: VSSTAT NOT DONE, VSORRES 120.
Fix: Set --STAT by the result in the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import done, filled, findings_of, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK313", "Result of a finding not done", Severity.FINDING, "Set --STAT by the result in the mapping."
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.COLUMN,
    right_when="Never, in SDTMIG 3.4.",
    source="SD0023; SD0047; SD1320; sdtmchecks check_qs_qsstat_qsstresc, check_ss_ssstat_ssorres",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "ORRES", "STRESC"):
        result = filled(table, f"{own}ORRES") | filled(table, f"{own}STRESC")
        both = ~done(table) & result
        yield from hits(table, f"{own}STAT", both, f"{{{own}TESTCD}} was not done, and has a result")
        if has(table, f"{own}STAT"):
            bare = ~filled(table, f"{own}STAT") & ~result
            yield from hits(table, f"{own}ORRES", bare, f"{{{own}TESTCD}} has neither a result nor NOT DONE")

"""A record is dated after the death of the subject.

What: a start, an end or the date of an examination is known to be after DTHDTC of DM. Details of the death
(DD), the state DEAD of a follow-up (SS), and comments are left alone.
Why: nothing is done to, or begins in, a person after death; one of the dates is wrong.
Example: DTHDTC 2022-03-05, LBDTC 2022-03-12.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import original_tables
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import filled, has, hits, one_of, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK227",
    "Record after death",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="A specimen taken before death was dated by its analysis, or an autopsy was done.",
    source=(
        "sdtmchecks check_ae_aestdtc_after_dd, check_lb_lbdtc_after_dd, check_vs_vsdtc_after_dd; FB0601 "
        "to FB0614"
    ),
    question="Please check the date of death and that of the record.",
)

LEFT_ALONE = frozenset({"DD", "CO", "DM", "SE", "DS"})


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in original_tables(context):
        if table.name in LEFT_ALONE:
            continue
        died = of_subject(context, table, "DM")
        if died is None or not has(died.table, "DTHDTC") or not filled(died.table, "DTHDTC").any():
            return
        for stem in ("STDTC", "ENDTC", "DTC"):
            name = f"{prefix(table)}{stem}"
            if has(table, name):
                looked = (
                    died.filled("DTHDTC") & table.dated(name).is_known & ~one_of(table, "SSSTRESC", "DEAD")
                )
                late = looked & (table.dated(name).order(died.dated("DTHDTC")) == AFTER)
                cause = died.cause("DTHDTC", "the death is before other dates of the subject")
                what = "the date is after the death on {death}"
                yield from hits(
                    table, name, late, what, looked_at=looked, cause=cause, death=died.text("DTHDTC")
                )

"""An event has an end, and is not over by its outcome.

What: AEENDTC is there, and AEOUT is NOT RECOVERED/NOT RESOLVED or RECOVERING/RESOLVING. Left alone: an end
at death, an event of the same term that begins where this one ends, and one that a later report has as
over.
Why: an event that has ended has recovered, or its end is wrong.
Example: AEENDTC 2022-03-05, AEOUT NOT RECOVERED/NOT RESOLVED.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.moments import UNKNOWN
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import NOT_RECOVERED, RECOVERED
from il2cdisc.check.persons import groups_of, of_subject
from il2cdisc.check.records import filled, has, hits, in_days, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK255",
    "End of an event that is not over",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.COLUMN,
    right_when=(
        "The record ends because the severity changed, or a later report of the event follows that is not "
        "there yet."
    ),
    source="SD1333; sdtmchecks check_ae_aeout_aeendtc_aedthdtc",
    question="Please check the end and the outcome.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is None or not has(table, "USUBJID", "AEOUT", "AEENDTC"):
        return
    open_ = one_of(table, "AEOUT", *NOT_RECOVERED)
    ended, person = open_ & filled(table, "AEENDTC"), of_subject(context, table, "DM")
    if person is not None and has(person.table, "DTHDTC"):
        ended &= table.dated("AEENDTC").order(person.dated("DTHDTC")) == UNKNOWN
    if has(table, "AEDECOD", "AESTDTC"):
        ended &= ~(_goes_on(table) | _reported_again(table))
    yield from hits(
        table, "AEOUT", ended, "the event ended on {AEENDTC}, its outcome is {AEOUT}", looked_at=open_
    )


def _reported_again(table: CheckedTable) -> Flags:
    """Records of an event that another record, of the same term, start and --SPID, has as over."""
    group = groups_of(table, ["USUBJID", "AEDECOD", "AESTDTC", "AESPID"])
    over = one_of(table, "AEOUT", *RECOVERED, "FATAL")
    return np.bincount(group[over], minlength=int(group.max(initial=-1)) + 1)[group] > 0


def _goes_on(table: CheckedTable) -> Flags:
    """Records that end on a day, or the day before one, on which another of the same term begins."""
    group, days = groups_of(table, ["USUBJID", "AEDECOD"]), in_days(table, "AESTDTC")
    begins = pd.MultiIndex.from_arrays([group, days])
    ends = in_days(table, "AEENDTC")
    return np.logical_or.reduce(
        [
            pd.MultiIndex.from_arrays([group, ends + more]).isin(begins) & (ends + more > days)
            for more in (0, 1)
        ]
    )

"""ADSL has several records of a subject, or a subject that DM does not have.

What: ADSL has one record for each USUBJID, and DM has the subject. Subjects of other datasets are held
against ADSL by CHK033.
Why: each merge with ADSL would double records, and denominators would be wrong.
Covers: AD0053, AD0054.
Example: a subject who was screened twice has two records.
Fix: give ADSL one record for each subject of DM.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.rows import counted_in
from il2cdisc.check.adam import ADSL, analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK210",
    "Subject several times or unknown in ADSL",
    Severity.FINDING,
    "Give ADSL one record for each subject of DM.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context, ADSL):
        if "USUBJID" not in table.by_name:
            continue  # CHK209 or CHK010 reports it
        subjects = table.distinct("USUBJID")
        again = (counted_in(subjects.codes) > 1) & (subjects.codes >= 0)
        if again.any():
            what = "an earlier record has the same subject"
            yield RuleHit(table.name, what, "USUBJID", np.flatnonzero(again), published=("AD0054",))
        known = context.demographics
        if known is not None and "USUBJID" in known.by_name:
            rows = subjects.where_not_in(known.distinct("USUBJID").texts)
            if len(rows):
                yield RuleHit(table.name, "the subject is not in DM", "USUBJID", rows, published=("AD0053",))

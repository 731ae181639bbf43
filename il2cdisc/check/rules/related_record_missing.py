"""A record refers to another one that is not there.

What: IDVAR and IDVARVAL of RELREC, SUPP-- or CO name no record of the subject in RDOMAIN; or a RELID of
RELREC has one record only.
Why: qualifiers, comments and relations are lost when datasets are joined.
Example: SUPPAE with IDVAR AESEQ, IDVARVAL 12, and AE has no such record.
Fix: Correct the link or the keys in the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of, matched_rows
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK291",
    "Reference to a record that is not there",
    Severity.FINDING,
    "Correct the link or the keys in the mapping.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="Never, in SDTMIG 3.4.",
    source="SD0077",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in context.tables.values():
        if not has(table, "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL"):
            continue
        for domain in table.distinct("RDOMAIN").texts:
            other, mine = context.tables.get(domain), one_of(table, "RDOMAIN", domain)
            for name in table.distinct("IDVAR").texts:
                chosen = mine & one_of(table, "IDVAR", name) & filled(table, "USUBJID")
                if other is None or not chosen.any() or not has(other, "USUBJID", name):
                    continue
                names = [("USUBJID", "USUBJID"), ("IDVARVAL", name)]
                absent = chosen & ~matched_rows(table, other, names).found
                what = "{RDOMAIN} has no record of the subject with {IDVAR} {IDVARVAL}"
                yield from hits(table, "IDVARVAL", absent, what, looked_at=chosen)
        if has(table, "RELID"):
            group, chosen = groups_of(table, ["USUBJID", "RELID"]), filled(table, "USUBJID")
            alone = chosen & (np.bincount(group, minlength=1)[group] == 1)
            yield from hits(
                table, "RELID", alone, "the relation {RELID} has one record only", looked_at=chosen
            )

"""A subject had a dose, and is not in the safety set.

What: EX has a record of a dose that was given (EXOCCUR is not N) of a subject whose SAFFL in ADSL is not Y.
Why: the safety set holds everybody who had a dose, whatever is known of its date; a subject that is left out
is missing from every display of safety.
Example: nine records of EX, the first with an unknown day; SAFFL N.
Fix: derive SAFFL from the doses that were given, not from their dates.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK065",
    "Dosed subject outside the safety set",
    Severity.FINDING,
    "Derive SAFFL from the doses that were given, not from their dates.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    table = context.tables.get("ADSL")
    if table is None or not {"USUBJID", "SAFFL"} <= set(table.by_name):
        return
    outside = ~table.distinct("SAFFL").has("Y")
    rows = np.flatnonzero(outside & table.table["USUBJID"].among(context.dosed))
    if len(rows):
        yield RuleHit("ADSL", "EX has a dose of the subject, and SAFFL is not Y", "SAFFL", rows)

"""The parts of a differential count do not add up to the leukocytes.

What: of one specimen NEUTLE, LYMLE, MONOLE, EOSLE and BASOLE add up to more than 102 %, or all five to less
than 90 %; the counts NEUT, LYM, MONO, EOS and BASO to more than WBC and a twentieth, or all five to less
than 85 % of it, in one unit.
Why: a part or the whole is mistyped, or in another unit.
Example: neutrophils 88 %, lymphocytes 42 %.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.occasions import Occasions
from il2cdisc.check.records import has, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK306",
    "Differential count inconsistent with its whole",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The laboratory counts further cells, such as blasts.",
    source="practice of data management",
    tolerance="2 and 10 percent points; a twentieth and 15 percent of the count",
    question="Please check the differential count.",
)

PARTS = ("NEUT", "LYM", "MONO", "EOS", "BASO")


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("LB")
    if table is None or not has(table, "USUBJID", "LBTESTCD", "LBSTRESN", "LBDTC"):
        return
    occasions = Occasions(table, "LB")
    first = occasions.records("NEUTLE")
    if first.any():
        shares = np.column_stack([occasions.values(f"{name}LE") for name in PARTS])[first]
        added, all_ = np.nansum(shares, axis=1), ~np.isnan(shares).any(axis=1)
        yield from _told(table, first, added, (added > 102) | (all_ & (added < 90)), "100 %")
    whole = occasions.records("WBC")
    if whole.any():
        unit = occasions.of("WBC")
        counts = np.column_stack([occasions.values(name, unit_of=unit) for name in PARTS])[whole]
        added, all_ = np.nansum(counts, axis=1), ~np.isnan(counts).any(axis=1)
        total = numbers_of(table, "LBSTRESN")[whole]
        wrong = (added > 1.05 * total + 0.1) | (all_ & (added < 0.85 * total - 0.1))
        yield from _told(table, whole, added, wrong & (added > 0), "the leukocytes, {LBSTRESN}")


def _told(
    table: CheckedTable, chosen: Flags, added: np.ndarray, wrong: Flags, whole: str
) -> Iterator[RuleHit | Compared]:
    rows, flags, sums = np.flatnonzero(chosen), np.zeros(len(table), dtype=bool), np.full(len(table), np.nan)
    flags[rows], sums[rows] = wrong, added
    what = f"the parts of the differential count add up to {{sums}}, not to {whole}"
    yield from hits(table, "LBSTRESN", flags, what, looked_at=chosen, sums=sums)

"""A liver test is markedly raised.

What: ALT or AST is above 5 times the upper limit, or above 3 times with BILI above twice the upper limit in
the same specimen.
Why: a physician looks for an injury of the liver by the drug.
Example: ALT 400 U/L, upper limit 40.
Fix: Read the records; the site is not asked.
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

KIND = Kind(
    "CHK312", "Markedly raised liver tests", Severity.INFORMATION, "Read the records; the site is not asked."
)
LEVEL = Level.INFORMATION
SENSE = Sense(
    kind=SenseKind.MEDICAL_REVIEW,
    scope=SenseScope.SUBJECT,
    right_when="The cause is known, and is recorded.",
    source="practice of data management; guidance of regulators on liver injury",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("LB")
    if table is None or not has(table, "USUBJID", "LBTESTCD", "LBSTRESN", "LBSTNRHI", "LBDTC"):
        return
    occasions = Occasions(table, "LB")
    with np.errstate(divide="ignore", invalid="ignore"):
        fold = numbers_of(table, "LBSTRESN") / numbers_of(table, "LBSTNRHI")
    chosen = occasions.records("ALT") | occasions.records("AST")
    bilirubin = occasions.of("BILI").taken(fold)
    both = chosen & (fold > 3) & (bilirubin > 2)
    what = "{LBTESTCD} is {fold} times the upper limit"
    yield from hits(table, "LBSTRESN", both, f"{what}, BILI {{more}} times", fold=fold, more=bilirubin)
    yield from hits(table, "LBSTRESN", chosen & (fold > 5) & ~both, what, looked_at=chosen, fold=fold)

"""A population of cells is larger than its parent, or its parts do not add up.

What: of one specimen the count of a subset is above that of its parent; naive, central memory, effector
memory and terminal cells of a lineage, or the three kinds of monocytes, do not add up to 100 %; or a count is
not the share times the count of the parent.
Why: gates are exchanged, or a result is mistyped or another subject's.
Example: regulatory T-cells 900, T-helper cells 400 (10^6/L).
Fix: Ask the site which entry is right; the records are kept as collected.
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
    "CHK308",
    "Cell population inconsistent with its parent",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The counts come from different tubes, whose lymphocytes differ.",
    source="practice of data management",
    tolerance="5 percent of a count, 3 percent points of a sum, a tenth of a product",
    question="Please check the results of the specimen.",
)

PARENTS = {
    "TLYH": "TLYCE", "TLC": "TLYCE", "TLYHR": "TLYH", "TLHN": "TLYH", "TLHCM": "TLYH", "TLHEM": "TLYH",
    "TLHTM": "TLYH", "TLH1": "TLYH", "TLH2": "TLYH", "TLH17": "TLYH", "TLCN": "TLC", "TLCCM": "TLC",
    "TLCEM": "TLC", "TLCTM": "TLC", "TLHRN": "TLYHR", "TLHRM": "TLYHR", "TLYCE": "LYM", "BLYCE": "LYM",
    "NKCE": "LYM",
}  # fmt: skip
WHOLES = (
    ("TLHNTH", "TLHCMTH", "TLHEMTH", "TLHTMTH"), ("TLCNTLC", "TLCCMTLC", "TLCEMTLC", "TLCTMTLC"),
    ("MNCLMN", "MNINMN", "MNNCLMN"),
)  # fmt: skip
PRODUCTS = (
    ("TLYHR", "TLHRTLH", "TLYH"), ("TLHN", "TLHNTH", "TLYH"), ("TLHCM", "TLHCMTH", "TLYH"),
    ("TLHEM", "TLHEMTH", "TLYH"), ("TLCN", "TLCNTLC", "TLC"), ("TLYH", "TLYHTLY", "TLYCE"),
    ("TLC", "TLYCTLY", "TLYCE"), ("TLYCE", "TLYLY", "LYM"), ("BLYCE", "BLYCELY", "LYM"),
    ("NKCE", "NKLY", "LYM"),
)  # fmt: skip
"""Count, share in percent, count of the parent."""


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("CP")
    if table is None or not has(table, "USUBJID", "CPTESTCD", "CPSTRESN", "CPSTRESU", "CPDTC"):
        return
    occasions, own = Occasions(table, "CP", "METHOD"), numbers_of(table, "CPSTRESN")
    for subset, parent in PARENTS.items():
        chosen = occasions.records(subset)
        if chosen.any():
            total = occasions.values(parent, unit_of=occasions.of(subset))
            what = f"{subset} is {{CPSTRESN}}, its parent {parent} {{total}}"
            more = chosen & (own > 1.05 * total)
            yield from hits(table, "CPSTRESN", more, what, looked_at=chosen & ~np.isnan(total), total=total)
    for names in WHOLES:
        chosen = occasions.records(names[0])
        added = np.sum([occasions.values(name) for name in names], axis=0)
        what = f"{', '.join(names)} add up to {{added}} %"
        yield from hits(
            table, "CPSTRESN", chosen & (np.abs(added - 100) > 3), what, looked_at=chosen, added=added
        )
    for count, share, parent in PRODUCTS:
        chosen = occasions.records(count)
        made = occasions.values(share) / 100 * occasions.values(parent)
        far = (
            chosen
            & (np.abs(own - made) > np.maximum(0.1 * made, 1))
            & ~(own > 1.05 * occasions.values(parent))
        )
        what = f"{count} is {{CPSTRESN}}, {share} of {parent} makes {{made}}"
        yield from hits(table, "CPSTRESN", far, what, looked_at=chosen & ~np.isnan(made), made=made)

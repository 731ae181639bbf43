"""The same text is coded in two ways, or one term is in two classes.

What: --TERM (or --TRT) that is the same apart from case and blanks has different --DECOD within a dataset;
or one --DECOD has different --BODSYS, --SOC or --CLAS. The rarer ones are reported.
Why: an event is counted under two terms.
Example: headache as Headache, and once as Migraine.
Fix: Let the coder decide on one term, and correct coding.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import filled, has, hits, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK319",
    "One text coded in two ways",
    Severity.FINDING,
    "Let the coder decide on one term, and correct coding.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.STUDY,
    right_when=(
        "The text means two things, which another field tells apart, such as the indication of a medication."
    ),
    source="sdtmchecks check_ae_aedecod, check_cm_cmdecod",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in context.tables.values():
        own = prefix(table)
        if table.name in ("DS", "DV") or not has(table, f"{own}DECOD"):
            continue
        term = next((f"{own}{end}" for end in ("TERM", "TRT") if has(table, f"{own}{end}")), "")
        if term:
            what = f"{{{term}}} is mostly coded in another way"
            yield from hits(table, f"{own}DECOD", _rarer(table, term, f"{own}DECOD"), what)
        for higher in (f"{own}BODSYS", f"{own}SOC", f"{own}CLAS"):
            if has(table, higher):
                what = f"{{{own}DECOD}} is mostly in another class of {higher}"
                yield from hits(table, higher, _rarer(table, f"{own}DECOD", higher), what)


def _rarer(table: CheckedTable, one: str, other: str) -> Flags:
    """Records whose value of `other` is not the one that is most frequent with their value of `one`."""
    column = table.distinct(one)
    words = {text: " ".join(text.upper().split()) for text in column.texts}
    known = {word: number for number, word in enumerate(dict.fromkeys(words.values()))}
    first = column.each([known[words[text]] for text in column.texts], -1)
    rows = np.flatnonzero((first >= 0) & filled(table, other))
    by = pd.DataFrame({"one": first[rows], "other": table.distinct(other).codes[rows]})
    count = by.groupby(["one", "other"])["other"].transform("size")
    best = by.assign(count=count).sort_values("count", kind="stable", ascending=False).drop_duplicates("one")
    rare = np.zeros(len(table), dtype=bool)
    rare[rows] = (by["other"] != by["one"].map(best.set_index("one")["other"])).to_numpy()
    return rare

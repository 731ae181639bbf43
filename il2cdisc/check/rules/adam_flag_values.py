"""A flag of analysis data has a value that flags don't have.

What: a text variable that ends in FL is Y, N or empty, a number that ends in FN is 1, 0 or empty. ABLFL,
TRTEMFL, PREFL, FUPFL and the first occurrence flags are Y or empty, their numbers 1 or empty. Population
flags of ADSL are CHK201.
Why: programs select records by FL = "Y"; another word is taken for "no".
Covers: AD0005, AD0006, AD0211, AD0269, AD0270, AD0271, AD0494.
Example: ABLFL is N, or TRTEMFL is Yes.
Fix: give the flag Y or no value, in the derivation that makes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import ADSL, POPULATION_FLAGS, analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import NO_ROWS

KIND = Kind(
    "CHK200",
    "Invalid value of a flag",
    Severity.FINDING,
    "Correct the derivation of the flag; Y, N and, for some flags, only Y are allowed.",
)
LEVEL = Level.ERROR

_MARKS = (
    (r"ABLF[LN]", {"L": ("AD0494",), "N": ("AD0211",)}),
    (r"TRTEMF[LN]", {"L": ("AD0269",)}),
    (r"PREF[LN]", {"L": ("AD0270",)}),
    (r"FUPF[LN]", {"L": ("AD0271",)}),
    (r"AOCC.*F[LN]", dict[str, tuple[str, ...]]()),
)
"""Flags that mark records, and have no value for "no" (ADaMIG 1.3; OCCDS 1.1). ANLzzFL, ONTRTFL and LVOTFL
may be N since ADaMIG 1.2."""


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, structure in analysis_tables(context):
        for variable in table.variables:
            if structure == ADSL and variable.name in POPULATION_FLAGS:
                continue
            allowed, ids = _allowed(variable.name, variable.type)
            rows = table.distinct(variable.name).where_not_in(allowed) if allowed else NO_ROWS
            if len(rows):
                what = f"the flag is neither {' nor '.join(allowed)}"
                what = f"the flag is not {allowed[0]}" if len(allowed) == 1 else what
                yield RuleHit(table.name, what, variable.name, rows, published=ids)


def _allowed(name: str, type_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values that a variable may have, as text, and the rules that say so; () where it is no flag."""
    kind = {"FLChar": "L", "FNNum": "N"}.get(f"{name[-2:]}{type_}")
    if kind is None:
        return (), ()
    yes, no = ("Y", "N") if kind == "L" else ("1", "0")
    for pattern, ids in _MARKS:
        if re.fullmatch(pattern, name):
            return (yes,), ids.get(kind, ())
    return (yes, no), ("AD0005",) if kind == "L" else ("AD0006",)

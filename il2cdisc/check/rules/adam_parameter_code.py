"""A parameter of analysis data has no name or code, or a code that can't be the name of a variable.

What: PARAM and PARAMCD have a value in every record of BDS. PARAMCD has at most 8 characters, begins with a
letter, and has letters, digits and underscores alone.
Why: reviewers turn parameters into columns that are named by PARAMCD.
Covers: AD0143, AD0144, AD0145, AD0196, AD0197.
Example: PARAMCD is 2HGLUC, or GLUC-2H.
Fix: correct the code in the sheet that gives the parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import BDS, analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import NO_ROWS, CheckedTable

KIND = Kind(
    "CHK212",
    "Invalid or missing parameter code",
    Severity.FINDING,
    "Give each record a PARAM and a PARAMCD of at most 8 letters, digits and underscores.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context, BDS):
        for name, published in (("PARAM", "AD0196"), ("PARAMCD", "AD0197")):
            rows = np.flatnonzero(table.table[name].missing) if name in table.by_name else NO_ROWS
            if len(rows):
                yield RuleHit(table.name, f"{name} has no value", name, rows, published=(published,))
        if "PARAMCD" in table.by_name:
            yield from _codes(table)


def _codes(table: CheckedTable) -> Iterator[RuleHit]:
    codes = table.distinct("PARAMCD")
    rules = (
        ("the code has more than 8 characters", lambda text: len(text) > 8, "AD0143"),
        ("the code does not begin with a letter", lambda text: not re.match("[A-Za-z]", text), "AD0144"),
        ("the code has other characters than letters, digits and _", _has_others, "AD0145"),
    )
    for what, wrong, published in rules:
        rows = codes.where(wrong)
        if len(rows):
            yield RuleHit(table.name, what, "PARAMCD", rows, published=(published,))


def _has_others(text: str) -> bool:
    return re.fullmatch("[A-Za-z0-9_]*", text) is None

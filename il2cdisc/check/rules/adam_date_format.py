"""A date or datetime of analysis data is text, or has no format that shows it.

What: a variable that ends in DT or DTM, or in TM but for relative times, is a number, and its file gives it a
SAS format of dates, datetimes or times.
Why: without the format a reviewer sees 22000 in the place of 26MAR2020.
Covers: AD0041, AD0060.
Example: ASTDT has the format 8., or none.
Fix: give Data Type integer and a Format such as DATE9., DATETIME20. or TIME8. in the sheet Variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK206",
    "Analysis date without a date format",
    Severity.FINDING,
    "Give the variable a numeric data type and a SAS date, datetime or time format in the sheet Variables.",
)
LEVEL = Level.ERROR

_DATES = (
    "DATE|[EB]8601DA|IS8601DA|(DDMMYY|MMDDYY|YYMMDD)[BCDNPS]?|JULIAN|JULDAY|MONYY|MMYY[CDNPS]?|YYMM[CDNPS]?"
    "|YYMON|WEEKDATE|WEEKDATX|WORDDATE|WORDDATX|NLDATE|YYQ[CDNPS]?"
)
_DATETIMES = "DATETIME|DATEAMPM|[EB]8601D[NTXZ]|IS8601DT|NLDATM|MDYAMPM|DTDATE"
_TIMES = "TIME|TIMEAMPM|TOD|HHMM|HOUR|MMSS|[EB]8601TM|IS8601TM|NLTIME"
_KINDS = (
    ("DTM", "datetime", _DATETIMES, (), ("AD0060",)),
    ("DT", "date", _DATES, ("AD0041",), ()),
    ("TM", "time", _TIMES, (), ()),
)
_RELATIVE = ("ELTM",)


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context):
        for variable in table.variables:
            kind = next((item for item in _KINDS if variable.name.endswith(item[0])), None)
            if kind is None or variable.name.endswith(_RELATIVE):
                continue
            _, word, formats, shown, number = kind
            if variable.type != "Num":
                what = f"the {word} is text, not a number"
                yield RuleHit(table.name, what, variable.name, value="Char", published=number)
            elif not re.fullmatch(rf"({formats})[0-9]*\.?[0-9]*", variable.format.strip().upper()):
                found = f"'{variable.format}' is not a {word} format" if variable.format else "no format"
                yield RuleHit(table.name, found, variable.name, value=variable.format, published=shown)

"""A date, time or duration held as text is not written in ISO 8601.

What: text variables of data types date, datetime, time, their partial kinds and durationDatetime, and every
variable named --DTC, --STDTC, --ENDTC or --DUR. Dates may be partial from the right; an unknown part in the
middle is a hyphen (2022---15). The date must exist.
Why: study days, baselines and durations come from these texts.
Example: 03/02/2022, 2022-02-30, 2022-3-4.
Fix: correct the pattern in the mapping; what is no date is told as a finding when it is mapped.
Source: SDTMIG 3.4, section 4.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from il2cdisc.base.columns import taken
from il2cdisc.base.dates import is_iso
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, Flags
from il2cdisc.spec.models import VariableSpec

KIND = Kind(
    "CHK024",
    "Invalid ISO 8601 date",
    Severity.FINDING,
    "Correct the mapping of the date: an impossible date is set to missing, its text is kept in SUPP--.",
)
LEVEL = Level.ERROR


Grammar = Callable[[str], bool]
_DATES = frozenset({"date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime"})
_TIMES = frozenset({"time", "partialTime"})
_TIME = re.compile(r"([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d+)?)?)?")
_DURATION = re.compile(
    r"-?P(?=[\dT])(\d+(\.\d+)?W|(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?D)?"
    r"(T(?=\d)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?)"
)


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        right = _grammar(variable)
        if right is None or table.by_name[variable.name].type != "Char":
            continue
        rows = table.distinct(variable.name).rows(_wrong(table, variable.name, right))
        if len(rows):
            what = f"not written as an ISO 8601 {_word(variable)}, or no real one"
            filled = int((table.distinct(variable.name).codes >= 0).sum())
            yield RuleHit(table.name, what, variable.name, rows, spec=variable.at("Data Type"), out_of=filled)


def _wrong(table: CheckedTable, name: str, right: Grammar) -> Flags:
    """Which distinct values are not right; one that is known to be a date is not read again."""
    values = table.table[name].values
    wrong = table.dated(name).of_values.known == 0 if right is _is_date else np.ones(len(values), dtype=bool)
    doubtful = np.flatnonzero(wrong)
    wrong[doubtful] = [not right(text) for text in taken(values, doubtful).tolist()]
    return wrong


def _grammar(variable: VariableSpec) -> Grammar | None:
    if variable.data_type == "durationDatetime" or variable.name.endswith("DUR"):
        return lambda value: _DURATION.fullmatch(value) is not None
    if variable.data_type in _TIMES:
        return lambda value: _TIME.fullmatch(value) is not None
    if variable.data_type in _DATES or variable.name.endswith("DTC"):
        return _is_date
    return None


def _is_date(value: str) -> bool:
    """One date, or a planned interval of two with a solidus."""
    return all(is_iso(part) for part in value.split("/", 1))


def _word(variable: VariableSpec) -> str:
    if variable.data_type == "durationDatetime" or variable.name.endswith("DUR"):
        return "duration"
    return "time" if variable.data_type in _TIMES else "date"

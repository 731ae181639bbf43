"""Checks of the sheet Checks, run as rules over the datasets of a package: one rule a row of the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.problems import Kind, Severity, Stopped
from il2cdisc.check.context import DAY_ALONE, CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.rules import Rule
from il2cdisc.check.table import CheckedTable, Rows, number_text
from il2cdisc.spec.calculated import named, shown_results
from il2cdisc.spec.models import Spec
from il2cdisc.spec.sense import MOST_PAIRS, CheckSide, Fired, TooManyPairs, fired
from il2cdisc.spec.sense_lint import filled, is_reference, placeholders, referred, with_right_when
from il2cdisc.spec.sheets_sense import HARD, PROGRAMMING, REVIEW, SOFT, dataset_faults, is_raw, key_variable
from il2cdisc.spec.trial_models import TrialCheck

_SHEET = "sheet Checks"
TRIAL_HARD = Kind(
    "CHK320",
    f"Contradiction by the trial's checks ({_SHEET})",
    Severity.FINDING,
    "Ask the site; the data are kept as collected.",
)
TRIAL_SOFT = Kind(
    "CHK321",
    f"Unusual data by the trial's checks ({_SHEET})",
    Severity.FINDING,
    "Ask the site whether the data are right; they are kept as collected.",
)
TRIAL_REVIEW = Kind(
    "CHK322",
    f"Medical review by the trial's checks ({_SHEET})",
    Severity.FINDING,
    "Have the record reviewed by the medical monitor; it is listed, and the site is not asked.",
)
TRIAL_PROGRAMMING = Kind(
    "CHK323",
    f"Programming error by the trial's checks ({_SHEET})",
    Severity.FINDING,
    "Correct the mapping; the site is not asked.",
)
TOO_WIDE = Kind(
    "CHK324",
    "Check that compares too many records",
    Severity.FINDING,
    "Narrow its join by a further key, or by conditions; the check did not run.",
)
KINDS = {
    HARD: (TRIAL_HARD, Level.WARNING),
    SOFT: (TRIAL_SOFT, Level.NOTE),
    REVIEW: (TRIAL_REVIEW, Level.NOTE),
    PROGRAMMING: (TRIAL_PROGRAMMING, Level.WARNING),
}
"""Class of a check → its kind, and how much its findings weigh."""


def trial_rules(spec: Spec) -> tuple[Rule, ...]:
    """The checks of a workbook that can run; what keeps one from it is reported when the workbook is read."""
    return tuple(
        _rule(check)
        for check in spec.checks
        if check.sense in KINDS and not is_raw(check.dataset) and can_run(spec, check)
    )


def _rule(check: TrialCheck) -> Rule:
    kind, level = KINDS[check.sense]
    own = replace(kind, fix=with_right_when(kind.fix, check))
    return Rule(check.id, own, level, check.message, partial(_hits, check), of=check.id)


def can_run(spec: Spec, check: TrialCheck) -> bool:
    """Whether a check has no fault, and the workbook (of a part: cut to it) has its datasets."""
    named = {check.dataset, check.join} - {""}
    return not check.broken and named <= set(spec.datasets) and not any(dataset_faults(spec, check))


@dataclass(frozen=True)
class DatasetSide:
    """A dataset as a check sees it; one without records has no file, and every variable is empty."""

    dataset: str
    table: CheckedTable | None

    @property
    def rows(self) -> int:
        return len(self.table) if self.table is not None else 0

    def has(self, name: str) -> bool:
        """Whether the file has a variable."""
        return self.table is None or name in self.table.by_name

    def column(self, name: str) -> CodedColumn:
        return self.table.table[name] if self.table is not None else CodedColumn.blank(0)

    def is_date(self, name: str) -> bool:
        return name.endswith("DTC")

    def key(self, word: str) -> CodedColumn:
        if self.table is None:
            return CodedColumn.blank(0)
        column = self.column(key_variable(self.table.by_name, self.dataset, word))
        return _days(column) if word == "Date" else column


def _days(column: CodedColumn) -> CodedColumn:
    """Whole days of dates; a partial date is none."""
    texts = pd.Series(column.values, dtype="str")
    days = texts.str.slice(0, DAY_ALONE).where(texts.str.len() >= DAY_ALONE)
    return CodedColumn.of_codes(days.array, column.codes)


def _hits(check: TrialCheck, context: CheckContext) -> Iterator[RuleHit | Compared]:
    own = DatasetSide(check.dataset, context.tables.get(check.dataset))
    other = DatasetSide(check.join, context.tables.get(check.join)) if check.join else None
    if own.table is None or not _has_variables(check, own, other):
        return  # nothing to check, or a variable is missing, which is another rule's finding
    try:
        found = fired(check, own, other)
    except TooManyPairs:
        what = f"check {check.id} did not run: its join compares more than {MOST_PAIRS:,} pairs of records"
        raise Stopped([TOO_WIDE.at(check.at("By"), what, check=check.id)]) from None
    place = check.at("Condition" if check.condition else "Join Condition")
    cell = _cell(check, other)
    many = 2 * len(found.rows) >= own.rows  # then the check is asked about, not the data
    compared = None
    if cell and other is not None and not many:
        yield Compared(check.join, cell, found.looked_joined)
        what = f"{check.join} {cell} contradicts records of {check.dataset} (check {check.id})"
        compared = Compared(check.join, cell, found.joined, [what] * len(found.rows))
    if len(found.rows):
        yield RuleHit(
            check.dataset,
            f"check {check.id} fires at half of the records of {check.dataset} or more",
            check.variable,
            found.rows,
            details=list(_messages(check, own.table, other, found)),
            spec=place,
            compared=compared,
            out_of=own.rows,
            check=check.id,
        )


def _has_variables(check: TrialCheck, own: DatasetSide, other: DatasetSide | None) -> bool:
    """Whether the files have all variables that a check names."""
    sides = {check.dataset: own} | ({check.join: other} if other is not None else {})
    wanted = [(check.dataset, item.variable) for item in check.condition]
    wanted += [(check.join, item.variable) for item in check.join_condition]
    wanted = [(side, name) for side, name in wanted if name not in dict(check.computed)]
    wanted += [referred(item, check) for item in (*check.condition, *check.join_condition)]
    wanted += [pair for pairs in named(check).values() for pair in pairs]
    for left, right in check.keys:
        pairs = ((own, left), (other, right))
        names = [(s, key_variable(s.table.by_name, s.dataset, w)) for s, w in pairs if s and s.table]
        if not all(name for _, name in names):
            return False
    return all(sides[side].has(name) for side, name in wanted if side)


def _cell(check: TrialCheck, other: DatasetSide | None) -> str:
    """The joined variable that own ones are compared with: if it is wrong, all of its records fire."""
    if other is None or check.lacks or check.counts or check.join == check.dataset:
        return ""
    crossing = (i for i in check.join_condition if is_reference(i, check))
    return next((i.variable for i in crossing if referred(i, check)[0] == check.dataset), "")


def _messages(check: TrialCheck, table: CheckedTable, other: CheckSide | None, found: Fired) -> Iterator[str]:
    """The message for each record, with the values that it names."""
    names = dict.fromkeys(placeholders(check.message))
    columns = {name: _texts(check, name, table, other, found) for name in names}
    for row in range(len(found.rows)):
        said = filled(check.message, lambda name, row=row: columns[name][row])
        yield f"{said} (check {check.id})"


def _texts(
    check: TrialCheck, name: str, table: CheckedTable, other: CheckSide | None, found: Fired
) -> list[str]:
    """The values that stand for one name in braces."""
    if name in dict(check.computed):
        own = DatasetSide(check.dataset, table)
        return shown_results(check, name, own, other or own, found.rows, found.joined)
    side, dot, variable = name.partition(".")
    joined = bool(dot) and side == check.join and other is not None
    column = other.column(variable) if joined and other is not None else table.table[name]
    rows: Rows = found.joined if joined else found.rows
    texts = [number_text(v) if isinstance(v, float) else str(v) for v in column.distinct]
    codes = np.append(column.codes, -1)[rows]
    return [texts[code] if code >= 0 else "missing" for code in codes.tolist()]

"""A dose is not the one that the protocol plans.

What: records of a treatment that was given against the rows `Dose` of the sheet Protocol Doses, by visit, arm
and treatment: dose and unit, doses beyond the planned number a visit, and doses for which none is planned.
Why: an overdose, or a mistyped one; exposure, and what is said of safety, rest on it.
Example: 5 mL are recorded at a visit at which 0.5 mL are planned.
Fix: ask the site for the dose that was given; if the plan is wider, add it to the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from il2cdisc.base.numbers import equal
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.planned_doses import chosen, occasion_numbers, rows_of, surplus, taken, variable
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags, number_text
from il2cdisc.spec.sheets_doses import DOSE
from il2cdisc.spec.trial_models import DoseRow

KIND = Kind(
    "CHK326",
    "Dose differs from the plan",
    Severity.FINDING,
    "Ask which dose was given; it is kept as collected.",
)
LEVEL = Level.WARNING
NEEDS = ("Protocol Doses",)
SENSE = Sense(
    SenseKind.SOFT,
    SenseScope.SUBJECT,
    "The protocol allows another dose (reduced, rescue) that the sheet does not have yet.",
    "sheet Protocol Doses",
)


def check(context: CheckContext) -> Iterator[RuleHit]:
    rows = rows_of(context, DOSE)
    for name in dict.fromkeys(row.dataset for row in rows):
        table = context.tables[name]
        if variable(table, "DOSE"):
            yield from _of_dataset(context, table, [row for row in rows if row.dataset == name])


def _of_dataset(context: CheckContext, table: CheckedTable, plan: Sequence[DoseRow]) -> Iterator[RuleHit]:
    dose, unit = variable(table, "DOSE"), variable(table, "DOSU")
    given = table.numbers(dose)
    asked = taken(table) & ~np.isnan(given)
    planned, right = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    texts = np.full(len(table), "", dtype=object)
    for row in plan:
        own = chosen(context, table, row)
        planned |= own
        right |= own & equal(given, row.dose or 0.0) & (table.distinct(unit).has(row.unit) if unit else True)
        text = f"{number_text(row.dose or 0.0)} {row.unit}"
        texts[own] = np.where(texts[own] == "", text, texts[own] + f" or {text}")
    wrong = np.flatnonzero(asked & planned & ~right)
    units = table.values(unit, wrong) if unit else [""] * len(wrong)
    details = [
        f"the dose is {number_text(value)} {of if isinstance(of, str) else ''}, planned are {text}"
        for value, of, text in zip(given[wrong].tolist(), units, texts[wrong].tolist(), strict=True)
    ]
    if len(wrong):
        yield RuleHit(table.name, KIND.title, dose, wrong, details=details, out_of=int(asked.sum()))
    unplanned = np.flatnonzero(asked & ~planned)
    if len(unplanned):
        what = "a dose was given for which none is planned"
        yield RuleHit(table.name, what, dose, unplanned, out_of=int(asked.sum()))
    for row in plan:
        if row.count is not None and "VISITNUM" in table.by_name:
            yield from _too_many(table, row.count, asked & chosen(context, table, row))


def _too_many(table: CheckedTable, most: int, asked: Flags) -> Iterator[RuleHit]:
    rows = np.flatnonzero(asked)
    places, numbers = surplus(occasion_numbers(table, rows, ["USUBJID", "VISITNUM"]), most)
    if len(places):
        details = [f"dose number {number} at one visit, planned are {most}" for number in numbers.tolist()]
        dose = variable(table, "DOSE")
        yield RuleHit(table.name, "more doses at a visit than planned", dose, rows[places], details=details)

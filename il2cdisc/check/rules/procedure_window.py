"""A procedure is outside of its time after the dose.

What: times of the rows `Procedure` of the sheet Protocol Doses with Earliest or Latest, in minutes after the
dose of the same subject and visit (negative: before it). Without a time on both nothing is compared.
Why: the planned time point is not the true one, or one of the times is mistyped.
Example: planned from 50 to 70 minutes after the dose; it was 190 minutes after it.
Fix: ask the site for the times.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.numbers import above, below
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.planned_doses import Times, matched, minutes, of_doses, procedures
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import number_text
from il2cdisc.spec.trial_models import DoseRow

KIND = Kind(
    "CHK329",
    "Procedure outside of its time after the dose",
    Severity.FINDING,
    "Ask for the times; the records are kept.",
)
LEVEL = Level.WARNING
NEEDS = ("Protocol Doses",)
SENSE = Sense(
    SenseKind.SOFT,
    SenseScope.SUBJECT,
    "The site was late or early; then it is a deviation.",
    "sheet Protocol Doses",
)


def check(context: CheckContext) -> Iterator[RuleHit]:
    found = procedures(context)
    for _, dose in of_doses(context, found):
        for row, own in found:
            if row.earliest is not None or row.latest is not None:
                yield from _outside(row, own, dose.latest())


def _outside(row: DoseRow, own: Times, dose: Times) -> Iterator[RuleHit]:
    left, right = matched(own, dose)
    passed = minutes(own, dose, left, right)
    low = -np.inf if row.earliest is None else row.earliest
    high = np.inf if row.latest is None else row.latest
    wrong = below(passed, low) | above(passed, high)
    if wrong.any():
        window = " and ".join(
            f"{word} {number_text(value)}"
            for word, value in (("at least", row.earliest), ("at most", row.latest))
            if value is not None
        )
        details = [
            f"{number_text(value)} minutes after the dose, planned are {window}"
            for value in passed[wrong].tolist()
        ]
        rows = np.asarray(own.rows[left[wrong]])
        name = own.table.name
        yield RuleHit(name, KIND.title, own.name, rows, details=details, out_of=len(left))

"""Procedures of a visit are not in the planned order.

What: times of the rows `Procedure` of the sheet Protocol Doses: at one visit of a subject a procedure with a
greater Order does not begin before one with a smaller Order. Without a time on both nothing is compared.
Why: a value before the dose that was taken after it is no baseline; one of the times is mistyped.
Example: the reading before the dose has the time 11:10, the dose 10:01.
Fix: ask the site for the times.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.planned_doses import Times, after, matched, of_doses, procedures
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.spec.trial_models import DoseRow

KIND = Kind(
    "CHK328",
    "Procedures not in the planned order",
    Severity.FINDING,
    "Ask for the times; the records are kept.",
)
LEVEL = Level.WARNING
NEEDS = ("Protocol Doses",)
SENSE = Sense(
    SenseKind.SOFT,
    SenseScope.SUBJECT,
    "The site did change the order; then it is a deviation.",
    "sheet Protocol Doses",
)


def check(context: CheckContext) -> Iterator[RuleHit]:
    found = procedures(context)
    doses = {id(row) for row, _ in of_doses(context, found)}
    for place, (row, own) in enumerate(found):
        for earlier, other in found[:place]:
            if (earlier.order or 0) < (row.order or 0):
                yield from _reversed(earlier, other, row, own, ask_later=id(row) not in doses)


def _reversed(
    earlier: DoseRow, first: Times, later: DoseRow, second: Times, *, ask_later: bool
) -> Iterator[RuleHit]:
    """Pairs of which the earlier procedure begins after the later one; the dose itself is not asked about."""
    asked, other = (second, first) if ask_later else (first, second)
    other = other.latest()
    left, right = matched(asked, other)
    wrong = after(other, asked, right, left) if ask_later else after(asked, other, left, right)
    left, right = left[wrong], right[wrong]
    if not len(left):
        return
    row, beside = (later, earlier) if ask_later else (earlier, later)
    word = "after" if ask_later else "before"
    details = [
        f"{row.dataset} at {mine} is planned {word} {beside.dataset} of the same visit, at {theirs}"
        for mine, theirs in zip(asked.texts(left), other.texts(right), strict=True)
    ]
    rows = np.asarray(asked.rows[left])
    name = asked.table.name
    yield RuleHit(name, KIND.title, asked.name, rows, details=details, out_of=len(asked.rows))

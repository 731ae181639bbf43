"""Which of the tables and figures that a regulator expects a trial's displays show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from il2cdisc.run.plan import Plan
from il2cdisc.spec.tlf import Covered, Display
from il2cdisc.standards.reports import ExpectedDisplay, expected_displays

MADE, NOT_APPLICABLE, MISSING = "made", "not applicable", "missing"


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """An expected table or figure: its state, and the displays that show it or the reason why none does."""

    expected: ExpectedDisplay
    state: str
    shown: tuple[str, ...]
    reason: str

    @property
    def told(self) -> str:
        """`Table 14.1.7, Figure 14.3.4.4`, or the reason."""
        return ", ".join(self.shown) or self.reason or "no display, and no row in the sheet Coverage"


def coverage(plan: Plan) -> tuple[CoverageRow, ...]:
    """Every expected table and figure, in the order of its number."""
    return covered_rows(plan.covered, plan.displays)


def covered_rows(covered: Sequence[Covered], displays: Sequence[Display]) -> tuple[CoverageRow, ...]:
    """The expected items with what the sheet Coverage says of them; a display counts only if it is there."""
    rows = {row.item: row for row in covered}
    numbers = {display.id: display.full_number for display in displays}
    out: list[CoverageRow] = []
    for item, expected in expected_displays().items():
        row = rows.get(item, Covered(item=item))
        shown = tuple(numbers[name] for name in row.displays if name in numbers)
        state = MADE if shown else NOT_APPLICABLE if row.reason else MISSING
        out.append(CoverageRow(expected, state, shown, row.reason))
    return tuple(out)


def coverage_lines(rows: Sequence[CoverageRow]) -> Iterator[str]:
    """A line for each item, and one that counts."""
    for row in rows:
        yield f"{row.expected.item:<4} {row.state:<15} {row.told}  ({row.expected.subject})"
    counts = {state: sum(row.state == state for row in rows) for state in (MADE, NOT_APPLICABLE, MISSING)}
    numbers = ", ".join(f"{count} {state}" for state, count in counts.items())
    yield f"FDA standard safety tables and figures 2.0, {len(rows)} of them: {numbers}"

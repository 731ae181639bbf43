"""The sheet Protocol Schedule: which form is expected at which visit, and when."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Address, Kind, Problem, Severity, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.conditions import written
from il2cdisc.spec.models import ScheduleRow, Spec
from il2cdisc.spec.workbook import SheetRow, Workbook

SHEET = "Protocol Schedule"
SCHEDULE = (["Visit", "Form", "State"], ["Records", "Condition", "Grace Days", "Comment"])
STATES = REQUIRED, CONDITIONAL, OPTIONAL = ("Required", "Conditional", "Optional")
EACH_VISIT = "EACH VISIT"
"""In the column Visit: every visit at which the form of the condition has a record."""

STATE = Kind(
    "SPC121",
    "Contradictory state and condition in the schedule",
    Severity.STOP,
    "Give a conditional form its condition, and no other one.",
)
UNKNOWN_VISIT = Kind(
    "SPC122",
    "Unknown visit in the schedule",
    Severity.STOP,
    "Name a visit of Protocol Visits, or add it there.",
)


def read_schedule(book: Workbook) -> tuple[ScheduleRow, ...]:
    """Rows of Protocol Schedule; the same form, records and condition twice at a visit is a problem."""
    found: dict[tuple[str, ...], ScheduleRow] = {}
    for row in book.rows(SHEET, *SCHEDULE, may_lack=True):
        item = _row(row)
        key = (item.visit.casefold(), item.form, written(item.records), written(item.condition))
        if key in found:
            first = found[key].place.row
            what = f"form '{item.form}' at this visit is in row {first} already"
            row.problems.add(kinds.TWICE.at(row.at("Form"), what))
        else:
            found[key] = item
    return tuple(found.values())


def _row(row: SheetRow) -> ScheduleRow:
    state = row.choice("State", STATES) if row.needed("State") else ""
    grace = row.integer("Grace Days") or 0
    if grace < 0:
        what = "Grace Days is below 0"
        row.problems.add(kinds.NOT_NUMBER.at(row.at("Grace Days"), what, values=[row.text("Grace Days")]))
    if bool(row.text("Condition")) != (state == CONDITIONAL) and state:
        what = f"the form is {state}, and {'has a' if row.text('Condition') else 'has no'} condition"
        row.problems.add(STATE.at(row.at("Condition"), what))
    if row.text("Visit").upper() == EACH_VISIT and state == REQUIRED:
        what = "which visits are meant is not said: only a condition says at which visits a form is expected"
        fix = f"Make the row Conditional, or name a visit instead of '{EACH_VISIT}'."
        row.problems.add(STATE.at(row.at("Visit"), what, fix=fix))
    return ScheduleRow(
        place=row.place,
        visit=row.text("Visit"),
        form=row.needed("Form"),
        records=row.where("Records"),
        optional=state == OPTIONAL,
        condition=row.where("Condition"),
        grace_days=grace,
    )


def check_schedule(spec: Spec) -> Iterator[Problem]:
    """Visits of the schedule are those of Protocol Visits."""
    names = {row.visit.casefold(): row.visit for row in spec.protocol.visits}
    for row in spec.schedule:
        if row.visit and row.visit.upper() != EACH_VISIT and row.visit.casefold() not in names:
            hint = did_you_mean(row.visit, names.values())
            yield UNKNOWN_VISIT.at(
                row.at("Visit"), f"visit '{row.visit}' is not in Protocol Visits", hint=hint
            )


def sheet_address(spec: Spec) -> Address:
    """The sheet as a whole."""
    return Address(file=spec.shown, sheet=SHEET)

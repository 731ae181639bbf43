"""The sheet Plan of the workbook of displays: which analyses were planned, and whether they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.models import Estimand, PlannedAnalysis, Spec
from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.spec.workbook import Workbook

PLAN = (["Section", "Display", "Analysis", "Status"], ["Estimand", "Role", "Reason", "Comment"])
PLANNED, ADDED, DROPPED = "Planned", "Added", "Dropped"
ALL = "ALL"
MAIN, SENSITIVITY, SUPPLEMENTARY = "Main", "Sensitivity", "Supplementary"


def read_plan(book: Workbook) -> tuple[PlannedAnalysis, ...]:
    """Rows of Plan. Analysis ALL is every analysis of the display that has no row of its own."""
    found: dict[tuple[str, str], PlannedAnalysis] = {}
    for row in book.rows("Plan", *PLAN, may_lack=True):
        display, analysis = row.needed("Display"), row.needed("Analysis")
        row.needed("Status")  # whether an analysis was planned is not to be guessed
        status = row.choice("Status", (PLANNED, ADDED, DROPPED)) or PLANNED
        estimand, role = row.text("Estimand"), row.choice("Role", (MAIN, SENSITIVITY, SUPPLEMENTARY))
        if bool(estimand) != bool(row.text("Role")):
            fix = "Fill in both Estimand and Role, or neither."
            what = f"{display} {analysis} has {'no role' if estimand else 'a role, but no estimand'}"
            row.problems.add(kinds.INCONSISTENT.at(row.at("Role"), what, fix=fix))
        if status != PLANNED and not row.text("Reason"):
            what = f"{display} {analysis} is {status.lower()} without a reason"
            row.problems.add(kinds.CHANGE_OF_PLAN.at(row.at("Reason"), what))
        if (display, analysis) in found:
            what = f"{display} {analysis} is there twice"
            row.problems.add(kinds.TWICE.at(row.at("Analysis"), what))
        elif display and analysis:
            found[display, analysis] = PlannedAnalysis(
                place=row.place,
                section=row.needed("Section"),
                display=display,
                analysis=analysis,
                status=status,
                estimand=estimand,
                role=role,
                reason=row.text("Reason"),
            )
    return tuple(found.values())


def check_plan(
    planned: Sequence[PlannedAnalysis], displays: Sequence[Display], adam: Spec | None
) -> Iterator[Problem]:
    """Nothing planned is missing, nothing shown is unplanned, each estimand has its analyses.

    A trial without the sheet has no plan to be compared with.
    """
    if not planned:
        return
    shown = {item.id: item for item in displays}
    rows = {(row.display, row.analysis): row for row in planned}
    for row in planned:
        yield from _row(row, shown)
    for display in displays:
        for analysis in display.analyses:
            if (display.id, analysis.id) not in rows and (display.id, ALL) not in rows:
                what = f"{display.id} {analysis.id} is shown, but has no row in Plan"
                yield kinds.NOT_PLANNED.at(analysis.at("Analysis"), what)
    if adam is not None:
        yield from _estimands(planned, shown, adam)


def _row(row: PlannedAnalysis, shown: dict[str, Display]) -> Iterator[Problem]:
    display = shown.get(row.display)
    analyses = [item.id for item in display.analyses] if display else []
    there = display is not None and (row.analysis == ALL or row.analysis in analyses)
    if row.status == DROPPED and there:
        what = f"{row.display} {row.analysis} was dropped, but is shown"
        yield kinds.CHANGE_OF_PLAN.at(row.at("Status"), what)
    elif row.status != DROPPED and display is None:
        what = f"there is no display {row.display}"
        yield kinds.NOT_SHOWN.at(row.at("Display"), what, hint=did_you_mean(row.display, shown))
    elif row.status != DROPPED and not there:
        what = f"{row.display} has no analysis {row.analysis}"
        yield kinds.NOT_SHOWN.at(row.at("Analysis"), what, hint=did_you_mean(row.analysis, [*analyses, ALL]))


def _estimands(
    planned: Sequence[PlannedAnalysis], shown: dict[str, Display], adam: Spec
) -> Iterator[Problem]:
    known = {item.id: item for item in adam.estimands}
    named = next((row for row in planned if row.estimand), None)
    if not known:  # as when the sheet is misspelt: every row would say the same
        if named is not None:
            what = f"{adam.shown} has no sheet Estimands with rows, so {named.estimand} is unknown"
            yield kinds.UNKNOWN_ID.at(named.at("Estimand"), what)
        return
    mains: dict[str, list[PlannedAnalysis]] = {}
    for row in planned:
        if row.estimand and row.estimand not in known:
            what = f"{adam.shown} has no estimand {row.estimand!r}"
            yield kinds.UNKNOWN_ID.at(row.at("Estimand"), what, hint=did_you_mean(row.estimand, known))
        if row.estimand not in known or row.status == DROPPED:
            continue
        if row.role == MAIN and row.analysis == ALL:
            what = f"the main analysis of estimand {row.estimand} is one analysis, not all of {row.display}"
            fix = "Name the analysis, and give the others a row without the estimand."
            yield kinds.MAIN_ANALYSIS.at(row.at("Analysis"), what, fix=fix)
        if row.role == MAIN:
            mains.setdefault(row.estimand, []).append(row)
        for analysis in shown[row.display].analyses if row.display in shown else ():
            if row.analysis == analysis.id:
                yield from _uses_flag(row, analysis, known[row.estimand])
    for name, item in known.items():
        own = mains.get(name, [])
        if len(own) != 1:
            what = f"estimand {name} has {len(own) or 'no'} main {'analyses' if own else 'analysis'} in Plan"
            yield kinds.MAIN_ANALYSIS.at(own[1].at("Role") if own else item.at("Estimand"), what)


def _uses_flag(row: PlannedAnalysis, analysis: DisplayAnalysis, estimand: Estimand) -> Iterator[Problem]:
    """The main analysis uses the records of the estimand's flag; others may use other records."""
    where = f"{estimand.dataset} with {estimand.flag} EQ Y"
    if row.role != MAIN:
        return
    if analysis.dataset != estimand.dataset:
        what = f"estimand {estimand.id} is carried by {where}; its main analysis uses {analysis.dataset}"
        yield kinds.FLAG_NOT_USED.at(analysis.at("Dataset"), what)
    elif equals(estimand.flag, "Y") not in analysis.where:
        what = f"estimand {estimand.id} is carried by {where}; its main analysis does not select that"
        yield kinds.FLAG_NOT_USED.at(analysis.at("Where"), what)

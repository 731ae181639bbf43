"""Estimands, their events and the sheet Plan: what a statistician may write wrongly is told at its cell."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from il2cdisc.base.problems import Problem
from il2cdisc.spec.analysis_plan import check_plan, read_plan
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.estimands import check_estimands, read_estimands, read_events
from il2cdisc.spec.models import Codelist, DatasetSpec, Spec, Term, VariableSpec
from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.spec.workbook import open_workbook

Rows = list[dict[str, str]]
ESTIMAND = {
    "Objective": "Primary", "Treatment": "Active or placebo", "Population": "All randomised",
    "Variable": "Change of pressure", "Summary Measure": "Difference of means", "Dataset": "ADVS",
}  # fmt: skip
ESTIMANDS = [
    ESTIMAND | {"Estimand": "P1", "Flag": "ANL01FL"},
    ESTIMAND | {"Estimand": "P2", "Flag": "ANL02FL"},
]
EVENTS = [
    {"Estimand": "P1", "Event": "RESCUE", "Strategy": "Treatment policy"},
    {"Estimand": "P2", "Event": "RESCUE", "Strategy": "Hypothetical"},
]
MAIN = {"Section": "9.1", "Display": "T-1", "Status": "Planned", "Role": "Main"}
PLAN = [MAIN | {"Analysis": "MEAN", "Estimand": "P1"}, MAIN | {"Analysis": "MODEL", "Estimand": "P2"}]
MORE = {"Section": "9.3", "Display": "T-1", "Status": "Planned"}


def analysis(name: str, where: str, dataset: str = "ADVS") -> DisplayAnalysis:
    return DisplayAnalysis(
        display="T-1", id=name, label="", method="Continuous", dataset=dataset, where=parse(where)
    )


SHOWN = [analysis("MEAN", "ANL01FL EQ Y"), analysis("MODEL", "PARAMCD EQ SYSBP AND ANL02FL EQ Y")]


def display(analyses: list[DisplayAnalysis]) -> Display:
    return Display(
        id="T-1", kind="Table", number="1", title="", population="", population_dataset="ADSL",
        treatment="TRT01P", analyses=tuple(analyses),
    )  # fmt: skip


def found(
    tmp_path: Path,
    *,
    estimands: Rows = ESTIMANDS,
    events: Rows = EVENTS,
    plan: Rows = PLAN,
    shown: list[DisplayAnalysis] = SHOWN,
) -> list[str]:
    """Codes, cells and sentences of all problems of these sheets, which are in one file here."""
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    sheets = {"Estimands": estimands, "Intercurrent Events": events, "Plan": plan}
    for number, (name, rows) in enumerate(sheets.items()):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = name
        headers = list(dict.fromkeys(header for row in [*rows, *WHOLE[name]] for header in row))
        sheet.append(headers)
        for row in rows:
            sheet.append([row.get(header) for header in headers])
    book.save(path)
    opened = open_workbook(path, "specs/book.xlsx")
    names = ("ANL01FL", "ANL02FL", "SAFFL")
    variables = tuple(VariableSpec(dataset="ADVS", name=name) for name in names)
    spec = Spec(
        shown="specs/book.xlsx",
        standard="ADaM",
        define={},
        datasets={"ADVS": DatasetSpec(name="ADVS", variables=variables)},
        codelists={"EVENT": Codelist(id="EVENT", terms=(Term(value="RESCUE"),))},
        estimands=read_estimands(opened),
        intercurrent_events=read_events(opened),
    )
    planned = read_plan(opened)
    opened.close()
    problems = [
        *opened.problems.items,
        *check_estimands(spec),
        *check_plan(planned, [display(shown)], spec),
    ]
    return [told(problem) for problem in problems]


def told(problem: Problem) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem.code} {problem.where}: {problem.what}{hint}"


WHOLE: dict[str, Rows] = {"Estimands": ESTIMANDS, "Intercurrent Events": EVENTS, "Plan": PLAN}


def changed(rows: Rows, at: int, **cells: str) -> Rows:
    return [
        row | {k.replace("_", " "): v for k, v in cells.items()} if i == at else row
        for i, row in enumerate(rows)
    ]


def test_a_plan_that_agrees_with_its_displays(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_a_sheet_without_the_other_is_one_problem(tmp_path: Path) -> None:
    # as when its name is misspelt; before, each row that refers to it had a problem of its own
    assert found(tmp_path, events=[]) == [
        "SPC171 specs/book.xlsx!Estimands!G2: specs/book.xlsx has no rows in a sheet Intercurrent Events"
    ]
    assert found(tmp_path, estimands=[]) == [
        "SPC171 specs/book.xlsx!Intercurrent Events!A2: specs/book.xlsx has no rows in a sheet Estimands",
        "SPC042 specs/book.xlsx!Plan!F2: specs/book.xlsx has no sheet Estimands with rows, so P1 is unknown",
    ]


def test_a_trial_without_the_sheets_has_no_plan(tmp_path: Path) -> None:
    assert found(tmp_path, estimands=[], events=[], plan=[]) == []


CASES: dict[str, tuple[dict[str, object], str]] = {
    "an attribute is blank": (
        {"estimands": changed(ESTIMANDS, 0, Population="")},
        "SPC013 specs/book.xlsx!Estimands!C2",
    ),
    "two estimands share a flag": (
        {"estimands": changed(ESTIMANDS, 1, Flag="ANL01FL")},
        "SPC170 specs/book.xlsx!Estimands!H3: ADVS ANL01FL carries estimand P1, too",
    ),
    "a flag of another kind": (
        {"estimands": changed(ESTIMANDS, 0, Flag="SAFFL")},
        "SPC170 specs/book.xlsx!Estimands!H2: SAFFL is not a flag ANLzzFL",
    ),
    "a flag that there is not": (
        {"estimands": changed(ESTIMANDS, 0, Flag="ANL11FL")},
        "SPC042 specs/book.xlsx!Estimands!H2: ADVS has no variable ANL11FL (ANL01FL)",
    ),
    "no strategy": (
        {"events": EVENTS[:1]},
        "SPC171 specs/book.xlsx!Estimands!G3: estimand P2 has no row in Intercurrent Events",
    ),
    "an event that no dataset can hold": (
        {"events": [row | {"Event": "RESQUE"} for row in EVENTS]},
        "SPC177 specs/book.xlsx!Intercurrent Events!B2: 'RESQUE' is in no codelist",
    ),
    "a strategy that there is not": (
        {"events": changed(EVENTS, 0, Strategy="Treatment polisy")},
        "SPC024 specs/book.xlsx!Intercurrent Events!C2",
    ),
    "a blank strategy": (
        {"events": changed(EVENTS, 0, Strategy="")},
        "SPC013 specs/book.xlsx!Intercurrent Events!C2: Strategy is empty",
    ),
    "a blank status": (
        {"plan": changed(PLAN, 0, Status="")},
        "SPC013 specs/book.xlsx!Plan!C2: Status is empty",
    ),
    "ALL in other letters": (
        {"plan": [*PLAN, MORE | {"Analysis": "All"}]},
        "SPC175 specs/book.xlsx!Plan!E4: T-1 has no analysis All (ALL)",
    ),
    "all analyses as the main one": (
        {"plan": changed(PLAN, 1, Analysis="ALL")},
        "SPC172 specs/book.xlsx!Plan!E3: the main analysis of estimand P2 is one analysis, not all of T-1",
    ),
    "an estimand of a dropped analysis that there is not": (
        {"plan": [*PLAN, MAIN | {"Display": "T-2", "Analysis": "X", "Status": "Dropped", "Reason": "x",
                                 "Estimand": "P3"}]},
        "SPC042 specs/book.xlsx!Plan!F4: specs/book.xlsx has no estimand 'P3'",
    ),
    "two strategies": (
        {"events": [*EVENTS, EVENTS[0] | {"Strategy": "Hypothetical"}]},
        "SPC025 specs/book.xlsx!Intercurrent Events!B4: P1 has two strategies for RESCUE",
    ),
    "an analysis that was not planned": (
        {"shown": [*SHOWN, analysis("EXTRA", "")]},
        "SPC174 : T-1 EXTRA is shown, but has no row in Plan",
    ),
    "a planned analysis that is not shown": (
        {"plan": [*PLAN, MORE | {"Analysis": "MEEN"}]},
        "SPC175 specs/book.xlsx!Plan!E4: T-1 has no analysis MEEN (MEAN)",
    ),
    "dropped without a reason": (
        {"plan": [*PLAN, MORE | {"Display": "T-2", "Analysis": "ALL", "Status": "Dropped"}]},
        "SPC176 specs/book.xlsx!Plan!",
    ),
    "dropped, but shown": (
        {"plan": [*PLAN, MORE | {"Analysis": "ALL", "Status": "Dropped", "Reason": "x"}]},
        "SPC176 specs/book.xlsx!Plan!C4: T-1 ALL was dropped, but is shown",
    ),
    "two main analyses": (
        {"plan": changed(PLAN, 1, Estimand="P1")},
        "SPC172 specs/book.xlsx!Plan!D3: estimand P1 has 2 main analyses in Plan",
    ),
    "no main analysis": (
        {"plan": changed(PLAN, 1, Role="Sensitivity")},
        "SPC172 specs/book.xlsx!Estimands!G3: estimand P2 has no main analysis in Plan",
    ),
    "an estimand that there is not": (
        {"plan": changed(PLAN, 1, Estimand="P3")},
        "SPC042 specs/book.xlsx!Plan!F3: specs/book.xlsx has no estimand 'P3'",
    ),
    "the flag is not used": (
        {"shown": [SHOWN[0], analysis("MODEL", "PARAMCD EQ SYSBP")]},
        "SPC173 : estimand P2 is carried by ADVS with ANL02FL EQ Y; its main analysis does",
    ),
    "another dataset": (
        {"shown": [SHOWN[0], analysis("MODEL", "ANL02FL EQ Y", "ADLB")]},
        "SPC173 : estimand P2 is carried by ADVS with ANL02FL EQ Y; its main analysis uses ADLB",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_disagrees_is_told_at_its_cell(case: str, tmp_path: Path) -> None:
    change, expected = CASES[case]
    problems = found(tmp_path, **change)  # type: ignore[arg-type]
    assert any(line.startswith(expected) for line in problems), problems


def test_a_misspelt_role_is_told_once(tmp_path: Path) -> None:
    problems = found(tmp_path, plan=changed(PLAN, 1, Role="main"))
    of_role = [line for line in problems if line.startswith("SPC0")]
    assert of_role == [
        "SPC024 specs/book.xlsx!Plan!D3: Role is not one of Main, Sensitivity, Supplementary (Main)"
    ]

"""The workbook of displays: templates, analyses by level, chosen records, checks and coverage."""

from __future__ import annotations

from pathlib import Path

import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.spec.tlf_load import load_displays, read_display_book

DISPLAY = {
    "Display": "T-1", "Kind": "Table", "Number": "14.1", "Title": "Title", "Population": "All",
    "Population Dataset": "ADSL", "Treatment": "TRT01P", "Columns": "SET",
}  # fmt: skip
COLUMN = {"Set": "SET", "Order": 1, "Label": "All"}
ANALYSIS = {"Display": "T-1", "Order": 1, "Analysis": "X", "Method": "Continuous", "Dataset": "ADLB"}


def told(problems) -> list[str]:
    return [f"{problem.kind.code} {problem.where.cell}: {problem.what}" for problem in problems]


def test_a_template_is_filled_in_for_each_display(workbook, tmp_path: Path) -> None:
    template = ANALYSIS | {"Display": "BASE", "Where": "PARAMCD EQ <TEST>", "Variables": "AVAL = <NAME>"}
    rows = [
        DISPLAY | {"Template": "BASE", "Template Values": "TEST = ALT\nNAME = Alanine"},
        DISPLAY | {"Display": "T-2", "Number": "14.0", "Template": "BASE",
                   "Template Values": "TEST = AST\nNAME = Aspartate"},
    ]  # fmt: skip
    path = workbook(tmp_path / "tlf.xlsx", Displays=rows, Columns=[COLUMN], Analyses=[template])
    second, first = load_displays(path)  # by number: 14.0 before 14.1
    assert (first.id, second.id) == ("T-1", "T-2")
    assert [str(item) for item in first.analyses[0].where] == ["PARAMCD EQ ALT"]
    assert second.analyses[0].variables[0].label == "Aspartate"
    assert second.analyses[0].display == "T-2"


def test_places_without_a_value_and_values_without_a_place(workbook, tmp_path: Path) -> None:
    template = ANALYSIS | {"Display": "BASE", "Variables": "AVAL = <NAME>"}
    rows = [
        DISPLAY | {"Template": "BASE", "Template Values": "NAM = Alanine"},
        DISPLAY | {"Display": "T-2", "Template": "BAES"},
    ]
    path = workbook(tmp_path / "tlf.xlsx", Displays=rows, Columns=[COLUMN], Analyses=[template])
    found = told(read_display_book(path).problems)
    assert "SPC180 R2: the template BASE has places without a value" in found
    assert "SPC181 R2: the template BASE has no place <NAM>" in found
    assert any(line.endswith("Q3: no row of Analyses has the template 'BAES'") for line in found)


def test_an_analysis_for_each_level(workbook, tmp_path: Path) -> None:
    row = ANALYSIS | {
        "Each": "PARAMCD", "Each Levels": "ALT = Alanine | | 1\nAST", "Where": "ANL01FL EQ Y", "Decimals": 2,
    }  # fmt: skip
    path = workbook(tmp_path / "tlf.xlsx", Displays=[DISPLAY], Columns=[COLUMN], Analyses=[row])
    (display,) = load_displays(path)
    shown = [(item.id, item.label, str(item.where[-1]), item.decimals) for item in display.analyses]
    assert shown == [("X.ALT", "Alanine", "PARAMCD EQ ALT", 1), ("X.AST", "AST", "PARAMCD EQ AST", 2)]


@pytest.mark.parametrize(
    ("cells", "told_of"),
    [
        ({"Each": "PARAMCD"}, "Each Levels is empty"),
        (
            {"Record": "biggest AVAL"},
            "a choice of records is one of highest, lowest, first, last and a variable",
        ),
    ],
)
def test_wrong_cells_of_an_analysis(workbook, tmp_path: Path, cells: dict[str, str], told_of: str) -> None:
    path = workbook(tmp_path / "tlf.xlsx", Displays=[DISPLAY], Columns=[COLUMN], Analyses=[ANALYSIS | cells])
    with pytest.raises(Stopped, match=told_of):
        load_displays(path)


def test_a_check_is_complete_or_a_finding(workbook, tmp_path: Path) -> None:
    check = {
        "Check": "Peer",
        "Checked By": "A",
        "Checked On": "2020-01-02",
        "Checked Hash": "0123456789abcdef",
    }
    wrong = {"Checked On": "2 January", "Checked Hash": ""}
    for number, cells in enumerate((check, check | wrong)):
        path = workbook(
            tmp_path / f"{number}.xlsx", Displays=[DISPLAY | cells], Columns=[COLUMN], Analyses=[ANALYSIS]
        )
        book = read_display_book(path)
        (display,) = book.displays
        codes = [problem.kind.code for problem in book.problems]
        if number:
            assert codes == ["SPC182", "SPC182"]
            assert display.looked.level == ""
        else:
            assert codes == []
            assert (display.looked.by, display.looked.hash) == ("A", "0123456789abcdef")

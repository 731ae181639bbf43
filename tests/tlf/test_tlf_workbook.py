"""The workbook of displays: read whole, every mistake told with its cell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.lint import lint
from il2cdisc.results.methods import all_methods
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.tlf import Line, ListedItem
from il2cdisc.spec.tlf_load import load_displays

SHIPPED = Path(__file__).resolve().parents[2] / "specs" / "tlf.xlsx"


GOOD = {
    "Display": "T-1", "Kind": "Table", "Number": "14.1", "Title": "Title", "Population": "Safety set",
    "Population Dataset": "ADSL", "Population Where": "SAFFL EQ Y", "Treatment": "TRT01A", "Columns": "ARMS",
}  # fmt: skip


def test_a_workbook(tmp_path, workbook):
    path = workbook(
        tmp_path / "tlf.xlsx",
        Displays=[GOOD | {"Footnotes": "One.\n\nTwo."}],
        Columns=[
            {"Set": "ARMS", "Order": 2, "Label": "All"},
            {"Set": "ARMS", "Order": 1, "Label": "A or B", "Values": "A\nB"},
        ],
        Analyses=[
            {
                "Display": "T-1", "Order": 2, "Analysis": "SEX", "Method": "Categorical", "Dataset": "ADSL",
                "Variables": "SEX", "Levels": "F = Female\n>=65 = 65 and more\nM",
                "Options": "denominator = present",
            },
            {
                "Display": "T-1", "Order": 1, "Analysis": "AGE", "Method": "Continuous", "Dataset": "ADSL",
                "Where": 'AGE GE 18 AND SEX IN (F, "M")', "Variables": "AGE = Age | 12 | date9",
                "Lines": "n = {n}\n95% CI (p = two-sided) = {lower:2}, {upper:2}", "Decimals": 1,
            },
        ],
    )  # fmt: skip
    (display,) = load_displays(path, "specs/tlf.xlsx")
    assert display.full_number == "Table 14.1"
    assert display.footnotes == ("One.", "Two.")
    assert [(column.label, column.values) for column in display.columns] == [
        ("A or B", ("A", "B")),
        ("All", ()),
    ]
    age, sex = display.analyses
    assert age.variables == (ListedItem(name="AGE", label="Age", width=12, format="date9"),)
    assert age.lines == (
        Line(label="n", template="{n}"),
        Line(label="95% CI (p = two-sided)", template="{lower:2}, {upper:2}"),
    )
    assert [item.name for item in sex.levels] == ["F", ">=65", "M"]
    assert sex.options == {"denominator": "present"}
    assert str(age.at("Where")) == "specs/tlf.xlsx!Analyses!G3"
    assert display.sources == ("ADSL",)


def test_every_mistake_at_once(tmp_path, workbook, snapshot):
    path = workbook(
        tmp_path / "tlf.xlsx",
        Displays=[
            GOOD | {"Kind": "Tabel", "Columns": "ARM", "Population Where": "SAFFL = Y"},
            GOOD,
            GOOD | {"Display": "T-2"},
            GOOD | {"Display": "../T-4"},
            GOOD | {"Display": "Index"},
        ],
        Columns=[{"Set": "ARMS", "Order": 1, "Label": None}],
        Analyses=[
            {"Display": "T-1", "Order": "first", "Analysis": "A", "Method": "Subjects", "Dataset": "ADSL",
             "Lines": "n {n}", "Sort": "By name"},
            {"Display": "T-1", "Order": 1, "Analysis": "A", "Method": "Subjects", "Dataset": "ADSL",
             "Options": "missing", "Variables": "AGE | wide", "Where": "AGE GT 18 and SEX EQ M F"},
            {"Display": "T-3", "Order": 1, "Analysis": "A", "Method": None, "Dataset": "ADSL",
             "Options": "a = 1\na = 2"},
        ],
    )  # fmt: skip
    with pytest.raises(Stopped) as stopped:
        load_displays(path, "specs/tlf.xlsx")
    assert str(stopped.value) == snapshot


def test_the_shipped_workbook_is_whole():
    displays = load_displays(SHIPPED, "specs/tlf.xlsx")
    assert len({display.id for display in displays}) == len(displays) >= 6
    assert {display.kind for display in displays} == {"Table", "Listing", "Figure"}
    for display in displays:
        assert display.analyses
        for analysis in display.analyses:
            assert analysis.method in all_methods()


def test_the_shipped_displays_fit_the_analysis_datasets():
    """Every variable that a display names is in a workbook, with the type that its method needs."""
    sdtm = load_spec(SHIPPED.parent / "sdtm.xlsx", "specs/sdtm.xlsx")
    adam = load_spec(SHIPPED.parent / "adam.xlsx", "specs/adam.xlsx", shared=sdtm)
    datasets = {
        name: pd.DataFrame(
            {v.name: pd.Series([], dtype="str" if v.type == "Char" else "float64") for v in spec.variables}
        )
        for name, spec in {**sdtm.datasets, **adam.datasets}.items()
    }
    displays = load_displays(SHIPPED, "specs/tlf.xlsx")
    assert [str(problem) for problem in lint(displays, datasets)] == []


@pytest.mark.parametrize(
    "path", [SHIPPED, SHIPPED.parents[1] / "tests" / "second_trial" / "specs" / "tlf.xlsx"]
)
def test_the_drop_down_of_methods_offers_methods_of_the_engine(path):
    """The list is a sheet, as it is too long for a cell; it only warns, so that a new method can be typed."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    header = {cell.value: cell.column_letter for cell in book["Analyses"][1]}
    offered = [row[0].value for row in book["Methods"].iter_rows(min_row=2)]
    rules = book["Analyses"].data_validations.dataValidation
    (own,) = [rule for rule in rules if str(rule.sqref).startswith(header["Method"])]
    assert own.formula1 == f"Methods!$A$2:$A${len(offered) + 1}"
    assert own.errorStyle == "warning"
    assert len(offered) >= 30
    assert set(offered) <= set(all_methods())

"""A method and a file format that are one new file each: from a row of the workbook to the page."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results import methods
from il2cdisc.results.methods import all_methods
from il2cdisc.results.run import run
from il2cdisc.spec.tlf_load import load_displays
from il2cdisc.tlf import writers
from il2cdisc.tlf.render import render, render_all
from il2cdisc.tlf.writers import all_writers

SPREAD = '''
"""The spread of a variable: maximum minus minimum."""

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.shape import WHOLE, RowShape, as_collected, under
from il2cdisc.results.work import present
from il2cdisc.spec.tlf import Line
from il2cdisc.stats.estimates import found, missing

NO_SPREAD = Kind("RES901", "Spread of one value", Severity.FINDING, "Look at the values of the column.")


def run(work):
    name = work.analysis.variables[0].name
    cells = []
    for column, rows in work.columns():
        values = rows[name].dropna()
        enough = len(values) > 1
        spread = found(values.max() - values.min()) if enough else missing("A spread needs 2 values.")
        for statistic, estimate in (("n", found(len(values))), ("spread", spread)):
            cells.append(
                work.cell(0, statistic, estimate, column=column, variable=name, conditions=(present(name),))
            )
    return frame_of(cells)


def rows(analysis, lines, found):
    shown = [RowShape(label=line.label, result=row.number, template=line.template)
             for row in found for line in lines]
    return under(analysis.label, shown)


METHOD = Method(
    name="Spread",
    run=run,
    rows=rows,
    statistics={"n": WHOLE, "spread": as_collected(1)},
    lines=(Line(label="Spread (n)", template="{spread} ({n})"),),
    failure=NO_SPREAD,
    needs=("Variables",),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
)
'''
PLAIN = '''
"""Writes a display as plain text."""

from il2cdisc.tlf.writer import Writer


def write(layout):
    rows = ["|".join(row.cells) for row in layout.table.rows]
    return "\\n".join([*layout.page.titles, *rows]).encode()


WRITER = Writer("txt", ("Table", "Figure"), write)
'''
DISPLAY = {
    "Display": "T-9", "Kind": "Table", "Number": "9", "Title": "Ages", "Population": "Safety set",
    "Population Dataset": "ADSL", "Population Where": "SAFFL EQ Y", "Treatment": "TRT01A", "Columns": "ARMS",
}  # fmt: skip
ANALYSIS = {
    "Display": "T-9", "Order": 1, "Analysis": "AGE", "Label": "Age (years)", "Method": "Spread",
    "Dataset": "ADSL", "Variables": "AGE",
}  # fmt: skip
ADSL = pd.DataFrame(
    {
        "USUBJID": pd.Series(["01", "02", "03", "04"], dtype="str"),
        "SAFFL": pd.Series(["Y", "Y", "Y", "N"], dtype="str"),
        "TRT01A": pd.Series(["A", "A", "B", "B"], dtype="str"),
        "AGE": [31.0, 52.5, 40.0, 41.0],
    }
)

Add = Callable[[ModuleType, str, str], None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Adds a file to the folder of methods or of writers, as long as the test runs."""
    added: list[tuple[ModuleType, str]] = []

    def forget() -> None:
        all_methods.cache_clear()
        all_writers.cache_clear()

    def write(package: ModuleType, name: str, text: str) -> None:
        folder = tmp_path / package.__name__
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        added.append((package, name))
        forget()

    yield write
    for package, name in added:
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
    forget()


@pytest.fixture
def displays(tmp_path: Path, workbook):
    """The display as it is read from a workbook, with changes to the row of its analysis."""

    def load(**analysis: object):
        path = workbook(
            tmp_path / "tlf.xlsx",
            Displays=[DISPLAY],
            Columns=[
                {"Set": "ARMS", "Order": 1, "Label": "Active", "Values": "A"},
                {"Set": "ARMS", "Order": 2, "Label": "Control", "Values": "B"},
            ],
            Analyses=[ANALYSIS | analysis],
        )
        return load_displays(path, "specs/tlf.xlsx")

    return load


def test_without_the_file_the_method_is_unknown(displays):
    with pytest.raises(Stopped) as stopped:
        run(displays(), {"ADSL": ADSL})
    assert "RES003 specs/tlf.xlsx!Analyses!D2: 'Spread' is not a method" in str(stopped.value)


def test_a_method_is_one_file_from_the_workbook_to_the_page(add, displays, header):
    add(methods, "spread", SPREAD)
    shown = displays()
    results = run(shown, {"ADSL": ADSL})
    page = render(shown[0], results.frame, header)["t-9.html"].decode()
    assert '<th scope="row" class="i1">Spread (n)</th><td>21.5 (2)</td><td>NE (1) [a]</td>' in page
    assert "<li>[a] A spread needs 2 values.</li>" in page
    # its failure is reported as its own kind of problem
    assert [str(problem) for problem in results.problems] == [
        """RES901 specs/tlf.xlsx!Analyses!D2: T-9 AGE: no value for spread
    found: 'A spread needs 2 values.'
    do: Look at the values of the column."""
    ]


def test_what_its_row_of_the_workbook_says_is_checked(add, displays):
    add(methods, "spread", SPREAD)
    wrong = displays(Lines="Spread = {sprad}", Variables="AGE\nTRT01A", Options="base = 1")
    with pytest.raises(Stopped) as stopped:
        run(wrong, {"ADSL": ADSL})
    assert [problem.what for problem in stopped.value.problems] == [
        "Spread takes at most 1 of Variables; there are 2",
        "Spread knows no option 'base'; it knows none",
        "Spread needs numbers; ADSL.TRT01A is text",
        "Spread makes no statistic 'sprad'",
    ]


def test_two_files_with_one_name_are_refused(add):
    before = list(all_methods())
    add(methods, "spread", SPREAD)
    assert list(all_methods()) == sorted([*before, "Spread"])
    add(methods, "other", SPREAD)
    with pytest.raises(ValueError, match=r"there is a method 'Spread' already"):
        all_methods()


def test_a_method_that_cannot_be_shown_is_refused(add):
    add(methods, "spread", SPREAD.replace('"{spread} ({n})"', '"{spred} ({n})"'))
    with pytest.raises(ValueError, match=r"shows statistics that it does not make: \['spred'\]"):
        all_methods()


def test_a_file_format_is_one_file(add, table, figure, results, header):
    add(writers, "plain", PLAIN)
    drawn, points = figure[0].model_copy(update={"id": "F-1"}), figure[1].assign(display="F-1")
    files = render_all([table, drawn], pd.concat([results, points]), header)
    assert sorted(files) == [
        "all-displays.pdf", "all-displays.rtf", "displays.csv", "f-1.csv", "f-1.html", "f-1.pdf", "f-1.png",
        "f-1.rtf", "f-1.svg", "f-1.txt", "index.html", "t-1.html", "t-1.pdf", "t-1.rtf", "t-1.txt",
    ]  # fmt: skip
    assert files["t-1.txt"].decode().splitlines()[:5] == [
        "Table 14.1",
        r"SYNTHETIC DATA - Age, with <b>, {braces} and a \ in the title",
        "Age (years)||",
        "n|8|1",
        "Mean (SD)|40.3 (6.13)|50.0 (NE) [a]",
    ]
    names = re.findall(r'<a href="f-1.\w+" aria-label="([^"]+)">', files["index.html"].decode())
    formats = ["HTML", "PDF", "PNG", "RTF", "SVG", "TXT", "CSV"]
    assert [name.removeprefix("Figure 14.2 as ") for name in names] == formats


def test_a_format_is_written_for_its_kinds_alone(add, table, results, header):
    add(writers, "plain", PLAIN.replace('("Table", "Figure")', '("Listing",)'))
    assert sorted(render(table, results, header)) == ["t-1.html", "t-1.pdf", "t-1.rtf"]


def test_two_writers_of_one_suffix_are_refused(add):
    add(writers, "plain", PLAIN)
    add(writers, "other", PLAIN)
    with pytest.raises(ValueError, match=r"there is a writer of 'txt' already"):
        all_writers()

"""Shells, the register of displays with their checks, and the coverage of expected tables and figures."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd

from il2cdisc.results.shells import shells
from il2cdisc.run.coverage import MADE, MISSING, NOT_APPLICABLE, coverage_lines, covered_rows
from il2cdisc.spec.tlf import Covered, Display, DisplayAnalysis, DisplayColumn, Line, ListedItem, Looked
from il2cdisc.spec.tlf_load import read_display_book
from il2cdisc.standards.reports import expected_displays
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.looked import changed, content_hash, register, status_of
from il2cdisc.tlf.pages import page_of
from il2cdisc.tlf.render import render_all

SHIPPED = Path(__file__).parents[2] / "specs" / "tlf.xlsx"
COLUMNS = (DisplayColumn(label="A", values=("A",)), DisplayColumn(label="All"))
FRAMES = {
    "ADSL": pd.DataFrame({"USUBJID": [], "TRT01P": [], "AGE": [], "SEX": []}).astype(
        {"USUBJID": "str", "TRT01P": "str", "AGE": "float64", "SEX": "str"}
    ),
    "ADAE": pd.DataFrame({"USUBJID": [], "TRTA": [], "AEDECOD": [], "ASTDT": [], "ADURN": []}).astype(
        {"USUBJID": "str", "TRTA": "str", "AEDECOD": "str", "ASTDT": "float64", "ADURN": "float64"}
    ),
}


def made(kind: str = "Table", columns: tuple[DisplayColumn, ...] = COLUMNS, **analysis) -> Display:
    given = {"display": "T-1", "id": "X", "dataset": "ADSL", "label": ""} | analysis
    return Display(
        id="T-1", kind=kind, number="1", title="Title", population="All", population_dataset="ADSL",
        treatment="TRT01P", columns=columns, row_header="", analyses=(DisplayAnalysis(**given),),
    )  # fmt: skip


def rows_of(display: Display) -> list[tuple[str, ...]]:
    found = shells([display], FRAMES, lambda dataset, name: {"AEDECOD": "Preferred term"}.get(name, ""))
    return [row.cells for row in lay_out(display, found.frame, found.listed.get(display.id)).rows]


def test_a_shell_has_the_rows_and_decimals_of_the_table() -> None:
    lines = (Line(label="n", template="{n}"), Line(label="Mean (SD)", template="{mean} ({sd})"))
    age = made(
        method="Continuous", label="Age", variables=(ListedItem(name="AGE", label="Age"),), lines=lines
    )
    assert rows_of(age) == [("Age", "", ""), ("n", "xx", "xx"), ("Mean (SD)", "xx.x (xx.xx)", "xx.x (xx.xx)")]
    levels = (ListedItem(name="F", label="Female"), ListedItem(name="M", label="Male"))
    sex = made(
        method="Categorical", label="Sex", variables=(ListedItem(name="SEX", label="Sex"),), levels=levels
    )
    assert rows_of(sex)[1:] == [("Female", "xx (xx.x)", "xx (xx.x)"), ("Male", "xx (xx.x)", "xx (xx.x)")]


def test_terms_that_data_name_stand_as_the_label_of_their_variable() -> None:
    term = (ListedItem(name="AEDECOD", label="AEDECOD"),)
    events = made(method="Occurrence", dataset="ADAE", treatment="TRTA", variables=term)
    assert rows_of(events) == [("Preferred term", "xx (xx.x) [xx]", "xx (xx.x) [xx]")]


def test_the_shell_of_a_listing_has_a_few_records() -> None:
    items = (
        ListedItem(name="AEDECOD", label="Term"),
        ListedItem(name="ASTDT", label="Onset", format="date9"),
        ListedItem(name="ADURN", label="Days", format="1"),
    )
    listing = made("Listing", (), method="Listing", dataset="ADAE", variables=items)
    assert rows_of(listing) == [("xxxxxxxx", "ddMMMyyyy", "xx.x")] * 3


def test_a_p_value_has_four_decimals() -> None:
    lines = (Line(label="p-value", template="{p_value}"),)
    tested = made(
        columns=(COLUMNS[0], DisplayColumn(label="B", values=("B",))), method="t-test",
        variables=(ListedItem(name="AGE", label="Age"),), lines=lines, options={"reference": "A"},
    )  # fmt: skip
    assert ("p-value", "", "x.xxxx") in rows_of(tested)


def results(n: float) -> pd.DataFrame:
    """Results of one count in two columns."""
    frame = shells([made(method="Subjects", label="Subjects")], FRAMES, lambda dataset, name: "").frame
    values = frame["statistic"].map({"N": 10.0, "n": n, "p": 10 * n, "events": n})
    return frame.assign(value=values, text="")


def test_a_changed_display_loses_its_status(header) -> None:
    display = made(method="Subjects", label="Subjects")
    table = lay_out(display, results(3))
    now = content_hash(table, page_of(display, header, table.notes))
    looked = Looked(level="Peer", by="A. Checker", on="2020-03-04", hash=now)
    checked = display.model_copy(update={"looked": looked})
    assert status_of(display, now) == "not checked"
    assert status_of(checked, now) == "checked"
    assert list(changed([checked], results(3), header)) == []
    (problem,) = changed([checked], results(4), header)
    assert problem.kind.code == "TLF020"
    assert problem.what == "T-1 is not what A. Checker looked at on 2020-03-04"
    assert problem.values[0] == now != problem.values[1]
    retitled = checked.model_copy(update={"title": "Another title"})
    assert len(list(changed([retitled], results(3), header))) == 1


def test_the_hash_does_not_depend_on_the_time_of_the_run(header) -> None:
    display = made(method="Subjects", label="Subjects")
    later = replace(header, run_time="2031-01-01T00:00:00Z", status="FINAL")
    lines = [render_all([display], results(3), given)["displays.csv"] for given in (header, later)]
    assert lines[0] == lines[1]
    (row,) = csv.DictReader(io.StringIO(lines[0].decode()))
    assert (row["display"], row["number"], row["status"]) == ("T-1", "Table 1", "not checked")
    assert row["title"].startswith("SYNTHETIC DATA")
    table = lay_out(display, results(3))
    assert row["hash"] == content_hash(table, page_of(display, header, table.notes))
    assert register([display], [row["hash"]], header) == lines[0]


def test_coverage_counts_only_displays_that_there_are() -> None:
    display = made(method="Subjects")
    covered = [
        Covered(item="T8", displays=("T-1",)),
        Covered(item="T10", displays=("T-99",)),
        Covered(item="T23", reason="No extension"),
    ]
    rows = {row.expected.item: row for row in covered_rows(covered, [display])}
    assert len(rows) == 77
    states = [rows[item].state for item in ("T8", "T10", "T23", "F1")]
    assert states == [MADE, MISSING, NOT_APPLICABLE, MISSING]
    lines = list(coverage_lines(tuple(rows.values())))
    assert "T8   made            Table 1  (Deaths)" in lines
    assert lines[-1].endswith("77 of them: 1 made, 1 not applicable, 75 missing")


def test_nothing_expected_is_missing_from_the_shipped_trial() -> None:
    """Each is shown by a display of the workbook, or has a reason in its sheet Coverage."""
    book = read_display_book(SHIPPED)
    rows = covered_rows(book.covered, book.displays)
    assert [row.expected.item for row in rows if row.state == MISSING] == []
    assert sum(row.state == MADE for row in rows) > 30
    assert all(row.told for row in rows)


def test_expected_displays_are_55_tables_and_22_figures() -> None:
    items = list(expected_displays())
    assert items == [f"T{i}" for i in range(1, 56)] + [f"F{i}" for i in range(1, 23)]


def test_displays_are_in_the_order_of_their_numbers() -> None:
    """10 comes after 9; a part of letters stands where it is."""
    displays = [
        made(method="Subjects").model_copy(update={"number": text}) for text in ("14.10", "14.9", "14.9.1")
    ]
    assert [d.number for d in sorted(displays, key=lambda d: d.section)] == ["14.9", "14.9.1", "14.10"]

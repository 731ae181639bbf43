"""A workbook from the standard: what it has, what it leaves to people, and how datasets are added to it."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from il2cdisc.base.problems import Stopped
from il2cdisc.cli import app
from il2cdisc.spec import (
    baseline,
    sheets_checks,
    sheets_data,
    sheets_doses,
    sheets_protocol,
    sheets_schedule,
    sheets_sense,
    sheets_study,
    sheets_terms,
)
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.new import notes_tlf
from il2cdisc.spec.new.layout import LAYOUT, displays_layout, layout
from il2cdisc.spec.new.make import WorkbookPlan, new_tables, standard_of
from il2cdisc.spec.new.methods import METHOD_OF
from il2cdisc.spec.new.notes import COLUMNS, SHEETS
from il2cdisc.spec.new.page import workbook_page
from il2cdisc.spec.new.write import added_bytes, book_bytes
from il2cdisc.standards import sdtm_datasets
from il2cdisc.standards.release import Terminology

ROOT = Path(__file__).parents[3]
SHIPPED = Terminology()


def made(folder: Path, *names: str, **terms: list[str]) -> Path:
    standard, tables = new_tables(WorkbookPlan(names, terms), SHIPPED)
    file = folder / f"{standard.lower()}.xlsx"
    file.write_bytes(book_bytes(tables, standard))
    return file


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_new_workbook_stops_no_build_and_has_what_the_standard_knows(tmp_path: Path) -> None:
    spec, problems = read_spec(made(tmp_path, "DM", "AE", "VS", "SUPPAE", "TA", VSTESTCD=["SYSBP"]))
    assert [str(problem) for problem in problems if problem.stops] == []
    assert {problem.code for problem in problems} <= {
        "SPC027",
        "SPC067",
        "SPC161",
    }  # origins, lists to choose, marks
    vs = spec.datasets["VS"]
    assert (vs.label, vs.class_, vs.keys) == (
        "Vital Signs",
        "FINDINGS",
        ("STUDYID", "USUBJID", "VSTESTCD", "VISITNUM", "VSDTC"),
    )
    day = vs.by_name["VSDY"]
    assert (day.label, day.data_type, day.method, str(day.origin)) == (
        "Study Day of Vital Signs", "integer", "MT.DY", "Derived",
    )  # fmt: skip
    assert spec.datasets["DM"].by_name["SEX"].codelist == "SEX"
    assert spec.codelists["SEX"].nci_code == "C66731"
    first = spec.codelists["SEX"].terms[0]
    assert (first.value, first.nci_code, first.decode) == ("F", "C16576", "Female")
    assert spec.codelists["VSTESTCD"].decodes["SYSBP"] == "Systolic Blood Pressure"
    assert spec.datasets["SUPPAE"].by_name["QNAM"].origin is not None


def test_what_the_standard_does_not_know_is_empty_and_marked(tmp_path: Path) -> None:
    spec, _ = read_spec(made(tmp_path, "DM"))
    age = spec.datasets["DM"].by_name["AGE"]
    assert age.origin is None
    assert "TO FILL: Origin" in age.notes
    marked = openpyxl.load_workbook(tmp_path / "sdtm.xlsx")["Variables"]
    row = next(r for r in marked.iter_rows(min_row=2) if r[2].value == "AGE")
    assert row[-1].fill.fgColor.rgb == "00FFF2CC"
    whole = next(r for r in marked.iter_rows(min_row=2) if r[2].value == "STUDYID")
    assert whole[-1].fill.fgColor.rgb != "00FFF2CC"


def test_every_dataset_of_the_standard_can_be_begun(tmp_path: Path) -> None:
    names = [name for name in sdtm_datasets() if "--" not in name]
    spec, problems = read_spec(made(tmp_path, *names))
    assert len(spec.datasets) == len(names) > 60
    assert [str(problem) for problem in problems if problem.stops] == []


def test_analysis_datasets_have_the_variables_of_their_structure(tmp_path: Path) -> None:
    spec, problems = read_spec(made(tmp_path, "ADSL", "ADAE", "ADCM", "ADLB"))
    assert [str(problem) for problem in problems if problem.stops] == []
    assert spec.standard == "ADaM"
    assert spec.datasets["ADSL"].by_name["TRT01P"].label == "Planned Treatment for Period 01"
    assert spec.datasets["ADSL"].by_name["AGE"].predecessor == "DM.AGE"
    assert spec.datasets["ADAE"].by_name["AEDECOD"].predecessor == "AE.AEDECOD"
    assert "CMDECOD" in spec.datasets["ADCM"].names
    assert {"PARAMCD", "AVAL", "CHG"} <= set(spec.datasets["ADLB"].names)


def test_the_same_command_gives_the_same_bytes(tmp_path: Path) -> None:
    first = made(tmp_path, "DM", "AE").read_bytes()
    assert made(tmp_path, "DM", "AE").read_bytes() == first
    assert made(tmp_path, "DM", "LB").read_bytes() != first


def test_terms_of_large_codelists_are_asked_for_by_name(tmp_path: Path) -> None:
    without, _ = read_spec(made(tmp_path, "EX"))
    assert without.datasets["EX"].by_name["EXDOSFRM"].codelist == ""
    asked, _ = read_spec(made(tmp_path, "EX", FRM=["TABLET"]))
    assert asked.datasets["EX"].by_name["EXDOSFRM"].codelist == "FRM"
    assert asked.codelists["FRM"].values == ("TABLET",)
    with pytest.raises(Stopped) as stopped:
        made(tmp_path, "EX", FRM=["TABLETS"], NY=["Y"])
    assert [(p.code, p.hint) for p in stopped.value.problems] == [("SPC232", "TABLET"), ("SPC232", "")]


def test_unknown_names_are_all_reported_and_both_standards_refused() -> None:
    with pytest.raises(Stopped) as stopped:
        standard_of(["DMM", "AE", "SUPPXX"])
    assert [(p.code, p.values) for p in stopped.value.problems] == [
        ("SPC230", ("DMM",)),
        ("SPC230", ("SUPPXX",)),
    ]
    with pytest.raises(Stopped, match="two workbooks"):
        standard_of(["DM", "ADSL"])


def test_a_workbook_is_not_replaced_without_being_asked(tmp_path: Path) -> None:
    file = tmp_path / "specs" / "sdtm.xlsx"
    first = run("spec", "new", "--domains", "dm, ae", "--trial", tmp_path)
    assert first.exit_code == 0, first.output
    assert "marked TO FILL" in first.stdout
    before = file.read_bytes()
    again = run("spec", "new", "--domains", "DM", "--trial", tmp_path)
    assert again.exit_code == 2
    assert "SPC231" in again.stderr
    assert file.read_bytes() == before
    forced = run("spec", "new", "--domains", "DM", "--trial", tmp_path, "--force")
    assert forced.exit_code == 0
    assert set(read_spec(file)[0].datasets) == {"DM"}


def test_added_datasets_leave_what_people_wrote(tmp_path: Path) -> None:
    file = made(tmp_path, "DM", "AE")
    book: Any = openpyxl.load_workbook(file)
    sheet = book["Variables"]
    place = next(r for r in sheet.iter_rows(min_row=2) if r[2].value == "AGE")
    place[12].value, place[20].value = "Collected", "asked on paper"
    book["Comments"].append(["COM.MINE", "Text of a person"])
    book["Methods"].cell(2, 4).value = "Own words for the sequence"
    book.create_sheet("Notes").append(["kept"])
    book.save(file)
    done = run("spec", "add", "LB", "--to", file, "--trial", tmp_path)
    assert done.exit_code == 0, done.output
    spec, problems = read_spec(file)
    assert list(spec.datasets) == ["DM", "AE", "LB"]
    assert not [p for p in problems if p.stops]
    age = spec.datasets["DM"].by_name["AGE"]
    assert (str(age.origin), age.notes) == ("Collected", "asked on paper")
    assert spec.comments["COM.MINE"].description == "Text of a person"
    assert next(iter(spec.methods.values())).description == "Own words for the sequence"
    assert "MT.STRES" in spec.methods
    after = openpyxl.load_workbook(file)
    assert after["Notes"].cell(1, 1).value == "kept"
    assert after["Variables"].auto_filter.ref.endswith(str(after["Variables"].max_row))
    again = run("spec", "add", "LB,VS", "--to", file, "--trial", tmp_path)
    assert again.exit_code == 2
    assert "SPC233" in again.stderr
    other = run("spec", "add", "ADSL", "--to", file, "--trial", tmp_path)
    assert "SPC235" in other.stderr


def test_a_workbook_whose_contents_would_be_lost_is_refused(tmp_path: Path) -> None:
    file = made(tmp_path, "DM")
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("xl/charts/chart1.xml", "<chart/>")
    before = file.read_bytes()
    done = run("spec", "add", "VS", "--to", file, "--trial", tmp_path)
    assert done.exit_code == 2
    assert "SPC234" in done.stderr
    assert "charts" in done.stderr
    assert file.read_bytes() == before


def test_a_sheet_without_the_headers_is_refused(tmp_path: Path) -> None:
    book: Any = openpyxl.load_workbook(made(tmp_path, "DM"))
    book["Variables"].delete_cols(3)
    stream = io.BytesIO()
    book.save(stream)
    rows = {"Variables": [{"Dataset": "VS", "Variable": "VSDY"}], "Nowhere": [{"A": "1"}]}
    with pytest.raises(Stopped) as stopped:
        added_bytes(stream.getvalue(), rows, "sdtm.xlsx")
    assert [(p.code, p.values) for p in stopped.value.problems] == [("SPC236", ()), ("SPC236", ("Variable",))]


def test_a_malformed_list_of_terms_is_reported(tmp_path: Path) -> None:
    done = run("spec", "new", "--domains", "EX", "--trial", tmp_path, "--terms", "UNIT", "--terms", "=x")
    assert done.exit_code == 2
    assert done.stderr.count("CLI010") == 2


def test_methods_are_of_variables_that_a_step_makes() -> None:
    from il2cdisc.sdtm.complete.steps import all_steps

    made_by_steps = {name for step in all_steps() for name in step.makes}
    assert set(METHOD_OF) <= made_by_steps


HEADERS: dict[str, list[str]] = {
    "Define": ["Attribute", "Value"],
    "Datasets": [*sheets_data.DATASETS[0], *sheets_data.DATASETS[1]],
    "Variables": [*sheets_data.VARIABLES[0], *sheets_data.VARIABLES[1]],
    "ValueLevel": [*sheets_data.VALUE_LEVEL[0], *sheets_data.VALUE_LEVEL[1]],
    "WhereClauses": [*sheets_data.WHERE_CLAUSES[0], *sheets_data.WHERE_CLAUSES[1]],
    "Codelists": [*sheets_terms.CODELISTS[0], *sheets_terms.CODELISTS[1]],
    "Dictionaries": [*sheets_terms.DICTIONARIES[0], *sheets_terms.DICTIONARIES[1]],
    "Methods": [*sheets_terms.METHODS[0], *sheets_terms.METHODS[1]],
    "Comments": [*sheets_terms.COMMENTS[0], *sheets_terms.COMMENTS[1]],
    "Documents": sheets_terms.DOCUMENTS,
    "Translations": sheets_terms.TRANSLATIONS,
    "Conversions": [*sheets_study.CONVERSIONS, "Restricted"],
    "Ranges": [*sheets_study.RANGES, "Normal"],
    "Totals": sheets_checks.TOTALS,
    "Plausibility": sheets_checks.PLAUSIBILITY,
    "Baseline": baseline.BASELINE,
    "Protocol Arms": sheets_study.ARMS,
    "Protocol Elements": sheets_study.ELEMENTS,
    "Protocol Visits": sheets_study.VISITS,
    "Protocol Schedule": [*sheets_schedule.SCHEDULE[0], *sheets_schedule.SCHEDULE[1]],
    "Protocol Doses": [*sheets_doses.DOSES[0], *sheets_doses.DOSES[1]],
    "Checks": [*sheets_sense.CHECKS[0], *sheets_sense.CHECKS[1]],
    "Protocol Criteria": sheets_protocol.CRITERIA,
    "Protocol Summary": sheets_protocol.SUMMARY,
    "Windows": sheets_study.WINDOWS,
    "Parameters": [*sheets_study.PARAMETERS[0], *sheets_study.PARAMETERS[1]],
}
"""What the readers of the sheets know."""


def test_each_column_that_is_read_is_written_and_explained() -> None:
    written = LAYOUT["SDTM"] | LAYOUT["ADaM"]
    for sheet, headers in HEADERS.items():
        known = set(written[sheet])
        assert set(headers) >= known, sheet
        assert known >= set(headers) - {"Category 2"}, sheet
    assert set(written) - set(HEADERS) == {"Estimands", "Intercurrent Events"}
    notes = [column.note for sheet in (*layout("SDTM"), *layout("ADaM")) for column in sheet.columns]
    assert all(note.endswith(".") and len(note) < 120 for note in notes)
    used = {h for headers in written.values() for h in headers}
    assert {name.rpartition(".")[2] for name in COLUMNS} - used <= {"Category 2"}
    assert set(SHEETS) == set(written)


@cache
def workbook_of(path: Path) -> openpyxl.Workbook:
    """A workbook of a trial, read once; not to be changed."""
    return openpyxl.load_workbook(path)


def test_each_column_of_displays_is_explained() -> None:
    notes = [column.note for sheet in displays_layout() for column in sheet.columns]
    assert len(notes) > 60
    assert all(note.endswith(".") and len(note) < 180 for note in notes)
    headers = {column.header for sheet in displays_layout() for column in sheet.columns}
    assert {name.rpartition(".")[2] for name in notes_tlf.COLUMNS} == headers
    assert set(notes_tlf.SHEETS) == {sheet.name for sheet in displays_layout()}


@pytest.mark.parametrize("trial", [ROOT, ROOT / "tests" / "second_trial"], ids=["shipped", "second"])
@pytest.mark.parametrize("name", ["sdtm", "adam", "tlf"])
def test_the_workbooks_of_both_trials_have_the_notes(trial: Path, name: str) -> None:
    book = workbook_of(trial / "specs" / f"{name}.xlsx")
    sheets = {"sdtm": layout("SDTM"), "adam": layout("ADaM"), "tlf": displays_layout()}[name]
    notes = {(sheet.name, column.header): column.note for sheet in sheets for column in sheet.columns}
    found = {
        (sheet.title, cell.value): cell.comment.text if cell.comment else ""
        for sheet in book
        for cell in sheet[1]
        if cell.value
    }
    known = found.keys() & notes.keys()
    assert len(known) > 50
    assert {place: found[place] for place in known} == {place: notes[place] for place in known}


def test_the_header_of_a_column_has_its_note(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(made(tmp_path, "DM"))["Datasets"]
    assert sheet["F1"].comment.text == COLUMNS["Key Variables"]
    assert all(cell.comment for cell in sheet[1])


def test_the_page_of_the_documentation_is_current() -> None:
    assert (ROOT / "docs" / "workbooks.md").read_text() == workbook_page()


def alike(word: object) -> str:
    """`Fewer than 2` offers any number."""
    return re.sub(r"^(Fewer|More) than \d+$", r"\1 than N", str(word))


@pytest.mark.parametrize("book", ["specs", "tests/second_trial/specs"])
@pytest.mark.parametrize("name", ["sdtm.xlsx", "adam.xlsx", "tlf.xlsx"])
def test_what_a_drop_down_offers_is_what_its_column_holds(book: str, name: str) -> None:
    held = 0
    for sheet in workbook_of(ROOT / book / name).worksheets:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list" and str(rule.formula1).startswith('"'):
                offered = str(rule.formula1).strip('"').split(",")
                for cells in rule.sqref.ranges:
                    given = {sheet.cell(*place).value for place in cells.cells}
                    assert {alike(word) for word in given - {None}} <= {alike(word) for word in offered}
                    held += len(given - {None})
    assert held


def test_a_study_day_is_proposed_only_with_its_date(tmp_path: Path) -> None:
    spec, problems = read_spec(made(tmp_path, "DM", "CM", "AE", "LB", "SE", "EX"))
    assert "SPC073" not in {problem.code for problem in problems}
    assert "LBENDY" not in spec.datasets["LB"].names
    assert {"AESTDY", "AESTDTC"} <= set(spec.datasets["AE"].names)


def test_the_names_of_the_study_come_from_study_toml(tmp_path: Path) -> None:
    trial = ROOT / "tests" / "second_trial"
    done = run("spec", "new", "--domains", "DM", "--trial", trial, "--out", tmp_path / "dm.xlsx")
    assert done.exit_code == 0, done.output
    ours, there = (
        read_spec(file)[0].define for file in (tmp_path / "dm.xlsx", trial / "specs" / "sdtm.xlsx")
    )
    for name in ("StudyName", "StudyDescription", "ProtocolName"):
        assert ours[name] == there[name]


def test_a_workbook_has_the_ending_of_one(tmp_path: Path) -> None:
    done = run("spec", "new", "--domains", "DM", "--trial", tmp_path, "--out", tmp_path / "q.txt")
    assert done.exit_code == 2
    assert "SPC241" in done.stderr
    assert not (tmp_path / "q.txt").exists()


def test_methods_of_a_new_workbook_speak_to_readers_of_the_submission() -> None:
    for method in METHOD_OF.values():
        assert not re.search(r"\bsheet\b|study\.toml|workbook", method.description), method.id

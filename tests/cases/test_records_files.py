"""Records that never vanish: missing forms, accepted counts, absent sheets, text outside ASCII."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.problems import Problem, Problems, Stopped, at_line
from il2cdisc.check.context import CheckContext
from il2cdisc.check.dispositions import check_dispositions, read_dispositions, undisposed
from il2cdisc.check.findings import from_problem
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import check_folder, run_rules
from il2cdisc.cli import app
from il2cdisc.raw import Form, FormPart, RawExport, link, load_dictionary, missing_forms, read_export
from il2cdisc.raw.accepted import (
    Accepted,
    AcceptedForm,
    accept,
    compare,
    fewer_than,
    grouped_counts,
    read_accepted,
    written,
)
from il2cdisc.raw.schedule_lint import check_scheduled
from il2cdisc.sdtm.complete.in_ascii import RESPELLED, in_ascii
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.tabulation import Domain
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.load import load_spec, read_spec
from il2cdisc.spec.models import PlannedVisit, ScheduleRow, Spec
from il2cdisc.spec.problems import SHEET_UNKNOWN
from il2cdisc.spec.sheets_known import OPTIONAL as OPTIONAL_SHEETS
from il2cdisc.spec.tlf_load import read_displays
from il2cdisc.study import Study, load_study
from il2cdisc.study.model import Language, TextFacts
from il2cdisc.transport.translit import LANGUAGES, spelled, transliterate
from tests.cases.damaged_trial import Built, cut, edited, rename
from tests.conftest import without_displays

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "second_trial"
PARTS = ("study.toml", "accepted.toml", "raw", "specs", "mappings")


def copied(trial: Path, folder: Path) -> Path:
    """A copy of a trial's own files, to be damaged."""
    for name in PARTS:
        source = trial / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


def told(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and all that a command says, standard error included."""
    done = CliRunner().invoke(app, [str(item) for item in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    return done.exit_code, done.output


# --- Kind 3: sheets that are unknown or absent


MISSPELT = {
    "Plausibility": "Plausability",
    "Ranges": "Ranges ",
    "Protocol Visits": "Protocol Visit",
    "Protocol Schedule": "protocol shedule",
}


def test_3_a_misspelt_sheet_is_a_finding_that_says_what_was_meant(tmp_path):
    def change(book: Any) -> None:
        for before, after in MISSPELT.items():
            book[before].title = after

    path = edited(SECOND / "specs" / "sdtm.xlsx", tmp_path / "sdtm.xlsx", change)
    spec, problems = read_spec(path, "specs/sdtm.xlsx")
    found = {str(problem.where): problem for problem in problems if problem.code == "SPC120"}
    assert {place: (problem.hint, problem.stops) for place, problem in found.items()} == {
        f"specs/sdtm.xlsx!{after}": (before, False) for before, after in MISSPELT.items()
    }
    assert set(MISSPELT) <= set(spec.absent)
    assert all(problem in spec.findings for problem in found.values())


def test_3_every_sheet_of_the_shipped_workbooks_is_known():
    for trial in (ROOT, SECOND):
        for name in ("sdtm.xlsx", "adam.xlsx"):
            _, problems = read_spec(trial / "specs" / name)
            assert "SPC120" not in [problem.code for problem in problems]


def test_3_a_sheet_of_a_persons_own_has_no_hint(tmp_path):
    path = edited(SECOND / "specs" / "adam.xlsx", tmp_path / "a.xlsx", lambda book: book.create_sheet("Xyz"))
    _, problems = read_spec(path, "specs/adam.xlsx")
    assert [(p.code, p.hint) for p in problems if p.code == "SPC120"] == [("SPC120", "")]


def test_3_a_column_or_sheet_of_the_displays_that_is_unknown(tmp_path):
    def change(book: Any) -> None:
        book["Displays"].cell(1, book["Displays"].max_column + 1, "Subtitel")
        book.create_sheet("Analyse")

    path = edited(ROOT / "specs" / "tlf.xlsx", tmp_path / "tlf.xlsx", change)
    displays, problems = read_displays(path, "specs/tlf.xlsx")
    assert len(displays) > 5
    assert [p.code for p in problems] == ["SPC004", "SPC120"]
    assert not any(p.stops for p in problems)


def test_3_a_rule_without_its_sheet_does_not_run_and_is_not_listed(tmp_path):
    source = SECOND / "specs" / "sdtm.xlsx"
    whole, _ = read_spec(source)
    short, _ = read_spec(edited(source, tmp_path / "sdtm.xlsx", rename("Plausibility", "Plausible")))
    (tmp_path / "outputs" / "sdtm").mkdir(parents=True)
    needs = {rule.kind.code: rule.needs for rule in all_rules() if rule.needs}
    assert needs["CHK053"] == needs["CHK054"] == ("Totals",)
    plausible = {code for code, sheets in needs.items() if "Plausibility" in sheets}
    assert plausible == {"CHK055", "CHK056"}
    assert plausible <= set(check_folder(tmp_path / "outputs", [whole]).rules)
    assert plausible.isdisjoint(check_folder(tmp_path / "outputs", [short]).rules)
    assert plausible.isdisjoint({item.code for item in run_rules(CheckContext(short, {}))})


def test_3_every_optional_sheet_has_a_line_for_its_absence():
    source = "".join(path.read_text() for path in sorted((ROOT / "il2cdisc" / "spec").glob("*.py")))
    named = re.findall(r'\.rows\(\s*"([^"]+)"[^()]*may_lack=True', source)
    told_of = {sheet for sheets in OPTIONAL_SHEETS.values() for sheet in sheets}
    # Plan is missed where there are estimands, and Coverage by the command that reads it: lines of their own
    # say so; Methods is what a drop-down offers
    by_name = {"Protocol Schedule", "Protocol Doses", "Checks"}
    assert {*named, *by_name} - {"Plan", "Coverage", "Methods"} == told_of
    assert len(named) > 10


def test_3_an_unknown_sheet_of_the_dispositions(tmp_path):
    path = edited(
        ROOT / "specs" / "dispositions.xlsx", tmp_path / "d.xlsx", rename("Paragraphs", "Paragraph")
    )
    problems = check_dispositions(path, shown="specs/dispositions.xlsx")
    assert [(p.code, p.hint, p.stops) for p in problems] == [("SPC120", "Paragraphs", False)]
    assert read_dispositions(path)  # it goes on


def test_3_spec_check_says_what_is_absent(tmp_path):
    folder = copied(SECOND, tmp_path / "trial")
    book = folder / "specs" / "sdtm.xlsx"
    edited(book, book, rename("Plausibility", "Plausibilty"))
    code, said = told("spec", "check", "--trial", folder)
    assert code == 1
    assert "no sheet Plausibility with rows in specs/sdtm.xlsx: results are not compared" in said
    assert "no sheet Totals with rows in specs/sdtm.xlsx" in said
    assert "SPC120 specs/sdtm.xlsx!Plausibilty" in said
    assert "did you mean: Plausibility" in said


def test_3_a_deleted_sheet_has_its_line_in_spec_check_and_in_the_build(tmp_path):
    line = "no sheet Ranges with rows in specs/sdtm.xlsx: no reference ranges but those of the laboratory"
    folder = copied(SECOND, tmp_path / "trial")
    book = folder / "specs" / "sdtm.xlsx"
    code, said = told("spec", "check", "--trial", folder)
    assert (code, line in said.splitlines()) == (0, False)
    edited(book, book, lambda book: book.remove(book["Ranges"]))
    without_displays(folder)
    code, said = told("spec", "check", "--trial", folder)
    assert (code, said.splitlines().count(line)) == (0, 1)
    code, said = told("build", "--trial", folder)
    assert (code, said.splitlines().count(line)) == (0, 1)


def test_3_an_optional_sheet_without_rows_is_as_good_as_absent(tmp_path):
    path = edited(
        SECOND / "specs" / "sdtm.xlsx",
        tmp_path / "sdtm.xlsx",
        lambda book: book["Plausibility"].delete_rows(2, 500),
    )
    spec, problems = read_spec(path)
    assert "Plausibility" in spec.absent
    assert "SPC120" not in [problem.code for problem in problems]


# --- Kind 2: the schedule of forms


def remove(folder: Path, file: str, *starts: str, holding: str = "", encoding: str = "utf-8") -> None:
    """Take lines out of a raw file: those that begin with a text, or hold one."""
    path = folder / "raw" / file
    lines = path.read_bytes().decode(encoding).splitlines(keepends=True)
    kept = [x for x in lines if not x.startswith(starts or ("\0",)) and (not holding or holding not in x)]
    assert len(kept) < len(lines), f"{file} has no such line"
    path.write_bytes("".join(kept).encode(encoding))


def missing(folder: Path) -> list[Problem]:
    """What the schedule says of a trial's raw export."""
    study = load_study(folder)
    dictionary = load_dictionary(study.dictionary)
    export = link(read_export(study, dictionary), study)
    spec = load_spec(study.specs / "sdtm.xlsx", "specs/sdtm.xlsx")
    return missing_forms(export, study, dictionary, spec.schedule, spec.protocol.visits)


@pytest.mark.parametrize("trial", [ROOT, SECOND], ids=["shipped", "second"])
def test_2_no_form_is_missing_in_either_trial(trial):
    assert missing(trial) == []


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> list[Problem]:
    """The shipped trial with many records taken out, one kind a form."""
    folder = copied(ROOT, tmp_path_factory.mktemp("schedule") / "trial")
    cut(folder, "edc/vs.csv", "01,01-030,")
    remove(folder, "edc/vs.csv", "01,01-003,Giorno 5,")
    remove(folder, "edc/ex.csv", "01,01-005,Giorno 8,")
    remove(folder, "edc/sv.csv", "01,01-007,Giorno 15,")
    remove(folder, "edc/ic.csv", "01,01-003,")
    remove(folder, "edc/ds.csv", "01,01-008,TRATTAMENTO,")
    remove(folder, "edc/ua.csv", holding=",Giorno 29,")
    remove(folder, "edc/preg.csv", "01,01-001,Giorno 29,")
    remove(folder, "lab/flow.csv", "F100004;", encoding="latin-1")
    return missing(folder)


def of_form(problems: list[Problem], form: str) -> list[Problem]:
    return [problem for problem in problems if f"form '{form}'" in problem.what]


def test_2_a_file_cut_at_a_line_end_is_one_finding(damaged):
    (found,) = [problem for problem in damaged if problem.code == "RAW131"]
    assert str(found.where) == "raw/edc/vs.csv:263"
    assert str(found.cause) == "raw/edc/vs.csv"
    assert len(found.records) == 144
    assert {place.file for place in found.records} == {"raw/edc/sv.csv"}
    assert min(place.usubjid for place in found.records) == "SYN-IL2REG-01-030"
    assert found.out_of > 144


def test_2_one_visit_missing_in_a_form(damaged):
    found = [problem for problem in of_form(damaged, "vs") if problem.code == "RAW130"]
    assert [(p.where.usubjid[-6:], "DAY 5" in p.what) for p in found] == [("01-003", True)]
    assert found[0].where.file == "raw/edc/sv.csv"


def test_2_an_injection_missing_though_the_kit_was_dispensed(damaged):
    (found,) = of_form(damaged, "ex")
    assert found.where.usubjid.endswith("01-005")
    assert "DAY 8" in found.what


def test_2_a_visit_of_vital_signs_and_laboratory_that_is_missing_among_the_visits(damaged):
    (found,) = of_form(damaged, "sv")
    assert (found.where.usubjid[-6:], "DAY 15" in found.what) == ("01-007", True)


def test_2_a_treated_subject_without_a_consent_form(damaged):
    (found,) = of_form(damaged, "ic")
    assert str(found.where) == "raw/edc/dm.csv:4"


def test_2_a_missing_disposition_of_the_treatment(damaged):
    (found,) = of_form(damaged, "ds")
    assert 'DSPHASE is "TRATTAMENTO"' in found.what
    assert found.where.usubjid.endswith("01-008")


def test_2_a_visit_that_no_subject_has_is_one_finding(damaged):
    (found,) = of_form(damaged, "ua")
    assert (found.code, len(found.records), found.out_of) == ("RAW132", 36, 36)
    assert str(found.cause) == "raw/edc/ua.csv"


def test_2_a_form_that_applies_to_some_subjects_alone(damaged):
    (found,) = of_form(damaged, "preg")
    assert (found.where.usubjid[-6:], "DAY 29" in found.what) == ("01-001", True)


def test_2_results_of_a_tube_that_was_taken(damaged):
    (found,) = of_form(damaged, "flow")
    assert str(found.where) == "raw/lab/samples.csv:3 VISIT"


def test_2_wording(damaged, snapshot):
    shown = {problem.code: problem for problem in damaged}
    assert [str(shown[code]) for code in sorted(shown)] == snapshot


def schedule_of(*rows: dict[str, Any]) -> tuple[ScheduleRow, ...]:
    given = [{"condition": "", "records": "", **row} for row in rows]
    read = [{**row, "condition": parse(row["condition"]), "records": parse(row["records"])} for row in given]
    return tuple(ScheduleRow(**row) for row in read)


def small(rows: tuple[ScheduleRow, ...], vs: list[tuple[str, str]], **facts: str) -> list[str]:
    """What `missing_of` finds, in words."""
    return [f"{p.where.usubjid} {p.what}" for p in missing_of(rows, vs, **facts)]


def missing_of(
    rows: tuple[ScheduleRow, ...],
    vs: list[tuple[str, str]],
    *,
    day_8: str,
    cut: str = "",
    end: str = "",
    subjects: str = "AB",
) -> list[Problem]:
    """Subjects A (a woman), B and so on, each at days 1 and 8; what is missing of the vital signs."""
    visits = [(s, v, d) for s in subjects for v, d in (("d1", "2024-01-01"), ("d8", day_8)) if d]
    frames = {
        "dm": pd.DataFrame({"SUBJ": list(subjects)}, dtype="str").assign(
            SEX=lambda f: f["SUBJ"].map({"A": "F"}).fillna("M"),
            END=pd.Series([end or None] * len(subjects), dtype="str"),
        ),
        "sv": pd.DataFrame(visits, columns=["SUBJ", "VIS", "DAT"], dtype="str"),
        "vs": pd.DataFrame(vs, columns=["SUBJ", "VIS"], dtype="str"),
    }
    text: dict[str, Any] = {
        "study": {
            "id": "S", "title": "T", "protocol": "P", "sponsor": "X", "subjects": "dm", "subject_key": "SUBJ",
            "synthetic": False,
        },
        "build": {"time": "2024-12-01T00:00:00", "data_cut": cut or None},
        "forms": {name: {"file": f"{name}.csv", "subject": "SUBJ"} for name in frames},
        "schedule": {"visits": "sv", "visit": "VIS", "date": "DAT", "end": ["dm.END"]},
        "folder": Path(),
    }  # fmt: skip
    study = Study.model_validate(text)
    forms = {name: made(name, frame) for name, frame in frames.items()}
    planned = (
        PlannedVisit(visit_number=1, visit="D1", planned_day=1),
        PlannedVisit(visit_number=2, visit="D8", planned_day=8, window_after=1),
    )
    export = link(RawExport(forms, ()), study)
    return list(missing_forms(export, study, {}, rows, planned))


def made(name: str, frame: pd.DataFrame) -> Form:
    columns = tuple(str(column) for column in frame.columns)
    lines = np.arange(2, 2 + len(frame))
    named = frame.rename(columns={column: f"{name}.{column}" for column in columns})
    return Form(name, CodedTable.of(named), columns, (FormPart(f"raw/{name}.csv", "", 0, lines),))


@pytest.mark.parametrize(
    ("cut_off", "grace", "found"),
    [("2024-01-17", 10, 0), ("2024-01-18", 10, 1), ("2024-01-07", 0, 0), ("", 999, 1)],
)
def test_2_days_of_grace_are_counted_from_the_visit_to_the_data_cut(cut_off, grace, found):
    rows = schedule_of({"visit": "D8", "form": "vs", "grace_days": grace})
    told_ = small(rows, [("B", "d8")], day_8="2024-01-08", cut=cut_off)
    assert len(told_) == found


@pytest.mark.parametrize(
    ("end", "cut_off", "found"),
    [("", "2024-01-08", 0), ("", "2024-01-09", 2), ("2024-01-08", "", 0), ("2024-01-09", "", 2)],
)
def test_2_a_visit_is_expected_before_the_end_of_participation_alone(end, cut_off, found):
    # planned for day 8, that is 8 January, or a day later
    rows = schedule_of({"visit": "D8", "form": "sv"})
    assert len(small(rows, [], day_8="", cut=cut_off, end=end)) == found


@pytest.mark.parametrize(
    ("condition", "subjects"),
    [
        ("dm.SEX EQ F", "A"),
        ('sv.DAT NE ""', "AB"),
        ("dm.SEX EQ F AND sv.VIS EQ d1", "A"),
        ("dm.SEX EQ X", ""),
    ],
)
def test_2_conditions_are_of_the_subject_and_of_the_visit(condition, subjects):
    rows = schedule_of({"visit": "D8", "form": "vs", "condition": condition})
    found = small(rows, [], day_8="2024-01-08")
    assert "".join(line[2] for line in found) == subjects  # S-A ..., S-B ...


@settings(max_examples=25)
@given(st.sets(st.tuples(st.sampled_from("ABC"), st.sampled_from(["d1", "d8"]))))
@example(set())
@example({("A", "d1"), ("B", "d1"), ("C", "d1")})
@example({("A", "d1"), ("A", "d8")})
def test_2_exactly_the_missing_records_are_reported(there):
    rows = schedule_of({"visit": "D1", "form": "vs"}, {"visit": "D8", "form": "vs"})
    found = missing_of(rows, sorted(there), day_8="2024-01-08", subjects="ABC")
    asked = [(subject, visit) for subject in "ABC" for visit in ("d1", "d8")]
    lines = {
        f"raw/sv.csv:{line} VIS": pair for line, pair in enumerate(asked, start=2)
    }  # what calls for them
    told_ = [lines[str(place)] for problem in found for place in problem.records or (problem.where,)]
    assert sorted(told_) == [pair for pair in asked if pair not in there]


def test_2_the_schedule_is_held_against_forms_columns_and_codes(tmp_path):
    def change(book: Any) -> None:
        sheet = book["Protocol Schedule"]
        for row in (
            ["WEEK 3", "assays", None, "Required", None, 10, None],
            ["WEEK 4", "asays", None, "Required", None, 10, None],
            ["WEEK 4", "dispensed", None, "Required", None, 10, None],
            ["WEEK 4", "assays", "analyte_txt EQ Glucos", "Required", None, -1, None],
            ["WEEK 8", "assays", None, "Conditional", "enrol.gender EQ female", 10, None],
            ["WEEK 8", "assays", None, "Conditional", None, 10, None],
            ["EACH VISIT", "assays", None, "Required", None, 10, None],
            ["WEEK 4", "assays", None, "Required", None, 10, None],
            ["WEEK 8", "assays", None, "Sometimes", "enrol.gender_txt = female", 10, None],
        ):
            sheet.append(row)

    folder = copied(SECOND, tmp_path / "trial")
    book = folder / "specs" / "sdtm.xlsx"
    edited(book, book, change)
    first = 20
    code, said = told("spec", "check", "--trial", folder)
    assert code == 2
    for wanted in (
        f"SPC122 specs/sdtm.xlsx!Protocol Schedule!A{first}",
        f"SPC011 specs/sdtm.xlsx!Protocol Schedule!F{first + 3}",
        f"SPC121 specs/sdtm.xlsx!Protocol Schedule!E{first + 5}",
        f"SPC121 specs/sdtm.xlsx!Protocol Schedule!A{first + 6}",
        f"SPC025 specs/sdtm.xlsx!Protocol Schedule!B{first + 7}",
        f"SPC024 specs/sdtm.xlsx!Protocol Schedule!D{first + 8}",
        f"SPC080 specs/sdtm.xlsx!Protocol Schedule!E{first + 8}",
    ):
        assert wanted in said, wanted


def test_2_the_schedule_names_forms_columns_and_codes_of_the_study():
    study = load_study(SECOND)
    dictionary = load_dictionary(study.dictionary)
    spec = load_spec(SECOND / "specs" / "sdtm.xlsx", "specs/sdtm.xlsx")
    rows = schedule_of(
        {"visit": "WEEK 4", "form": "asays"},
        {"visit": "WEEK 4", "form": "dispensed"},
        {"visit": "WEEK 4", "form": "assays", "records": "analyte_txt EQ Glucos"},
        {"visit": "WEEK 8", "form": "assays", "condition": "enrol.gender EQ female"},
    )
    found = list(check_scheduled(spec.model_copy(update={"schedule": rows}), study, dictionary))
    assert [(p.code, p.hint) for p in found if p.code != "SPC126"] == [
        ("SPC123", "assays"),
        ("SPC124", ""),
        ("SPC125", "Glucose"),
        ("SPC081", "enrol.gender_txt"),
        ("SPC125", "week 4"),  # the laboratory has no code of week 8
    ]
    assert {p.values[0] for p in found if p.code == "SPC126"} == {"attendance", "events", "milestones"}
    none = study.model_copy(update={"schedule": None})
    assert [p.code for p in check_scheduled(spec, none, dictionary)] == ["SPC127"]


# --- Kind 2: what was accepted


def linked(folder: Path) -> tuple[RawExport, Study]:
    study = load_study(folder)
    return link(read_export(study, load_dictionary(study.dictionary)), study), study


@pytest.mark.parametrize("trial", [ROOT, SECOND], ids=["shipped", "second"])
def test_2_the_export_of_either_trial_is_accepted_as_it_is(trial):
    export, study = linked(trial)
    accepted = read_accepted(study)
    assert accepted == accept(export, study)
    assert (trial / "accepted.toml").read_text() == written(accepted)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> list[Problem]:
    """What a copy of the second trial lacks that was accepted; some records are new."""
    folder = copied(SECOND, tmp_path_factory.mktemp("accepted") / "trial")
    cut(folder, "site/attendance.csv", "6008;")
    remove(folder, "site/attendance.csv", "5003;W02")
    remove(folder, "site/events.txt", "5001|2")
    events = folder / "raw" / "site" / "events.txt"
    line = events.read_text().splitlines()[-1]
    events.write_text(events.read_text() + line.replace("6007|", "6009|", 1) + "\n")
    export, study = linked(folder)
    accepted = read_accepted(study)
    assert accepted is not None
    return compare(accepted, export, study)


def test_2_accepted_keys_that_are_gone_are_named(short):
    attendance = next(problem for problem in short if problem.where.file.endswith("attendance.csv"))
    assert attendance.code == "RAW140"
    assert attendance.cause == attendance.where
    gone = {place.column: place for place in attendance.records}
    assert len(gone) == len(attendance.records) == 3
    assert attendance.out_of == 98
    others = [key for key in gone if not key.startswith(("patient_no=6008 ", "patient_no=6009 "))]
    assert others == ["patient_no=5003 visit_code=W02"]
    assert gone[others[0]].usubjid == "SYN-ROSE3.DE7.5003"
    assert {f"patient_no={number} visit_code=SCR" for number in ("6008", "6009")} <= set(gone)


def test_2_fewer_records_of_a_key_are_reported_and_new_ones_are_not(short):
    (events,) = [problem for problem in short if problem.where.file.endswith("events.txt")]
    assert [place.column for place in events.records] == ["patient_no=5001"]
    assert len(short) == 2


def test_2_a_form_without_subjects_has_fewer_records(tmp_path):
    export, study = linked(ROOT)
    accepted = accept(export, study)
    coding = accepted.forms["coding"]
    more = {"rows": coding.rows + 3, "files": ()}
    forms = {**accepted.forms, "coding": coding.model_copy(update=more)}
    (found,) = compare(accepted.model_copy(update={"forms": forms}), export, study)
    assert (found.code, found.values) == ("RAW141", (str(coding.rows + 3), str(coding.rows)))


def test_2_accepting_is_a_command_that_never_writes_raw_files(tmp_path):
    folder = copied(SECOND, tmp_path / "trial")
    kept = (folder / "accepted.toml").read_bytes()
    raw = {path: path.read_bytes() for path in (folder / "raw").rglob("*") if path.is_file()}
    (folder / "accepted.toml").unlink()
    code, said = told("raw", "accept", "--trial", folder)
    assert (code, said.splitlines()[-1]) == (0, "accepted: accepted.toml")
    assert (folder / "accepted.toml").read_bytes() == kept
    assert {path: path.read_bytes() for path in raw} == raw
    assert sorted(path.name for path in folder.iterdir()) == sorted(PARTS)
    remove(folder, "site/events.txt", "5001|2")
    code, said = told("raw", "accept", "--trial", folder)
    assert "no longer there: raw/site/events.txt patient_no=5001" in said
    code, said = told("raw", "accept", "--trial", folder)
    assert "no longer there" not in said


@pytest.mark.parametrize(
    ("before", "after", "line", "what"),
    [
        ("forms.assays", "forms.asays", "[forms.asays]", "no form 'asays'"),
        ("rows = 98", "rows = 97", "rows = 97", "do not add up"),
        ("rows = 98", "rows = 98.5", "rows = 98.5", "valid integer"),
        ("keys = 98", "kyes = 98", "kyes = 98", "'forms.attendance.kyes' is not a key"),
        ('sha256 = "', 'sha256 = "x', 'sha256 = "x', "should match pattern"),
        ("rows = 98", "rows = 98 rows", "rows = 98 rows", "Expected newline"),
        ('"5001", "5002"', '"5001", "5001"', "[forms.dispensed]", "in two groups"),
    ],
)
def test_2_an_accepted_toml_that_is_not_right_stops_at_its_line(tmp_path, before, after, line, what):
    folder = copied(SECOND, tmp_path / "trial")
    path = folder / "accepted.toml"
    head, middle, tail = path.read_text().partition("[forms.attendance]")
    wrong = head.replace(before, after) + middle + tail.replace(before, after, 1)
    path.write_text(wrong)
    number = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if text.startswith(line))
    with pytest.raises(Stopped) as stopped:
        read_accepted(load_study(folder))
    said = str(stopped.value)
    assert f"RAW142 accepted.toml:{number}: " in said
    assert what in said


def test_2_a_broken_accepted_toml_stops_a_command(tmp_path):
    folder = copied(SECOND, tmp_path / "trial")
    (folder / "accepted.toml").write_text("[forms")
    code, said = told("spec", "check", "--trial", folder)
    assert code == 2
    assert "RAW142 accepted.toml:1: " in said


def test_2_without_accepted_toml_a_line_says_so(tmp_path):
    folder = copied(SECOND, tmp_path / "trial")
    (folder / "accepted.toml").unlink()
    code, said = told("spec", "check", "--trial", folder)
    assert code == 0
    assert "no accepted.toml: records that vanish" in said


@given(
    st.dictionaries(
        st.tuples(st.text(min_size=1, max_size=4), st.text(max_size=4)),
        st.integers(1, 9),
        min_size=1,
        max_size=9,
    )
)
def test_2_what_is_written_is_read_again(counts):
    groups = grouped_counts(counts)
    form = AcceptedForm(rows=sum(counts.values()), keys=len(counts), groups=groups)
    accepted = Accepted(forms={"vs": form})
    read = Accepted.model_validate(tomllib.loads(written(accepted)))
    assert read.forms["vs"].counts == counts
    assert written(read) == written(accepted)


# --- Kind 4: text outside ASCII


@pytest.mark.parametrize(
    ("language", "text", "ascii_text"),
    [
        ("it", "febbricità", "febbricita'"),
        ("it", "è venuto", "e' venuto"),
        ("it", "c'è PERCHÉ, città vècchia", "c'e' PERCHE', citta' vecchia"),
        ("it", "citta\u0300", "citta'"),
        ("it", "«l’umore» – “così” … a\u00a0b", '"l\'umore" - "cosi\'" ... a b'),
        ("it", "1º giorno, 38 ºC, 38 °C", "1o giorno, 38 degC, 38 degC"),
        ("it", "a\tb\r\nc\nd", "a b c d"),
        ("it", "β-hCG, γ-GT, α1, 5 µg, 5 μg", "beta-hCG, gamma-GT, alpha1, 5 ug, 5 ug"),
        ("it", "≥ 5, ≤ 3, ± 2, 2 × 3", ">= 5, <= 3, +/- 2, 2 x 3"),
        ("it", "4,5×10⁹/L, 10⁻³, 10¹²/L", "4,5x10^9/L, 10^-3, 10^12/L"),
        ("it", "mm³, m², CD4⁺, Ca²⁺, H₂O", "mm3, m2, CD4+, Ca2+, H2O"),
        ("it", "2½ ore, ½ ora", "2 1/2 ore, 1/2 ora"),
        ("de", "schön, Äpfel, ÄRZTE, Straße, Übelkeit", "schoen, Aepfel, AERZTE, Strasse, Uebelkeit"),
        ("fr", "cœur, garçon, Œdème, ŒDÈME, évènement", "coeur, garcon, Oedeme, OEDEME, evenement"),
        ("es", "¿señal? ¡sí!", "senal? si!"),
        ("pt", "coração, órgãos", "coracao, orgaos"),
        ("nl", "reëel, ĳs", "reeel, ijs"),
        ("pl", "żółć, ŁÓDŹ", "zolc, LODZ"),
        ("en", "naïve, café", "naive, cafe"),
        ("", "β 10⁹/L ’", "beta 10^9/L '"),
    ],
)
def test_4_spelling(language, text, ascii_text):
    found = spelled(text, language)
    assert (found.text, found.unknown) == (ascii_text, ())


@pytest.mark.parametrize(
    ("language", "text", "unknown"),
    [
        ("it", "日 ü 日", ("日", "ü")),
        ("", "è", ("è",)),
        ("it", "5·6", ("·",)),
        ("it", "4÷6", ("÷",)),
        ("it", "a\x07", ("\x07",)),
    ],
)
def test_4_what_the_table_lacks_is_never_guessed(language, text, unknown):
    assert spelled(text, language).unknown == unknown
    more = dict.fromkeys(unknown, "-")
    assert spelled(text, language, more).unknown == ()


def test_4_the_proposed_spelling_of_a_power():
    assert transliterate("10⁹/L") == "10^9/L"  # not 109/L
    assert transliterate("m² schön β-hCG") == "m2 schon beta-hCG"


@given(st.text(), st.sampled_from([*LANGUAGES, ""]))
def test_4_a_spelling_is_in_ascii_or_says_what_is_not(text, language):
    found = spelled(text, language)
    rest = "".join(character for character in found.text if character not in found.unknown)
    assert rest.isascii()
    assert rest.isprintable() or not rest
    if text.isascii() and text.isprintable():
        assert found.text == text
    assert spelled(found.text, language) == found  # spelled once is spelled for good


def test_4_the_languages_of_study_toml_are_those_of_the_table():
    assert set(get_args(Language)) == set(LANGUAGES)


def events(**columns: list[str | None]) -> MappedDataset:
    """Mapped adverse events from lines 2 on of a raw form ae."""
    text = {name: pd.Series(values, dtype="str") for name, values in columns.items()}
    frame = pd.DataFrame({name: values for name, values in text.items() if name != "AETERMOR"})
    frame = frame.assign(USUBJID="A", **{"@ae": pd.Series(range(len(frame)), dtype="Int64")})
    extra = (
        pd.DataFrame({"AETERMOR": text["AETERMOR"]})
        if "AETERMOR" in text
        else pd.DataFrame(index=frame.index)
    )
    sources = {name: (f"ae.{name[:6]}",) for name in columns}
    return MappedDataset("AE", frame, extra, sources=sources)


@cache
def shipped_spec() -> Spec:
    return load_spec(ROOT / "specs" / "sdtm.xlsx", "specs/sdtm.xlsx")


def respelled(item: MappedDataset, **facts: Any) -> tuple[MappedDataset, list[Problem]]:
    problems, spec = Problems(), shipped_spec()
    places = RawPlaces(item, lambda form, row, column: at_line(f"{form}.csv", row + 2, column))
    domain = Domain(item, spec.datasets["AE"], item.frame, item.supplemental, places)
    found = in_ascii(domain, spec, TextFacts(**facts), problems)
    return replace(item, frame=found.frame, supplemental=found.qualifiers), problems.items


def test_4_the_original_of_a_translated_term_is_spelled_once_a_value(snapshot):
    given_ = events(AETERM=["fever"] * 3, AETERMOR=["febbricità", None, "febbricità"])
    found, problems = respelled(given_, language="it")
    assert found.supplemental["AETERMOR"].tolist() == ["febbricita'", None, "febbricita'"] or (
        found.supplemental["AETERMOR"].fillna("").tolist() == ["febbricita'", "", "febbricita'"]
    )
    assert found.frame.equals(given_.frame)
    (said,) = problems
    assert (said.code, said.stops, said.values) == ("TXT101", False, ("febbricità",))
    assert [str(place) for place in said.records] == ["ae.csv:2 AETERM", "ae.csv:4 AETERM"]
    assert str(said) == snapshot


@pytest.mark.parametrize("name", ["AETERM", "AEDECOD", "AELOC", "AEBODSYS", "AESPID"])
def test_4_terms_codes_and_identifiers_are_never_spelled(name):
    given_ = events(**{"AETERM": ["fever", "fever"], name: ["ok", "febbricità"]})
    found, problems = respelled(given_, language="it")
    assert found.frame[name].tolist() == ["ok", "febbricità"]
    (said,) = problems
    assert (said.code, said.stops) == ("TXT002", True)
    assert str(said.where) == f"ae.csv:3 {name[:6]}"
    assert "not translated, or not mapped" in said.what


def test_4_a_unit_outside_ascii_that_is_not_mapped_stops_at_its_raw_cell(tmp_path):
    folder = copied(SECOND, tmp_path / "trial")
    path = folder / "raw" / "lab" / "results.txt"
    lines = path.read_text("cp1252").split("\n")
    assert lines[3].count("\tµmol/L\t") == 1  # mapped to umol/L
    lines[3] = lines[3].replace("µ", "¥")
    path.write_text("\n".join(lines), "cp1252")
    code, said = told("build", "--trial", folder)
    assert code == 2
    (problem,) = re.findall(r"^[A-Z]{3}\d{3} .*", said, re.MULTILINE)
    assert problem == (
        "TXT002 raw/lab/results.txt:4 unit_txt: LB LBORRESU holds '¥mol/L', which is not in ASCII: "
        "it is not translated, or not mapped"
    )
    assert not (folder / "outputs").exists()


def test_4_blanks_of_a_term_are_blanks():
    found, problems = respelled(events(AETERM=["mal\tdi testa", "mal\ndi\u00a0testa", "ok"]), language="it")
    assert found.frame["AETERM"].tolist() == ["mal di testa", "mal di testa", "ok"]
    assert [said.code for said in problems] == ["TXT101", "TXT101"]


def test_4_what_the_table_lacks_stops_with_its_code_point_and_raw_place(snapshot):
    _, problems = respelled(events(AETERM=["x", "x"], AETERMOR=["ok", "日本 è"]), language="it")
    (said,) = problems
    assert (said.code, said.stops, str(said.where)) == ("TXT001", True, "ae.csv:3 AETERM")
    assert "'日' (U+65E5)" in said.what
    assert str(said) == snapshot
    found, problems = respelled(
        events(AETERM=["x", "x"], AETERMOR=["ok", "日本 è"]),
        language="it",
        spellings={"日": "ni", "本": "hon"},
    )
    assert found.supplemental["AETERMOR"].tolist() == ["ok", "nihon e'"]


def test_4_language_and_spellings_are_checked_at_their_line(tmp_path):
    folder = copied(SECOND, tmp_path / "trial")
    path = folder / "study.toml"
    text = path.read_text().replace(
        'language = "en"', 'language = "xx"\nspellings = { "ab" = "c", "é" = "è" }'
    )
    path.write_text(text)
    code, said = told("spec", "check", "--trial", folder)
    assert code == 2
    number = next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith("language"))
    assert f"study.toml:{number} text.language" in said
    assert f"study.toml:{number + 1} text.spellings" in said


# --- All of it at once, in one build of the shipped trial


@pytest.fixture(scope="module")
def built(damaged_shipped: Built) -> Path:
    """Folder of trial and outputs: the damages of `texts_short_files_and_a_sheet`, and others."""
    return damaged_shipped.outputs.parent


SHIPPED_ACCENTS = {
    "rossore locale nell’area dell’iniezione",
    "positività al COVID-19",
    "difficoltà a dormire",
    "non risponde più alle chiamate dopo la dimissione",
}
"""Texts of the shipped trial that are outside ASCII."""


def found_in(built: Path) -> dict[str, list[dict[str, Any]]]:
    report = json.loads((built / "outputs" / "checks" / "findings.json").read_text())
    out: dict[str, list[dict[str, Any]]] = {"rules_run": report["rules_run"]}
    for finding in report["findings"]:
        out.setdefault(finding["code"], []).append(finding)
    return out


def test_4_accents_quotes_tabs_and_line_breaks_build(built):
    supplemental, _ = pyreadstat.read_xport(built / "outputs" / "sdtm" / "suppae.xpt")
    originals = set(supplemental.loc[supplemental["QNAM"] == "AETERMOR", "QVAL"])
    assert {"febbricita'", "mal di testa", "raffreddore notturno"} <= originals
    comments, _ = pyreadstat.read_xport(built / "outputs" / "sdtm" / "co.xpt")
    assert "l'umore e' migliorato" in set(comments["COVAL"])
    said = {value["value"] for finding in found_in(built)["TXT101"] for value in finding["records"]}
    planted = {"febbricità", "mal\tdi testa", "raffreddore\nnotturno", "l’umore è migliorato"}
    assert said - planted == SHIPPED_ACCENTS
    assert planted <= said
    assert {finding["level"] for finding in found_in(built)["TXT101"]} == {"information"}


def test_4_information_needs_no_disposition():
    information = from_problem(RESPELLED.at("ae.csv", "AETERMOR holds 'x'"))
    warning = from_problem(SHEET_UNKNOWN.at("a.xlsx", "unknown"))
    assert undisposed([information, warning], ()) == [warning]


def test_4_the_original_stays_in_the_lineage(built):
    supplemental, _ = pyreadstat.read_xport(built / "outputs" / "sdtm" / "suppae.xpt")
    record = supplemental[supplemental["QVAL"] == "febbricita'"].iloc[0]
    words = ("--trial", built / "trial", "--out", built / "outputs")
    code, said = told("trace", "SUPPAE", record["USUBJID"], str(record["IDVARVAL"]), *words)
    assert code == 0
    assert "febbricità" in said


def test_2_a_short_file_is_one_finding_of_the_build(built):
    found = found_in(built)
    (early,) = found["RAW131"]
    (gone,) = found["RAW140"]
    assert (early["where"], len(early["records"])) == ("raw/edc/vs.csv", 144)
    assert (gone["where"], gone["out_of"]) == ("raw/edc/vs.csv", 407)
    assert len(gone["records"]) == len({record["id"] for record in gone["records"]})
    # forms missing at one visit: where the code of the visit or the list of treatments was damaged, too
    alone = {record["usubjid"][-6:] for item in found["RAW130"] for record in item["records"]}
    assert alone == {"01-006", "01-007", "01-009"}


def test_3_a_misspelt_sheet_in_the_report_of_a_build(built):
    found = found_in(built)
    (sheet,) = found["SPC120"]
    assert (sheet["where"], sheet["hint"]) == ("specs/sdtm.xlsx!Total", "Totals")
    adam_runs_them = {"CHK053", "CHK054"} & set(found["rules_run"])
    assert not adam_runs_them
    assert "no sheet Totals with rows in specs/sdtm.xlsx" in (built / "said.txt").read_text()


def test_2_fewer_records_than_in_the_last_build_are_said_on_the_terminal_alone(built, tmp_path):
    export, _ = linked(built / "trial")
    before = built / "outputs" / "raw" / "receipts.json"
    receipts = json.loads(before.read_text())
    for item in receipts:
        item["rows"] += 5 if item["form"] == "vs" else 0
    other = tmp_path / "raw"
    other.mkdir()
    (other / "receipts.json").write_text(json.dumps(receipts))
    rows = next(item["rows"] for item in receipts if item["form"] == "vs")
    assert list(fewer_than(tmp_path, export)) == [
        f"raw/edc/vs.csv has {rows - 5:,} records of form 'vs'; the last build had {rows:,}"
    ]
    assert list(fewer_than(built / "outputs", export)) == []
    (other / "receipts.json").write_text("{")
    assert list(fewer_than(tmp_path, export)) == []

"""Settings, workbooks and the command line: each fault is named where it was made."""

# ruff: noqa: E501

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from typer.testing import CliRunner

from il2cdisc.base.problems import Problems, Stopped, did_you_mean
from il2cdisc.cli import app
from il2cdisc.raw import check_sources
from il2cdisc.raw.blinding import check_blinding
from il2cdisc.run.survey import Survey, survey
from il2cdisc.study import load_study, read_study
from tests.conftest import without_displays

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "second_trial"
Done = subprocess.CompletedProcess[str]
Command = Callable[..., Done]
CODE = "from il2cdisc.cli import main; main()"


def in_shell(*arguments: object, shell: str) -> Done:
    """Run the command in a process of its own; `shell` goes behind it (`| head -1`)."""
    words = [sys.executable, "-W", "error", "-c", f"'{CODE}'", *map(str, arguments)]
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {' '.join(words)} {shell}"],
        capture_output=True, text=True, check=False, env={**os.environ, "CI": "1"},
    )  # fmt: skip


def second_trial(folder: Path) -> Path:
    """A copy of the second trial that a test may break."""
    shutil.copytree(SECOND, folder, ignore=shutil.ignore_patterns("*.py.orig", "test_*.py", "__snapshots__"))
    (folder / "conftest.py").unlink()
    return folder


def edited(folder: Path, *changes: tuple[str, str], file: str = "study.toml") -> Path:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(Stopped) as stopped:
        Problems(check_sources(load_study(folder))).stop_if_any()
    return str(stopped.value)


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return second_trial(tmp_path / "trial")


@pytest.fixture(scope="module")
def unread(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A build whose reader goes away, with a partial date in a domain that had none."""
    trial = without_displays(second_trial(tmp_path_factory.mktemp("unread") / "trial"))
    edited(trial, ("22-JAN-2024", "UNK-JAN-2024"), file="raw/site/dispensed.tsv")
    return trial, in_shell("build", "--trial", trial, shell="| head -1")


def test_7_a_reader_that_goes_away_does_not_stop_a_build(unread) -> None:
    trial, done = unread
    assert (done.returncode, done.stdout) == (0, "reading study.toml, workbooks and mappings\n"), done.stderr
    assert (trial / "outputs" / "manifest.json").is_file()


def test_8_a_partial_date_in_a_domain_that_had_none(unread) -> None:
    """SUPPEX is made with the standard's metadata; it is no error that the workbook does not name it."""
    outputs = unread[0] / "outputs"
    frame, meta = pyreadstat.read_xport(outputs / "sdtm" / "suppex.xpt")
    assert meta.file_label == "Supplemental Qualifiers for EX"
    assert frame[["QNAM", "QLABEL", "QVAL", "QORIG"]].to_numpy().tolist() == [
        ["EXSTDTOR", "Start Date as Collected", "UNK-JAN-2024", "Collected"]
    ]
    findings = (outputs / "checks" / "findings.txt").read_text(encoding="utf-8")
    assert "SUPPEX" not in findings
    assert 'OID="IT.SUPPEX.QVAL.EXSTDTOR"' in (outputs / "sdtm" / "define.xml").read_text(encoding="utf-8")


def test_7_standard_output_closed(trial: Path) -> None:
    done = in_shell("build", "--trial", trial, "--out", trial / "raw", shell=">&-")
    assert done.returncode == 2
    assert "PUB010" in done.stderr  # as with an open one, after the first line of progress
    assert not (trial / "outputs").exists()
    done = in_shell("build", "--trial", without_displays(trial), shell=">&-")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (trial / "outputs" / "manifest.json").is_file()


def test_7_a_trial_that_is_not_there(tmp_path: Path, command: Command) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for name, told in [
        ("nowhere", "The folder 'nowhere' does not exist."),
        ("file", "The folder 'file' is not a folder."),
        ("empty", "There is no study.toml in the folder 'empty'."),
    ]:
        done = command("spec", "check", "--trial", tmp_path / name)
        assert done.returncode == 2
        assert told in done.stderr
        assert "TOML" not in done.stderr.replace("study.toml", "")


def test_11_the_root_of_the_file_system_is_no_folder_for_outputs(trial: Path, command: Command) -> None:
    done = command("build", "--trial", trial, "--out", "/")
    assert done.returncode == 2
    assert "PUB010 /: the folder is the root of the file system" in done.stderr


def limited(kilobytes: int, trial: Path, **environment: str) -> Done:
    """A build of a process that may have so much address space."""
    words = f"ulimit -v {kilobytes}; {sys.executable} -c '{CODE}' build --trial {trial}"
    return subprocess.run(
        ["bash", "-c", words], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_11_no_room_for_threads(trial: Path) -> None:
    """Whatever the limit, the build is done or says why it is not; it is never an error of ours."""
    done = limited(700_000, without_displays(trial))
    assert "CLI002" not in done.stderr
    assert done.returncode == 0 or "CLI003" in done.stderr


def test_11_too_little_memory_is_told(trial: Path) -> None:
    """300 MB do not hold the libraries; those of numbers would take more of it for each processor."""
    done = limited(300_000, trial, OPENBLAS_NUM_THREADS="1")
    assert done.returncode == 2
    assert "CLI003: The system has no more memory for this process." in done.stderr
    assert "CLI002" not in done.stderr
    assert not (trial / "outputs").exists()


def line_of(key: str) -> int:
    """The line of a key in study.toml of the second trial."""
    lines = (SECOND / "study.toml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(f"{key} = "))


ODD = {
    "encoding of no text": (
        ('encoding = "cp1252"', 'encoding = "rot13"'),
        "forms.assays.encoding: The value is not an encoding of text files",
    ),
    "base64": (('encoding = "cp1252"', 'encoding = "base64"'), "is not an encoding of text files"),
    "punycode": (('encoding = "cp1252"', 'encoding = "punycode"'), "is not an encoding of text files"),
    "nul in a path": (
        ('file = "site/events.txt"', 'file = "site/ev\\u0000ents.txt"'),
        "forms.events.file: The value holds characters that can't be printed (U+0000).",
    ),
    "days without end": (
        ("treatment_emergent_until = 7", "treatment_emergent_until = 99999999999999"),
        'The value is neither a number of days after the last dose, 0 to 3650, nor "participation".',
    ),
    "brackets": (("[analysis]", f"x = {'[' * 5000}{']' * 5000}\n[analysis]"), "Brackets are nested too deep."),
    "a number of 5,000 digits": (("treatment_emergent_until = 7", f"x = {'9' * 5000}"), "STU001 study.toml"),
    "no date": (('ct = "2026-03-27"', 'ct = "2026-13-45"'), "standards.ct: The value is not the date of a"),
    "a name without end": (('"site/events.txt"', f'"site/{"e" * 5000}.txt"'), "STU005 study.toml"),
    "delimiter in values": (('delimiter = "|"', 'delimiter = "1"'), "forms.events.delimiter: The value can't part"),
    "data cut after the build": (("data_cut = 2024-11-30", "data_cut = 2025-11-30"), f"STU012 study.toml:{line_of('data_cut')} build.data_cut"),
    "lock after the build": (
        ("data_cut = 2024-11-30", "database_lock = 2099-01-01"),
        "build.database_lock: The database lock is after the build time (2024-12-20).",
    ),
    "a key that the format does not use": (
        ('file = "site/enrolment.csv"', 'file = "site/enrolment.csv"\nitemgroup = "IG"'),
        "forms.enrol.itemgroup: A file of format csv is read without itemgroup.",
    ),
    "a column of no form": (
        ('subject = "patient_no"', 'subject = { column = "patient_no", on = "x" }'),
        "subject.on: 'on' is the column of the form that the link goes through",
    ),
    "facts that nothing reads": (("[analysis]", "[facts]\nx = 1\n[analysis]"), "'facts' is not a key of the study."),
    "agreement with a form that is not there": (
        ("[analysis]", '[[agreements]]\ncolumn = "enrol.a"\nagrees_with = "x.b"\npairs = {a = "b"}\n[analysis]'),
        "agreements.0.agrees_with: There is no form 'x'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(ODD))
def test_11_and_13_a_key_of_study_toml_is_refused_at_its_line(case: str, trial: Path) -> None:
    change, told = ODD[case]
    load_study(trial)  # before the change it is read
    text = refused(edited(trial, change))
    assert told in text
    assert "study.toml" in text


@pytest.mark.parametrize("arguments", [("spec", "check"), ("build",)])
def test_13_both_commands_name_the_options_that_a_format_does_not_have(
    arguments: tuple[str, ...], trial: Path
) -> None:
    run = CliRunner()
    edited(trial, ('delimiter = "|"', 'delimeter = "|"'), ('delimiter = ";"', 'delimiter = ";"\nsheet = "A"'))
    done = run.invoke(app, [*arguments, "--trial", str(trial)])
    assert done.exit_code == 2
    assert (
        "forms.events.delimeter: 'delimeter' is not a key of [forms.events].\n    did you mean: delimiter"
        in done.stderr
    )
    assert "forms.milestones.sheet: A file of format csv is read without sheet." in done.stderr
    assert not (trial / "outputs").exists()


def test_13_options_are_named_with_everything_else(trial: Path) -> None:
    edited(
        trial,
        ('delimiter = "|"', 'delimeter = "|"'),
        ("treatment_emergent_until = 7", "treatment_emergent_until = -7"),
    )
    found = told(survey(*read_study(trial)))
    assert "STU002 study.toml:" in found
    assert "STU004 study.toml:" in found


def cells(folder: Path, book: str, *changes: tuple[str, dict[str, str], str, object]) -> None:
    """Write cells of a workbook: sheet, what the row has, header, value."""
    path = folder / "specs" / f"{book}.xlsx"
    workbook = openpyxl.load_workbook(path)
    for sheet, row_has, header, value in changes:
        rows = workbook[sheet].iter_rows()
        names = [cell.value for cell in next(rows)]
        found = [
            row
            for row in rows
            if all(str(row[names.index(name)].value) == text for name, text in row_has.items())
        ]
        assert found, (sheet, row_has)
        found[0][names.index(header)].value = value
    workbook.save(path)


def told(found: Survey) -> str:
    return "\n".join(str(problem) for problem in found.problems.items)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """Two dozen mistakes in five files of one trial; nothing is read but what `spec check` reads."""
    trial = second_trial(tmp_path_factory.mktemp("damaged") / "trial")
    edited(
        trial,
        ('sdtmig = "3.4"', 'sdtmig = "banana"'),
        ('ct = "2026-03-27"', 'ct = "1999-01-01"'),
        (
            'subject = "patient_no"\n\n[forms.dispensed]',
            'subject = "patient_no"\nkey = ["patien_no"]\n\n[forms.dispensed]',
        ),
        ('by = "screen_no"', 'by = "scren_no"'),
        ('encoding = "cp1252"', 'encoding = "rot13"'),
    )
    cells(
        trial, "sdtm",
        ("Define", {"Attribute": "StudyName"}, "Value", "SYN-OTHER"),
        ("Define", {"Attribute": "Language"}, "Attribute", "Langage"),
        ("Datasets", {"Dataset": "EX"}, "Standard", "SDTMIG 9.9"),
        ("Variables", {"Dataset": "AE", "Variable": "AETERM"}, "Label", "A label that is longer than the forty bytes"),
        ("Variables", {"Dataset": "DM", "Variable": "ETHNIC"}, "Codelist", "ETHNICC"),
        ("Variables", {"Dataset": "LB", "Variable": "LBSTRESN"}, "Assigned Value", "many"),
        ("Ranges", {"Dataset": "LB"}, "Sex", "X"),
    )  # fmt: skip
    cells(trial, "adam", ("Windows", {"Visit": "Week 4"}, "Target", 999))
    cells(
        trial, "tlf",
        ("Displays", {"Display": "T-1"}, "Population Where", "ITTFL EQ Z"),
        ("Displays", {"Display": "T-2"}, "X Axis", "Weeks"),
        ("Columns", {"Set": "ACTUAL", "Order": "1"}, "Values", "Fictamol 100 mg"),
        ("Analyses", {"Display": "T-1", "Analysis": "AGE"}, "Method", "ANOVAS"),
        ("Analyses", {"Display": "T-1", "Analysis": "SEX"}, "Variables", "SEKS"),
        ("Analyses", {"Display": "T-1", "Analysis": "ETHNIC"}, "Sort", "Frequency"),
        ("Analyses", {"Display": "T-3", "Analysis": "VISIT"}, "Lines", "Mean = {meen}"),
        ("Analyses", {"Display": "T-3", "Analysis": "VISIT"}, "Decimals", 99),
        ("Analyses", {"Display": "T-3", "Analysis": "VISIT"}, "By Levels", "Baseline\nWeek 5"),
    )  # fmt: skip
    edited(trial, ("def ae(raw_events", "def ae(raw_eventss"), file="mappings/sdtm/ae.py")
    edited(
        trial,
        ("    return dataset(", "    rows[value].iloc[0]\n    return dataset("),
        file="mappings/sdtm/lb.py",
    )
    return survey(*read_study(trial))


DAMAGES = {
    "version of the guide": f"STU014 study.toml:{line_of('sdtmig')} standards.sdtmig: The version is not available; there is 3.4.",
    "release": f"STU014 study.toml:{line_of('ct')} standards.ct: The version is not available; there is 2026-03-27.",
    "column of a key": "forms.enrol.key: Form 'enrol' has no column 'patien_no' in the data dictionary.",
    "column of a link": "forms.assays.subject: Form 'assays' has no column 'scren_no' in the data dictionary.",
    "encoding": "forms.assays.encoding: The value is not an encoding of text files",
    "study name": "specs/sdtm.xlsx!Define!B2: StudyName is not 'SYN-ROSE3'",
    "attribute": "specs/sdtm.xlsx!Define!A7: attribute Langage is not used",
    "standard of a dataset": "the standard of EX is not SDTMIG 3.4",
    "label": "SPC021 specs/sdtm.xlsx!Variables",
    "codelist": "codelist ETHNICC is not in Codelists or Dictionaries",
    "numeric assigned value": "LB LBSTRESN is numeric, its assigned value is not a number",
    "sex of a range": "X is not in codelist SEX of DM SEX",
    "target": "specs/adam.xlsx!Windows!D3: the target of Week 4 is not in its window, 2 to 56",
    "population": "specs/tlf.xlsx!Displays!H2: the codelist of ADSL ITTFL does not have the value",
    "axis of a table": "specs/tlf.xlsx!Displays!L3: a table does not show X Axis",
    "value of a column": "the codelist of ADSL TRT01A does not have the value",
    "method": "'ANOVAS' is not a method",
    "variable": "ADSL has no variable 'SEKS'",
    "sort that the method does not know": "Categorical does not use Sort",
    "statistic": "Continuous makes no statistic 'meen'",
    "decimals": "Decimals is not from 0 to 8",
    "level": "the codelist of ADLB AVISIT does not have the value",
    "raw form": "mappings/sdtm/ae.py: ae asks for raw_eventss, which nothing offers",
    "module on empty frames": "it was called with empty frames, as every module is before any data are read",
    "what was not checked": "not checked: what the mappings make of AE, ",
}


@pytest.mark.parametrize("case", list(DAMAGES))
def test_5_spec_check_reports_everything_at_once(case: str, damaged: Survey) -> None:
    assert DAMAGES[case] in told(damaged)
    assert damaged.plan is None


def test_5_and_7_a_failing_module_is_named_with_its_line(damaged: Survey) -> None:
    (problem,) = [item for item in damaged.problems.items if "empty frames" in item.what]
    lines = (SECOND / "mappings" / "sdtm" / "lb.py").read_text().splitlines()
    fails = lines.index("    return dataset(") + 1
    assert (problem.where.file, problem.where.line) == ("mappings/sdtm/lb.py", fails)
    assert problem.fix.endswith("so that it works on frames without rows, too.")


def test_5_nothing_is_said_of_what_is_right(damaged: Survey, trial: Path) -> None:
    """Consequences of a mistake are not reported as others: no dataset of the failed modules is "not made"."""
    assert [item.code for item in damaged.problems.items if item.code in ("SPC090", "SPC095")] == []
    assert survey(*read_study(trial)).problems.items == []


def test_11_a_misspelt_subject_column_is_named_at_its_line(trial: Path, command: Command) -> None:
    path = trial / "study.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong = lines.index("[forms.events]") + 3
    assert lines[wrong] == 'subject = "patient_no"'
    assert survey(*read_study(trial)).problems.items == []
    lines[wrong] = 'subject = "patient_nr"'
    path.write_text("\n".join(lines), encoding="utf-8")
    done = command("build", "--trial", trial)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [
            f"STU013 study.toml:{wrong + 1} forms.events.subject: Form 'events' has no column 'patient_nr' in the data dictionary.",
            "    did you mean: patient_no",
            "    do: Correct the column name, or describe the column in the data dictionary.",
            f"stopped: 1 problem; nothing was written to {trial}/outputs",
        ],
    )


def test_13_a_form_that_is_deferred_and_mapped(trial: Path) -> None:
    edited(trial, ("[analysis]", '[deferred]\nevents = "later"\n\n[analysis]'))
    (problem,) = survey(*read_study(trial)).problems.items
    assert str(problem.where).endswith("deferred.events")
    assert problem.what == "'events' is deferred, and AE AESPID takes it."


def test_5_the_verdict_says_what_is_so(trial: Path, command: Command) -> None:
    done = command("spec", "check", "--trial", trial)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "no problems: study.toml, workbooks, displays and mappings agree",
    )
    cells(trial, "sdtm", ("Define", {"Attribute": "StudyDescription"}, "Value", "Another"))
    done = command("spec", "check", "--trial", trial)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "no problem stops a build; 1 finding")
    cells(trial, "sdtm", ("Define", {"Attribute": "StudyName"}, "Value", "Another"))
    done = command("spec", "check", "--trial", trial)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (2, "1 problem stops a build; 1 finding")


def found(trial: Path, *codes: str) -> list[dict[str, Any]]:
    """Findings of a trial's last build, of some rules or all."""
    every = json.loads((trial / "outputs" / "checks" / "findings.json").read_text())["findings"]
    return [item for item in every if not codes or item["code"] in codes]


def disposed(trial: Path, category: str) -> None:
    """Give every record of the last build one category; the first of them is to be the given one."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Dispositions"
    sheet.append(["Rule", "Finding ids", "Category", "Text", "By", "Role", "On"])
    for item in found(trial):
        ids = "\n".join(record["id"] for record in item["records"])
        sheet.append([item["code"], ids, category, "As it was", "A. Person", "Reviewer", "2024-12-19"])
        category = "confirmed by site"
    book.save(trial / "specs" / "dispositions.xlsx")


def test_3_strict_asks_for_a_disposition_of_every_finding(trial: Path, command: Command) -> None:
    strict = ("build", "--trial", without_displays(trial), "--strict")
    done = command(*strict)
    assert (done.returncode, len(found(trial))) == (1, 6), done.stderr
    disposed(trial, "limit of the standard")
    done = command(*strict)
    assert (done.returncode, len(found(trial))) == (0, 6), done.stderr
    assert "dispositions explain 6 of 6 findings" in done.stdout
    disposed(trial, "to be corrected")
    done = command(*strict)
    assert (done.returncode, len(found(trial))) == (1, 6), done.stderr


@pytest.fixture(scope="module")
def of_hundreds(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """Every blood draw without its day, and of the workbook three wrong cells, built.

    A Length shorter than the data, a codelist and a data type that dates are not of.
    """
    trial = without_displays(second_trial(tmp_path_factory.mktemp("hundreds") / "trial"))
    path = trial / "raw" / "lab" / "results.txt"
    head, *rows = (line.split("\t") for line in path.read_text("cp1252").splitlines())
    assert len(rows) == 295
    for row in rows:
        row[head.index("drawn_on")] = "2024-01"
    path.write_text("\n".join("\t".join(row) for row in (head, *rows)) + "\n", "cp1252")
    date = {"Dataset": "LB", "Variable": "LBDTC"}
    cells(
        trial, "sdtm",
        ("Variables", {"Dataset": "LB", "Variable": "LBNAM"}, "Length", len("ONE LABORATORY") - 1),
        ("Variables", date, "Codelist", "NY"),
        ("Variables", date, "Data Type", "time"),
    )  # fmt: skip
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stderr
    return trial


def test_2_a_wrong_cell_of_the_workbook_is_one_finding_with_all_its_records(of_hundreds: Path) -> None:
    sheet = openpyxl.load_workbook(of_hundreds / "specs" / "sdtm.xlsx")["Variables"]
    at = {row[2].value: row[0].row for row in sheet if row[1].value == "LB"}
    told = [item for item in found(of_hundreds) if item["where"].startswith("specs/")]
    assert [(item["code"], item["where"], item["count"], len(item["records"])) for item in told] == [
        ("CHK016", f"specs/sdtm.xlsx!Variables!F{at['LBNAM']}", 295, 295),
        ("CHK022", f"specs/sdtm.xlsx!Variables!K{at['LBDTC']}", 295, 295),
        ("CHK024", f"specs/sdtm.xlsx!Variables!E{at['LBDTC']}", 295, 295),
    ]
    assert {len({record["id"] for record in item["records"]}) for item in told} == {295}


def test_1_a_problem_of_hundreds_of_cells_keeps_every_cell(of_hundreds: Path) -> None:
    """In findings.json and, a question each, in queries.xlsx."""
    (partial,) = [item for item in found(of_hundreds, "MAP103") if item["variable"] == "drawn_on"]
    places = [f"raw/lab/results.txt:{line} drawn_on" for line in range(2, 297)]
    assert (partial["where"], partial["count"]) == (places[0], 295)
    assert partial["what"] == "day missing in '2024-01'; LBDTC = 2024-01"
    assert [record["where"] for record in partial["records"]] == places
    assert [place["place"] for record in partial["records"] for place in record["source"]] == places
    book = openpyxl.load_workbook(of_hundreds / "outputs" / "checks" / "queries.xlsx")["Queries"]
    asked = [row for row in book.iter_rows(values_only=True) if row[9] == "MAP103"]
    assert [f"{row[4]}:{row[5]} {row[6]}" for row in asked if row[6] == "drawn_on"] == places
    assert {row[8] for row in asked} == {
        f"“{label}” is recorded as “{value}”: a part of the date is missing. Please give the whole date, "
        "or confirm that the rest is not known."
        for label, value in (("Date of the blood draw", "2024-01"), ("First day", "UN-FEB-2024"))
    }


def test_5_the_other_files_are_read_where_one_cannot_be(trial: Path) -> None:
    edited(trial, ('protocol = "ROSE-3"', ""), ("[build]\ntime", "[build]\ntimee"))
    (trial / "specs" / "sdtm.xlsx").write_bytes(b"no workbook")
    cells(trial, "tlf", ("Analyses", {"Display": "T-1", "Analysis": "AGE"}, "Method", "ANOVAS"))
    text = told(survey(*read_study(trial)))
    for part in (
        "STU003 study.toml",
        "SPC001 specs/sdtm.xlsx",
        "'ANOVAS' is not a method",
        "SPC131 mappings/sdtm: not checked: what the mappings of SDTM make",
        "SPC131 mappings/adam: not checked: what the mappings of ADaM make",
    ):
        assert part in text


def test_9_a_name_is_not_like_another_for_its_beginning() -> None:
    assert did_you_mean("raw_events", ["raw_vs", "raw_ae"]) == ""
    assert did_you_mean("raw_event", ["raw_vs", "raw_events"]) == "raw_events"
    assert did_you_mean("vs.WEIGHT", ["vs.SYSBP", "vs.WEIGT"]) == "vs.WEIGT"
    assert did_you_mean("vs.HEIGHT", ["vs.SYSBP", "vs.PULSE"]) == ""


@pytest.mark.parametrize("name", ["specs/sdtm.xlsx", "specs/tlf.xlsx", "raw/columns.csv"])
def test_15_a_link_out_of_the_study_folder(name: str, trial: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (trial / name).rename(elsewhere)
    (trial / name).symlink_to(elsewhere)
    assert f"SPC130 {name}: {Path(name).name} is a link that leaves the study folder" in told(
        survey(*read_study(trial))
    )


REAL, DUMMY = "raw/restricted/rand.csv", "raw/restricted/rand_dummy.csv"
AUDITED = """
import os, sys
from pathlib import Path
lists = {Path(sys.argv.pop(1)).resolve(): name for name in (b"REAL", b"DUMMY")}
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        name = lists.get(Path(arguments[0]).resolve())
        if name:
            os.write(2, b"THE " + name + b" LIST WAS OPENED\\n")
sys.addaudithook(hook)
if hasattr(os, "sched_setaffinity"):  # on one processor there is no second process, which no hook would watch
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from il2cdisc.cli import main
main()
"""
SECRETS = ("7341.91", "7341,91", "9173.37", "9173,37", "K987654", "6543.21", "SECRETNOTE")


def blinded_trial(folder: Path, parts: tuple[str, ...] = ("raw", "specs", "mappings")) -> Path:
    """The shipped trial, or parts of it, before its unblinding: the dummy list is read."""
    folder.mkdir()
    shutil.copy(ROOT / "study.toml", folder)
    for name in parts:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8").replace('mode = "real"', 'mode = "dummy"')
    path.write_text(re.sub(r"\[treatment\.unblinding\]\n(.+\n)+", "", text), encoding="utf-8")
    return folder


def planted(trial: Path) -> None:
    """Restricted values that nothing else has, and that make findings, too."""
    for name, old, new, encoding in [
        ("raw/lab/flow.csv", ";1435,0;", ";7341,91;", "latin-1"),
        ("raw/lab/flow.csv", ";OK;\n", ";OK;SECRETNOTE\n", "latin-1"),
        ("raw/lab/cyto.csv", ";1,04;", ";9173,37;", "latin-1"),
        ("raw/edc/ex.csv", "K100223", "K987654", "utf-8"),
        ("raw/edc/da.csv", "K100223", "K987654", "utf-8"),
    ]:
        path = trial / name
        text = path.read_bytes().decode(encoding).replace("\r\n", "\n")
        assert old in text, (name, old)
        path.write_bytes(text.replace(old, new, 1).encode(encoding))
    path = trial / "raw/lab/lab.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["LBHEM"]
    names = [cell.value for cell in sheet[7]]
    sheet.cell(row=9, column=names.index("EOS") + 1).value = 6543.21
    book.save(path)


DISPLAYED = ("L-16-1-6", "L-16-2-5-1", "L-16-2-5-2", "L-16-2-6-1", "L-16-2-8-1", "T-14-2-10-1", "T-14-2-12")
"""Displays of doses, flow cytometry, blood count and cytokines: what the planted values would come to."""


def with_few_displays(trial: Path) -> None:
    path = trial / "specs" / "tlf.xlsx"
    book = openpyxl.load_workbook(path)
    for sheet in (book[name] for name in ("Displays", "Analyses")):
        header, *rows = sheet.iter_rows(values_only=True)
        sheet.delete_rows(2, len(rows))
        for row in rows:
            if row[header.index("Display")] in DISPLAYED:
                sheet.append(row)
    del book["Plan"], book["Coverage"]  # they name the others
    book.save(path)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """The text of every file of a build, packages and columns unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            yield path.name, pd.read_parquet(path).to_csv()
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
                yield path.name, "".join(package.read(name).decode() for name in package.namelist())
        elif path.is_file():
            yield path.name, path.read_bytes().decode("latin-1")


@pytest.fixture(scope="module")
def blinded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A whole blinded build with restricted values planted, watched by an audit hook."""
    trial = blinded_trial(tmp_path_factory.mktemp("blinded") / "trial")
    planted(trial)
    with_few_displays(trial)
    asked = ["build", "--trial", str(trial), "--out", str(trial / "checked")]
    done = subprocess.run(
        [sys.executable, "-c", AUDITED, str(trial / REAL), str(trial / DUMMY), *asked],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return trial, done


def test_14_a_blinded_build_never_opens_the_real_list(blinded) -> None:
    _, done = blinded
    assert done.returncode == 0, done.stdout + done.stderr
    assert "THE REAL LIST" not in done.stderr
    assert "THE DUMMY LIST WAS OPENED" in done.stderr  # the hook sees what is opened


def test_14_no_restricted_value_is_in_any_output(blinded) -> None:
    trial, done = blinded
    outputs = trial / "checked"
    found = [(name, secret) for name, text in texts(outputs) for secret in SECRETS if secret in text]
    assert found == []
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
    frame, _ = pyreadstat.read_xport(outputs / "sdtm" / "cp.xpt")
    assert set(frame["CPTESTCD"]) == {"CPALL"}  # tubes that were not taken: the list of tubes says so
    assert {path.stem.upper() for path in (outputs / "tlf").glob("*.html")} >= set(DISPLAYED)
    assert sum(name == "receipts.json" and "raw/lab/flow.csv" in text for name, text in texts(outputs)) == 1
    ledger = pd.read_csv(outputs / "raw" / "ledger_rows.csv").set_index(["form", "state"])
    rows = len((trial / "raw/lab/flow.csv").read_bytes().splitlines()) - 1
    assert ledger.loc[("flow", "withheld"), "rows"].item() == rows


def test_14_a_real_list_that_everybody_can_read_is_a_finding(blinded) -> None:
    trial, _ = blinded
    text = (trial / "checked" / "checks" / "findings.txt").read_text(encoding="utf-8")
    assert "BLD003" in text
    assert [problem.code for problem in check_blinding(load_study(trial))] == ["BLD003"]
    (trial / REAL).chmod(0o600)
    assert list(check_blinding(load_study(trial))) == []
    (trial / REAL).unlink()  # need not be there
    assert told(survey(*read_study(trial))) == ""


@pytest.fixture
def before_unblinding(tmp_path: Path) -> Path:
    """The raw files alone: what the list is called is looked at without workbooks, too."""
    return blinded_trial(tmp_path / "trial", ("raw",))


WAYS = ("path", "link", "link to a folder", "inode", "another form", "further part")


@pytest.mark.parametrize("way", WAYS)
def test_14_the_real_list_under_another_name(way: str, before_unblinding: Path) -> None:
    trial = before_unblinding
    real, dummy = trial / REAL, trial / DUMMY
    assert not {"BLD001", "BLD002"} & {item.code for item in survey(*read_study(trial)).problems.items}
    if way == "path":
        edited(trial, ('"restricted/rand_dummy.csv"', '"restricted/./rand.csv"'))
    elif way == "link":
        dummy.unlink()
        dummy.symlink_to(real)
    elif way == "link to a folder":
        (trial / "raw" / "again").symlink_to(trial / "raw" / "restricted")
        edited(trial, ('"restricted/rand_dummy.csv"', '"again/rand.csv"'))
    elif way == "inode":
        dummy.unlink()
        dummy.hardlink_to(real)
    elif way == "another form":
        edited(trial, ('file = "edc/co.csv"', 'file = "restricted/rand.csv"'))
    else:
        shutil.copy(real, dummy.with_name("rand_dummy_2.csv"))
    text = told(survey(*read_study(trial)))
    assert ("BLD002" if way == "further part" else "BLD001") in text, text


def test_14_a_copy_of_the_real_list(before_unblinding: Path) -> None:
    """The dummy list is known by the SHA-256 that was recorded: no other file takes its place."""
    from il2cdisc.raw import load_dictionary, read_export

    trial = before_unblinding
    study = load_study(trial)
    dictionary = load_dictionary(study.dictionary)
    assert read_export(study, dictionary, only=["rand"]).forms["rand"].rows == 36
    shutil.copy(trial / REAL, trial / DUMMY)
    with pytest.raises(Stopped) as stopped:
        read_export(study, dictionary, only=["rand"])
    assert "BLD002 raw/restricted/rand_dummy.csv" in str(stopped.value)
    assert hashlib.sha256((trial / DUMMY).read_bytes()).hexdigest() not in str(stopped.value)


def test_14_the_record_of_the_dummy_list_is_that_of_the_shipped_one() -> None:
    study = load_study(ROOT)
    assert study.treatment is not None
    assert study.treatment.dummy_sha256 == hashlib.sha256((ROOT / DUMMY).read_bytes()).hexdigest()


LOCKED = {
    "no lock": (("database_lock = 2023-04-28\n", ""), "build.database_lock: 'database_lock' is missing"),
    "before the lock": (('on = "2023-04-28"', 'on = "2023-04-27"'), "The unblinding is before the database lock (2023-04-28)."),
    "in the future": (('on = "2023-04-28"', 'on = "2099-01-01"'), "The unblinding is after the build time (2023-05-02)."),
    "no record of the dummy": (('mode = "real"', 'mode = "dummy"'), None),
}  # fmt: skip


@pytest.mark.parametrize("case", list(LOCKED))
def test_14_the_real_list_is_read_after_the_lock_alone(case: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "study.toml", tmp_path)
    change, text = LOCKED[case]
    edited(tmp_path, change)
    if text is None:
        path = tmp_path / "study.toml"
        path.write_text(
            re.sub(r"dummy_sha256 = .*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8"
        )
        text = "treatment.dummy_sha256: 'dummy_sha256' is missing"
    assert text in refused(tmp_path)


def _circle(trial: Path) -> None:
    path = trial / "raw" / "columns.csv"
    path.unlink()
    path.symlink_to("columns.csv")


MODULES = {
    "a module that ends the process": "import sys\nsys.exit(3)\n",
    "a function that ends the process": "import sys\ndef ae(raw_events):\n    sys.exit(3)\n",
    "a builtin": "ae = max\n",
    "recursion": "def ae(raw_events):\n    return ae(raw_events)\n",
}


@pytest.mark.parametrize("case", list(MODULES))
def test_11_code_of_the_trial_never_ends_a_command(case: str, trial: Path) -> None:
    (trial / "mappings" / "sdtm" / "ae.py").write_text(MODULES[case], encoding="utf-8")
    assert "MAP007 mappings/sdtm/ae.py" in told(survey(*read_study(trial)))


def test_11_a_link_that_leads_in_a_circle(trial: Path) -> None:
    _circle(trial)
    assert "columns.csv is a link that leads in a circle" in told(survey(*read_study(trial)))


def test_13_numbers_out_of_any_range(trial: Path) -> None:
    cells(
        trial, "sdtm",
        ("Conversions", {"Dataset": "LB"}, "Digits", 400),
        ("Protocol Visits", {}, "Planned Day", 1e30),
    )  # fmt: skip
    text = told(survey(*read_study(trial)))
    assert "is not from 0 to 12" in text
    assert "is more than 36,500 days away" in text

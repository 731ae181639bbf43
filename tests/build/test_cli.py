"""The command line: help without heavy imports, workbooks that are checked, refusals without a traceback."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from il2cdisc.cli.printing import progress

SECOND = Path(__file__).parents[1] / "second_trial"


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A copy of the second trial that a test may break."""
    folder = tmp_path / "trial"
    folder.mkdir()
    shutil.copy(SECOND / "study.toml", folder)
    for name in ("raw", "specs", "mappings"):
        shutil.copytree(SECOND / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['il2cdisc', '--help']\n"
        "from il2cdisc.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'scipy', 'pyreadstat'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("terminal", "environment", "shown"),
    [
        (True, {"TERM": "xterm"}, "\r\x1b[K\x1b[36m› \x1b[0mreading\n"),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, "› reading\n"),
        (True, {"TERM": "xterm", "CI": "true"}, "reading\n"),
        (False, {"TERM": "xterm"}, "reading\n"),
    ],
)
def test_progress_is_plain_in_a_pipe_and_without_colour_where_asked(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], shown: str
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    for name in ("CI", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Stream()
    monkeypatch.setattr("sys.stdout", stream)
    progress("reading")
    assert stream.getvalue() == shown


def test_workbooks_and_mappings_agree(command) -> None:
    done = command("spec", "check")
    assert done.returncode == 0, done.stderr
    assert "no problems: study.toml, workbooks, displays and mappings agree" in done.stdout


def test_a_broken_cell_is_told_with_its_address(trial: Path, command) -> None:
    path = trial / "specs" / "sdtm.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Variables"]
    names = [c.value for c in sheet[1]]
    column = names.index("Data Type") + 1
    sheet.cell(row=23, column=column).value = "txt"
    book.save(path)
    done = command("build", "--trial", str(trial))
    assert done.returncode == 2
    letter = openpyxl.utils.get_column_letter(column)
    assert f"specs/sdtm.xlsx!Variables!{letter}23" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (trial / "outputs").exists()


def test_a_changed_label_shows_in_the_transport_file(trial: Path, command) -> None:
    import pyreadstat

    path = trial / "specs" / "sdtm.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Variables"]
    names = [c.value for c in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[names.index("Variable")].value == "AGE" and row[names.index("Dataset")].value == "DM":
            row[names.index("Label")].value = "Age at Consent"
    book.save(path)
    done = command("build", "DM", "--trial", trial, "--out", trial / "part")
    assert done.returncode == 0, done.stdout + done.stderr
    _, meta = pyreadstat.read_xport(trial / "part" / "sdtm" / "dm.xpt")
    assert dict(zip(meta.column_names, meta.column_labels, strict=True))["AGE"] == "Age at Consent"


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("raw/site/events.txt", "1|2\n", "raw/site/events.txt"),
        ("raw/site/enrolment.csv", "", "raw/site/enrolment.csv"),
    ],
)
def test_a_damaged_raw_file_stops_and_leaves_outputs_alone(
    trial: Path, command, name: str, line: str, told: str
) -> None:
    path = trial / name
    text = path.read_text()
    path.write_text(text + line if line else "")
    done = command("build", "--trial", str(trial))
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (trial / "outputs").exists()

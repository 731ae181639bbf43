"""Settings, workbooks and the command line: each fault is named where it was made."""

# ruff: noqa: E501

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.study import load_study

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "second_trial"
CODE = "from il2cdisc.cli import main; main()"


def command(*arguments: object, shell: str = "") -> subprocess.CompletedProcess[str]:
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
        load_study(folder)
    return str(stopped.value)


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return second_trial(tmp_path / "trial")


def test_7_a_reader_that_goes_away_does_not_stop_a_build(trial: Path) -> None:
    done = command("build", "--trial", trial, shell="| head -1")
    assert (done.returncode, done.stdout) == (0, "reading study.toml, workbooks and mappings\n"), done.stderr
    assert (trial / "outputs" / "manifest.json").is_file()


def test_7_standard_output_closed(trial: Path) -> None:
    done = command("build", "--trial", trial, "--out", trial / "raw", shell=">&-")
    assert done.returncode == 2
    assert "PUB010" in done.stderr  # as with an open one, after the first line of progress


def test_7_a_trial_that_is_not_there(tmp_path: Path) -> None:
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


def test_11_the_root_of_the_file_system_is_no_folder_for_outputs(trial: Path) -> None:
    done = command("build", "--trial", trial, "--out", "/")
    assert done.returncode == 2
    assert "PUB010 /: the folder is the root of the file system" in done.stderr


def test_11_no_room_for_threads(trial: Path) -> None:
    """Whatever the limit, the build is done or says why it is not; it is never an error of ours."""
    words = f"ulimit -v 700000; {sys.executable} -c '{CODE}' build --trial {trial}"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False)
    assert "CLI002" not in done.stderr
    assert done.returncode == 0 or "CLI003" in done.stderr


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
        ("treatment_emergent_days = 7", "treatment_emergent_days = 99999999999999"),
        "analysis.treatment_emergent_days: Input should be less than or equal to 3650.",
    ),
    "brackets": (("[analysis]", f"x = {'[' * 5000}{']' * 5000}\n[analysis]"), "Brackets are nested too deep."),
    "a number of 5,000 digits": (("treatment_emergent_days = 7", f"x = {'9' * 5000}"), "STU001 study.toml"),
    "no date": (('ct = "2026-03-27"', 'ct = "2026-13-45"'), "standards.ct: The value is not the date of a"),
    "a name without end": (('"site/events.txt"', f'"site/{"e" * 5000}.txt"'), "STU005 study.toml"),
    "delimiter in values": (('delimiter = "|"', 'delimiter = "1"'), "forms.events.delimiter: The value can't part"),
    "data cut after the build": (("data_cut = 2024-11-30", "data_cut = 2025-11-30"), "STU012 study.toml:21 build.data_cut"),
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
    "facts that nothing reads": (("[analysis]", "[trial]\nx = 1\n[analysis]"), "'trial' is not a key of the study."),
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

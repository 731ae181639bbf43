"""Inputs that contradict themselves, found before any data are read; and places that can't be used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TRIAL = Path(__file__).parent
Command = Callable[..., Any]


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return copied(tmp_path / "trial")


def copied(folder: Path) -> Path:
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("study.toml", "accepted.toml"):
        shutil.copy(TRIAL / name, folder)
    return folder


def test_the_trial_as_it_is_has_no_contradiction(trial: Path, command: Command) -> None:
    assert command("spec", "check", "--trial", trial).returncode == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "study.toml", 'date = "attended_on"', 'date = "visit_code"',
            "SPC128 study.toml:{line} schedule.date: the data dictionary says that attendance.visit_code is",
        ),
        (
            "study.toml", '"milestones.step_on"', '"milestones.step_txt"',
            "SPC128 study.toml:{line} schedule.end: the data dictionary says that milestones.step_txt is of",
        ),
        (
            "raw/columns.csv", "gone=Resolved;", "gone=Resolved;gone=Other;",
            "RAW014 raw/columns.csv:{line}: The codes of events.result_txt give a value more than one",
        ),
        ("accepted.toml", '"SCR" = 5', '"SCX" = 5', "RAW142 accepted.toml:4: The file is not as it was"),
        ("accepted.toml", '"5001"', '"5901"', "RAW142 accepted.toml:4: The file is not as it was written"),
        ("accepted.toml", "results.txt", "resultz.txt", "RAW142 accepted.toml:4: The file is not as it was"),
        ("accepted.toml", "digest = ", "digst = ", "RAW142 accepted.toml:4: 'digst' is not a key"),
    ],
)  # fmt: skip
def test_what_contradicts_itself(
    trial: Path, command: Command, file: str, old: str, new: str, told: str
) -> None:
    path = trial / file
    text = path.read_text()
    path.write_text(text.replace(old, new, 1))
    done = command("spec", "check", "--trial", trial)
    assert done.returncode == 2
    line = text[: text.index(old)].count("\n") + 1
    assert told.format(line=line) in done.stdout + done.stderr


def test_accepted_records_that_are_cut_off_or_of_fewer_forms(trial: Path, command: Command) -> None:
    accepted = trial / "accepted.toml"
    whole = accepted.read_text()
    accepted.write_text("")
    assert "RAW142 accepted.toml:1" in command("spec", "check", "--trial", trial).stderr
    accepted.write_text(whole[: whole.index("[forms.attendance]")])
    assert "RAW142 accepted.toml:4" in command("spec", "check", "--trial", trial).stderr
    accepted.write_text(whole)
    study = trial / "study.toml"
    study.write_text(study.read_text() + '\n[forms.later]\nfile = "site/events.txt"\n')
    done = command("spec", "check", "--trial", trial)
    assert "no form 'later' in accepted.toml: records that vanish are not noticed" in done.stdout


def test_a_folder_in_the_place_of_a_raw_file(trial: Path, command: Command) -> None:
    path = trial / "raw" / "site" / "events.txt"
    path.unlink()
    path.mkdir()
    done = command("build", "--trial", trial)
    assert done.returncode == 2
    assert "RAW002 raw/site/events.txt: It is there, and not a regular file." in done.stderr


@pytest.mark.parametrize("content", ['[{"form":', "[1]", "[]", None])
def test_a_trace_without_receipts(
    second: Path, tmp_path: Path, command: Command, content: str | None
) -> None:
    out = shutil.copytree(second, tmp_path / "outputs")
    asked = ("trace", "AE", "SYN-ROSE3.DE7.5001", "1", "--trial", TRIAL, "--out", out)
    assert command(*asked).returncode == 0
    receipts = out / "raw" / "receipts.json"
    receipts.unlink() if content is None else receipts.write_text(content)
    done = command(*asked)
    assert done.returncode == 2
    assert "TRC007" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full on this system")
def test_a_standard_output_that_is_full(trial: Path) -> None:
    code = "from il2cdisc.cli import main; main()"
    command = [sys.executable, "-c", code, "build", "--trial", str(trial)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("CLI001 standard output: No space left on device\n")
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names of folders are text on other systems")
def test_a_folder_whose_name_is_not_utf_8(tmp_path: Path, command: Command) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/x\xffy"))
    copied(folder)
    done = subprocess.run(
        [sys.executable, "-c", "from il2cdisc.cli import main; main()", "build", "--trial", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"STU010" in done.stderr
    assert b"is not text in UTF-8." in done.stderr

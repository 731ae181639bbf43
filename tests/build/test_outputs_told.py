"""After a stop the command line says what stands in the folder of outputs, and that is so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import il2cdisc.run.build
from il2cdisc.base.problems import Address, Stopped
from il2cdisc.cli import app
from il2cdisc.cli.ending import UNREACHABLE
from il2cdisc.deliver.manifest import write_manifest

SECOND = Path(__file__).parents[1] / "second_trial"


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A copy of the second trial that stops: a workbook is gone."""
    folder = tmp_path / "trial"
    for name in ("raw", "specs", "mappings"):
        shutil.copytree(SECOND / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SECOND / "study.toml", folder)
    (folder / "specs" / "sdtm.xlsx").unlink()
    return folder


def put(folder: Path, study: str = "SYN-ROSE3") -> Path:
    """A folder as a build leaves it."""
    (folder / "sdtm").mkdir(parents=True)
    (folder / "sdtm" / "dm.xpt").write_bytes(b"transport")
    write_manifest(folder, study=study, time="", treatment="open", synthetic=True, standards={})
    return folder


def last_line(trial: Path, *arguments: str, command: str = "build") -> str:
    done = CliRunner().invoke(app, [*command.split(), "--trial", str(trial), *arguments])
    assert done.exit_code == 2, done.output
    return done.stderr.splitlines()[-1].replace(str(trial.parent), "<here>")


def test_what_a_build_says_of_its_folder_after_a_stop(trial: Path) -> None:
    """In this order, as each leaves its folder behind: none, empty, a build, a damaged one, not a build."""
    outputs, told = trial / "outputs", []

    def tell(*arguments: str) -> None:
        told.append(re.sub(r"^stopped: \d+ problems?; ", "", last_line(trial, *arguments)))

    tell()
    tell("--out", str(trial.parent / "new" / "outputs"))
    outputs.mkdir()
    tell()
    put(outputs / "sub").rename(trial.parent / "same")
    tell("--out", str(trial.parent / "same"))
    (trial.parent / "same" / "sdtm" / "dm.xpt").write_bytes(b"trans")
    tell("--out", str(trial.parent / "same"))
    tell("--out", str(put(trial.parent / "other", "T-2")))
    (outputs / "thesis.docx").write_text("mine")
    tell()
    assert told == [
        "nothing was written to <here>/trial/outputs",
        "nothing was written to <here>/new/outputs",
        "nothing was written to <here>/trial/outputs",
        "<here>/same still holds the previous build",
        "<here>/same has not changed, but its build is not complete: files are missing or changed",
        "<here>/other has not changed: it holds a build of another trial, T-2",
        "<here>/trial/outputs has not changed; it was not made by a build",
    ]


def test_a_folder_of_outputs_has_the_name_that_study_toml_gives(trial: Path) -> None:
    path = trial / "study.toml"
    path.write_text(path.read_text().replace("[paths]\n", '[paths]\noutputs = "package"\n'))
    assert last_line(trial) == "stopped: 4 problems; nothing was written to <here>/trial/package"
    path.write_text("[study")
    assert last_line(trial) == "stopped: 1 problem; nothing was written"


@pytest.mark.parametrize("command", ["spec check", "check", "trace DM"])
def test_a_command_that_builds_nothing_says_nothing_of_outputs(trial: Path, command: str) -> None:
    last = last_line(trial, command=command)
    assert "nothing was written" not in last
    assert last == "stopped: 1 problem" or command == "spec check"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(Stopped([UNREACHABLE.at(Address(), "late")]), id="problem"),
        pytest.param(OSError(5, "late", "/a/file"), id="system"),
        pytest.param(RuntimeError("late"), id="own"),
    ],
)
def test_what_fails_after_the_exchange_does_not_deny_the_new_build(
    trial: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    put(trial / "outputs")

    def late(*_: object, **__: object) -> None:
        (trial / "outputs").rename(trial / "old")
        put(trial / "outputs")
        raise error

    monkeypatch.setattr(il2cdisc.run.build, "build", late)
    assert last_line(trial) == "stopped: 1 problem; the new build is in <here>/trial/outputs"

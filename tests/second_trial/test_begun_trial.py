"""A trial that is begun: SDTM alone, then ADaM without displays; a half of something stops the build."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from il2cdisc.cli import app

TRIAL = Path(__file__).parent
WITHOUT_ADAM = ("specs/adam.xlsx", "specs/tlf.xlsx", "mappings/adam")


def begun(folder: Path, *without: str) -> Path:
    """A copy of the trial that lacks some of its files and folders."""
    trial = folder / "trial"
    for name in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / name, trial / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TRIAL / "study.toml", trial)
    for name in without:
        path = trial / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return trial


def run(trial: Path, *arguments: str, code: int) -> str:
    done = CliRunner().invoke(app, [*arguments, "--trial", str(trial)])
    assert done.exit_code == code, done.output
    return done.output.replace(str(trial), "<trial>")


def same_files(outputs: Path, whole: Path, pattern: str) -> list[str]:
    """Names of the files of a build; each is, byte for byte, the one of the whole build."""
    files = sorted(path.relative_to(outputs) for path in outputs.glob(pattern))
    for file in files:
        assert (outputs / file).read_bytes() == (whole / file).read_bytes(), file
    return [file.stem for file in files]


def test_sdtm_alone(tmp_path: Path, second: Path) -> None:
    trial = begun(tmp_path, *WITHOUT_ADAM)
    outputs = trial / "outputs"
    told = run(trial, "build", code=0)
    assert "no specs/adam.xlsx: SDTM alone\nno specs/tlf.xlsx: no displays\n" in told
    assert "analyses and displays" not in told
    assert "deriving ADaM" not in told
    assert told.endswith("done: <trial>/outputs (open <trial>/outputs/checks/findings.xlsx)\n")
    whole = sorted(path.stem for path in (second / "sdtm").glob("*.*"))
    assert same_files(outputs, second, "sdtm/*.*") == whole
    assert not [name for name in ("adam", "tlf", "results") if (outputs / name).exists()]
    manifest = json.loads((outputs / "manifest.json").read_text())
    assert manifest["standards"] == {"CT": "2026-03-27", "SDTMIG": "3.4"}
    # what is found is what the whole build finds in SDTM
    found = run(trial, "check", code=1)
    assert "no specs/adam.xlsx: SDTM alone\n" in found
    assert found.endswith("6 findings on 7 records: 6 warnings.\n")
    assert "6 findings on 7 records: 6 warnings." in (second / "checks" / "findings.txt").read_text()
    assert "no problems: study.toml, workbooks, displays and mappings agree" in run(
        trial, "spec", "check", code=0
    )
    assert "raw/site/events.txt:2" in run(trial, "trace", "AE", "SYN-ROSE3.DE7.5001", "1", code=0)
    assert "TRC001 ADSL: the build has AE, " in run(trial, "trace", "ADSL", "SYN-ROSE3.DE7.5001", code=2)
    # outputs that hold ADaM are not checked without its workbook
    (outputs / "adam").mkdir()
    assert "specs/adam.xlsx" in run(trial, "check", code=2)


def test_adam_without_displays(tmp_path: Path, second: Path) -> None:
    trial = begun(tmp_path, "specs/tlf.xlsx")
    told = run(trial, "build", code=0)
    assert "no specs/tlf.xlsx: no displays\n" in told
    assert "SDTM alone" not in told
    assert same_files(trial / "outputs", second, "adam/*.xpt") == ["adae", "adlb", "adsl"]
    assert not (trial / "outputs" / "tlf").exists()
    assert "no specs/tlf.xlsx: no displays\n" in run(trial, "spec", "check", code=0)
    assert run(trial, "check", code=1).endswith("6 findings on 7 records: 6 warnings.\n")


@pytest.mark.parametrize(
    "without",
    [
        pytest.param(["specs/adam.xlsx"], id="modules without their workbook"),
        pytest.param(["mappings/adam"], id="a workbook without any module"),
        pytest.param(["mappings/adam/adlb.py"], id="a workbook with a dataset that no module makes"),
        pytest.param(["specs/adam.xlsx", "mappings/adam"], id="displays without ADaM"),
        pytest.param(["specs/sdtm.xlsx"], id="no SDTM"),
    ],
)
def test_a_half_of_something_stops(tmp_path: Path, without: list[str], snapshot: object) -> None:
    trial = begun(tmp_path, *without)
    told = run(trial, "build", code=2)
    assert told == snapshot
    assert not (trial / "outputs").exists()


def test_a_missing_key_is_reported_at_study_toml_alone(tmp_path: Path) -> None:
    trial = begun(tmp_path, *WITHOUT_ADAM)
    file = trial / "study.toml"
    kept = [line for line in file.read_text().splitlines() if not line.startswith(("title =", "protocol ="))]
    file.write_text("\n".join(kept))
    told = run(trial, "spec", "check", code=2)
    assert told.count("STU003") == 2
    assert "'none'" not in told

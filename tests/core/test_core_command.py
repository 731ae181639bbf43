"""`check --core` over a built trial, with a Python that only plays CORE: exit codes, reports, manifest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

FINDS = """
say(ready=["CORE-000001", "CORE-000002"], library="0.17.1")
while (message := hear()) is not None:
    found = {"row": 1, "USUBJID": "X", "SEQ": 1, "dataset": "AE", "value": {"AESEV": "Mild"}}
    hit = dict(status="issue reported", dataset="AE", message="AESEV is odd", count=1, errors=[found])
    fine = dict(status="success", dataset="AE", message="", count=0, errors=[])
    say(rule=message["rule"], ids=["CG0001"], results=[hit if message["rule"].endswith("1") else fine])
"""


SECOND = Path(__file__).parents[1] / "second_trial"
Command = Callable[..., CompletedProcess[str]]


@pytest.fixture(autouse=True)
def no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """CORE is what a test names, not what the surroundings name."""
    for name in ("IL2CDISC_CORE_PYTHON", "IL2CDISC_CORE_CACHE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def outputs(second_outputs: Path, tmp_path: Path) -> Path:
    shutil.copytree(second_outputs, tmp_path / "outputs")
    return tmp_path / "outputs"


def told(outputs: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for item in json.loads((outputs / "checks" / "findings.json").read_text())["findings"]:
        found.setdefault(item["code"], []).append(item)
    return found


def test_findings_stand_beside_ours_and_the_manifest_knows_the_reports(
    outputs: Path, tmp_path: Path, fake: Callable[[str], str], command: Command
) -> None:
    before = told(outputs)
    core = {"IL2CDISC_CORE_PYTHON": fake(FINDS), "IL2CDISC_CORE_CACHE": str(tmp_path)}
    done = command("check", "--core", "--trial", SECOND, "--out", outputs, **core)
    assert done.returncode == 1, done.stderr  # a finding without disposition
    assert "2 of 2 rules" in done.stdout
    assert "CDISC CORE 0.17.1: 2 rules: 1 clean, 1 findings, 0 error, 0 not run; 1 findings" in done.stdout
    after = told(outputs)
    (finding,) = after.pop("CORE-000001")
    assert finding["by"] == "CDISC CORE 0.17.1"
    assert finding["records"][0]["source"][0]["place"].startswith("raw/site/events.txt:")
    assert after == before
    assert (
        outputs / "checks" / "core_rules_run.txt"
    ).read_text() == "CORE-000001\tCG0001\nCORE-000002\tCG0001\n"
    again = command("check", "--trial", SECOND, "--out", outputs)
    assert "CORE-" not in again.stdout  # not asked, not told
    assert "PUB" not in again.stdout  # the manifest agrees


def test_a_build_asks_core_too(tmp_path: Path, fake: Callable[[str], str], command: Command) -> None:
    """Its findings and lists are those of a check."""
    core = {"IL2CDISC_CORE_PYTHON": fake(FINDS), "IL2CDISC_CORE_CACHE": str(tmp_path)}
    done = command("build", "--core", "--trial", SECOND, "--out", tmp_path / "outputs", **core)
    assert done.returncode == 0, done.stderr
    assert "CDISC CORE 0.17.1: 2 rules: 1 clean, 1 findings, 0 error, 0 not run; 1 findings" in done.stdout
    (finding,) = told(tmp_path / "outputs")["CORE-000001"]
    assert finding["by"] == "CDISC CORE 0.17.1"
    assert (tmp_path / "outputs" / "checks" / "core_rules_run.txt").read_text().count("\n") == 2


def test_core_that_can_not_run_is_told_and_the_rest_is_done(outputs: Path, command: Command) -> None:
    done = command("check", "--core", "--trial", SECOND, "--out", outputs)
    assert done.returncode == 2
    assert "CHK080 CDISC CORE not available" in done.stdout
    assert "IL2CDISC_CORE_PYTHON is not set" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    found = told(outputs)
    assert "CHK080" in found
    assert len(found) > 2  # ours are there


def test_a_report_about_other_data_is_told(outputs: Path, tmp_path: Path, command: Command) -> None:
    report = tmp_path / "core.json"
    head = {"CORE_Engine_Version": "0.17.1", "Standard": "SDTMIG", "Version": "V3.4"}
    parts = {"Dataset_Details": [], "Issue_Details": [], "Rules_Report": []}
    report.write_text(json.dumps({"Conformance_Details": head, **parts}))
    done = command("check", "--core-report", report, "--trial", SECOND, "--out", outputs)
    assert done.returncode == 2
    assert "CHK086" in done.stdout

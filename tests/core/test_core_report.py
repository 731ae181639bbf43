"""The JSON report of CDISC's program core: read, or refused when it is damaged or about other data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.check.core import laid_beside, read_core_report


def report() -> dict[str, Any]:
    issue = {
        "core_id": "CORE-000024",
        "message": "AEBODSYS is not empty and AEBDSYCD is empty",
        "executability": "fully executable",
        "dataset": "ae.xpt",
        "USUBJID": "S-1",
        "row": 4,
        "SEQ": 2,
        "variables": ["AEBODSYS", "AEBDSYCD"],
        "values": ["Skin", None],
    }

    def rule(name: str, status: str) -> dict[str, Any]:
        return {"core_id": name, "cdisc_rule_id": "CG0082, TIG0347", "fda_rule_id": "", "status": status}

    return {
        "Conformance_Details": {"CORE_Engine_Version": "0.17.1", "Standard": "SDTMIG", "Version": "V3-4"},
        "Dataset_Details": [{"filename": "AE", "label": "Adverse Events", "length": 5}],
        "Issue_Summary": [],
        "Issue_Details": [issue, {**issue, "core_id": "CORE-000003", "message": "it broke - KeyError"}],
        "Rules_Report": [
            rule("CORE-000024", "ISSUE REPORTED"),
            rule("CORE-000001", "SUCCESS"),
            rule("CORE-000002", "SKIPPED"),
            rule("CORE-000003", "EXECUTION ERROR"),
        ],
    }


def write(tmp_path: Path, told: object) -> Path:
    path = tmp_path / "core.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def test_a_report_gives_rules_and_findings(tmp_path: Path) -> None:
    outcome = read_core_report(write(tmp_path, report()), "core.json", {"AE": 5})
    assert [(item.rule, item.status) for item in outcome.rules] == [
        ("CORE-000001", "clean"),
        ("CORE-000002", "not run"),
        ("CORE-000003", "error"),
        ("CORE-000024", "findings"),
    ]
    found = {item.code: item for item in laid_beside(outcome).findings}
    assert found["CORE-000024"].where == "AE USUBJID=S-1 AESEQ=2"
    assert found["CORE-000024"].first.value == "AEBDSYCD='', AEBODSYS='Skin'"
    assert found["CORE-000024"].title == "CG0082, TIG0347: AEBODSYS is not empty and AEBDSYCD is empty"
    assert found["CHK084"].what == "it broke - KeyError"
    assert outcome.complete


def _without(part: str) -> dict[str, Any]:
    return {name: value for name, value in report().items() if name != part}


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ("{", "CHK085 core.json: it is no JSON"),
        ([], "parts are missing"),
        (_without("Rules_Report"), "found: 'Rules_Report'"),
        ({**report(), "Rules_Report": [{}]}, "it is not built as a report of the program core is (KeyError"),
        ({**report(), "Dataset_Details": 5}, "it is not built as"),
        (
            {**report(), "Conformance_Details": {"Standard": "SDTMIG", "Version": "V3-3"}},
            "it is about sdtmig 3.3, not sdtmig 3.4",
        ),
        (
            {**report(), "Dataset_Details": [{"filename": "ae.xpt", "length": 9}]},
            "AE has 9 records in the report and 5",
        ),
        ({**report(), "Dataset_Details": []}, "AE is not in the report"),
    ],
)
def test_a_report_that_can_not_be_used_is_told(tmp_path: Path, told: object, what: str) -> None:
    outcome = read_core_report(write(tmp_path, told), "core.json", {"AE": 5})
    assert what in "\n".join(map(str, outcome.problems))
    assert outcome.rules == ()
    assert not outcome.complete


def test_a_report_that_is_not_there_is_told(tmp_path: Path) -> None:
    outcome = read_core_report(tmp_path / "none.json", "none.json", {})
    assert "it can't be opened (No such file or directory)" in str(outcome.problems[0])

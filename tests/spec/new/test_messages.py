"""The texts of what the commands that write workbooks report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from il2cdisc.base.problems import Stopped
from il2cdisc.cli import app
from il2cdisc.define.model import Define, ItemGroup, ItemRef, Where
from il2cdisc.define.references import reference_problems
from il2cdisc.spec.new.write import book_bytes


def test_what_spec_new_and_term_report(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    def said(*words: str) -> str:
        done: Any = CliRunner().invoke(app, [*words, "--trial", str(tmp_path)])
        assert done.exit_code == 2
        return done.stderr.replace(str(tmp_path), "TRIAL")

    new = ("spec", "new", "--domains")
    assert CliRunner().invoke(app, [*new, "DM", "--trial", str(tmp_path)]).exit_code == 0
    assert {
        "unknown": said(*new, "DN,AE,SUPPQQ"),
        "both": said(*new, "DM,ADSL"),
        "terms": said(*new, "EX,LB", "--terms", "FRM=TABLETS", "--terms", "UNIT=mg", "--terms", "ACN=X"),
        "malformed": said(*new, "EX", "--terms", "UNIT"),
        "exists": said(*new, "DM"),
        "there": said("spec", "add", "DM", "--to", str(tmp_path / "specs" / "sdtm.xlsx")),
        "other": said("spec", "add", "ADSL", "--to", str(tmp_path / "specs" / "sdtm.xlsx")),
        "term": said("term", "SUBCUTANEUS"),
    } == snapshot


def test_what_broken_references_report(snapshot: SnapshotAssertion) -> None:
    group = ItemGroup("IG.DM", "DM", "", "", "", (ItemRef("IT.DM.AGE", method="MT.A"),), standard="STD.1")
    where = Where("WC.1", ())
    define = Define("", "", "", "", "", "", "", "", groups=(group,), where_clauses=(where, where))
    assert [str(problem) for problem in reference_problems(define, "define.xml")] == snapshot


def test_a_text_that_no_cell_holds_is_refused() -> None:
    rows = {"Methods": [{"ID": "MT.A", "Description": "x" * 32_767}]}
    assert book_bytes(rows, "SDTM")
    rows["Methods"][0]["Description"] += "x"
    with pytest.raises(Stopped) as stopped:
        book_bytes(rows, "SDTM")
    assert [problem.code for problem in stopped.value.problems] == ["SPC240"]

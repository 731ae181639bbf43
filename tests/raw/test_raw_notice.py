"""Repeated records, codes for no value, forms that contradict each other: what is told, and what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Stopped
from il2cdisc.raw import RawExport, link, load_dictionary, notice, read_export

VS = b"""PAT,DAY,PULSE,NOTE
001,1,70,
001,1,70,
001,2,71,
001,2,72,again
002,1,ND,
002,2,999,
003,1,ND,machine broken
003,,68,
003,,68,
003,,69,
"""


def noticed(trial: Any) -> RawExport:
    """The export of a trial; PULSE is a number with codes for none."""
    study = trial.study()
    described = load_dictionary(study.dictionary)
    if "vs" in described:
        codes = {"ND": "Not done", "999": "Unknown", "1": "Low"}
        described["vs"] = tuple(
            replace(column, type="integer", codes=codes, range="30-200")
            if column.column == "PULSE"
            else column
            for column in described["vs"]
        )
    return notice(link(read_export(study, described), study), study, described)


def test_what_shows_without_any_dataset(trial: Any, snapshot: SnapshotAssertion) -> None:
    more = 'subject = "PAT"\nkey = ["PAT", "DAY"]\nexplained_by = { NOTE = ["machine broken"] }'
    trial.form("vs", "vs.csv", VS, "PAT DAY PULSE NOTE", more)
    export = noticed(trial)
    # rows from 0: the second and the fourth repeat a key; without a key, only the whole record counts
    assert export.forms["vs"].repeats == {1: 0, 3: 2, 8: 7}
    assert export.forms["vs"].row_index()["repeats"].tolist() == [-1, 0, -1, 2, -1, -1, -1, -1, 7, -1]
    assert {problem.where.usubjid for problem in export.problems} == {
        "SYN-T1-001",
        "SYN-T1-002",
        "SYN-T1-003",
    }
    assert "\n".join(map(str, export.problems)) == snapshot


def test_without_a_key_equal_records_are_told(trial: Any) -> None:
    trial.form("vs", "vs.csv", VS, "PAT DAY PULSE NOTE")
    assert noticed(trial).forms["vs"].repeats == {1: 0, 8: 7}


def test_forms_that_contradict_each_other(trial: Any, snapshot: SnapshotAssertion) -> None:
    trial.form("mh", "mh.csv", b"PAT,KIND\n001,A1\n002,B\n003,\n", "PAT KIND")
    trial.toml += (
        '[[agreements]]\ncolumn = "mh.KIND"\nagrees_with = "arms.GROUP"\npairs = { A1 = "X", B = "X" }\n'
    )
    assert "\n".join(map(str, noticed(trial).problems)) == snapshot


def test_unknown_columns_stop_all_at_once(trial: Any, snapshot: SnapshotAssertion) -> None:
    more = 'subject = "PAT"\nkey = ["PAT", "DAYS"]\nexplained_by = { NOTES = ["x"] }'
    trial.form("vs", "vs.csv", VS, "PAT DAY PULSE NOTE", more)
    trial.toml += '[[agreements]]\ncolumn = "vs.PULS"\nagrees_with = "arms.GROUPS"\npairs = { a = "b" }\n'
    with pytest.raises(Stopped) as stopped:
        noticed(trial)
    assert str(stopped.value) == snapshot


def test_records_that_repeat_one_are_one_problem(trial: Any) -> None:
    trial.form("vs", "vs.csv", b"PAT,DAY\n" + b"001,1\n" * 300, "PAT DAY")
    told = noticed(trial).problems
    assert [(problem.count, problem.out_of) for problem in told] == [(299, 300)]

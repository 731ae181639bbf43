"""Link: every record to its subject, or told with its line."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Stopped
from il2cdisc.raw import RawExport, link

TUBES = b"CODE,PAT\nB1,001\nB2,002\n,003\n"
RUNS = b"RUN,CODE\nr1,B2\nr2,B1\nr3,B2\n"
CHAIN = 'subject = { through = "tubes", by = "CODE" }'
LONGER = 'subject = { through = "runs", by = "RUNNO", on = "RUN" }'


def linked(trial: Any) -> RawExport:
    return link(trial.read(), trial.study())


def stopped(trial: Any) -> str:
    with pytest.raises(Stopped) as verdict:
        linked(trial)
    return str(verdict.value)


def chained(
    trial: Any, results: bytes = b"RUNNO,RES\nr3,x\nr2,y\n", tubes: bytes = TUBES, runs: bytes = RUNS
) -> Any:
    trial.form("results", "results.csv", results, "RUNNO RES", LONGER)
    trial.form("runs", "runs.csv", runs, "RUN CODE", CHAIN)
    trial.form("tubes", "tubes.csv", tubes, "CODE PAT")
    return trial


def test_direct_and_chained(trial: Any) -> None:
    trial.form("words", "words.csv", b"WORD\nx\n", "WORD", more="")
    export = linked(chained(trial))
    subjects = export.subjects
    assert subjects is not None
    assert subjects["USUBJID"].tolist() == ["SYN-T1-001", "SYN-T1-002", "SYN-T1-003"]
    assert export.forms["dm"].frame()["USUBJID"].tolist() == subjects["USUBJID"].tolist()
    assert export.forms["tubes"].frame()["USUBJID"].tolist() == ["SYN-T1-001", "SYN-T1-002", "SYN-T1-003"]
    assert export.forms["results"].frame()["USUBJID"].tolist() == ["SYN-T1-002", "SYN-T1-001"]
    assert list(export.forms["results"].frame().columns) == [
        "@results",
        "USUBJID",
        "results.RUNNO",
        "results.RES",
    ]
    assert export.links["results"]["runs"].tolist() == [2, 1]
    assert export.forms["arms"].frame()["USUBJID"].tolist() == ["SYN-T1-001", "SYN-T1-002"]
    assert "USUBJID" not in export.forms["words"].frame()


def test_the_pattern_of_usubjid(trial: Any) -> None:
    trial.toml = trial.toml.replace(
        "synthetic = true", 'synthetic = true\nusubjid = "{STUDYID}.{SITE}.{SUBJID}"'
    )
    trial.files["dm.csv"] = b"PAT,RND,SITE\n001,R1,A\n002,R2,B\n"
    trial.columns.insert(2, "dm,SITE")
    assert linked(trial).forms["dm"].frame()["USUBJID"].tolist() == ["SYN-T1.A.001", "SYN-T1.B.002"]
    trial.files["dm.csv"] = b"PAT,RND,SITE\n001,R1,A\n002,R2,\n"
    assert "LNK002 raw/dm.csv:3 SITE: USUBJID needs SITE, it is blank." in stopped(trial)


def test_everything_that_links_nowhere(trial: Any, snapshot: SnapshotAssertion) -> None:
    trial.files["dm.csv"] = b"PAT,RND\n001,R1\n002,R2\n002,R3\n,R4\n"
    trial.files["closed/arms_dummy.csv"] = b"RND,GROUP\nR1,X\nR9,Y\n"
    trial.form("ae", "ae.csv", b"PAT,TXT\n001,a\n1,b\n1,c\n,d\n002 ,e\n", "PAT TXT")
    chained(
        trial,
        results=b"RUNNO,RES\nr3,x\nr9,y\n",
        runs=b"RUN,CODE\nr1,B7\nr2,B1\nr3,B2\nr3,B2\n",
        tubes=b"CODE,PAT\nB1,001\nB2,002\nB2,001\n,001\n",
    )
    assert stopped(trial) == snapshot


def test_a_randomisation_number_of_two_subjects(trial: Any) -> None:
    trial.files["dm.csv"] = b"PAT,RND\n001,R1\n002,R1\n"
    trial.files["closed/arms_dummy.csv"] = b"RND,GROUP\nR1,X\n"
    assert "LNK004 raw/dm.csv:2 RND: Several records of form 'dm' have the RND 'R1'." in stopped(trial)


def test_forms_without_records(trial: Any) -> None:
    trial.files["dm.csv"] = b"PAT,RND\n"
    trial.files["closed/arms_dummy.csv"] = b"RND,GROUP\n"
    chained(trial, results=b"RUNNO,RES\n", runs=b"RUN,CODE\n", tubes=b"CODE,PAT\n")
    export = linked(trial)
    assert export.forms["results"].frame()["USUBJID"].tolist() == []
    assert str(export.forms["results"].frame()["USUBJID"].dtype) == "str"


def test_no_subjects_but_records(trial: Any) -> None:
    trial.files["dm.csv"] = b"PAT,RND\n"
    told = stopped(trial)
    assert (
        "LNK003 raw/closed/arms_dummy.csv:2 RND: RND 'R1' of form 'arms' is not in RND of form 'dm'." in told
    )


def test_every_orphan_is_reported_with_all_of_its_records(trial: Any) -> None:
    lines = "".join(f"X{number},a\n" for number in [*range(500), 7])
    trial.form("ae", "ae.csv", b"PAT,TXT\n" + lines.encode(), "PAT TXT")
    with pytest.raises(Stopped) as verdict:
        linked(trial)
    assert [len(problem.records) for problem in verdict.value.problems].count(1) == 499
    (double,) = (problem for problem in verdict.value.problems if len(problem.records) == 2)
    assert "PAT 'X7' of form 'ae' is not in PAT of form 'dm'." in double.what

"""The way back from a record: text for a person, JSON for a program, and what is told when there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.trace import show
from il2cdisc.trace.follow import follow as trace


def text(built: Path, raw: Any, *record: Any, **more: Any) -> str:
    name, usubjid, seq = (*record, None, None)[:3]
    return "\n".join(show.as_lines(trace(built, name, usubjid or "", seq, raw(), **more)))


def told(built: Path, raw: Any, *record: Any, **more: Any) -> str:
    with pytest.raises(Stopped) as stopped:
        text(built, raw, *record, **more)
    return str(stopped.value)


def test_a_record_leads_to_its_line_and_each_value_to_its_variables(built: Path, raw: Any) -> None:
    assert text(built, raw, "ae", "S1", 1, links=["ae.AENO"]).splitlines() == [
        "AE USUBJID=S1 AESEQ=1 AETERM=headache",
        "  ← raw/ae.csv:2",
        "      AETERM = 'mal di testa'  → AETERM, SUPPAE.AETERMOR",
        "      AESTDAT = '27/07/2021'   → AESTDTC",
        "      AENO = '2'               → link",
    ]


def test_a_variable_leads_to_its_column(built: Path, raw: Any) -> None:
    assert text(built, raw, "LB", "S1", 2, variable="lbstresn").splitlines() == [
        "LB USUBJID=S1 LBSEQ=2 LBTESTCD=SODIUM",
        "  LBSTRESN = 140  (Derived; in the standard unit)",
        "  ← raw/chem.csv:2 NA = '140'",
    ]


def test_a_gathered_row_shows_its_own_field_and_the_line_that_it_repeats(built: Path, raw: Any) -> None:
    assert text(built, raw, "LB", "S2").splitlines() == [
        "LB USUBJID=S2 LBSEQ=1 LBTESTCD=K",
        "  ← raw/chem.csv:3  (repeats raw/chem.csv:2)",
        "      K = '4.1'           → LBTESTCD, LBORRES",
        "      DAT = '26/07/2021'  → LBDTC",
    ]


def test_a_qualifier_leads_to_what_it_is_made_of(built: Path, raw: Any) -> None:
    assert text(built, raw, "SUPPAE", "S1", 1).splitlines() == [
        "SUPPAE USUBJID=S1 RDOMAIN=AE IDVAR=AESEQ IDVARVAL=1 QNAM=AETERMOR QVAL=mal di testa",
        "  ← raw/ae.csv:2",
        "      AETERM = 'mal di testa'  → AETERMOR",
        "SUPPAE USUBJID=S1 RDOMAIN=AE IDVAR=AESEQ IDVARVAL=1 QNAM=AETRTEM QVAL=Y",
        "  ← raw/ae.csv:2",
        "      AESTDAT = '27/07/2021'  → AETRTEM",
    ]
    assert "AETRTEM" not in text(built, raw, "SUPPAE", "S1", 1, variable="AETERMOR")


def test_a_relation_leads_to_both_sides(built: Path, raw: Any) -> None:
    lines = text(built, raw, "RELREC", "S1").splitlines()
    of_cm = lines[lines.index("RELREC USUBJID=S1 RDOMAIN=CM IDVAR=CMSEQ IDVARVAL=1 RELID=AE-CM-1") :]
    assert of_cm == [
        "RELREC USUBJID=S1 RDOMAIN=CM IDVAR=CMSEQ IDVARVAL=1 RELID=AE-CM-1",
        "  ← CM USUBJID=S1 CMSEQ=1 CMTRT=paracetamol",
        "    ← raw/cm.csv:2",
        "        CMTRT = 'paracetamolo'  → CMTRT",
        "  ↔ AE USUBJID=S1 AESEQ=1 AETERM=headache",
        "    ← raw/ae.csv:2",
        "        AETERM = 'mal di testa'  → AETERM, SUPPAE.AETERMOR",
        "        AESTDAT = '27/07/2021'   → AESTDTC",
    ]


def test_analysis_data_lead_through_sdtm_and_subject_level_data_are_folded(built: Path, raw: Any) -> None:
    assert text(built, raw, "ADLB", "S1", 1).splitlines() == [
        "ADLB USUBJID=S1 ASEQ=1 PARAMCD=K AVAL=4.1",
        "  ← LB USUBJID=S1 LBSEQ=1 LBTESTCD=K",
        "    ← raw/chem.csv:2",
        "        K = '4.1'           → LBTESTCD, LBORRES",
        "        DAT = '26/07/2021'  → LBDTC",
        "  ← ADSL USUBJID=S1",
        "    subject-level data: il2cdisc trace ADSL S1",
    ]


def test_a_copied_variable_is_followed_through_the_datasets(built: Path, raw: Any) -> None:
    assert text(built, raw, "ADLB", "S1", 1, variable="AVAL").splitlines() == [
        "ADLB USUBJID=S1 ASEQ=1 PARAMCD=K AVAL=4.1",
        "  AVAL = 4.1  (Predecessor)",
        "  ← LB USUBJID=S1 LBSEQ=1 LBTESTCD=K",
        "    LBSTRESN = 4.1  (Derived; in the standard unit)",
        "    ← raw/chem.csv:2 K = '4.1'",
    ]
    assert "TRTSDT = 2021-07-27" in text(built, raw, "ADLB", "S1", 1, variable="TRTSDT")


def test_trial_design_has_no_raw_record(built: Path, raw: Any) -> None:
    lines = text(built, raw, "TE").splitlines()
    assert lines[0] == "TE ETCD=SCRN"
    assert lines[1] == "  made by the engine from the workbook: no raw record behind it"


def test_a_changed_raw_file_is_told_and_its_values_are_not_shown(
    built: Path, raw: Any, snapshot: Any
) -> None:
    path = built.parent / "raw" / "ae.csv"
    path.write_text(path.read_text().replace("mal di testa", "emicrania"))
    found = trace(built, "AE", "S1", 1, raw())
    assert "\n".join([*show.as_lines(found), *map(str, found.problems)]) == snapshot
    path.unlink()
    gone = trace(built, "AE", "S1", 1, raw())
    assert "is not there" in str(gone.problems[0])
    # another form is as it was
    assert trace(built, "CM", "S1", 1, raw()).problems == ()


def test_json_holds_the_same(built: Path, raw: Any, snapshot: Any) -> None:
    found = trace(built, "ADLB", "S1", 1, raw(), variable="AVAL")
    document = show.as_json(found)
    assert document == snapshot
    line = json.loads(document)["records"][0]["from"][0]["from"][0]
    assert (line["file"], line["line"]) == ("raw/chem.csv", 2)
    assert line["cells"] == [{"column": "K", "value": "4.1", "variables": ["LBSTRESN"]}]


def test_many_records_are_cut_and_it_is_said(built: Path, raw: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("il2cdisc.trace.follow.MOST_RECORDS", 1)
    assert text(built, raw, "LB", "S1").splitlines()[-1] == (
        "and 1 more record; give a sequence number to choose one"
    )


@pytest.mark.parametrize(
    ("record", "variable"),
    [
        (("LBB", "S1"), ""),
        (("LB", "S3"), ""),
        (("LB",), ""),
        (("LB", "S1", 9), ""),
        (("LB", "S1", 1), "LBSTRESX"),
        (("SUPPAE", "S1", 1), "AETERMO"),
    ],
)
def test_what_is_not_there_is_told(built: Path, raw: Any, record: Any, variable: str, snapshot: Any) -> None:
    assert told(built, raw, *record, variable=variable) == snapshot


def test_without_a_build_there_is_nothing_to_trace(tmp_path: Path, raw: Any) -> None:
    assert told(tmp_path / "nowhere", raw, "LB", "S1").startswith("TRC003 ")

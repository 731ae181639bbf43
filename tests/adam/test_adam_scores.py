"""Scores of an invented questionnaire: before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.adam import derive_param_total, derive_params_score
from il2cdisc.base.problems import Stopped

COLUMNS = ["PARAMCD", "PARAM", "PARAMN", "ITEM", "LOW", "HIGH", "REVERSE", "METHOD", "MISSING"]
SCORING = pd.DataFrame(
    [
        *(("TOT", "Total", "90", f"Q{n}", "0", "4", "Y" if n == 2 else "", "SUM", "1") for n in (1, 2, 3, 4)),
        *(("SUB", "Subscale", "91", f"Q{n}", "0", "4", "", "MEAN", "0") for n in (3, 4)),
    ],
    columns=COLUMNS,
)


def answers(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVAL"])
    ids = pd.array(range(len(rows)), dtype="Int64")
    return frame.assign(ADT=7.0, QSSEQ=np.arange(1.0, len(rows) + 1), **{"@QS": ids})


def scored(frame: pd.DataFrame, **options: object) -> tuple[list[list[object]], list[str]]:
    out, findings = derive_params_score(frame, by=["USUBJID"], scoring=SCORING, keep=["ADT"], **options)
    new = out.iloc[len(frame) :][["USUBJID", "PARAMCD", "PARAMN", "AVAL", "DTYPE", "ADT", "@QS"]]
    return new.astype(object).where(new.notna(), "").values.tolist(), [str(item) for item in findings]


def test_a_score_sums_and_reverses_its_items():
    rows, findings = scored(answers(("S1", "Q1", 1), ("S1", "Q2", 1), ("S1", "Q3", 2), ("S1", "Q4", 4)))
    assert rows == [
        ["S1", "TOT", 90, 1 + (4 - 1) + 2 + 4, "", 7, (0, 1, 2, 3)],
        ["S1", "SUB", 91, 3, "", 7, (2, 3)],
    ]
    assert not findings


def test_a_missing_item_is_prorated_as_far_as_the_rule_allows():
    rows, _ = scored(
        answers(("S1", "Q1", 1), ("S1", "Q2", 1), ("S1", "Q3", 2), ("S2", "Q1", 1), ("S3", "Q9", 1))
    )
    assert rows == [
        ["S1", "TOT", 90, 8, "PRORATED", 7, (0, 1, 2)],  # the mean of 1, 3 and 2, times 4
        ["S2", "TOT", 90, "", "", 7, (3,)],
        ["S1", "SUB", 91, "", "", 7, (2,)],
    ]


def test_an_item_out_of_its_range_is_reported_and_does_not_count():
    frame = answers(("S1", "Q1", 1), ("S1", "Q2", 1), ("S1", "Q3", 2), ("S1", "Q4", 5))
    rows, findings = scored(frame, seq="QSSEQ")
    assert [row[3:5] for row in rows] == [[8, "PRORATED"], ["", ""]]
    assert rows[0][-1] == (0, 1, 2)
    assert len(findings) == 1
    assert findings[0].startswith("ADM047 QS USUBJID=S1 QSSEQ=4 Q4: Item Q4 is not from 0 to 4; it is not")
    only = answers(("S1", "Q3", 9))
    assert [row[3] for row in scored(only)[0]] == ["", ""]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"METHOD": "SUMM"}, "METHOD is neither SUM nor MEAN"),
        ({"MISSING": ["1", "2", "1", "1", "0", "0"]}, "score TOT: MISSING differs between its rows"),
        ({"MISSING": "4"}, "MISSING is not a whole number from 0 to 1"),
        ({"REVERSE": "YES"}, "REVERSE is not Y, N or blank"),
        ({"LOW": "", "REVERSE": "Y"}, "LOW and HIGH are not two ascending numbers"),
        ({"ITEM": "Q1"}, "ITEM is missing or there twice"),
        ({"HIGH": ["4", "4", "4", "4", "4", "5"]}, "an item has two ranges"),
    ],
)
def test_rules_that_cannot_be_used_stop(change: dict[str, object], said: str):
    with pytest.raises(Stopped, match=said) as stopped:
        derive_params_score(answers(("S1", "Q1", 1)), by=["USUBJID"], scoring=SCORING.assign(**change))
    assert {problem.code for problem in stopped.value.problems} == {"ADM048"}


def test_an_item_twice_in_a_key_stops():
    with pytest.raises(Stopped, match=r"ADM003 .*several rows have the same USUBJID, PARAMCD"):
        scored(answers(("S1", "Q1", 1), ("S1", "Q1", 2)))


@given(
    st.lists(
        st.tuples(st.sampled_from(["S1", "S2"]), st.sampled_from(["Q1", "Q3", "Q4"]), st.integers(0, 4)),
        max_size=6,
        unique_by=lambda row: row[:2],
    )
)
@settings(max_examples=8)
def test_a_plain_sum_is_the_total_of_its_items(rows: list[tuple[str, str, float]]):
    frame = answers(*rows)
    plain = SCORING[SCORING["ITEM"].isin(["Q1", "Q3", "Q4"]) & (SCORING["PARAMCD"] == "TOT")]
    ours, _ = derive_params_score(frame, by=["USUBJID"], scoring=plain)
    total = derive_param_total(
        frame.astype({"USUBJID": "str", "PARAMCD": "str", "AVAL": "float64"}),
        by=["USUBJID"],
        item="PARAMCD",
        items=["Q1", "Q3", "Q4"],
        set_values={"PARAMCD": "TOT"},
        missing_allowed=1,
    )
    assert ours["AVAL"].tolist() == pytest.approx(total["AVAL"].tolist(), nan_ok=True)
    assert (
        ours.get("DTYPE", pd.Series()).fillna("").tolist() == total["DTYPE"].fillna("").tolist() or not rows
    )

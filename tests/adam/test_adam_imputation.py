"""Imputed records: a row for each draw, subject and visit; who is left out; same bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from il2cdisc.adam import impute_draws
from il2cdisc.base.problems import Stopped
from il2cdisc.base.rowids import edges
from il2cdisc.stats.imputation import impute_by_strategy

VISITS = pd.DataFrame({"AVISIT": ["Week 4", "Week 8"], "AVISITN": [4.0, 8.0]})


@pytest.fixture
def advs() -> pd.DataFrame:
    """24 subjects; S03 and S04 have no week 8, S06 has its row without a value, S05 no baseline."""
    random = np.random.default_rng(5)
    names = [f"S{i:02d}" for i in range(24)]
    base = np.round(random.normal(120, 8, 24), 1)
    arms = np.where(np.arange(24) % 2 == 0, "A", "B")
    parts = [
        pd.DataFrame(
            {
                "USUBJID": names, "TRTP": arms, "PARAMCD": "SYSBP", "BASE": base, "AVISITN": visit,
                "AVAL": np.round(base + shift + random.normal(0, 5, 24), 1), "DTYPE": None,
            }
        )
        for visit, shift in ((0.0, 0), (4.0, -3), (8.0, -6))
    ]  # fmt: skip
    frame = pd.concat(parts, ignore_index=True).astype({"DTYPE": "str"})
    frame["@vs"] = pd.Series(range(len(frame)), dtype="Int64")
    late = frame["AVISITN"] == 8
    frame.loc[late & (frame["USUBJID"] == "S06"), "AVAL"] = np.nan
    frame.loc[late & (frame["USUBJID"] == "S07"), "DTYPE"] = "AVERAGE"
    frame.loc[frame["USUBJID"] == "S05", "BASE"] = np.nan
    return frame[~(late & frame["USUBJID"].isin(["S03", "S04"]))].reset_index(drop=True)


def derive(dataset: pd.DataFrame, visits: pd.DataFrame = VISITS, **changes):
    arguments = {"group": "TRTP", "reference": "B", "draws": 3, "seed": 11, "keep": ["PARAMCD"]}
    made, findings = impute_draws(dataset, visits, **(arguments | changes))
    return made.records(), findings


def test_rows_before_and_after(advs):
    before = advs.copy()
    out, _ = derive(advs)
    pd.testing.assert_frame_equal(advs, before)
    assert list(out.columns) == [
        "USUBJID", "TRTP", "BASE", "PARAMCD", "AVISIT", "AVISITN", "DTYPE", "AVAL", "DRAWNUM", "@vs",
    ]  # fmt: skip
    assert len(out) == 3 * 23 * 2
    assert not out.duplicated(["DRAWNUM", "USUBJID", "AVISITN"]).any()
    imputed = out[out["DTYPE"] == "MI"]
    assert set(zip(imputed["USUBJID"], imputed["AVISIT"], strict=True)) == {
        ("S03", "Week 8"), ("S04", "Week 8"), ("S06", "Week 8"),
    }  # fmt: skip
    assert out["AVAL"].notna().all()
    # an observed record is the same in every draw, and keeps its own DTYPE
    observed = out[out["DTYPE"] != "MI"].merge(advs, on=["USUBJID", "AVISITN"])
    assert (observed["AVAL_x"] == observed["AVAL_y"]).all()
    assert set(observed.loc[observed["USUBJID"] == "S07", "DTYPE_x"].dropna()) == {"AVERAGE"}
    # imputed ones differ between draws
    assert imputed.groupby("USUBJID")["AVAL"].nunique().eq(3).all()


def test_values_are_those_of_the_estimator(advs):
    jump = advs.assign(HOW=np.where(advs["USUBJID"] == "S04", "J2R", None))
    out, _ = derive(jump, strategy="HOW")
    wide = advs[advs["BASE"].notna()].pivot(index="USUBJID", columns="AVISITN", values="AVAL")[[4.0, 8.0]]
    subject = advs.drop_duplicates("USUBJID").set_index("USUBJID").loc[wide.index]
    there = impute_by_strategy(
        wide.set_axis(["Week 4", "Week 8"], axis=1), group=subject["TRTP"], reference="B", draws=3, seed=11,
        strategies=np.where(wide.index == "S04", "J2R", "MAR"), covariates={"BASE": subject["BASE"]},
    )  # fmt: skip
    assert out["AVAL"].to_numpy().tobytes() == there.values.tobytes()
    assert (derive(advs)[0]["AVAL"] != out["AVAL"]).sum() == 3  # the week 8 of S04, thrice


def test_same_bytes_whatever_the_order_of_the_rows(advs):
    turned = advs.iloc[::-1].reset_index(drop=True)
    one, other = derive(advs)[0], derive(turned)[0]
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_subject_without_baseline_is_left_out_and_named(advs, snapshot):
    out, findings = derive(advs)
    assert "S05" not in set(out["USUBJID"])
    assert [str(problem) for problem in findings] == snapshot


def test_departure_is_after_the_visit_that_is_named(advs):
    """S06 left after week 4, so that week 8 jumps; the others did not depart: theirs are at random."""
    told = advs.assign(HOW="J2R", LASTVIS=np.where(advs["USUBJID"] == "S06", 4.0, np.nan))
    out, _ = derive(told, strategy="HOW", last_visit="LASTVIS")
    at_random = derive(advs)[0]
    moved = out.loc[out["AVAL"] != at_random["AVAL"], "USUBJID"]
    assert set(moved) == {"S06"}


def test_imputed_record_comes_from_all_records_of_its_subject(advs):
    out, _ = derive(advs, draws=2)
    row = out.index[(out["USUBJID"] == "S03") & (out["DTYPE"] == "MI")][0]
    ids = advs.loc[advs["USUBJID"] == "S03", "@vs"].tolist()
    found = edges(out)
    assert found.loc[found["row"] == row, "id"].tolist() == ids
    own = out.index[(out["USUBJID"] == "S03") & (out["AVISITN"] == 4)][0]
    assert found.loc[found["row"] == own, "id"].tolist() == [ids[1]]


@pytest.mark.parametrize(
    ("name", "change", "arguments"),
    [
        ("unknown strategy", {"HOW": "J2RR"}, {"strategy": "HOW"}),
        ("value after departure", {"LASTVIS": 0.0}, {"last_visit": "LASTVIS"}),
        ("reference", {}, {"reference": "C"}),
        ("no column", {}, {"factors": ["STRATA"]}),
        ("text", {"AGE": "old"}, {"covariates": ["AGE"]}),
        ("model", {"TRTP": "B"}, {"covariates": ["ONE"]}),
        ("draws", {}, {"draws": 0}),
    ],
)
def test_what_stops(advs, snapshot, name, change, arguments):
    with pytest.raises(Stopped) as stopped:
        derive(advs.assign(ONE=1.0).assign(**change), **arguments)
    assert str(stopped.value) == snapshot(name=name)


def test_subject_twice_at_a_visit_stops(advs, snapshot):
    with pytest.raises(Stopped) as stopped:
        derive(pd.concat([advs, advs.iloc[[30]]], ignore_index=True))
    assert str(stopped.value) == snapshot

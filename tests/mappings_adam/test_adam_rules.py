"""What must hold in every BDS dataset, on ratings drawn at random (checklist of ADaM conformance)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2cdisc.adam import derive, finish, with_ids
from il2cdisc.base.problems import Problems
from il2cdisc.study import AnalysisFacts

FIRST_DOSE = date(2022, 1, 10)
KEY = ["USUBJID", "PARAMCD"]
rating = st.tuples(
    st.integers(-15, 90),  # days from the first dose
    st.sampled_from(["", "T08:00", "T10:00"]),
    st.integers(0, 2),
    st.sampled_from([(), ("HAMD201",), ("HAMD201", "HAMD219"), ("HAMD201", "HAMD202", "HAMD203")]),
)


@given(st.lists(rating, max_size=7, unique_by=lambda one: one[0]))
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_rules_of_a_bds_dataset(spec, sdtm, completed, rated, ratings):
    from mappings.adam.adhamd import adhamd
    from mappings.adam.adsl import adsl

    rows: list[dict[str, object]] = []
    for number, (day, time, score, gone) in enumerate(sorted(ratings)):
        dtc = (FIRST_DOSE + timedelta(days=day)).isoformat() + time
        rows += rated("S1", float(number), dtc, score, **dict.fromkeys(gone))
    frames = {**sdtm, "rs": completed("RS", rows)}
    problems = Problems()
    subjects = finish(derive(adsl, frames, spec, AnalysisFacts()), spec, problems)
    frames["adsl"] = with_ids("ADSL", subjects.frame)
    out = finish(derive(adhamd, frames, spec, AnalysisFacts()), spec, problems).frame
    assert not problems

    baseline = out[out["ABLFL"] == "Y"]
    assert not baseline.duplicated(KEY).any()
    assert (baseline["BASE"] == baseline["AVAL"]).all()
    assert (out.groupby(KEY)["BASE"].nunique() <= 1).all()
    changed = out[out["CHG"].notna()]
    assert np.allclose(changed["CHG"], changed["AVAL"] - changed["BASE"], rtol=1e-10)
    assert (changed["ADY"] >= 1).all()

    for one, other in (("PARAMCD", "PARAM"), ("PARAMCD", "PARAMN"), ("AVISIT", "AVISITN")):
        pairs = out[[one, other]].dropna().drop_duplicates()
        assert pairs[one].is_unique
        assert pairs[other].is_unique
    placed = out[out["AWU"].notna()]
    assert (placed["ADY"] <= placed["AWHI"]).all()
    assert ((placed["ADY"] >= placed["AWLO"]) | placed["AWLO"].isna()).all()

    for flag in ("ANL01FL", "ANL02FL"):
        chosen = out[out[flag] == "Y"]
        assert not chosen.duplicated([*KEY, "AVISIT"]).any(), flag
    chosen = out[(out["ANL01FL"] == "Y") & out["AWU"].notna()]
    others = out[out["AWU"].notna() & out["AVAL"].notna()].merge(
        chosen[[*KEY, "AVISIT", "AWTDIFF"]], on=[*KEY, "AVISIT"], suffixes=("", "_chosen")
    )
    assert (others["AWTDIFF"] >= others["AWTDIFF_chosen"]).all()

    carried = out[out["DTYPE"] == "LOCF"]
    assert (carried["AVISITN"] > 0).all()
    assert (carried["ADY"] > 0).all()
    assert carried["ANL01FL"].isna().all()
    assert set(out["DTYPE"].dropna()) <= {"LOCF", "PRORATED", "NRI"}
    yes_no = out[out["AVALC"].notna()]
    assert ((yes_no["AVALC"] == "Y") == (yes_no["AVAL"] == 1)).all()
    items = out[out["SRCSEQ"].notna()].merge(
        frames["rs"], left_on=["USUBJID", "SRCSEQ"], right_on=["USUBJID", "RSSEQ"]
    )
    assert len(items) == out["SRCSEQ"].notna().sum()
    assert (items["AVAL"] == items["RSSTRESN"]).all()
    assert_subject_agrees(out, subjects.frame)


def assert_subject_agrees(out: pd.DataFrame, adsl: pd.DataFrame) -> None:
    """The baseline of ADSL is the BASE of the total."""
    base = out[(out["PARAMCD"] == "HAMD2TS") & (out["ABLFL"] == "Y")].set_index("USUBJID")["BASE"]
    assert np.array_equal(adsl["HAMDBL"], base.reindex(adsl["USUBJID"]).to_numpy("float64"), equal_nan=True)
    in_set = adsl.loc[adsl["FASFL"] == "Y", "USUBJID"]
    yes_no = out[out["PARAMCD"] == "RESPNRI"]
    assert yes_no.groupby("USUBJID").size().reindex(in_set).eq(4).all()

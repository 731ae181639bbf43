"""Mixed models with a covariance for each group, sandwich errors and constrained baseline, against R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.mmrm import clda, mmrm
from il2cdisc.stats.mmrm.blocks import GroupBlocks
from il2cdisc.stats.mmrm.structures import STRUCTURES

OWN = Path(__file__).parent / "reference"
R = json.loads((OWN / "mixed.json").read_text())
BY_ARM = "CHG ~ TRT*AVISIT + TRT:BASE"


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    frame = pd.read_csv(OWN / "sim36.csv", dtype={"USUBJID": str})
    return frame.assign(TRT=pd.Categorical(frame["TRT"], ["PBO", "ACT"]))


@pytest.fixture(scope="module")
def early(data) -> pd.DataFrame:
    return data[data["AVISITN"] <= 4]


def fit(frame: pd.DataFrame, formula: str = BY_ARM, **arguments):
    arguments = {"subject": "USUBJID", "visit": "AVISIT", "ddf": "satterthwaite"} | arguments
    return mmrm(formula, frame, **arguments)


@pytest.mark.parametrize("structure", ["UN", "ARH1"])
def test_covariance_by_arm_equals_r_where_all_goes_by_arm(early, structure):
    found = fit(early, covariance=structure, covariance_by="TRT")
    arms = {arm: R[f"by arm {structure} {arm}"] for arm in ("PBO", "ACT")}
    assert found.deviance == pytest.approx(sum(values[0] for values in arms.values()), rel=1e-8)
    for arm, (_, slope, se) in arms.items():
        row = found.coefficients.loc[f"TRT{arm}:BASE"]
        assert (row["estimate"], row["se"]) == pytest.approx((slope, se), rel=1e-4)
    alone = fit(early[early["TRT"] == "ACT"], "CHG ~ AVISIT + BASE", covariance=structure)
    np.testing.assert_allclose(found.covariance.loc["ACT", "ACT"], alone.covariance, rtol=1e-6)
    assert (found.covariance.loc["PBO", "ACT"] == 0).all(axis=None)
    assert found.structure == structure


def test_kenward_roger_of_each_arm_is_that_of_the_arm_alone(early):
    """Where everything goes by arm, so do the degrees of freedom."""
    both = fit(early, covariance="TOEPH", covariance_by="TRT", ddf="kenward-roger")
    alone = fit(early[early["TRT"] == "PBO"], "CHG ~ AVISIT + BASE", covariance="TOEPH", ddf="kenward-roger")
    one, other = both.coefficients.loc["TRTPBO:BASE"], alone.coefficients.loc["BASE"]
    for name in ("estimate", "se", "df"):
        assert one[name] == pytest.approx(other[name], rel=1e-6)


@pytest.mark.parametrize("name", list(STRUCTURES))
def test_derivatives_of_blocks_are_those_of_finite_differences(name):
    blocks, m = GroupBlocks(STRUCTURES[name], 2), 6
    random = np.random.default_rng(4)
    root = random.normal(size=(m, m + 3))
    working = blocks.start(root @ root.T)
    assert len(working) == blocks.count(m)
    natural = blocks.natural(working, m)
    first, second = blocks.derivatives(natural, m)
    step = 1e-5
    for h in range(len(natural)):
        moved = np.eye(len(natural))[h] * step
        there = (blocks.matrix(natural + moved, m) - blocks.matrix(natural - moved, m)) / (2 * step)
        np.testing.assert_allclose(first[:, :, h], there, atol=1e-6)
        if second is not None:
            up, down = blocks.derivatives(natural + moved, m)[0], blocks.derivatives(natural - moved, m)[0]
            np.testing.assert_allclose(second[:, :, h], (up - down) / (2 * step), atol=1e-5)
    slope = random.normal(size=len(natural))
    jacobian, _ = blocks.pull_back(working, m, slope)
    moved = np.eye(len(working))[-1] * step
    there = (blocks.natural(working + moved, m) - blocks.natural(working - moved, m)) / (2 * step)
    np.testing.assert_allclose(jacobian[:, -1], there, atol=1e-6)


def test_sandwich_equals_r(data):
    found = fit(data, "CHG ~ BASE + TRT*AVISIT + STRATA", covariance="ARH1", standard_errors="sandwich")
    rows = found.coefficients
    names = ["(Intercept)", "BASE", "TRTACT", *(f"AVISITV{i}" for i in range(2, 7)), "STRATAS2", "STRATAS3"]
    names += [f"TRTACT:AVISITV{i}" for i in range(2, 7)]
    assert rows.loc[names, "se"].to_list() == pytest.approx(R["sandwich se"], rel=1e-4)
    assert rows.loc[names, "df"].to_list() == pytest.approx(R["sandwich df"], rel=1e-4)
    model = fit(data, "CHG ~ BASE + TRT*AVISIT + STRATA", covariance="ARH1").coefficients
    assert rows["estimate"].to_list() == pytest.approx(model["estimate"].to_list(), rel=1e-12)
    assert found.tests()["reason"].eq("").all()


def test_sandwich_goes_with_satterthwaite_only(data):
    with pytest.raises(ValueError, match="ask for ddf='satterthwaite'"):
        fit(data, standard_errors="sandwich", ddf="kenward-roger")
    with pytest.raises(ValueError, match="it is model or sandwich"):
        fit(data, standard_errors="robust")


def test_variable_that_changes_within_a_subject_has_no_covariance_of_its_own(early):
    with pytest.raises(NotEstimableError, match="AVISIT of 0001 differs between visits"):
        fit(early, covariance_by="AVISIT")


def test_structure_that_one_arm_can_not_tell_is_left_for_the_next(early):
    gone = (
        early["TRT"].eq("ACT")
        & early["AVISIT"].eq("V1")
        & early["USUBJID"].astype(int).floordiv(2).mod(2).eq(0)
    )
    rest = (
        early["TRT"].eq("ACT")
        & early["AVISIT"].eq("V4")
        & ~early["USUBJID"].astype(int).floordiv(2).mod(2).eq(0)
    )
    found = fit(early[~gone & ~rest], covariance=["UN", "ARH1"], covariance_by="TRT")
    assert found.attempts[0].reason == "in ACT, no subject has both V1 and V4"
    assert found.structure == "ARH1"


@pytest.fixture(scope="module")
def long(early) -> pd.DataFrame:
    base = early.drop_duplicates("USUBJID").assign(AVISIT="V0", AVAL=lambda frame: frame["BASE"])
    return pd.concat([base, early.assign(AVAL=early["BASE"] + early["CHG"])], ignore_index=True)


def constrained(frame: pd.DataFrame, **arguments):
    given = {"group": "TRT", "reference": "PBO", "baseline": "V0", "terms": ["STRATA"]} | arguments
    return clda("AVAL", frame, subject="USUBJID", visit="AVISIT", **given)


def test_constrained_baseline_equals_r(long):
    found = constrained(long)
    assert found.fit.deviance == pytest.approx(R["clda deviance"][0], rel=1e-8)
    assert found.differences["visit"].to_list() == ["V1", "V2", "V3", "V4"]
    assert found.differences["estimate"].to_list() == pytest.approx(R["clda differences"], rel=1e-4)
    model = constrained(long, ddf="satterthwaite")
    assert model.differences["se"].to_list() == pytest.approx(R["clda se"], rel=1e-4)
    means = found.lsmeans.set_index(["group", "visit"])["estimate"]
    assert means["PBO"].to_list() == pytest.approx(R["clda means"], rel=1e-6)
    assert means["ACT", "V0"] == pytest.approx(means["PBO", "V0"], rel=1e-12)
    moved = (means["ACT"] - means["PBO"]).to_list()[1:]
    assert moved == pytest.approx(found.differences["estimate"].to_list(), rel=1e-9)


def test_group_without_a_row_at_a_visit_has_its_reason(long):
    found = constrained(long[~((long["TRT"] == "ACT") & (long["AVISIT"] == "V4"))], covariance="ARH1")
    last = found.differences.iloc[-1]
    assert np.isnan(last["estimate"])
    assert last["reason"]
    assert found.differences["estimate"].iloc[:-1].notna().all()


@pytest.mark.parametrize(("change", "name"), [({"baseline": "V9"}, "V9"), ({"reference": "DRUG"}, "DRUG")])
def test_level_that_the_data_do_not_have_is_refused(long, change, name):
    with pytest.raises(ValueError, match=f"has no level '{name}' in the data"):
        constrained(long, **change)

"""Pooled analysis of covariance and its tipping point against R: lm and emmeans by draw, Rubin by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.pooled_ancova import pooled_ancova, tipping_ancova

OWN = Path(__file__).parent / "reference"
R = json.loads((OWN / "continuous.json").read_text())
MEASURES = ("estimate", "se", "df", "lower", "upper", "p_value")


@pytest.fixture(scope="module")
def trial() -> dict:
    draws = pd.read_csv(OWN / "draws.csv", dtype={"USUBJID": str, "DTYPE": str})
    one = draws[draws["DRAWNUM"] == 1].reset_index(drop=True)
    return {
        "outcomes": draws["CHG"].to_numpy().reshape(5, -1),
        "imputed": (one["DTYPE"] == "MI").to_numpy(),
        "group": one["TRT"],
        "levels": ["PBO", "ACT"],
        "reference": "PBO",
        "factors": {"STRATA": one["STRATA"]},
        "covariates": {"BASE": one["BASE"]},
    }


def values(pooled) -> list[float]:
    return [getattr(pooled, name) for name in MEASURES]


def test_pooled_equals_r(trial):
    found = pooled_ancova(**{name: value for name, value in trial.items() if name != "imputed"})
    assert (found.draws, found.df, dict(found.n)) == (5, 31, {"PBO": 18, "ACT": 18})
    for arm in ("PBO", "ACT"):
        assert values(found.lsmeans[arm]) == pytest.approx(R[f"imputed {arm} 0"], rel=1e-9)
    assert values(found.differences["ACT"]) == pytest.approx(R["imputed difference 0"], rel=1e-9)


def test_deltas_equal_r(trial):
    found = tipping_ancova(**trial, deltas=[0, 4, 8], shifted=["ACT"], confidence=0.9)
    for delta, result in zip(found.deltas, found.results, strict=True):
        there = R[f"imputed difference {delta:g}"]
        difference = result.differences["ACT"]
        assert [difference.estimate, difference.se, difference.df] == pytest.approx(there[:3], rel=1e-9)
        assert difference.p_value == pytest.approx(there[5], rel=1e-9)
    # 0.070, 0.182 and 0.412 at a level of 10 %
    assert found.tipping_points["ACT"].value == 4


def test_result_that_stays_has_no_tipping_point(trial):
    found = tipping_ancova(**trial, deltas=[0, -2], shifted=["ACT"], confidence=0.9)
    assert found.tipping_points["ACT"].error == "The result stays significant up to a delta of -2."


def test_shift_of_all_groups_moves_both_means(trial):
    none, both = tipping_ancova(**trial, deltas=[0, 5], shifted=["ACT", "PBO"]).results
    share = trial["imputed"].mean()
    for arm in ("PBO", "ACT"):
        assert both.lsmeans[arm].estimate > none.lsmeans[arm].estimate
    mean = [np.mean([r.lsmeans[arm].estimate for arm in ("PBO", "ACT")]) for r in (none, both)]
    assert mean[1] - mean[0] == pytest.approx(5 * share, abs=0.3)


def test_one_draw_and_missing_outcomes_have_their_sentence(trial):
    arguments = {name: value for name, value in trial.items() if name != "imputed"}
    with pytest.raises(NotEstimableError, match="at least 2 imputations"):
        pooled_ancova(**arguments | {"outcomes": trial["outcomes"][:1]})
    gap = trial["outcomes"].copy()
    gap[2, 3] = np.nan
    with pytest.raises(NotEstimableError, match="An outcome is missing in 1 of 5 draws"):
        pooled_ancova(**arguments | {"outcomes": gap})
    with pytest.raises(ValueError, match="at least one delta"):
        tipping_ancova(**trial, deltas=[], shifted=["ACT"])

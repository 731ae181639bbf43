"""ANCOVA with interactions and with robust standard errors, against R's emmeans, sandwich and drop1."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.ancova import ancova
from il2cdisc.stats.estimates import NotEstimableError

OWN = Path(__file__).parent / "reference"
R = json.loads((OWN / "continuous.json").read_text())
ARMS = ("PBO", "ACT")


@pytest.fixture(scope="module")
def visit() -> pd.DataFrame:
    data = pd.read_csv(OWN / "sim36.csv", dtype={"USUBJID": str})
    return data[data["AVISIT"] == "V2"].reset_index(drop=True)


def fit(frame: pd.DataFrame, **changes):
    return ancova(
        frame["CHG"],
        frame["TRT"],
        levels=ARMS,
        reference="PBO",
        factors={"STRATA": frame["STRATA"]},
        covariates={"BASE": frame["BASE"]},
        **changes,
    )


@pytest.mark.parametrize(("weights", "name"), [("equal", "equal"), ("observed", "proportional")])
def test_means_over_the_levels_equal_r(visit, weights, name):
    found = fit(visit, interactions=["STRATA"], weights=weights)
    difference = found.differences["ACT"]
    means = [found.lsmeans[arm] for arm in ARMS]
    values = [mean.estimate for mean in means] + [mean.se for mean in means]
    values += [difference.estimate, difference.se, difference.lower, difference.upper]
    assert values == pytest.approx(R[f"interaction overall {name}"], rel=1e-10)


def test_means_at_each_level_equal_r(visit):
    found = fit(visit, interactions=["STRATA"]).by_level["STRATA"]
    assert list(found) == ["S1", "S2", "S3"]
    means = [found[level].lsmeans[arm] for level in found for arm in ARMS]
    assert [mean.estimate for mean in means] == pytest.approx(R["interaction means"], rel=1e-10)
    assert [mean.se for mean in means] == pytest.approx(R["interaction means se"], rel=1e-10)
    differences = [found[level].differences["ACT"] for level in found]
    assert [d.estimate for d in differences] == pytest.approx(R["interaction differences"], rel=1e-10)
    assert [d.se for d in differences] == pytest.approx(R["interaction differences se"], rel=1e-10)
    assert [d.p_value for d in differences] == pytest.approx(R["interaction p"], rel=1e-10)
    used = visit.dropna()
    assert found["S2"].n == {
        arm: int(((used["STRATA"] == "S2") & (used["TRT"] == arm)).sum()) for arm in ARMS
    }


def test_type_three_tests_equal_r(visit):
    """Whatever the weights of the LS means."""
    for weights in ("equal", "observed"):
        tests = fit(visit, interactions=["STRATA"], weights=weights).tests
        names = ["group", "STRATA", "BASE", "group:STRATA"]
        assert [tests[name].statistic for name in names] == pytest.approx(R["type III"], rel=1e-9)
        assert [tests[name].p_value for name in names] == pytest.approx(R["type III p"], rel=1e-9)


def test_product_with_a_covariate_equals_r(visit):
    found = fit(visit, interactions=["BASE"])
    names = ["group", "STRATA", "BASE", "group:BASE"]
    assert [found.tests[name].statistic for name in names] == pytest.approx(R["slopes"], rel=1e-9)
    means = [found.lsmeans[arm] for arm in ARMS]
    assert [m.estimate for m in means] + [m.se for m in means] == pytest.approx(R["slopes means"], rel=1e-10)
    assert found.by_level == {}


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
@pytest.mark.parametrize("interactions", [(), ("STRATA",)])
def test_robust_errors_equal_r(visit, kind, interactions):
    found = fit(visit, interactions=interactions, standard_errors=kind)
    difference = found.differences["ACT"]
    values = [found.lsmeans[arm].se for arm in ARMS]
    values += [difference.estimate, difference.se, difference.lower, difference.upper, difference.p_value]
    assert values == pytest.approx(R[f"{kind} {'interaction' if interactions else 'plain'}"], rel=1e-10)
    assert found.contrast({"ACT": 1, "PBO": -1}).se == pytest.approx(difference.se, rel=1e-12)
    if interactions:
        assert [found.tests["group:STRATA"].statistic] == pytest.approx(R[f"{kind} F"], rel=1e-9)


def test_robust_errors_do_not_depend_on_the_scale_of_a_covariate(visit):
    large = visit.assign(BASE=visit["BASE"] * 1e6 + 1e9)
    one, other = (fit(frame, standard_errors="HC3").differences["ACT"] for frame in (visit, large))
    assert other.se == pytest.approx(one.se, rel=1e-6)


def test_cell_without_rows_has_its_sentence(visit):
    few = visit[~((visit["STRATA"] == "S3") & (visit["TRT"] == "ACT"))]
    with pytest.raises(NotEstimableError, match="each group at each level; ACT has none at S3"):
        fit(few, interactions=["STRATA"])


def test_row_that_is_fitted_exactly_has_no_correction():
    frame = pd.DataFrame(
        {
            "CHG": [1.0, 2.0, 4.0, 3.0, 9.0],
            "TRT": ["PBO", "PBO", "ACT", "ACT", "ACT"],
            "STRATA": ["S1", "S1", "S1", "S1", "S2"],
            "BASE": [1.0, 2.0, 2.5, 3.0, 1.0],
        }
    )
    arguments = {"levels": ARMS, "reference": "PBO", "factors": {"STRATA": frame["STRATA"]}}
    with pytest.raises(NotEstimableError, match="HC3 needs rows that the model does not fit exactly"):
        ancova(frame["CHG"], frame["TRT"], **arguments, standard_errors="HC3")
    assert np.isfinite(ancova(frame["CHG"], frame["TRT"], **arguments, standard_errors="HC0").df)


def test_interaction_with_a_variable_outside_the_model_is_refused(visit):
    with pytest.raises(ValueError, match="'SITE' is not among"):
        fit(visit, interactions=["SITE"])

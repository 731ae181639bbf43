"""Partial least squares: R's pls package, orthogonality, full rank, and a seeded bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.pls import bootstrap_importance, cross_validated, pls

# displacement, power, axle ratio, weight, quarter-mile time; miles a gallon (Motor Trend 1974, R's mtcars)
CARS = pd.DataFrame(
    [
        (160, 110, 3.9, 2.62, 16.46, 21),
        (160, 110, 3.9, 2.875, 17.02, 21),
        (108, 93, 3.85, 2.32, 18.61, 22.8),
        (258, 110, 3.08, 3.215, 19.44, 21.4),
        (360, 175, 3.15, 3.44, 17.02, 18.7),
        (225, 105, 2.76, 3.46, 20.22, 18.1),
        (360, 245, 3.21, 3.57, 15.84, 14.3),
        (146.7, 62, 3.69, 3.19, 20, 24.4),
        (140.8, 95, 3.92, 3.15, 22.9, 22.8),
        (167.6, 123, 3.92, 3.44, 18.3, 19.2),
        (167.6, 123, 3.92, 3.44, 18.9, 17.8),
        (275.8, 180, 3.07, 4.07, 17.4, 16.4),
        (275.8, 180, 3.07, 3.73, 17.6, 17.3),
        (275.8, 180, 3.07, 3.78, 18, 15.2),
        (472, 205, 2.93, 5.25, 17.98, 10.4),
        (460, 215, 3, 5.424, 17.82, 10.4),
        (440, 230, 3.23, 5.345, 17.42, 14.7),
        (78.7, 66, 4.08, 2.2, 19.47, 32.4),
        (75.7, 52, 4.93, 1.615, 18.52, 30.4),
        (71.1, 65, 4.22, 1.835, 19.9, 33.9),
        (120.1, 97, 3.7, 2.465, 20.01, 21.5),
        (318, 150, 2.76, 3.52, 16.87, 15.5),
        (304, 150, 3.15, 3.435, 17.3, 15.2),
        (350, 245, 3.73, 3.84, 15.41, 13.3),
        (400, 175, 3.08, 3.845, 17.05, 19.2),
        (79, 66, 4.08, 1.935, 18.9, 27.3),
        (120.3, 91, 4.43, 2.14, 16.7, 26),
        (95.1, 113, 3.77, 1.513, 16.9, 30.4),
        (351, 264, 4.22, 3.17, 14.5, 15.8),
        (145, 175, 3.62, 2.77, 15.5, 19.7),
        (301, 335, 3.54, 3.57, 14.6, 15),
        (121, 109, 4.11, 2.78, 18.6, 21.4),
    ],
    columns=["disp", "hp", "drat", "wt", "qsec", "mpg"],
)
X, Y = CARS.drop(columns="mpg"), CARS["mpg"]

# R 4.2, pls: plsr(mpg ~ ., scale = TRUE, method = "oscorespls"); VIP by its formula; leave-one-out Q²
VIP = [
    [1.15062484417693, 1.05371619200852, 0.92475021509594, 1.17792320245237, 0.56840005582885],
    [1.14558889130526, 1.04762662821071, 0.91910700573650, 1.18524339207339, 0.58356229618980],
    [1.14378088833034, 1.04350868913290, 0.92347216280334, 1.17859002310766, 0.60081579302878],
]
SLOPES = [-1.33138378217427, -1.31585421660330, 1.18950263385803, -2.17199923869884, 0.31050144258896]
Q_SQUARED = [0.77942530593291, 0.77715195307086, 0.77371108180570, 0.76525746752710, 0.76662133571457]


@pytest.mark.parametrize("components", [1, 2, 3])
def test_importance_equals_r(components):
    found = pls(Y, X, components=components)
    assert list(found.importance.values()) == pytest.approx(VIP[components - 1], rel=1e-12)


def test_coefficients_equal_r():
    found = pls(Y, X, components=2)
    scaled = np.array(list(found.coefficients.values())) * X.std().to_numpy()
    assert scaled == pytest.approx(SLOPES, rel=1e-11)
    assert found.intercept == pytest.approx(21.42332344150087, rel=1e-12)
    fitted = found.intercept + X @ np.array(list(found.coefficients.values()))
    assert 1 - ((Y - fitted) ** 2).sum() / ((Y - Y.mean()) ** 2).sum() == pytest.approx(sum(found.r_squared))


def test_cross_validation_equals_r():
    assert cross_validated(Y, X, components=5) == pytest.approx(Q_SQUARED, rel=1e-10)


def test_all_components_are_least_squares():
    found = pls(Y, X, components=5)
    design = np.column_stack([np.ones(len(X)), X])
    beta = np.linalg.lstsq(design, Y, rcond=None)[0]
    assert [found.intercept, *found.coefficients.values()] == pytest.approx(beta, rel=1e-8)


def test_one_component_is_the_correlation():
    """With one component VIP is proportional to the absolute correlation with the response."""
    found = pls(Y, X, components=1)
    r = X.corrwith(Y)
    assert list(found.importance.values()) == pytest.approx((r.abs() * np.sqrt(5 / (r**2).sum())).tolist())


@given(st.integers(0, 10_000), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_scores_are_orthogonal_and_units_do_not_matter(seed, components):
    random = np.random.default_rng(seed)
    x = pd.DataFrame(random.normal(size=(20, 4)), columns=list("abcd"))
    y = x["a"] - x["b"] + random.normal(size=20)
    found = pls(y, x, components=components)
    cross = found.scores.T @ found.scores
    assert cross - np.diag(np.diag(cross)) == pytest.approx(np.zeros_like(cross), abs=1e-9)
    assert np.mean(np.square(list(found.importance.values()))) == pytest.approx(1)
    other = pls(-3 * y + 7, x * [2, 10, -1, 0.1] + 5, components=components)
    assert list(other.importance.values()) == pytest.approx(list(found.importance.values()), rel=1e-8)


def test_bootstrap_is_seeded_and_surrounds():
    found = bootstrap_importance(Y, X, components=2, resamples=200, seed=5)
    again = bootstrap_importance(Y, X, components=2, resamples=200, seed=5)
    pd.testing.assert_frame_equal(found, again, check_exact=True)
    assert not found["lower"].equals(bootstrap_importance(Y, X, components=2, resamples=200, seed=6)["lower"])
    assert found["variable"].tolist() == list(X.columns)
    assert (found["lower"] <= found["importance"]).all()
    assert (found["importance"] <= found["upper"]).all()
    weight = found.set_index("variable").loc["wt"]
    assert weight["share_above_one"] > 0.95
    assert weight["coefficient_upper"] < 0
    assert found["coefficient"].tolist() == pytest.approx(SLOPES, rel=1e-10)


def test_rows_with_missing_values_are_left_out():
    x = X.copy()
    x.loc[3, "hp"] = np.nan
    found, without = pls(Y, x, components=2), pls(Y.drop(3), X.drop(3), components=2)
    assert found.importance == without.importance
    assert (found.n, int(found.used.sum())) == (31, 31)


CASES = {
    "constant response": lambda: pls(Y * 0, X, components=1),
    "constant variable": lambda: pls(Y, X.assign(hp=1.0), components=1),
    "missing everywhere": lambda: pls(Y, X.assign(hp=np.nan), components=1),
    "few rows": lambda: pls(Y[:3], X[:3], components=2),
    "more components than there are": lambda: pls(Y, X.assign(hp=X["wt"], disp=X["wt"] * 2), components=4),
    "resamples": lambda: bootstrap_importance(
        Y[:4],
        X[:4].assign(hp=[1, 1, 1, 2.0], wt=[2.0, 1, 1, 1], disp=[1, 2.0, 1, 1]),
        components=1,
        resamples=50,
        seed=1,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_estimated_is_a_sentence(case, snapshot):
    with pytest.raises(NotEstimableError) as caught:
        CASES[case]()
    assert str(caught.value) == snapshot


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="6 components of 5 variables can't be"):
        pls(Y, X, components=6)
    with pytest.raises(ValueError, match="at least 2 resamples"):
        bootstrap_importance(Y, X, components=1, resamples=1, seed=1)

"""Cox regression: R's values with both ties, closed forms, and the log-rank test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.stats.cox import cox
from il2cdisc.stats.survival import log_rank

# remission of acute leukaemia in weeks, 6-mercaptopurine and placebo (Freireich 1963)
TIME = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
TIME += [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
EVENT = [1] * 9 + [0] * 12 + [1] * 21
PLACEBO = [0] * 21 + [1] * 21


@pytest.mark.parametrize(
    ("ties", "estimate", "se"),
    [  # R 4.2: coxph(Surv(time, event) ~ placebo, ties = ...); SAS prints 1.50919 (0.40956) for Breslow
        ("breslow", 1.5091914, 0.4095644),
        ("efron", 1.5721251, 0.4123967),
    ],
)
def test_equals_r(ties, estimate, se):
    found = cox(TIME, EVENT, {"placebo": PLACEBO}, ties=ties)
    here = found.coefficients["placebo"]
    assert (here.estimate, here.se) == pytest.approx((estimate, se), abs=5e-8)
    assert here.ratio.estimate == pytest.approx(np.exp(estimate), rel=1e-7)
    assert here.ratio.upper == pytest.approx(np.exp(estimate + 1.959963984540054 * se), rel=1e-6)
    assert (found.n, found.events) == (42, 30)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_equals_stored_values_of_r(ties, r_values, r_data):
    data = pd.read_csv(r_data / "lung.csv")
    found = cox(data["time"], data["status"] - 1, {"sex": data["sex"] - 1.0, "age": data["age"]}, ties=ties)
    stored = r_values["cox"][ties]
    for row, limits, name in zip(stored["coef"], stored["ci"], ("sex", "age"), strict=True):
        here = found.coefficients[name]
        values = (here.estimate, here.ratio.estimate, here.se, here.statistic, here.p_value)
        assert values == pytest.approx([row[f"X{i}"] for i in range(1, 6)], rel=1e-9)
        assert (here.ratio.lower, here.ratio.upper) == pytest.approx((limits["X3"], limits["X4"]), rel=1e-9)
    assert (found.log_likelihood_null, found.log_likelihood) == pytest.approx(stored["loglik"], rel=1e-12)
    difference = 2 * (stored["loglik"][1] - stored["loglik"][0])
    assert found.likelihood_ratio.statistic == pytest.approx(difference, rel=1e-9)
    assert found.likelihood_ratio.df == 2


def test_closed_form_of_two_pairs():
    """Each stratum is a pair with one event first: the odds are those of McNemar, 3 to 1."""
    time, event, x, pair = [], [], [], []
    for i, exposed_first in enumerate([True, True, True, False]):
        time += [1, 2]
        event += [1, 0]
        x += [1, 0] if exposed_first else [0, 1]
        pair += [i, i]
    found = cox(time, event, {"x": x}, stratum=pair).coefficients["x"]
    assert found.ratio.estimate == pytest.approx(3, rel=1e-9)
    assert found.se == pytest.approx(np.sqrt(1 / 3 + 1 / 1), rel=1e-9)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 1), st.integers(0, 1)), min_size=8, max_size=25),
    st.floats(0.2, 5),
)
@settings(max_examples=25, deadline=None)
def test_units_and_direction(rows, factor):
    time, event, group = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    try:
        found = cox(time, event, {"g": group}).coefficients["g"]
    except ValueError:
        return
    scaled = cox(time * 3, event, {"g": group * factor}).coefficients["g"]
    turned = cox(time, event, {"g": 1 - group}).coefficients["g"]
    assert scaled.estimate * factor == pytest.approx(found.estimate, rel=1e-6, abs=1e-7)
    assert turned.estimate == pytest.approx(-found.estimate, rel=1e-6, abs=1e-7)
    assert found.ratio.lower <= found.ratio.estimate <= found.ratio.upper


def test_score_test_of_untied_data_is_the_log_rank_test():
    """Without ties the score test at 0 is the log-rank test; the likelihood ratio is close to it."""
    random = np.random.default_rng(9)
    time, event, group = random.permutation(60) + 1.0, random.integers(0, 2, 60), np.arange(60) % 2
    found = cox(time, event, {"g": group})
    test = log_rank(time, event, group).test
    assert found.likelihood_ratio.statistic == pytest.approx(test.statistic, rel=0.05, abs=0.05)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="at least one term"):
        cox([1], [1], {})
    with pytest.raises(ValueError, match="values other than 0 and 1"):
        cox([1, 2], [1, 3], {"x": [1, 2]})

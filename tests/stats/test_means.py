"""t-tests: R's values."""

from __future__ import annotations

import pytest

from il2cdisc.stats.means import paired_t_test, t_test, welch_test

X = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
Y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06001, 3.14, 1.29001]


@pytest.mark.parametrize(
    ("test", "statistic", "df", "p", "lower", "upper"),
    [  # R 4.2: t.test
        (t_test, 1.20516701455377, 16, 0.245661610411879, -0.327807900371138, 1.19158123370447),
        (
            welch_test,
            1.20516701455377,
            15.7950377582105,
            0.245885006408272,
            -0.328609880961925,
            1.19238321429526,
        ),
        (paired_t_test, 3.0353522222181, 8, 0.0161771979527355, 0.103775671183878, 0.759997662149456),
    ],
)
def test_equal_r(test, statistic, df, p, lower, upper):
    found = test(X, Y)
    assert found.estimate == pytest.approx(0.431886666666667, rel=1e-12)
    assert (found.statistic, found.df, found.p_value, found.lower, found.upper) == pytest.approx(
        (statistic, df, p, lower, upper), rel=1e-11
    )
    swapped = test(Y, X)
    assert (-swapped.upper, -swapped.lower) == pytest.approx((found.lower, found.upper))

"""Estimators on inputs that once hung, warned, or gave a wrong number without a word."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.ancova import ancova
from il2cdisc.stats.cmh import mantel_haenszel_corrected
from il2cdisc.stats.contingency import TooLargeError, fisher, fisher_exact, fisher_monte_carlo
from il2cdisc.stats.correlation import partial_pearson, pearson, spearman
from il2cdisc.stats.cox import cox
from il2cdisc.stats.descriptive import describe
from il2cdisc.stats.estimates import Estimate, HypothesisTest, NotEstimableError
from il2cdisc.stats.gee import gee_logistic
from il2cdisc.stats.mmrm import mmrm, optimise
from il2cdisc.stats.proportions import clopper_pearson, wilson, wilson_corrected
from il2cdisc.stats.ranks import hodges_lehmann, hodges_lehmann_moses, rank_sum, wilcoxon, wilcoxon_exact


@pytest.mark.parametrize("n", [10, 40, 200])
def test_1_cox_refuses_a_term_that_orders_the_events(n: int) -> None:
    with pytest.raises(NotEstimableError, match="hazard ratio of a is 0 or infinite"):
        cox(np.arange(n)[::-1] + 1.0, np.ones(n), {"a": np.arange(n) * 1.0})


def test_1_cox_refuses_strata_that_tell_nothing_apart() -> None:
    with pytest.raises(NotEstimableError, match="do not tell the effects of x1 and x2 apart"):
        cox([17, 18, 5, 6], [1, 0, 0, 0], {"x1": [0, 1, 0, 1], "x2": [3, 1, 2, 5]}, stratum=[1, 1, 2, 2])


def test_1_cox_ends_on_any_data() -> None:
    for seed in range(60):
        random = np.random.default_rng(seed)
        n, terms = int(random.integers(4, 40)), int(random.integers(1, 4))
        x = {f"x{i}": random.normal(size=n) * 10.0 ** random.integers(-3, 6) for i in range(terms)}
        time = np.argsort(np.argsort(-x["x0"])) + 1.0 if seed % 3 == 0 else random.exponential(10, n)
        try:
            fit = cox(time, random.integers(0, 2, n), x, stratum=random.integers(0, 2, n))
        except NotEstimableError as refused:
            assert str(refused).endswith(".")
        else:
            assert all(math.isfinite(c.estimate) and c.se > 0 for c in fit.coefficients.values())


DAYS = (-7, -1, 14, 28)


def repeated(
    names: dict[int, str] | None = None, *, subjects: int = 30, days: Sequence[int] = DAYS, **renamed: str
) -> pd.DataFrame:
    """Subjects at days -7, -1, 14 and 28 with correlations that fall with the distance."""
    random = np.random.default_rng(9)
    rows = []
    for subject in range(subjects):
        base, error = random.normal(10, 2), 0.0
        for day in days:
            error = 0.8 * error + random.normal()
            rows.append((f"{subject:02}", day, base, "AB"[subject % 2], base + error + (subject % 2)))
    data = pd.DataFrame(rows, columns=["ID", "DAY", "BASE", "TRT", "CHG"])
    data["VISIT"] = data["DAY"].map(names or {day: f"Day {day}" for day in days})
    return data.rename(columns=renamed)


def fit(data: pd.DataFrame, *, visit: str = "VISIT", covariance: str = "AR1", **arguments):
    formula = f"CHG ~ BASE + TRT*{visit if visit == 'VISIT' else f'C({visit})'}"
    return mmrm(formula, data, subject="ID", visit=visit, covariance=covariance, **arguments)


@pytest.mark.parametrize("covariance", ["AR1", "ARH1", "TOEP", "TOEPH", "ANTE1", "AD"])
def test_2_visits_are_in_the_order_of_days(covariance: str) -> None:
    by_number = fit(repeated(), visit="DAY", covariance=covariance)
    by_text = fit(repeated(), covariance=covariance)
    assert by_number.visits == (-7, -1, 14, 28)
    assert by_text.visits == ("Day -7", "Day -1", "Day 14", "Day 28")
    assert by_text.deviance == pytest.approx(by_number.deviance, rel=1e-12)


@pytest.mark.parametrize(
    "names",
    [
        {-7: "Day -7", -1: "Day 1", 14: "Week 2", 28: "Month 2"},
        {-7: "Week 0", -1: "Week 2", 14: "Week 4", 28: "EOT (Week 12)"},
        {-7: "Screening", -1: "Baseline", 14: "Middle", 28: "End"},
        {-7: "Visit 1", -1: "Visit 01", 14: "Visit 2", 28: "Visit 3"},
        {-7: "Week 1.5", -1: "Week 2", 14: "Week 3", 28: "Week 4"},
    ],
)
def test_2_an_order_that_texts_do_not_say_is_refused(names: dict[int, str]) -> None:
    data = repeated(names)
    with pytest.raises(ValueError, match="Give visit_order, or make VISIT a number or an ordered category"):
        fit(data)
    right = fit(repeated(), visit="DAY").deviance
    assert fit(data, visit_order=list(names.values())).deviance == pytest.approx(right, rel=1e-12)
    ordered = data.assign(VISIT=pd.Categorical(data["VISIT"], list(names.values()), ordered=True))
    assert fit(ordered).deviance == pytest.approx(right, rel=1e-12)
    assert fit(data, covariance="UN").converged  # the order does not matter there


@pytest.mark.parametrize(
    ("order", "said"), [(["Day -7", "Day -1", "Day 14"], "Day 28"), (["Day -7"] * 2, "twice")]
)
def test_2_visit_order_names_each_visit_once(order: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit(repeated(), visit_order=order)


def platelets() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    count = random.normal(250_000, 60_000, 180)
    response = (random.random(180) < 1 / (1 + np.exp(-(count - 250_000) / 60_000))).astype(float)
    return response, count, np.repeat(np.arange(60), 3)


@pytest.mark.parametrize("unit", [1.0, 1_000.0, 1e-6])
def test_3_gee_does_not_depend_on_the_unit(unit: float) -> None:
    response, count, subject = platelets()
    term = gee_logistic(response, {"count": count / unit}, subject=subject).coefficients["count"]
    # R 4.2.2, geepack 1.3.9: geeglm(response ~ I(count / 1000), id = subject, family = binomial,
    # corstr = "exchangeable", control = geese.control(epsilon = 1e-12, maxit = 100)), over 1000
    assert term.estimate / unit == pytest.approx(2.137171084e-05, rel=1e-6)
    assert term.se / unit == pytest.approx(2.926633667e-06, rel=1e-6)


def test_3_a_chance_near_one_is_no_separation() -> None:
    random = np.random.default_rng(5)
    x = np.append(random.normal(0, 1, 100), 60.0)
    y = (random.random(101) < 1 / (1 + np.exp(-x))).astype(float)
    y[-1] = 1
    fitted = gee_logistic(y, {"x": x}, subject=np.arange(101))
    assert fitted.coefficients["x"].estimate > 0
    with pytest.raises(NotEstimableError, match="separate the outcomes: the odds ratio of x"):
        gee_logistic(x > np.median(x), {"x": x}, subject=np.arange(101))


def test_3_separation_of_one_group_is_refused() -> None:
    group, outcome = np.repeat([0.0, 1.0], 10), np.repeat([0.0, 1.0, 1.0], [5, 5, 10])
    with pytest.raises(NotEstimableError, match="odds ratio of g "):
        gee_logistic(outcome, {"g": group}, subject=np.arange(20))


def test_4_ancova_refuses_the_logarithm_of_zero() -> None:
    y = pd.Series([0.0, 1.2, 3.4, 2.2, 5.0, 4.1, 2.7, 3.9])
    group, age = pd.Series(list("ABABABAB")), pd.Series(np.arange(8.0))
    with np.errstate(divide="ignore"):
        logs = np.log(y)
    with pytest.raises(NotEstimableError, match="The response is infinite in 1 of 8 rows"):
        ancova(logs, group, levels=["A", "B"], reference="A", covariates={"age": age})
    with pytest.raises(NotEstimableError, match="The covariate base is infinite in 1 of 8 rows"):
        ancova(y, group, levels=["A", "B"], reference="A", covariates={"base": logs})
    with pytest.raises(NotEstimableError, match="infinite"):
        ancova(logs.mask(logs == -np.inf, np.inf), group, levels=["A", "B"], reference="A")


def test_5_moses_limits_as_published() -> None:
    a = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    b = [0.878, 0.647, 0.598, 2.050, 1.060, 1.290, 1.060, 3.140, 1.290]
    found = hodges_lehmann_moses(a, b)
    assert (found.estimate, found.lower, found.upper) == pytest.approx((0.56, -0.37, 1.183))


def test_5_large_groups_have_limits_and_say_how() -> None:
    random = np.random.default_rng(1)
    x, y = np.round(random.normal(0.3, 1, 300), 2), np.round(random.normal(0, 1, 280), 2)
    with pytest.raises(NotEstimableError, match="too large"):
        hodges_lehmann(x, y)
    found = rank_sum(x, y)
    assert found.method == "asymptotic"
    assert found.test == wilcoxon(x, y)
    assert found.shift == hodges_lehmann_moses(x, y)
    small = rank_sum(x[:12], y[:14])
    assert small.method == "exact"
    assert (small.test, small.shift) == (wilcoxon_exact(x[:12], y[:14]), hodges_lehmann(x[:12], y[:14]))


def test_5_asymptotic_limits_come_near_the_exact_ones() -> None:
    random = np.random.default_rng(2)
    x, y = random.normal(0.3, 1, 60), random.normal(0, 1, 50)
    exact, moses = hodges_lehmann(x, y), hodges_lehmann_moses(x, y)
    assert exact.estimate == moses.estimate
    assert [moses.lower, moses.upper] == pytest.approx([exact.lower, exact.upper], abs=0.02)


LARGE = np.random.default_rng(4).integers(5, 60, (6, 7))


def test_5_fisher_by_monte_carlo_where_exact_is_too_large() -> None:
    with pytest.raises(TooLargeError):
        fisher_exact(LARGE)
    found = fisher(LARGE, seed=11)
    assert found.method == "Monte Carlo"
    assert found.draws == 10_000
    assert found == fisher(LARGE, seed=11)
    assert 0 < found.lower <= found.p_value <= found.upper < 1 or found.p_value == pytest.approx(1 / 10_001)


@pytest.mark.parametrize("table", [[[3, 1, 4], [1, 5, 2], [6, 0, 3]], [[8, 2], [3, 9]]])
def test_5_monte_carlo_holds_the_exact_value(table: list[list[int]]) -> None:
    exact, drawn = fisher_exact(table), fisher_monte_carlo(table, seed=5, draws=40_000)
    assert drawn.lower < exact < drawn.upper
    assert fisher(table, seed=5).method == "exact"
    assert fisher(table, seed=5).p_value == exact


def test_6_correlation_of_tiny_numbers() -> None:
    tiny = [1e-200, 2e-200, 3e-200, 5e-200]
    right = pearson([1, 2, 3, 5], [4, 1, 3, 2])
    assert right.estimate == pytest.approx(-0.3779645, abs=1e-7)
    assert pearson(tiny, [4, 1, 3, 2]) == right
    assert spearman(tiny, [4, 1, 3, 2]) == spearman([1, 2, 3, 5], [4, 1, 3, 2])
    huge = partial_pearson(
        [1e200, 2e200, 3e200, 5e200, 4e200], [4, 1, 3, 2, 2], {"z": [1e-200, 0, 2e-200, 0, 0]}
    )
    assert -1 < huge.estimate < 1


@pytest.mark.parametrize("interval", [clopper_pearson, wilson, wilson_corrected])
@pytest.mark.parametrize(("events", "n"), [(1.5, 5), (1, 5.5)])
def test_6_counts_are_whole_numbers(interval, events: float, n: float) -> None:
    with pytest.raises(ValueError, match="counts are whole numbers"):
        interval(events, n)
    assert interval(1.0, 5.0) == interval(1, 5)


def test_6_mantel_haenszel_without_correction_below_a_half() -> None:
    table = [[[5, 5], [4, 5]], [[6, 4], [5, 4]]]
    # R 4.2.2: mantelhaen.test(array(c(5, 4, 5, 5, 6, 5, 4, 4), c(2, 2, 2)))$statistic
    assert mantel_haenszel_corrected(table).statistic == pytest.approx(0.0910112359551, rel=1e-10)


@pytest.mark.parametrize("name", ["C", "Q", "I", "log", "exp", "bs", "np"])
def test_6_a_column_may_be_called_like_a_function(name: str) -> None:
    right = mmrm("CHG ~ BASE + TRT*VISIT", repeated(), subject="ID", visit="VISIT").deviance
    for column, formula in (("BASE", f"CHG ~ {name} + TRT*VISIT"), ("CHG", f"{name} ~ BASE + TRT*VISIT")):
        data = repeated(**{column: name})
        assert mmrm(formula, data, subject="ID", visit="VISIT").deviance == pytest.approx(right, rel=1e-12)


def test_6_unused_categories_make_no_warning() -> None:
    data = repeated()
    days = [f"Day {day}" for day in (-14, -7, -1, 14, 28, 56)]
    data = data.assign(
        VISIT=pd.Categorical(data["VISIT"], days, ordered=True), TRT=pd.Categorical(data["TRT"], list("ABZ"))
    )
    assert fit(data).visits == ("Day -7", "Day -1", "Day 14", "Day 28")


def test_6_describe_takes_any_missing_value() -> None:
    values = pd.Series([1.0, pd.NA, 3.0, None], dtype=object)
    assert describe(values) == describe([1.0, 3.0])
    assert describe(pd.Series([1, None, 3], dtype="Int64"))["mean"].value == 2


def test_7_a_search_has_an_end_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimise, "WORK", 100)
    found = fit(repeated(), covariance=("UN", "AR1"))
    assert (
        found.attempts[0].reason
        == "the search was ended after 1 steps, its limit for 10 covariance parameters"
    )
    assert found.structure == "AR1"


def test_7_what_the_steps_of_a_search_take_is_within_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 visits with a sixtieth of the shipped limit: 3 steps, where that one ends the search after 180.

    A step takes one likelihood and at most one Hessian, and so does the start.
    """
    taken: list[tuple[str, int]] = []

    def counted(name: str, size: Callable[[Any], int]) -> None:
        real = getattr(optimise, name)

        def function(*arguments: Any, **facts: Any) -> Any:
            out = real(*arguments, **facts)
            taken.append((name, size(out)))
            return out

        monkeypatch.setattr(optimise, name, function)

    counted("evaluate", lambda _: 1)
    counted("hessian", lambda out: len(out[1]) * (len(out[1]) + 1) // 2)
    monkeypatch.setattr(optimise, "WORK", optimise.WORK // 60)
    data = repeated(subjects=60, days=range(1, 21))
    (attempt,) = fit(data, covariance="UN").attempts
    assert (attempt.converged, attempt.steps) == (False, 3)
    assert attempt.reason == "the search was ended after 3 steps, its limit for 210 covariance parameters"
    likelihoods = [size for name, size in taken if name == "evaluate"]
    elements = [size for name, size in taken if name == "hessian"]
    assert len(likelihoods) == 1 + 3
    assert set(elements) == {210 * 211 // 2}
    assert sum(elements[1:]) <= optimise.WORK < 4 * elements[0]


def test_8_results_with_a_missing_number_are_equal() -> None:
    assert HypothesisTest(1.0, float("nan"), 0.3) == HypothesisTest(1.0, float("nan"), 0.3)
    assert HypothesisTest(1.0, float("nan"), 0.3) != HypothesisTest(1.0, 2.0, 0.3)
    assert len({Estimate(float("nan"), "none"), Estimate(float("nan"), "none")}) == 1
    assert Estimate(1.0) != HypothesisTest(1.0, 1.0, 1.0)
    assert pearson([1, 2, 3], [3, 1, 2]) == pearson([1, 2, 3], [3, 1, 2])

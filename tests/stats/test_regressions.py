"""Logistic, penalised and count regressions against R (see tests/results/comparisons/reference)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.counts import negative_binomial_regression, poisson_regression
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.logistic import firth, logistic, standardised_risk

FOLDER = Path(__file__).parents[1] / "results" / "comparisons" / "reference"
R = json.loads((FOLDER / "compared.json").read_text())
DATA = pd.read_csv(FOLDER / "compared.csv", dtype={"RESP": "str", "TRT": "str", "SEX": "str"})
Y = (DATA["RESP"] == "Y").astype("int64")
B, C = DATA["TRT"] == "B", DATA["TRT"] == "C"
TERMS = {"B": B.astype(int), "C": C.astype(int), "AGE": DATA["AGE"], "M": (DATA["SEX"] == "M").astype(int)}


def both(fit) -> list[float]:
    return [c.estimate for c in fit.coefficients.values()] + [c.se for c in fit.coefficients.values()]


def test_logistic_and_firth_agree_with_r():
    assert both(logistic(Y, TERMS)) == pytest.approx(R["logistic"], rel=1e-8)
    assert both(firth(Y, TERMS)) == pytest.approx(R["firth"], rel=1e-7)


def test_separated_outcomes_have_a_penalised_estimate_only():
    separated = Y.mask(C, 1)
    terms = {name: TERMS[name] for name in ("B", "C", "AGE")}
    with pytest.raises(NotEstimableError, match="separate the outcomes"):
        logistic(separated, terms)
    assert both(firth(separated, terms)) == pytest.approx(R["firth separated"], rel=1e-6)


@pytest.mark.parametrize("arm", ["B", "C"])
def test_standardised_risk_agrees_with_the_delta_method_by_hand(arm):
    found = standardised_risk(Y, TERMS, treatments=["B", "C"], treatment=arm)
    shown = [found.risk, found.difference.estimate, found.se_fixed, found.se]
    assert [100 * value for value in shown] == pytest.approx(R[f"standardised {arm}"], rel=1e-8)


def test_without_covariates_a_standardised_risk_is_the_difference_of_shares():
    terms = {name: TERMS[name] for name in ("B", "C")}
    found = standardised_risk(Y, terms, treatments=["B", "C"], treatment="C")
    p, q = Y[C].mean(), Y[~B & ~C].mean()
    assert found.difference.estimate == pytest.approx(p - q)
    assert found.se == pytest.approx(np.sqrt(p * (1 - p) / C.sum() + q * (1 - q) / (~B & ~C).sum()))


def test_counts_agree_with_r():
    assert both(poisson_regression(DATA["COUNT"], TERMS, time=DATA["EXPO"])) == pytest.approx(
        R["poisson"], rel=1e-6
    )
    fit = negative_binomial_regression(DATA["COUNT"], TERMS, time=DATA["EXPO"])
    assert [*both(fit), fit.shape, 2 * fit.log_likelihood] == pytest.approx(R["negative binomial"], rel=1e-5)
    alone = poisson_regression(DATA["COUNT"], {"C": TERMS["C"]}, time=DATA["EXPO"]).rate({"C": 1.0})
    assert alone.ratio.estimate == pytest.approx(DATA["COUNT"][C].sum() / DATA["EXPO"][C].sum())


def test_what_has_no_estimate_says_why():
    one = np.ones(len(Y))
    for fit, word in (
        (lambda: logistic(one, TERMS), "same value"),
        (lambda: logistic(Y, TERMS | {"twice": TERMS["B"] * 2}), "collinear"),
        (lambda: firth(Y, {"one": one}), "one value only"),
        (lambda: logistic(Y[:3], {name: values[:3] for name, values in TERMS.items()}), "parameters"),
        (lambda: poisson_regression(one * 0, TERMS, time=one), "at least 1 event"),
        (lambda: poisson_regression(DATA["COUNT"].mask(B, 0), TERMS, time=one), "0 or infinite"),
        (lambda: negative_binomial_regression(one * 2, {"x": TERMS["C"]}, time=one), "more than Poisson's"),
    ):
        with pytest.raises(NotEstimableError, match=word):
            fit()
    with pytest.raises(ValueError, match="0 and 1"):
        logistic(Y * 2, TERMS)
    with pytest.raises(ValueError, match="not above 0"):
        poisson_regression(DATA["COUNT"], TERMS, time=one * 0)
    with pytest.raises(ValueError, match="whole numbers"):
        poisson_regression(DATA["COUNT"] + 0.5, TERMS, time=one)


def test_large_units_of_a_covariate_change_nothing_else():
    large = TERMS | {"AGE": TERMS["AGE"] * 1e6}
    for fit in (logistic, firth):
        one, other = fit(Y, TERMS).coefficients, fit(Y, large).coefficients
        assert other["C"].estimate == pytest.approx(one["C"].estimate, rel=1e-9)
        assert other["AGE"].estimate * 1e6 == pytest.approx(one["AGE"].estimate, rel=1e-9)

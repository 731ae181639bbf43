"""GEE: R's geepack on children's wheezing, and closed forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.gee import gee_logistic

# Wheezing at 7, 8, 9 and 10 years (0000, 0001, ... 1111), mothers not smoking, smoking: Ware and colleagues
# 1984, as published by Fitzmaurice and Laird (Biometrika 1993;80:141-151)
PATTERNS = (
    (237, 10, 15, 4, 16, 2, 7, 3, 24, 3, 3, 2, 6, 2, 5, 11),
    (118, 6, 8, 2, 11, 1, 6, 4, 7, 3, 3, 1, 4, 2, 4, 7),
)


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    rows = [
        (f"{smoke}-{pattern}-{i}", year - 9, smoke, int(f"{pattern:04b}"[year - 7]))
        for smoke, counts in enumerate(PATTERNS)
        for pattern, n in enumerate(counts)
        for i in range(n)
        for year in range(7, 11)
    ]
    return pd.DataFrame(rows, columns=["id", "age", "smoke", "wheeze"])


def fit(data: pd.DataFrame, **options):
    terms = {"age": data["age"], "smoke": data["smoke"], "both": data["age"] * data["smoke"]}
    return gee_logistic(data["wheeze"], terms, subject=data["id"], **options)


def test_independence_equals_r(children):
    """R 4.2, geepack: geeglm(..., corstr = "independence")."""
    found = fit(children, working="independence")
    estimates = [c.estimate for c in found.coefficients.values()]
    ses = [c.se for c in found.coefficients.values()]
    assert estimates == pytest.approx(
        [-1.900842568489, -0.141253129506, 0.313953991721, 0.070844103839], abs=1e-10
    )
    assert ses == pytest.approx([0.119076788489, 0.058214179881, 0.187838526456, 0.088294685595], abs=1e-10)
    assert (found.n, found.subjects, found.correlation) == (2148, 537, 0)


def test_exchangeable_equals_r(children):
    """The same with "exchangeable"; R's moment estimate of the correlation, 0.3546, has another divisor."""
    found = fit(children)
    estimates = [c.estimate for c in found.coefficients.values()]
    ses = [c.se for c in found.coefficients.values()]
    assert estimates == pytest.approx(
        [-1.900495178873, -0.141235909663, 0.313825788262, 0.070831838670], abs=5e-7
    )
    assert ses == pytest.approx([0.119086981624, 0.058200885221, 0.187841815076, 0.088278852385], abs=5e-7)
    assert found.correlation == pytest.approx(0.3546, abs=3e-4)


def test_the_correlation_is_that_of_sas(children):
    """sum of e_j e_k over pairs / ((pairs - p) phi), phi = sum of e² / (rows - p): SAS GENMOD's estimate."""
    found = fit(children)
    beta = [c.estimate for c in found.coefficients.values()]
    x = np.column_stack(
        [np.ones(len(children)), children["age"], children["smoke"], children["age"] * children["smoke"]]
    )
    p = 1 / (1 + np.exp(-x @ beta))
    e = ((children["wheeze"] - p) / np.sqrt(p * (1 - p))).to_numpy().reshape(537, 4)
    phi = (e**2).sum() / (2148 - 4)
    pairs = ((e.sum(axis=1) ** 2 - (e**2).sum(axis=1)) / 2).sum()
    assert found.correlation == pytest.approx(pairs / (537 * 6 - 4) / phi, rel=1e-6)


def test_one_row_a_subject_is_the_odds_ratio_of_a_table():
    """Cells a, b, c, d: the log odds ratio, its robust variance 1/a + 1/b + 1/c + 1/d."""
    y = np.repeat([1, 0, 1, 0], [12, 8, 5, 15])
    group = np.repeat([1, 1, 0, 0], [12, 8, 5, 15])
    found = gee_logistic(y, {"group": group}, subject=np.arange(40), working="independence")
    here = found.coefficients["group"]
    assert here.ratio.estimate == pytest.approx(12 * 15 / (8 * 5), rel=1e-9)
    assert here.se == pytest.approx(np.sqrt(1 / 12 + 1 / 8 + 1 / 5 + 1 / 15), rel=1e-9)
    both = found.contrast({"intercept": 1, "group": 1})
    assert both.ratio.estimate == pytest.approx(12 / 8, rel=1e-9)
    assert both.se == pytest.approx(np.sqrt(1 / 12 + 1 / 8), rel=1e-9)
    careful = gee_logistic(
        y, {"group": group}, subject=np.arange(40), working="independence", standard_errors="bias-reduced"
    )
    # leverage of a subject is 1 / 20: Mancl and DeRouen divide each residual by 1 - 1/20
    assert careful.coefficients["group"].se == pytest.approx(here.se / 0.95, rel=1e-9)


def test_rows_and_direction_do_not_matter(children):
    found = fit(children)
    mixed = children.sample(frac=1, random_state=1)
    again = fit(mixed)
    for name, coefficient in found.coefficients.items():
        assert again.coefficients[name].estimate == pytest.approx(coefficient.estimate, abs=1e-8)
        assert again.coefficients[name].se == pytest.approx(coefficient.se, abs=1e-8)
    turned = fit(children.assign(wheeze=1 - children["wheeze"]))
    assert turned.coefficients["smoke"].estimate == pytest.approx(-found.coefficients["smoke"].estimate)


def test_wrong_arguments_are_refused(children):
    with pytest.raises(ValueError, match="the model has no sex; its terms are intercept, age, smoke"):
        fit(children).contrast({"sex": 1})
    with pytest.raises(ValueError, match="values other than 0 and 1"):
        gee_logistic([0, 1, 2], {"x": [0, 1, 1]}, subject=[1, 2, 3])


def test_equals_geepack_on_data_of_our_own():
    """geepack divides the working correlation by pairs, we by pairs less parameters: a small difference."""
    folder = Path(__file__).parent / "reference"
    data = pd.read_csv(folder / "sim36.csv")
    terms = {"BASE": data["BASE"], "ACT": (data["TRT"] == "ACT").astype(float)}
    found = gee_logistic((data["CHG"] > 5).where(data["CHG"].notna()), terms, subject=data["USUBJID"])
    values = [getattr(c, part) for part in ("estimate", "se") for c in found.coefficients.values()]
    expected = json.loads((folder / "r_values.json").read_text())["gee"]
    assert values == pytest.approx(expected, rel=2e-3)

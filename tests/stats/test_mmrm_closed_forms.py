"""MMRM where there is a closed form, and against R's nlme and lmerTest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from il2cdisc.stats.ancova import ancova
from il2cdisc.stats.mmrm import mmrm

RTOL = 1e-8
group_of = np.array(["A"] * 7 + ["B"] * 9)
VISITS = 4


@pytest.fixture(scope="module")
def wide() -> np.ndarray:
    """16 subjects × 4 visits, nothing missing."""
    random = np.random.default_rng(11)
    shared = random.normal(0, 2, (16, 1))
    return 10 + shared + random.normal(0, 1, (16, VISITS)) * [1, 1.5, 2, 1.2] + (group_of == "B")[:, None]


def tall(wide: np.ndarray) -> pd.DataFrame:
    n = len(wide)
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(n), VISITS),
            "arm": np.repeat(group_of[:n], VISITS),
            "week": np.tile(np.arange(1, VISITS + 1), n),
            "y": wide.ravel(),
        }
    )


def fit(data: pd.DataFrame, covariance: str = "UN", ddf: str = "kenward-roger", method: str = "REML"):
    return mmrm(
        "y ~ arm*week", data, subject="id", visit="week", covariance=covariance, ddf=ddf, method=method
    )


def pooled(wide: np.ndarray) -> np.ndarray:
    """Sums of squares and products within arms."""
    rest = np.concatenate([wide[group_of == g] - wide[group_of == g].mean(axis=0) for g in "AB"])
    return rest.T @ rest


@pytest.mark.parametrize(("method", "divisor"), [("REML", 14), ("ML", 16)])
def test_complete_unstructured_is_multivariate_analysis_of_variance(wide, method, divisor):
    found = fit(tall(wide), ddf="satterthwaite", method=method)
    within = pooled(wide)
    np.testing.assert_allclose(found.covariance, within / divisor, rtol=RTOL)
    # -2 l: log|Σ| for each subject; log|X'WX| = Σ_g log|n_g Σ⁻¹|; the trace is (n - p) or n
    logdet = np.linalg.slogdet(within / divisor)[1]
    if method == "ML":
        expected = 16 * logdet + 16 * VISITS * (1 + np.log(2 * np.pi))
    else:
        information = VISITS * (np.log(7) + np.log(9)) - 2 * logdet
        expected = 16 * logdet + information + 14 * VISITS * (1 + np.log(2 * np.pi))
    # treatment coding has |det| 1 against the means of the cells
    assert found.deviance == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("ddf", ["kenward-roger", "kenward-roger-linear", "satterthwaite"])
def test_complete_unstructured_is_a_t_test_at_each_visit(wide, ddf):
    found = fit(tall(wide), ddf=ddf).differences("arm", by="week", reference="A")
    for i, row in enumerate(found.itertuples()):
        one, two = wide[group_of == "B", i], wide[group_of == "A", i]
        test = stats.ttest_ind(one, two)
        assert row.estimate == pytest.approx(one.mean() - two.mean(), rel=RTOL)
        assert (row.df, row.statistic, row.p_value) == pytest.approx((14, *test), rel=RTOL)
        interval = test.confidence_interval()
        assert (row.lower, row.upper) == pytest.approx((interval.low, interval.high), rel=RTOL)


def test_kenward_roger_of_parallel_profiles_is_hotelling(wide):
    """With complete data Kenward-Roger's F is Hotelling's: (14 - k + 1) / (14 k) T² on k, 14 - k + 1 df."""
    row = fit(tall(wide)).tests().set_index("term").loc["arm:week"]
    changes = wide[:, 1:] - wide[:, :1]
    gap = changes[group_of == "B"].mean(axis=0) - changes[group_of == "A"].mean(axis=0)
    rest = np.concatenate([changes[group_of == g] - changes[group_of == g].mean(axis=0) for g in "AB"])
    t2 = gap @ np.linalg.solve(rest.T @ rest / 14, gap) * 7 * 9 / 16
    k = 3
    assert row["num_df"] == k
    assert row["den_df"] == pytest.approx(14 - k + 1, rel=RTOL)
    assert row["statistic"] == pytest.approx(t2 * (14 - k + 1) / (14 * k), rel=RTOL)


@pytest.mark.parametrize("ddf", ["kenward-roger", "satterthwaite"])
def test_complete_compound_symmetry_is_split_plot_analysis_of_variance(wide, ddf):
    """Classical F tests: arms against subjects within arms, visits and interaction against the rest."""
    balanced = wide[[*range(7), *range(7, 14)]]  # 7 an arm
    arms = group_of[:14]
    n, m = balanced.shape
    found = fit(tall(balanced), "CS", ddf)
    grand = balanced.mean()
    by_subject = balanced.mean(axis=1)
    by_arm = np.array([balanced[arms == g].mean() for g in "AB"])
    by_cell = np.array([balanced[arms == g].mean(axis=0) for g in "AB"])
    by_week = balanced.mean(axis=0)
    arm_of = (arms == "B").astype(int)
    between = m * ((by_subject - by_arm[arm_of]) ** 2).sum() / (n - 2)
    rest = balanced - by_subject[:, None] - by_cell[arm_of] + by_arm[arm_of][:, None]
    error = (rest**2).sum() / ((n - 2) * (m - 1))
    expected = {
        "arm": (1, n - 2, m * 7 * ((by_arm - grand) ** 2).sum() / between),
        "week": (m - 1, (n - 2) * (m - 1), n * ((by_week - grand) ** 2).sum() / (m - 1) / error),
        "arm:week": (
            m - 1,
            (n - 2) * (m - 1),
            7 * ((by_cell - by_arm[:, None] - by_week + grand) ** 2).sum() / (m - 1) / error,
        ),
    }
    for row in found.tests().itertuples():
        assert (row.num_df, row.den_df, row.statistic) == pytest.approx(expected[row.term], rel=RTOL)
    shared = (between - error) / m
    np.testing.assert_allclose(found.covariance, shared + error * np.eye(m), rtol=RTOL)


def test_monotone_missing_values_by_maximum_likelihood():
    """Anderson (J Am Stat Assoc 1957;52:200-203): two visits, the second missing for some."""
    random = np.random.default_rng(3)
    first = random.normal(5, 2, 20)
    second = (0.7 * first + random.normal(1, 1, 20))[:13]
    data = pd.DataFrame(
        {
            "id": [*range(20), *range(13)],
            "week": [1] * 20 + [2] * 13,
            "y": [*first, *second],
        }
    )
    found = mmrm("y ~ week", data, subject="id", visit="week", ddf="satterthwaite", method="ML")
    both = first[:13]
    slope = np.cov(both, second, bias=True)[0, 1] / both.var()
    mean = second.mean() + slope * (first.mean() - both.mean())
    variance = second.var() + slope**2 * (first.var() - both.var())
    np.testing.assert_allclose(found.lsmeans("week")["estimate"], [first.mean(), mean], rtol=RTOL)
    expected = [[first.var(), slope * first.var()], [slope * first.var(), variance]]
    np.testing.assert_allclose(found.covariance, expected, rtol=RTOL)


@pytest.mark.parametrize("weights", ["equal", "observed"])
@pytest.mark.parametrize("structure", ["UN", "TOEPH", "CS"])
def test_one_visit_is_analysis_of_covariance(weights, structure):
    random = np.random.default_rng(5)
    n = 40
    data = pd.DataFrame({"id": range(n), "week": 1, "arm": np.array(["A", "B", "C"])[np.arange(n) % 3]})
    data = data.assign(site=random.choice(["1", "2"], n, p=[0.7, 0.3]), base=random.normal(0, 1, n))
    data = data.assign(y=data["base"] + random.normal(0, 1, n))
    found = mmrm("y ~ arm + site + base", data, subject="id", visit="week", covariance=structure)
    classical = ancova(
        data["y"],
        data["arm"],
        levels=["A", "B", "C"],
        reference="A",
        factors={"site": data["site"]},
        covariates={"base": data["base"]},
        weights=weights,
    )
    for row in found.lsmeans("arm", weights=weights).itertuples():
        mean = classical.lsmeans[row.arm]
        assert (row.estimate, row.se, row.df) == pytest.approx((mean.estimate, mean.se, mean.df), rel=RTOL)
    for row in found.differences("arm", reference="A", weights=weights).itertuples():
        contrast = classical.differences[row.arm]
        assert row.p_value == pytest.approx(contrast.p_value, rel=RTOL)
        assert (row.lower, row.upper) == pytest.approx((contrast.lower, contrast.upper), rel=RTOL)


# ---- R on our own small data: 24 subjects × 4 visits with gaps (repeated.csv, invented)


@pytest.fixture(scope="module")
def repeated() -> pd.DataFrame:
    return pd.read_csv(Path(__file__).parent / "repeated.csv")


def small(repeated: pd.DataFrame, covariance: str, **arguments):
    return mmrm(
        "CHG ~ ARM*VISIT + BASE", repeated, subject="SUBJ", visit="VISIT", covariance=covariance, **arguments
    )


# -2 log likelihood, the coefficient of ARMB:VISIT4, and (REML) its standard error, from nlme 3.1-162,
#   gls(CHG ~ ARM*VISIT + BASE, correlation=corSymm, corCompSymm or corAR1 (form=~V|SUBJ), weights=NULL or
#   varIdent(form=~1|VISIT), control=glsControl(tolerance=1e-10, msTol=1e-12, maxIter=500, msMaxIter=500))
NLME = {
    ("UN", "REML"): (345.4917206617, 5.17458291, 1.54713414),
    ("CS", "REML"): (360.6251821922, 5.28569955, 1.36217696),
    ("CSH", "REML"): (349.3902176146, 5.11629946, 1.55870893),
    ("AR1", "REML"): (363.1388791906, 5.39922968, 1.68381882),
    ("ARH1", "REML"): (353.7016794172, 5.30965156, 1.84843790),
    ("UN", "ML"): (356.6856934470, 5.17392477, None),
    ("CS", "ML"): (374.1397374506, 5.28958166, None),
    ("CSH", "ML"): (361.0765954497, 5.12017676, None),
    ("AR1", "ML"): (376.9461771668, 5.40243059, None),
    ("ARH1", "ML"): (365.9748934106, 5.31224300, None),
}


@pytest.mark.parametrize(("structure", "method"), NLME)
def test_equals_nlme(repeated, structure, method):
    """nlme stops some 1e-6 before the optimum."""
    deviance, estimate, se = NLME[structure, method]
    found = small(repeated, structure, ddf="satterthwaite", method=method)
    assert found.deviance == pytest.approx(deviance, abs=1e-7)
    assert found.deviance < deviance + 1e-9
    row = found.coefficients.loc["ARMB:VISIT4"]
    assert row["estimate"] == pytest.approx(estimate, abs=1e-5)
    if se is not None:
        assert row["se"] == pytest.approx(se, rel=1e-5)


def test_satterthwaite_and_type_iii_equal_lmertest(repeated):
    """lmerTest 3.1-3: lmer(CHG ~ ARM*VISIT + BASE + (1 | SUBJ)), coefficients and anova(type="III")."""
    found = small(repeated, "CS", ddf="satterthwaite")
    coefficients = found.coefficients
    for name, estimate, se, df in [
        ("(Intercept)", -2.4650729118, 2.3622231892, 23.11443841),
        ("ARMB", 2.0307869763, 1.2078278491, 50.62632204),
        ("BASE", 0.5330684361, 0.1184125480, 20.70788654),
        ("ARMC:VISIT3", 0.1345931225, 1.4246055928, 57.81952090),
        ("ARMB:VISIT4", 5.2856998133, 1.3621773978, 56.43472471),
    ]:
        row = coefficients.loc[name]
        assert row["estimate"] == pytest.approx(estimate, rel=1e-6)
        assert (row["se"], row["df"]) == pytest.approx((se, df), rel=2e-7)
    expected = {
        "ARM": (2, 20.79173186, 10.42497),
        "VISIT": (3, 57.09093957, 2.56215),
        "BASE": (1, 20.70788654, 20.26611),
        "ARM:VISIT": (6, 56.99688924, 3.60937),
    }
    for row in found.tests().itertuples():
        num_df, den_df, statistic = expected[row.term]
        assert row.num_df == num_df
        assert row.den_df == pytest.approx(den_df, rel=2e-7)
        assert row.statistic == pytest.approx(statistic, abs=1e-5)


def test_kenward_roger_is_near_pbkrtest(repeated):
    """pbkrtest 0.5.2 takes the expected information, SAS and we the observed one: near, not equal."""
    found = small(repeated, "CS").coefficients
    for name, se, df in [
        ("(Intercept)", 2.3631316772, 22.28089791),
        ("VISIT4", 0.9634544475, 55.80606027),
        ("ARMB:VISIT4", 1.3631507057, 55.68926881),
        ("ARMC:VISIT3", 1.4276327155, 57.11204429),
    ]:
        assert found.loc[name, "se"] == pytest.approx(se, rel=2e-4)
        assert found.loc[name, "df"] == pytest.approx(df, rel=0.04)


def test_contrasts_are_differences_of_differences(repeated):
    found = small(repeated, "UN")
    row = found.contrast({"ARM": {"B": 1, "A": -1}, "VISIT": {4: 1, 1: -1}}).iloc[0]
    assert row["estimate"] == pytest.approx(found.coefficients.loc["ARMB:VISIT4", "estimate"], rel=1e-10)
    assert row["se"] == pytest.approx(found.coefficients.loc["ARMB:VISIT4", "se"], rel=1e-10)
    by_visit = found.contrast({"ARM": {"B": 1, "A": -1}}, by="VISIT")
    differences = found.differences("ARM", by="VISIT", reference="A")
    np.testing.assert_allclose(
        by_visit["estimate"], differences.loc[differences["ARM"] == "B", "estimate"], rtol=1e-10
    )
    slope = (
        found.lsmeans("ARM", at={"BASE": 21.0})["estimate"]
        - found.lsmeans("ARM", at={"BASE": 20.0})["estimate"]
    )
    np.testing.assert_allclose(slope, found.coefficients.loc["BASE", "estimate"], rtol=1e-8)
    whole = found.lsmeans("ARM", confidence=0.9)
    half = stats.t.ppf(0.95, whole["df"]) * whole["se"]
    np.testing.assert_allclose(whole["upper"] - whole["estimate"], half, rtol=1e-10)


def test_order_and_units_change_nothing(repeated):
    one = small(repeated, "TOEPH").differences("ARM", by="VISIT", reference="A")
    other = repeated.sample(frac=1, random_state=1).assign(
        CHG=lambda d: d["CHG"] * 1e6, BASE=lambda d: d["BASE"] / 1e3 + 2000
    )
    two = small(other, "TOEPH").differences("ARM", by="VISIT", reference="A")
    for column, factor in {"estimate": 1e6, "se": 1e6, "df": 1, "p_value": 1}.items():
        np.testing.assert_allclose(two[column], one[column] * factor, rtol=1e-7)

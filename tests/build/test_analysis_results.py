"""define.xml of the shipped trial's analysis data: each where-clause gives the numbers of its display.

The records are selected as the XML says, from the transport files; method and options are read from its
documentation. Neither this file nor what it imports uses the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.duration.survfunc import survdiff

from tests.build.recomputed import ancova, mmrm, newcombe, p_text, pooled, wilson
from tests.build.rtf_tables import read_table
from tests.define.analysis_records import Documented, documented_results

Shown = dict[tuple[str, str], pd.DataFrame]
"""Display and analysis → the numbers that are shown."""
Found = dict[tuple[str, str], float]
"""Treatment and statistic → value; a statistic of no treatment has the empty one."""
ALL_TREATMENTS = ("Total", "All")
SUBJECTS_ONLY = ("Kaplan-Meier curve",)
"""A curve has no estimate; its numbers at risk and its medians are in the tables."""
NEAR = {"MMRM": 1e-4}
"""How near (relative) two programs' numbers are; found by iteration and numerical derivatives."""


@pytest.fixture(scope="module")
def results(built: Path) -> list[Documented]:
    return list(documented_results(built / "adam"))


@pytest.fixture(scope="module")
def shown(built: Path) -> Shown:
    """The numbers that displays show; texts where a cell is empty."""
    every = pd.read_csv(built / "results" / "results.csv", dtype="str", keep_default_na=False)
    return {(str(one), str(other)): rows for (one, other), rows in every.groupby(["display", "analysis"])}


def of_result(shown: Shown, result: Documented) -> pd.DataFrame:
    return shown[result.display, result.analysis]


def inside(records: pd.DataFrame, row: dict[str, str], groups: tuple[int, ...]) -> pd.DataFrame:
    """The records of the groups of a shown number."""
    chosen = pd.Series(True, index=records.index)
    for number in groups:
        name, level = row[f"group{number}"], row[f"group{number}_level"]
        if name and level and level not in ALL_TREATMENTS:
            chosen &= records[name].astype("str") == level
    return records[chosen]


def test_each_result_selects_records_of_its_subjects(results: list[Documented]) -> None:
    assert len(results) > 90
    assert {result.purpose.split()[0] for result in results} == {"PRIMARY", "SECONDARY", "EXPLORATORY"}
    for result in results:
        assert len(result.records), (result.display, result.analysis)
        assert set(result.records["USUBJID"]) <= set(result.subjects["USUBJID"])


def test_the_selected_records_give_each_n_that_is_shown(results: list[Documented], shown: Shown) -> None:
    compared: set[str] = set()
    for result in results:
        for row in of_result(shown, result).to_dict("records"):
            if row["statistic"] != "n":
                continue
            own = inside(result.records, row, (1, 2, 3))
            alone = result.method == "Continuous"
            names = [row["variable"]] if alone else result.variables
            present = own[["USUBJID", *names]].dropna(subset=names)
            if result.method == "Response":
                present = present[present[row["variable"]] == "Y"]
            found = present["USUBJID"].nunique()
            assert float(row["value"]) == found, (result.display, result.analysis, row)
            compared.add(result.method)
    assert compared == {result.method for result in results} - {"Log-rank"}


def design(records: pd.DataFrame, result: Documented, treatment: str) -> tuple[pd.DataFrame, list[str]]:
    """Columns of a linear model, treated as 1 against the reference; the names of those of factors."""
    factors = [name for name in result.options.get("factors", "").split() if name != treatment]
    covariates = result.options.get("covariates", "").split()
    x = pd.DataFrame(
        {"one": 1.0, "treated": (records[treatment] != result.options["reference"]).astype(float)}
    )
    dummies: list[str] = []
    for name in factors:
        for level in sorted(records[name].unique())[1:]:
            x[f"{name}={level}"] = (records[name] == level).astype(float)
            dummies.append(f"{name}={level}")
    for name in covariates:
        x[name] = records[name].astype(float)
    return x, dummies


def needed(result: Documented, variable: str) -> list[str]:
    options = result.options
    return [variable, *options.get("factors", "").split(), *options.get("covariates", "").split()]


def covariance(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """Analysis of covariance by least squares; factors of two levels have equal weights in the means."""
    used = records.dropna(subset=needed(result, variable))
    x, dummies = design(used, result, treatment)
    model = sm.OLS(used[variable].astype(float), x)
    robust = result.options.get("standard_errors") == "HC3"
    fit = model.fit(cov_type="HC3", use_t=True) if robust else model.fit()
    difference, error = fit.params["treated"], fit.bse["treated"]
    active = next(arm for arm in used[treatment].unique() if arm != result.options["reference"])
    found = {
        (active, "difference"): difference,
        (active, "difference_se"): error,
        (active, "exp_difference"): math.exp(difference),
        (active, "p_value"): fit.pvalues["treated"],
        (active, "df"): fit.df_resid,
    }
    for arm, treated in ((active, 1.0), (result.options["reference"], 0.0)):
        place = x.mean()
        place[["one", "treated", *dummies]] = [1.0, treated, *[0.5] * len(dummies)]
        mean = float(place @ fit.params)
        found |= {(arm, "lsmean"): mean, (arm, "exp_lsmean"): math.exp(mean)}
    return found


def interaction(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """The test of an interaction of two levels: the model with their product against that without."""
    used = records.dropna(subset=needed(result, variable))
    x, dummies = design(used, result, treatment)
    own = next(name for name in dummies if name.startswith(f"{result.options['interaction']}="))
    y = used[variable].astype(float)
    with_product = sm.OLS(y, x.assign(product=x["treated"] * x[own])).fit()
    f, p, _ = with_product.compare_f_test(sm.OLS(y, x).fit())
    return {("", "interaction_f"): f, ("", "interaction_p_value"): p}


def pooled_covariance(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """Each draw by least squares, pooled by Rubin's rules."""
    options = result.options
    assert options["factors"] == "STRAT1R"
    base = options.get("covariates", "")
    active = next(arm for arm in records[treatment].unique() if arm != options["reference"])
    draws = records.groupby(options["draw"])
    stratum = min(records["STRAT1R"])
    fits = [ancova(own, active, stratum, response=variable, base=base)["difference"] for _, own in draws]
    one = pooled(fits, fits[0].df)
    return {
        (active, "difference"): one.value,
        (active, "difference_se"): one.se,
        (active, "p_value"): one.p,
        (active, "df"): one.df,
    }


def rank_sum(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """Exact rank sum test, medians, and the median of all differences."""
    reference = result.options["reference"]
    arms = {arm: own[variable].dropna().to_numpy() for arm, own in records.groupby(treatment)}
    active = next(arm for arm in arms if arm != reference)
    found = {(arm, "median"): float(np.median(values)) for arm, values in arms.items()}
    return found | {
        (active, "shift"): float(np.median(np.subtract.outer(arms[active], arms[reference]))),
        (active, "p_value"): float(stats.mannwhitneyu(arms[active], arms[reference], method="exact").pvalue),
    }


def proportions(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """Responders among the subjects of the population, with the intervals that the options name."""
    planned = result.subjects["TRT01P"].value_counts().to_dict()
    met = records[records[variable] == "Y"].groupby(treatment)["USUBJID"].nunique().to_dict()
    reference = result.options["reference"]
    active = next(arm for arm in planned if arm != reference)
    found: Found = {}
    for arm, size in planned.items():
        lower, upper = wilson(met[arm], size)
        found |= {(arm, "p"): 100 * met[arm] / size, (arm, "total"): size}
        found |= {(arm, "p_lower"): 100 * lower, (arm, "p_upper"): 100 * upper}
    table = [[met[arm], planned[arm] - met[arm]] for arm in (active, reference)]
    difference, lower, upper = newcombe(met[active], planned[active], met[reference], planned[reference])
    return found | {
        (active, "difference"): 100 * difference,
        (active, "difference_lower"): 100 * lower,
        (active, "difference_upper"): 100 * upper,
        (active, "odds_ratio"): table[0][0] * table[1][1] / (table[0][1] * table[1][0]),
        (active, "p_fisher"): float(stats.fisher_exact(table)[1]),
        (active, "p_chi_square"): float(stats.chi2_contingency(table, correction=False)[1]),
    }


def correlations(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """Of two variables, in each treatment and in all subjects."""
    test = stats.spearmanr if result.options["coefficient"] == "spearman" else stats.pearsonr
    parts = [*records.groupby(treatment), *((name, records) for name in ALL_TREATMENTS)]
    found: Found = {}
    for arm, own in parts:
        used = own.dropna(subset=result.variables)
        value = test(used[result.variables[0]], used[result.variables[1]])
        found |= {(arm, "correlation"): float(value.statistic), (arm, "p_value"): float(value.pvalue)}
    return found


def log_rank(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """The stratified log-rank test."""
    event = (records[result.options["censor"]] == 0).astype(int)
    statistic, p = survdiff(records[variable], event, records[treatment], strata=records["STRAT1R"])
    active = next(arm for arm in records[treatment].unique() if arm != result.options["reference"])
    return {(active, "statistic"): float(statistic), (active, "p_value"): float(p)}


def events(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """Events and censored times."""
    found: Found = {}
    for arm, own in records.groupby(treatment):
        happened = int((own[result.options["censor"]] == 0).sum())
        found |= {(arm, "events"): happened, (arm, "censored"): len(own) - happened}
    return found


def moments(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    found: Found = {}
    for arm, own in [*records.groupby(treatment), *((name, records) for name in ALL_TREATMENTS)]:
        values = own[variable].dropna()
        named = values.agg(["mean", "median", "min", "max"]).to_dict()
        found |= {(arm, name): float(value) for name, value in named.items()}
        found[arm, "sd"] = float(values.std(ddof=1))
    return found


def repeated_measures(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """The mixed model of all visits; a statistic is of treatment and visit, written `visit statistic`."""
    assert variable == "CHG"
    assert result.options["factors"] == "STRAT1R"
    visits = list(dict.fromkeys(records.sort_values("AVISITN")["AVISIT"]))
    reference = result.options["reference"]
    active = next(arm for arm in records[treatment].unique() if arm != reference)
    fits = mmrm(records, visits, active, min(records["STRAT1R"]))
    found: Found = {}
    for visit in visits:
        one = fits[visit, "difference"]
        found |= {
            (active, f"{visit} lsmean"): fits[visit, "active"].value,
            (reference, f"{visit} lsmean"): fits[visit, "other"].value,
            (active, f"{visit} difference"): one.value,
            (active, f"{visit} difference_se"): one.se,
            (active, f"{visit} df"): one.df,
            (active, f"{visit} p_value"): one.p,
        }
    return found


def shifted(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """Imputed values shifted by each delta, of all treatments or of those that are no reference, then pooled.

    A statistic is of delta and treatment, written `delta statistic`.
    """
    moved = records[result.options["imputed"]] == result.options["imputed_as"]
    if result.options.get("shift") != "all":
        moved &= records[treatment] != result.options["reference"]
    found: Found = {}
    for delta in result.options["deltas"].split():
        values = records.assign(**{variable: records[variable] + float(delta) * moved})
        of_delta = pooled_covariance(values, result, variable, treatment)
        found |= {(arm, f"{delta} {name}"): value for (arm, name), value in of_delta.items()}
    return found


def importance(records: pd.DataFrame, result: Documented, variable: str, treatment: str) -> Found:
    """The first direction of partial least squares of standardised variables, in each treatment and in all.

    A statistic is of treatment and parameter, written `parameter importance`.
    """
    assert result.options["components"] == "1"
    response = result.variables[0]
    found: Found = {}
    for arm, own in [*records.groupby(treatment), *((name, records) for name in ALL_TREATMENTS)]:
        wide = own.pivot(index="USUBJID", columns="PARAMCD", values=variable)
        y = own.groupby("USUBJID")[response].first()
        used = wide.notna().all(axis=1) & y.notna()
        x = wide[used]
        direction = ((x - x.mean()) / x.std()).T @ (y[used] - y[used].mean())
        weights = direction / np.linalg.norm(direction)
        found |= {
            (arm, f"{name} importance"): math.sqrt(len(weights)) * abs(weight)
            for name, weight in weights.items()
        }
    return found


RECOMPUTED: dict[str, Callable[[pd.DataFrame, Documented, str, str], Found]] = {
    "ANCOVA": covariance,
    "Forest": covariance,
    "Pooled ANCOVA": pooled_covariance,
    "MMRM": repeated_measures,
    "Tipping point": shifted,
    "PLS": importance,
    "Importance bars": importance,
    "Wilcoxon": rank_sum,
    "Response": proportions,
    "Correlation": correlations,
    "Correlation heatmap": correlations,
    "Scatter": correlations,
    "Log-rank": log_rank,
    "Kaplan-Meier": events,
    "Continuous": moments,
    "Series": moments,
}
MAIN = ("difference", "correlation", "statistic", "mean", "p_value", "p_fisher")
"""Statistics of which every one that is shown is computed again."""
BLOCK = ["group2", "group2_level", "group3", "group3_level", "variable"]


def recomputed(block: pd.DataFrame, result: Documented) -> Found:
    """The numbers of one block of a result: its method, on the records of its groups."""
    first = block.iloc[0].to_dict()
    own = inside(result.records, first, (2, 3))
    if first["group2"] == "USUBJID":
        return {}  # points of a figure
    crossed = result.options.get("interaction")
    if crossed and (first["group2"] != crossed or first["group2_level"]):
        return {}  # means under the model with the product: the test of the product is compared
    if result.method == "MMRM":
        own = result.records  # the model is of all visits
    method = interaction if crossed else RECOMPUTED[result.method]
    return method(own, result, first["variable"], first["group1"])


def keys_of(row: dict[str, str], result: Documented) -> list[tuple[str, str]]:
    """What a shown number may be called among those recomputed."""
    of = {"MMRM": "group2_level", "Tipping point": "level", "PLS": "level", "Importance bars": "level"}
    part = row[of[result.method]] if result.method in of else ""
    name = f"{part} {row['statistic']}" if part else row["statistic"]
    return [(row["group1_level"], name), ("", name)]


def test_the_selected_records_give_estimates_and_p_values(results: list[Documented], shown: Shown) -> None:
    assert {result.method for result in results} == {*RECOMPUTED, *SUBJECTS_ONLY}
    compared: dict[str, int] = {}
    for result in (result for result in results if result.method not in SUBJECTS_ONLY):
        name = f"{result.display}.{result.analysis}"
        found: Found = {}
        for _, block in of_result(shown, result).groupby(BLOCK, sort=False):
            if result.method != "MMRM" or not found:  # that model is of all blocks
                found = recomputed(block, result)
            for row in block[block["value"] != ""].to_dict("records"):
                keys = keys_of(row, result)
                for key in (key for key in keys if key in found):
                    expected = pytest.approx(found[key], rel=NEAR.get(result.method, 1e-7), abs=1e-9)
                    assert float(row["value"]) == expected, (name, row)
                    compared[name] = compared.get(name, 0) + 1
                if row["statistic"] in MAIN and "interaction" not in result.options:
                    assert any(key in found for key in keys), (name, row)
        assert compared.get(name), name
    assert sum(compared.values()) > 1500


def test_the_tables_show_these_numbers(results: list[Documented], shown: Shown, built: Path) -> None:
    """The p-values and numbers of subjects, as the RTF file of each table has them."""
    compared = 0
    for result in results:
        if result.display.startswith("F-"):
            continue
        table = read_table(built / "tlf" / f"{result.display.lower()}.rtf")
        cells = {cell for row in table.rows for cell in row.cells}
        for row in of_result(shown, result).to_dict("records"):
            if row["statistic"] == "p_value" and row["value"] and not row["group3"]:
                assert p_text(float(row["value"])) in cells, (result.display, result.analysis, row)
                compared += 1
    assert compared > 70


def test_nothing_here_is_the_engine_s() -> None:
    here = Path(__file__)
    for path in (here, here.parents[1] / "define" / "analysis_records.py"):
        imported = [line for line in path.read_text().splitlines() if line.startswith(("import", "from"))]
        assert not any("il2cdisc" in line for line in imported)

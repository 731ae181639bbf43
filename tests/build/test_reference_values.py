"""Primary, key secondary, response and event results as R and pandas compute them from the datasets.

`reference/analyses.json` was made by `reference/analyses.R` (its versions stand in it) from the datasets that
`reference/reference_data.py` reads from a build: where a dataset changes on purpose, it is made anew. Nothing
of il2cdisc is imported here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import statsmodels.formula.api as smf
from scipy.stats import fisher_exact

ARMS = ("Placebo", "Low-dose IL-2")
VISITS = ("Day 5", "Day 15", "Day 29", "Day 60")


@pytest.fixture(scope="module")
def r_values() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "reference" / "analyses.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def results(shipped_outputs: Path) -> pd.DataFrame:
    frame = pd.read_csv(shipped_outputs / "results" / "results.csv", keep_default_na=False)
    return frame.assign(value=pd.to_numeric(frame["value"]))


def dataset(outputs: Path, name: str) -> pd.DataFrame:
    return pyreadstat.read_xport(str(outputs / "adam" / f"{name}.xpt"))[0]


def shown(results: pd.DataFrame, display: str, analysis: str, arm: str, statistic: str, **more: str) -> float:
    chosen = (results["display"] == display) & (results["analysis"] == analysis)
    chosen &= (results["group1_level"] == arm) & (results["statistic"] == statistic)
    for column, value in more.items():
        chosen &= results[column] == value
    (value,) = results.loc[chosen, "value"]
    return value


def test_primary_analysis_equals_that_of_r(results: pd.DataFrame, r_values: dict[str, Any]) -> None:
    found = {
        f"primary {arm} {name}": shown(results, "T-14-2-1", "ANCOVA", arm, name)
        for arm in ARMS
        for name in ("lsmean", "lsmean_se")
    }
    names = ("difference", "difference_se", "difference_lower", "difference_upper", "p_value")
    found |= {f"primary {name}": shown(results, "T-14-2-1", "ANCOVA", ARMS[1], name) for name in names}
    expected = {name: value for name, value in r_values.items() if name.startswith("primary ")}
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_primary_analysis_by_least_squares_of_the_transport_file(
    shipped_outputs: Path, results: pd.DataFrame
) -> None:
    cells = dataset(shipped_outputs, "adcp").query("ANL02FL == 'Y' and PARAMCD == 'TLHRTLHL'")
    fit = smf.ols("CHG ~ C(TRTP, Treatment('Placebo')) + STRAT1R + BASE", cells).fit()
    term = "C(TRTP, Treatment('Placebo'))[T.Low-dose IL-2]"
    assert shown(results, "T-14-2-1", "ANCOVA", ARMS[1], "difference") == pytest.approx(
        fit.params[term], rel=1e-9
    )
    assert shown(results, "T-14-2-1", "ANCOVA", ARMS[1], "p_value") == pytest.approx(
        fit.pvalues[term], rel=1e-9
    )


def test_key_secondary_analysis_equals_that_of_r(results: pd.DataFrame, r_values: dict[str, Any]) -> None:
    found = {
        f"mmrm {visit} {arm} lsmean": shown(results, "T-14-2-2", "MMRM", arm, "lsmean", group2_level=visit)
        for visit in VISITS
        for arm in ARMS
    }
    expected = {name: value for name, value in r_values.items() if name.startswith("mmrm Day")}
    assert found == pytest.approx(expected, rel=1e-6)
    for visit in VISITS:  # the difference is that of the means of R
        means = [expected[f"mmrm {visit} {arm} lsmean"] for arm in ARMS]
        difference = shown(results, "T-14-2-2", "MMRM", ARMS[1], "difference", group2_level=visit)
        assert difference == pytest.approx(means[1] - means[0], rel=1e-5)


def test_response_equals_that_of_r_and_of_the_transport_file(
    shipped_outputs: Path, r_values: dict[str, Any]
) -> None:
    scale = dataset(shipped_outputs, "adhamd")
    rows = scale.query("PARAMCD == 'RESPNRI' and AVISIT == 'Day 60' and ANL01FL == 'Y'")
    table = pd.crosstab(rows["TRTP"], rows["AVAL"]).loc[list(ARMS)].to_numpy()
    assert [table[0, 1], table[1, 1]] == [r_values[f"response {arm} n"] for arm in ARMS]
    assert table.sum(axis=1).tolist() == [r_values[f"response {arm} N"] for arm in ARMS]
    assert fisher_exact(table)[1] == pytest.approx(r_values["response fisher p"], rel=1e-6)


def test_adverse_events_equal_those_of_r(results: pd.DataFrame, r_values: dict[str, Any]) -> None:
    table = results[(results["display"] == "T-14-3-1-2") & (results["statistic"] == "n")]
    events = {
        name.removeprefix("events "): value for name, value in r_values.items() if name.startswith("events ")
    }
    compared = 0
    for arm in ARMS:
        own = table[table["group1_level"] == arm]
        for key, count in events.items():
            if not key.startswith(arm) or key in (f"{arm} N", f"{arm} any"):
                continue
            term = key.removeprefix(f"{arm} ")
            (n,) = own.loc[own["level"] == term, "value"]
            assert n == count, (arm, term)
            compared += 1
    assert compared == len(events) - 2 * len(ARMS) > 20
    assert np.isfinite(table["value"]).all()

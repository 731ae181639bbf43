"""A value that a method can't use is the reason of its statistics; the table stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

TIMES = {
    "Kaplan-Meier": {},
    "Log-rank": {},
    "Cox": {},
    "Restricted mean": {"horizon": "30"},
    "Cumulative incidence": {"competing": "2"},
}
NUMBERS = {
    "Wilcoxon": ["AGE"],
    "t-test": ["AGE"],
    "ANOVA": ["AGE"],
    "Correlation": ["AGE", "TIME"],
    "PLS": ["AGE", "TIME"],
}
SUBJECT = 5


def with_value(data: pd.DataFrame, name: str, value: float) -> pd.DataFrame:
    """The data with one value of one subject of arm A replaced."""
    place = data.index[data["TRT"] == "A"][SUBJECT]
    data[name] = data[name].astype("float64")
    data.loc[place, name] = value
    return data


@pytest.mark.parametrize("method", TIMES)
@pytest.mark.parametrize(
    ("value", "why"), [(-3.0, "The time is negative in 1 of "), (np.inf, "The time is infinite in 1 of ")]
)
def test_a_time_that_can_not_be_is_the_reason(trial, method, value, why):
    data = with_value(trial.subjects(), "TIME", value)
    levels = ["30"] if method in ("Kaplan-Meier", "Cumulative incidence") else []
    options = {"censor": "CNSR"} | TIMES[method]
    made = trial.display(method, variables=["TIME"], levels=levels, options=options)
    found = trial.run(made, data)
    assert any(why in problem.values[0] for problem in found.problems if problem.values)
    told = found.frame.loc[found.frame["error"] != ""]
    assert len(told)
    assert told["value"].isna().all()


@pytest.mark.parametrize("method", NUMBERS)
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_an_infinite_value_is_the_reason(trial, method, value):
    data = with_value(trial.subjects(), "AGE", value)
    found = trial.run(trial.display(method, variables=NUMBERS[method]), data)
    assert any("is infinite in 1 of " in text for text in found.frame["error"])
    assert np.isfinite(found.frame["value"].dropna()).all()
    assert found.problems


@pytest.mark.parametrize("value", [np.inf, -1.0, 0.5])
def test_a_count_that_can_not_be_is_the_reason(trial, value):
    data = with_value(trial.subjects(), "COUNT", value)
    made = trial.display("Event rate", variables=["COUNT"], options={"time": "EXPO"})
    found = trial.run(made, data)
    assert "A count is not a whole number from 0 on." in set(found.frame["error"])


@pytest.mark.parametrize("value", [1e155, 1e308])
@pytest.mark.parametrize("method", [*NUMBERS, "Continuous", "Logistic regression", "MMRM"])
def test_a_value_beyond_squaring_is_the_reason(trial, method, value):
    """Its square is no number of 64 bits: the statistics that need it have a reason, nothing is infinite."""
    data = with_value(trial.subjects(), "AGE", value)
    given = {"variables": NUMBERS.get(method, ["AGE"])}
    if method == "Logistic regression":
        given = {"variables": ["RESP"], "levels": ["Y"], "options": {"covariates": "AGE"}}
    if method == "MMRM":
        data = data.assign(AVISIT="WEEK 1")
        options = {"subject": "USUBJID", "covariance": "UN"}
        given = {"variables": ["AGE"], "by": "AVISIT", "by_levels": ["WEEK 1"], "options": options}
        options.pop("subject")
    found = trial.run(trial.display(method, **given), data).frame
    assert np.isfinite(found["value"].dropna()).all()
    own = found[(found["group1_level"] != "Arm B") & (found["error"] != "")]["error"].unique()
    assert any("too large" in why or "not finite" in why for why in own), own

"""The results dataset in the column names of R's package cards (an analysis results dataset, CDISC ARS)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from il2cdisc.base.numbers import number_text
from il2cdisc.results.frame import HEADER

NAMES: Mapping[str, str] = {
    "q1": "p25",
    "q3": "p75",
    "difference": "estimate",
    "difference_se": "std.error",
    "difference_lower": "conf.low",
    "difference_upper": "conf.high",
    "df": "parameter",
    "p_value": "p.value",
}
"""Statistics that cards and its companions call by another name; all others keep theirs."""
LABELS: Mapping[str, str] = {
    "n": "n",
    "N": "N",
    "p": "%",
    "mean": "Mean",
    "sd": "SD",
    "se": "SE",
    "median": "Median",
    "p25": "Q1",
    "p75": "Q3",
    "min": "Min",
    "max": "Max",
    "estimate": "Difference",
    "std.error": "SE",
    "conf.low": "CI Lower Bound",
    "conf.high": "CI Upper Bound",
    "parameter": "df",
    "p.value": "p-value",
}


def cards_frame(results: pd.DataFrame) -> pd.DataFrame:
    """`results` as cards has it, one row per statistic, with the ids of display and analysis in front.

    group1, group1_level, ..., variable, variable_level, context (the method), stat_name, stat_label, stat
    (a number, or a text), warning and error. A percentage `p` is a proportion there. What cards keeps in a
    column of lists, numbers and texts alike, is text here: numbers in their shortest exact form.

    Before: statistic `p` with value 25 and text "" in group1_level "A".
    After: stat_name `p`, stat_label `%`, stat `0.25`.
    """
    groups = [name for name in results if str(name).startswith("group")]
    name = results["statistic"].replace(dict(NAMES))
    share = (results["statistic"] == "p").to_numpy(dtype=bool)
    value = results["value"].where(~share, results["value"] / 100)
    missing = value.isna() & (results["text"] == "")
    stat = value.map(number_text, na_action="ignore").astype("str").fillna(results["text"]).mask(missing)
    header = (results["analysis"] == HEADER).to_numpy(dtype=bool)
    out = {
        "display": results["display"],
        "analysis": results["analysis"].mask(header, "columns"),
        "row": results["row"],
        **{column: results[column] for column in groups},
        "variable": results["variable"],
        "variable_level": results["level"],
        "context": results["method"].str.lower(),
        "stat_name": name,
        "stat_label": name.replace(dict(LABELS)),
        "stat": stat,
        "warning": pd.Series("", index=results.index, dtype="str"),
        "error": results["error"],
    }
    return pd.DataFrame(out)

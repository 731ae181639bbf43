"""ADCGI: severity and improvement of the clinical global impression."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, Spec, analysis_dataset, derive_vars_crit_flag, windows_of
from mappings.adam.common import after_baseline, with_change, with_visits
from mappings.adam.scale import Scale, scale_records

CGI = Scale("ADCGI", "QS")
SEVERITY, IMPROVEMENT = "CGI0201", "CGI0203"


def adcgi(qs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Clinical global impression: one record per subject, parameter, analysis visit and date."""
    out = with_visits(scale_records(qs, adsl, spec, CGI), windows_of(spec, "ADCGI"))
    out = with_change(out)
    after, low, known = after_baseline(out), out["AVAL"] <= 2, out["AVAL"].notna()
    improvement, severity = after & (out["PARAMCD"] == IMPROVEMENT), after & (out["PARAMCD"] == SEVERITY)
    for number, (rows, text) in {
        1: (improvement, "CGI improvement score of 1 or 2"),
        2: (severity, "CGI severity score of 1 or 2"),
    }.items():
        out = derive_vars_crit_flag(out, number=number, description=text, met=low, known=known, where=rows)
    return analysis_dataset("ADCGI", out)

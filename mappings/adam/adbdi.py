"""ADBDI: items, total and response of the BDI-II."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, Spec, analysis_dataset, windows_of
from mappings.adam.common import after_baseline, with_change, with_response, with_visits
from mappings.adam.scale import Scale, scale_records

BDI = Scale("ADBDI", "QS", {"BDI2TS": ("_ITEM", 2)})


def adbdi(qs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """BDI-II: one record per subject, parameter, analysis visit and date."""
    out = with_visits(scale_records(qs, adsl, spec, BDI), windows_of(spec, "ADBDI"))
    out = with_change(out)
    total = after_baseline(out) & (out["PARAMCD"] == "BDI2TS")
    out = with_response(out, number=1, text="BDI-II total score decrease of at least 50%", where=total)
    return analysis_dataset("ADBDI", out)

"""ADYMRS: items and total of the YMRS, and the switch to mania."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, Spec, analysis_dataset, derive_vars_crit_flag, windows_of
from mappings.adam.common import after_baseline, with_change, with_visits
from mappings.adam.scale import Scale, scale_records

YMRS = Scale("ADYMRS", "RS", {"YMRSTS": ("_ITEM", 1)})


def adymrs(rs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """YMRS: one record per subject, parameter, analysis visit and date."""
    out = with_visits(scale_records(rs, adsl, spec, YMRS), windows_of(spec, "ADYMRS"))
    out = with_change(out)
    out = derive_vars_crit_flag(
        out,
        number=1,
        description="YMRS total score above 12",
        where=after_baseline(out) & (out["PARAMCD"] == "YMRSTS"),
        met=out["AVAL"] > 12,
        known=out["AVAL"].notna(),
    )
    return analysis_dataset("ADYMRS", out)

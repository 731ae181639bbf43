"""ADMADRS: items, total, response and remission of the MADRS."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, Spec, analysis_dataset, derive_vars_crit_flag, windows_of
from mappings.adam.common import after_baseline, with_change, with_response, with_visits
from mappings.adam.scale import Scale, scale_records

# the proportion of the HAMD-21, 2 of 21 items, is less than one of 10: none may be missing
MADRS = Scale("ADMADRS", "RS", {"MADRSTS": ("_ITEM", 0)})


def admadrs(rs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """MADRS: one record per subject, parameter, analysis visit and date."""
    out = with_visits(scale_records(rs, adsl, spec, MADRS), windows_of(spec, "ADMADRS"))
    out = with_change(out)
    total = after_baseline(out) & (out["PARAMCD"] == "MADRSTS")
    out = with_response(out, number=1, text="MADRS total score decrease of at least 50%", where=total)
    out = derive_vars_crit_flag(
        out,
        number=2,
        description="MADRS total score not above 10",
        where=total,
        met=out["AVAL"] <= 10,
        known=out["AVAL"].notna(),
    )
    # no item may be missing: no total is prorated
    return analysis_dataset("ADMADRS", out.drop(columns=["DTYPE"]))

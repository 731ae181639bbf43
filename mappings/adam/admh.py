"""ADMH: medical and psychiatric history, one record a condition."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, analysis_dataset, derive_var_extreme_flag
from mappings.adam.occurrence import with_period, with_prior


def admh(mh: pd.DataFrame, adsl: pd.DataFrame) -> Analysis:
    """Medical history: one record per subject per condition."""
    out = with_period(mh, adsl, "MH")
    # a condition that was asked for and denied is no condition
    had = out["MHOCCUR"].isna() | (out["MHOCCUR"] == "Y")
    # MHENRTPT is relative to screening: what had ended by then had ended before the first dose
    out = with_prior(out, where=had, ended=out["MHENRTPT"] == "BEFORE")
    for flag, by in {"AOCCSFL": ["USUBJID", "MHBODSYS"], "AOCCPFL": ["USUBJID", "MHDECOD"]}.items():
        out = derive_var_extreme_flag(
            out, by=by, order=["ASTDT", "MHSEQ"], new_var=flag, mode="first", where=had
        )
    return analysis_dataset("ADMH", out)

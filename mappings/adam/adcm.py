"""ADCM: prior and concomitant medication, one record a medication."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, analysis_dataset, derive_var_extreme_flag, derive_var_flag
from mappings.adam.occurrence import with_period, with_prior


def adcm(cm: pd.DataFrame, adsl: pd.DataFrame) -> Analysis:
    """Medication: one record per subject per medication and dosing interval."""
    out = with_period(cm, adsl, "CM")
    out = with_prior(out, where=pd.Series(True, index=out.index))
    concomitant = out["CONCOMFL"] == "Y"
    # a start after the last dose is not on treatment; an unknown one may be
    late = out["ASTDT"] > out["TRTEDT"]
    out = derive_var_flag(out, new_var="ONTRTFL", where=concomitant & ~late)
    out = derive_var_extreme_flag(
        out,
        by=["USUBJID", "CMDECOD"],
        order=["ASTDT", "CMSEQ"],
        new_var="AOCCPFL",
        mode="first",
        where=concomitant,
    )
    return analysis_dataset("ADCM", out)

"""ADAE: adverse events, one record an event."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    AnalysisFacts,
    Spec,
    TrialFacts,
    analysis_dataset,
    derive_var_extreme_flag,
    derive_var_number,
    derive_var_trtemfl,
    derive_vars_dt,
    derive_vars_joined,
    derive_vars_last_dose,
    numbers_of,
)
from mappings.adam.common import DAY, with_subject, with_times


def adae(
    ae: pd.DataFrame,
    ex: pd.DataFrame,
    adsl: pd.DataFrame,
    spec: Spec,
    analysis: AnalysisFacts,
    trial: TrialFacts,
) -> Analysis:
    """Adverse events: one record per adverse event per subject."""
    out = with_subject(ae, adsl, spec, "ADAE")
    out = with_times(out, start="AESTDTC", end="AEENDTC")
    out = with_last_dose(out, ex, trial)
    out = derive_var_trtemfl(out, end_window=analysis.treatment_emergent_until)
    out = out.assign(ASEV=out["AESEV"], AREL=out["AEREL"])
    out = derive_var_number(out, source="ASEV", new_var="ASEVN", values=numbers_of(spec, "ASEVN"))
    out = derive_var_extreme_flag(
        out,
        by=["USUBJID"],
        order=["-ASEVN", "ASTDTM", "AESEQ"],
        new_var="AOCCIFL",
        mode="first",
        where=out["TRTEMFL"] == "Y",
    )
    return analysis_dataset("ADAE", out)


def with_last_dose(out: pd.DataFrame, ex: pd.DataFrame, trial: TrialFacts) -> pd.DataFrame:
    """The last daily dose on or before the onset, and the dose of the interval that the onset lies in."""
    doses = derive_vars_dt(ex, prefix="_S", dtc="EXSTDTC", flag=False)
    doses = derive_vars_dt(doses, prefix="_E", dtc="EXENDTC", flag=False)
    # of an interval without an end no day is known to be the last; the dose itself is
    ended = doses["_EDT"].notna()
    last = {"_LAST": "_EDT"}
    out = derive_vars_last_dose(out, doses, date="ASTDT", dose_date="_SDT", new_vars=last, where=ended)
    out = derive_vars_joined(
        out,
        doses,
        by=["USUBJID"],
        new_vars={"DOSEON": "EXDOSE"},
        order=["EXSEQ"],
        mode="last",
        condition=lambda event, dose: (dose["_SDT"] <= event["ASTDT"]) & ~(event["ASTDT"] > dose["_EDT"]),
    )
    units = pd.Series(trial.dose_units, index=out.index, dtype="str")
    out = out.assign(LDOSEDTM=np.minimum(out["ASTDT"], out["_LAST"]) * DAY)
    return out.assign(DOSEU=units.where(out["DOSEON"].notna()))

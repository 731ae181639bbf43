"""ADCIBC: the clinician's impression of change, with values carried forward."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, Spec, analysis_dataset, derive_vars_parameter, parameters_of, windows_of
from mappings.adam.common import (
    EFFICACY,
    PLANNED,
    with_carried,
    with_date,
    with_range_text,
    with_subject,
    with_windows,
)

PARAMETER = ["PARAMCD", "PARAM", "PARAMN"]


def adcibc(qs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Impression of change: one record per subject, analysis visit and date."""
    parameters = parameters_of(spec, "ADCIBC").rename(columns={"Test Code": "QSTESTCD"})
    out = derive_vars_parameter(qs, parameters, by=["QSTESTCD"], new_vars=PARAMETER)
    out = with_date(with_subject(out, adsl, EFFICACY, PLANNED), "QSDTC")
    windows = windows_of(spec, "ADCIBC")
    out = with_windows(out.assign(AVAL=out["QSSTRESN"]), windows)
    out = out.sort_values(["USUBJID", "ADT", "QSSEQ"]).reset_index(drop=True)
    out = out.assign(DTYPE=pd.Series(index=out.index, dtype="str"))
    out = with_carried(out, windows, where=out["AVAL"].notna())
    return analysis_dataset("ADCIBC", with_range_text(out))

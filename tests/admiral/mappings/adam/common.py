"""What the ADaM modules share: variables of ADSL, imputed times of a start and an end."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Spec,
    derive_vars_dtm_to_dt,
    derive_vars_duration,
    derive_vars_dy,
    derive_vars_imputed_dtm,
    derive_vars_merged,
)

DAY = 86400.0
LIMITS = ("DTHDT", "EOSDT")


def with_subject(frame: pd.DataFrame, adsl: pd.DataFrame, spec: Spec, name: str) -> pd.DataFrame:
    """Every variable of ADSL that the workbook lists for the dataset."""
    listed = set(spec.datasets[name].names)
    wanted = [column for column in adsl.columns if column in listed and column not in frame]
    return derive_vars_merged(frame, adsl, by=["USUBJID"], new_vars=wanted, ids=True)


def with_times(frame: pd.DataFrame, *, start: str, end: str) -> pd.DataFrame:
    """Moments, days and study days of start and end, what of them was imputed, and the days between them.

    An imputed start is not before the first dose, an imputed end not after death or the end of the study.
    """
    limits = {f"_{name}M": frame[name] * DAY + DAY - 1 for name in LIMITS}
    frame = derive_vars_imputed_dtm(
        frame.assign(**limits), prefix="AST", dtc=start, impute="M", not_before=["TRTSDTM"]
    )
    frame = derive_vars_imputed_dtm(
        frame, prefix="AEN", dtc=end, impute="M", to="last", not_after=list(limits)
    )
    frame = derive_vars_dtm_to_dt(frame, source=["ASTDTM", "AENDTM"])
    frame = derive_vars_dy(frame, reference="TRTSDT", source=["ASTDT", "AENDT"])
    frame = derive_vars_duration(frame, new_var="ADURN", start="ASTDT", end="AENDT", new_unit="ADURU")
    return frame.assign(ADURU=frame["ADURU"].str.lower())

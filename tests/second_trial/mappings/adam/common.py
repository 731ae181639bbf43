"""What the ADaM modules of this trial share: variables of the subject on every record."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import derive_vars_merged

SUBJECT = ("SUBJID", "SITEID", "AGE", "SEX", "SAFFL", "ITTFL", "TRTSDT", "TRTEDT")
TREATMENT = {"TRTP": "TRT01P", "TRTPN": "TRT01PN", "TRTA": "TRT01A", "TRTAN": "TRT01AN"}


def with_subject(frame: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Subject, set and treatment variables of ADSL on every record."""
    wanted = {name: name for name in SUBJECT} | TREATMENT | {"_LSTALVDT": "LSTALVDT"}
    return derive_vars_merged(frame, adsl, by=["USUBJID"], new_vars=wanted, ids=True)

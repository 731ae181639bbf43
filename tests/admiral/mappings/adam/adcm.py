"""ADCM: medications, one record a medication."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    derive_var_extreme_flag,
    derive_var_number,
    numbers_of,
)
from mappings.adam.common import with_subject, with_times


def adcm(cm: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Medications: one record per medication record per subject."""
    out = with_subject(cm, adsl, spec, "ADCM")
    out = with_phase(with_times(out, start="CMSTDTC", end="CMENDTC"))
    out = derive_var_number(out, source="APHASE", new_var="APHASEN", values=numbers_of(spec, "APHASEN"))
    treated = out["ONTRTFL"] == "Y"
    # admiral takes a missing order value last, il2cdisc first
    out = out.assign(_UNKNOWN=out["ASTDTM"].isna().astype("float64"))
    out = derive_var_extreme_flag(
        out,
        by=["USUBJID", "CMDECOD"],
        order=["_UNKNOWN", "ASTDTM", "CMSEQ"],
        new_var="AOCCPFL",
        mode="first",
        where=treated,
    )
    return analysis_dataset(
        "ADCM", out.assign(ANL01FL=out["ONTRTFL"], TRTP=out["TRT01P"], TRTA=out["TRT01A"])
    )


def with_phase(out: pd.DataFrame) -> pd.DataFrame:
    """Before, on or after treatment, by the day on which the medication began; without one: on."""
    text = pd.Series(index=out.index, dtype="str")
    after = out["ASTDT"] > out["TRTEDT"]
    before = out["ASTDT"] < out["TRTSDT"]
    on = ~before & ~after
    phase = text.mask(before, "Pre-Treatment").mask(on, "On-Treatment").mask(after, "Follow-Up")
    flags = {"ONTRTFL": on, "PREFL": before, "FUPFL": after}
    return out.assign(APHASE=phase, **{name: text.mask(where, "Y") for name, where in flags.items()})

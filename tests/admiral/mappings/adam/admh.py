"""ADMH: medical history, one record a condition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    TrialFacts,
    analysis_dataset,
    derive_var_extreme_flag,
    derive_var_number,
    derive_vars_dt,
    derive_vars_dy,
    numbers_of,
)
from mappings.adam.common import with_subject

# as admiral's template: flags of the first condition, of a body system, of a term
SYSTEM, TERM = ["USUBJID", "_MHBODSYS"], ["USUBJID", "_MHDECOD"]
TERM_ORDER = ["_MHBODSYS", "MHCAT", "_MHDECOD", "MHTERM", "_UNKNOWN", "ASTDT", "MHSEQ"]
SYSTEM_ORDER = ["_AHIST", "_MHBODSYS", "MHCAT", "_UNKNOWN", "ASTDT", "MHSEQ"]
FIRST = {
    "AOCCFL": (["USUBJID"], ["_UNKNOWN", "ASTDT", "MHSEQ"]),
    "AOCCSFL": (SYSTEM, TERM_ORDER),
    "AOCCPFL": (TERM, TERM_ORDER),
    "AOCPFL": (["USUBJID"], ["_AHIST", "_UNKNOWN", "ASTDT", "MHSEQ"]),
    "AOCPSFL": (SYSTEM, SYSTEM_ORDER),
    "AOCPPFL": (TERM, ["_AHIST", *TERM_ORDER]),
}
AFTER_ALL = "~"
HISTORY = {"BEFORE": "Past", "DURING": "Current", "AFTER": "Current"}


def admh(mh: pd.DataFrame, adsl: pd.DataFrame, spec: Spec, trial: TrialFacts) -> Analysis:
    """Medical history: one record per condition per subject."""
    out = with_subject(mh, adsl, spec, "ADMH")
    for prefix, dtc in (("AST", "MHSTDTC"), ("AEN", "MHENDTC"), ("A", "MHDTC")):
        out = derive_vars_dt(out, prefix=prefix, dtc=dtc, flag=False)
    out = derive_vars_dy(out, reference="TRTSDT", source=["ASTDT", "AENDT", "ADT"])
    out = with_phase(out.assign(AHIST=out["MHENRF"].map(HISTORY).astype("str")))
    out = derive_var_number(out, source="APHASE", new_var="APHASEN", values=numbers_of(spec, "MHPHASEN"))
    out = with_first(out)
    asked = out["MHTERM"].where(out["MHPRESP"] == "Y")
    yes = pd.Series("Y", index=out.index, dtype="str")
    return analysis_dataset(
        "ADMH",
        out.assign(
            MHTERMN=asked.map({term: place for place, term in enumerate(trial.asked, start=1)}).astype(
                "float64"
            ),
            ANL01FL=yes.where(out["MHOCCUR"].notna() & (out["MHOCCUR"] != "N")),
            TRTP=out["TRT01P"],
            TRTA=out["TRT01A"],
        ),
    )


def with_phase(out: pd.DataFrame) -> pd.DataFrame:
    """Whether the history was taken before the first dose or after the last one."""
    conditions = [out["ADT"] < out["TRTSDT"], out["ADT"] > out["TRTEDT"]]
    text = np.select([c.to_numpy() for c in conditions], ["Screening", "Post-Treatment"], "On-Treatment")
    known = out["ADT"].notna() & out["TRTSDT"].notna()
    return out.assign(APHASE=pd.Series(text, index=out.index, dtype="str").where(known))


def with_first(out: pd.DataFrame) -> pd.DataFrame:
    """Y on the first record of each key; conditions without a term, or a body system, have the key of none.

    admiral takes a missing value last, il2cdisc first.
    """
    texts = {f"_{name}": out[name].fillna(AFTER_ALL) for name in ("MHBODSYS", "MHDECOD", "AHIST")}
    out = out.assign(**texts, _UNKNOWN=out["ASTDT"].isna().astype("float64"))
    for flag, (by, order) in FIRST.items():
        out = derive_var_extreme_flag(out, by=by, order=order, new_var=flag, mode="first")
    return out

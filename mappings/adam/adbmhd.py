"""ADBMHD: early change of cell populations with the later change of the depression scale."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, analysis_dataset, derive_vars_merged
from mappings.adam.common import with_subject

EARLY, LATER = "Day 5", ("Day 15", "Day 29", "Day 60")
PARAMETER = ["PARCAT1", "PARAM", "PARAMCD", "PARAMN"]


def adbmhd(adcp: pd.DataFrame, adhamd: pd.DataFrame, adsl: pd.DataFrame) -> Analysis:
    """Early change of each population and later change of the scale, per subject and later visit.

    A row for each log population with a change at Day 5 and each later visit with a change of the scale.
    """
    early = adcp[(adcp["AVISIT"] == EARLY) & (adcp["ANL01FL"] == "Y") & adcp["CHG"].notna()]
    early = early[(early["PARCAT2"] == "NATURAL LOG").fillna(False).to_numpy(dtype=bool)]
    early = early[["STUDYID", "USUBJID", *PARAMETER, "CHG", "BASE", "ASEQ", "@ADCP"]].rename(
        columns={"CHG": "AVAL", "BASE": "BASELOG", "ASEQ": "CPASEQ"}
    )
    later = adhamd[(adhamd["PARAMCD"] == "HAMD2TS") & (adhamd["ANL01FL"] == "Y") & adhamd["CHG"].notna()]
    later = later[later["AVISIT"].isin(LATER)]
    pairs = early[["USUBJID", "PARAMCD"]].merge(later[["USUBJID", "AVISIT", "AVISITN"]], on="USUBJID")
    out = derive_vars_merged(
        pairs,
        early,
        by=["USUBJID", "PARAMCD"],
        new_vars=[name for name in early if name not in ("USUBJID", "PARAMCD", "@ADCP")],
        ids=True,
    )
    of_scale = {
        "HDCHG": "CHG",
        "HDPCHG": "PCHG",
        "HDBASE": "BASE",
        "ADT": "ADT",
        "ADY": "ADY",
        "HDASEQ": "ASEQ",
    }
    out = derive_vars_merged(out, later, by=["USUBJID", "AVISIT"], new_vars=of_scale, ids=True)
    return analysis_dataset("ADBMHD", with_subject(out, adsl))

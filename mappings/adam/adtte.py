"""ADTTE: days from the first dose to response, remission, and the end of study drug or participation."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Problem,
    Spec,
    analysis_dataset,
    censor_source,
    derive_param_tte,
    derive_vars_dt,
    derive_vars_dy,
    event_source,
    parameters_of,
)
from mappings.adam.common import with_subject

PARAMETER = ["PARAMCD", "PARAM", "PARAMN"]
# parameter → the total whose criterion is the event, the flag, and what is said of it
REACHED = {
    "TTRESP": ("HAMD2TS", "CRIT1FL", "RESPONSE"),
    "TTREM": ("HAMD2TS", "CRIT2FL", "REMISSION"),
    "TTREM17": ("HAMD17D", "CRIT2FL", "REMISSION (17 ITEMS)"),
}


def adtte(adsl: pd.DataFrame, adhamd: pd.DataFrame, ds: pd.DataFrame, spec: Spec) -> Analysis:
    """Time to event: one record per subject of the full analysis set per parameter."""
    parameters = parameters_of(spec, "ADTTE")[PARAMETER].set_index("PARAMCD", drop=False)
    subjects = adsl[adsl["FASFL"] == "Y"].reset_index(drop=True)
    # ratings after the first dose, as they were made: those with a change from baseline
    rated = adhamd[adhamd["CHG"].notna() & (adhamd["DTYPE"] != "LOCF")]
    out, findings = pd.DataFrame(), list[Problem]()
    for code, (total, flag, name) in REACHED.items():
        of_total = rated[rated["PARAMCD"] == total]
        source = {"date": "ADT", "srcdom": "ADHAMD", "srcseq": "ASEQ"}
        event = event_source(of_total, where=of_total[flag] == "Y", description=name, srcvar=flag, **source)
        last = censor_source(of_total, description=f"LAST RATING WITHOUT {name}", srcvar="AVAL", **source)
        none = censor_source(
            subjects, date="TRTSDT", description="NO RATING AFTER BASELINE", srcdom="ADSL", censored=2
        )
        out, found = derive_param_tte(
            out,
            subjects,
            start="TRTSDT",
            events=[event],
            censors=[last, none],
            set_values=parameters.loc[code].to_dict(),
            keep=["STUDYID"],
        )
        findings += found
    for code, ended in {"TTDISC": "STUDY TREATMENT", "TTEND": "STUDY PARTICIPATION"}.items():
        out, found = to_the_end(out, subjects, ds, ended, parameters.loc[code].to_dict())
        findings += found
    out = derive_vars_dy(with_subject(out, adsl), reference="TRTSDT", source=["ADT"])
    return analysis_dataset("ADTTE", out, findings)


def to_the_end(
    out: pd.DataFrame, subjects: pd.DataFrame, ds: pd.DataFrame, ended: str, parameter: dict[str, object]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Time to the early end of study drug or of participation; who completed is censored that day."""
    ends = derive_vars_dt(ds, prefix="_", dtc="DSSTDTC", flag=False)
    ends = ends[((ends["DSCAT"] == "DISPOSITION EVENT") & (ends["DSSCAT"] == ended)).fillna(False)]
    completed = ends["DSDECOD"] == "COMPLETED"
    open_ended = ~subjects["USUBJID"].isin(ends["USUBJID"])
    source = {"date": "_DT", "srcdom": "DS", "srcvar": "DSSTDTC", "srcseq": "DSSEQ"}
    return derive_param_tte(
        out,
        subjects,
        start="TRTSDT",
        events=[event_source(ends, where=~completed, description=f"{ended} ENDED EARLY", **source)],
        censors=[
            censor_source(ends, where=completed, description=f"{ended} COMPLETED", **source),
            censor_source(
                subjects,
                date="LSTALVDT",
                where=open_ended,
                description="LAST CONTACT",
                srcdom="ADSL",
                censored=2,
            ),
        ],
        set_values=parameter,
        keep=["STUDYID"],
    )

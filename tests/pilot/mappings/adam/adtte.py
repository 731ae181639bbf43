"""ADTTE: time to the first dermatologic event."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    censor_source,
    derive_param_tte,
    event_source,
    parameters_of,
)
from mappings.adam.common import ACTUAL, PLANNED

TREATMENT = ACTUAL | {"TRTP": PLANNED["TRTP"], "TRTDUR": "TRTDURD"}


def adtte(adsl: pd.DataFrame, adae: pd.DataFrame, spec: Spec) -> Analysis:
    """Time to event: one record per subject."""
    adsl = adsl.assign(**{name: adsl[source] for name, source in TREATMENT.items()})
    parameter = parameters_of(spec, "ADTTE").iloc[0]
    # the words of the published file, as they are spelled there
    event = event_source(
        adae,
        date="ASTDT",
        description="Dematologic Event Occured",
        srcdom="ADAE",
        srcseq="AESEQ",
        where=adae["AOCC01FL"] == "Y",
    )
    completed = censor_source(adsl, date="RFENDT", description="Study Completion Date", srcdom="ADSL")
    listed = spec.datasets["ADTTE"].names
    out, findings = derive_param_tte(
        pd.DataFrame(),
        adsl,
        start="TRTSDT",
        events=[event],
        censors=[completed],
        set_values={"PARAMCD": parameter["PARAMCD"], "PARAM": parameter["PARAM"]},
        keep=[name for name in listed if name in adsl],
    )
    return analysis_dataset("ADTTE", out.drop(columns="CNSDTDSC"), findings)

"""ADLBHPV: haematology, changes from the visit before."""

from __future__ import annotations

import pandas as pd
from mappings.adam.previous_visit import changes_from_previous_visit

from il2cdisc.adam import Analysis, Spec, analysis_dataset


def adlbhpv(adlbh: pd.DataFrame, spec: Spec) -> Analysis:
    """One record a record of ADLBH."""
    return analysis_dataset("ADLBHPV", changes_from_previous_visit(adlbh, spec, "ADLBHPV"))

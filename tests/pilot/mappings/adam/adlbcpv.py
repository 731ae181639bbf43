"""ADLBCPV: blood chemistry, changes from the visit before."""

from __future__ import annotations

import pandas as pd
from mappings.adam.previous_visit import changes_from_previous_visit

from il2cdisc.adam import Analysis, Spec, analysis_dataset


def adlbcpv(adlbc: pd.DataFrame, spec: Spec) -> Analysis:
    """One record a record of ADLBC."""
    return analysis_dataset("ADLBCPV", changes_from_previous_visit(adlbc, spec, "ADLBCPV"))

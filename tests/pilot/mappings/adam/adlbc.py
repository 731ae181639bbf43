"""ADLBC: blood chemistry, one record a result."""

from __future__ import annotations

import pandas as pd
from mappings.adam.laboratory import laboratory_results

from il2cdisc.adam import Analysis, Spec, analysis_dataset


def adlbc(lb: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Chemistry: one record per subject, parameter, visit, and one for the end of treatment."""
    return analysis_dataset("ADLBC", laboratory_results(lb, adsl, spec, "ADLBC"))

"""ADFAST: items, total and the six areas of the functioning test."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import Analysis, Spec, analysis_dataset, windows_of
from mappings.adam.common import with_change, with_visits
from mappings.adam.scale import Scale, scale_records

AREAS = ("FASTAUT", "FASTOCC", "FASTCOG", "FASTFIN", "FASTINT", "FASTLEI")
FAST = Scale("ADFAST", "QS", {"FASTTS": ("_ITEM", 2), **{area: (f"_{area}", 0) for area in AREAS}})


def adfast(qs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Functioning: one record per subject, parameter, analysis visit and date."""
    out = with_visits(scale_records(qs, adsl, spec, FAST), windows_of(spec, "ADFAST"))
    return analysis_dataset("ADFAST", with_change(out))

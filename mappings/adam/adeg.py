"""ADEG: intervals and interpretation of the electrocardiogram, one record a result."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    check_units,
    derive_var_base,
    derive_var_shift,
    derive_vars_crit_flag,
    derive_vars_parameter,
    numbers_of,
    parameters_of,
    windows_of,
)
from mappings.adam.common import (
    SAME,
    after_baseline,
    with_change,
    with_date,
    with_subject,
    with_visits,
)
from mappings.adam.scale import PARAMETER

CORRECTED, INTERPRETATION = "QTCFAG", "INTP"
# the categories of ICH E14 section III.B, in ms
LIMITS, CHANGES = {1: 450, 2: 480, 3: 500}, {4: 30, 5: 60}


def adeg(eg: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Electrocardiogram: one record per subject per parameter per result."""
    parameters = parameters_of(spec, "ADEG").rename(columns={"Test Code": "EGTESTCD", "UNIT": "_UNIT"})
    out = derive_vars_parameter(eg, parameters, by=["EGTESTCD"], new_vars=[*PARAMETER, "_UNIT"])
    out = with_date(with_subject(out, adsl), "EGDTC")
    same_unit, findings = check_units(out, result="EGSTRESC", unit="EGSTRESU", wanted="_UNIT")
    out = out[same_unit].reset_index(drop=True)
    judged = out["PARAMCD"] == INTERPRETATION
    text = out["EGSTRESC"].where(judged)
    number = text.map(numbers_of(spec, "ADEG.INTP")).astype("float64")
    out = out.assign(AVALC=text, AVAL=out["EGSTRESN"].where(~judged, number))
    out = with_change(with_visits(out, windows_of(spec, "ADEG")))
    out = out.assign(CHG=out["CHG"].where(~judged), PCHG=out["PCHG"].where(~judged))
    out = derive_var_base(out, by=SAME, source="AVALC", new_var="BASEC")
    shifts = after_baseline(out) & judged
    out = derive_var_shift(out, from_var="BASEC", to_var="AVALC", missing="MISSING", where=shifts)
    return analysis_dataset("ADEG", with_limits(out), findings)


def with_limits(out: pd.DataFrame) -> pd.DataFrame:
    """CRIT1 to CRIT3 on the corrected interval, CRIT4 and CRIT5 on its change after baseline."""
    corrected, after = out["PARAMCD"] == CORRECTED, after_baseline(out)
    for number, limit in LIMITS.items():
        out = derive_vars_crit_flag(
            out,
            number=number,
            description=f"QTcF above {limit} ms",
            where=corrected,
            met=out["AVAL"] > limit,
            known=out["AVAL"].notna(),
        )
    for number, limit in CHANGES.items():
        out = derive_vars_crit_flag(
            out,
            number=number,
            description=f"QTcF increase from baseline above {limit} ms",
            where=corrected & after,
            met=out["CHG"] > limit,
            known=out["CHG"].notna(),
        )
    return out

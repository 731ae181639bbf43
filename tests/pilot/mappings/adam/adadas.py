"""ADADAS: items and total of the cognitive scale, with values carried forward."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    derive_var_base,
    derive_var_chg,
    derive_var_pchg,
    derive_vars_parameter,
    parameters_of,
    windows_of,
)
from mappings.adam.common import (
    EFFICACY,
    PLANNED,
    SAME,
    last_analysed,
    with_carried,
    with_date,
    with_range_text,
    with_subject,
    with_windows,
)

PARAMETER = ["PARAMCD", "PARAM", "PARAMN"]
TOTAL = "ACTOT"


def adadas(qs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Cognitive scale: one record per subject, parameter, analysis visit and date."""
    parameters = parameters_of(spec, "ADADAS").rename(columns={"Test Code": "QSTESTCD"})
    out = derive_vars_parameter(qs, parameters, by=["QSTESTCD"], new_vars=PARAMETER)
    out = with_date(with_subject(out, adsl, EFFICACY, PLANNED), "QSDTC")
    windows = windows_of(spec, "ADADAS")
    out = with_windows(out.assign(AVAL=out["QSSTRESN"]), windows)
    baseline = (out["AVISITN"] == 0) & (out["ANL01FL"] == "Y")
    out = out.assign(ABLFL=pd.Series("Y", index=out.index, dtype="str").where(baseline))
    out = out.sort_values(["USUBJID", "PARAMN", "ADT", "QSSEQ"]).reset_index(drop=True)
    out = with_analysed_values(out)
    out = with_carried(out, windows, where=out["PARAMCD"] == TOTAL)
    out = derive_var_base(out, by=SAME)
    after = out["AVISITN"] > 0
    out = derive_var_pchg(derive_var_chg(out, where=after), where=after)
    return analysis_dataset("ADADAS", with_range_text(out))


def with_analysed_values(out: pd.DataFrame) -> pd.DataFrame:
    """A total that is not analysed shows the analysed one before it, DTYPE LOCF where that is another value.

    So the pilot's file has it; the record counts in no analysis.
    """
    total = out["PARAMCD"] == TOTAL
    analysed = last_analysed(out)
    replaced = total & out["ANL01FL"].isna() & analysed.notna() & (analysed != out["AVAL"])
    kind = pd.Series("LOCF", index=out.index, dtype="str").where(replaced)
    return out.assign(AVAL=out["AVAL"].mask(replaced, analysed), DTYPE=kind)

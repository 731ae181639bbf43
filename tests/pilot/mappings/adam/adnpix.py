"""ADNPIX: item scores and total of the neuropsychiatric inventory, and the mean total of weeks 4 to 24."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    derive_extreme_records,
    derive_summary_records,
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
    with_date,
    with_range_text,
    with_subject,
    with_windows,
)

PARAMETER = ["PARAMCD", "PARAM", "PARAMN"]
TOTAL, MEAN = "NPTOT", "NPTOTMN"
FIRST, LAST, MEAN_NUMBER = 4.0, 24.0, 98.0
WEEKS = {"AVISIT": "Weeks 4-24", "AVISITN": MEAN_NUMBER, "AWTARGET": 98.0, "AWLO": 22.0, "AWHI": 175.0}
OF_ONE_VISIT = ["ABLFL", "ADT", "ADY", "VISIT", "VISITNUM", "QSSEQ", "AWTDIFF"]


def adnpix(qs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Neuropsychiatric inventory: one record per subject, parameter, analysis visit and date."""
    parameters = parameters_of(spec, "ADNPIX").rename(columns={"Test Code": "QSTESTCD"})
    scored = parameters[parameters["QSTESTCD"].notna().to_numpy()]
    out = derive_vars_parameter(qs, scored, by=["QSTESTCD"], new_vars=PARAMETER)
    out = with_date(with_subject(out, adsl, EFFICACY, PLANNED), "QSDTC")
    out = with_windows(out.assign(AVAL=out["QSSTRESN"]), windows_of(spec, "ADNPIX"))
    baseline = (out["AVISITN"] == 0) & (out["ANL01FL"] == "Y")
    missing = pd.Series(index=out.index, dtype="str")
    out = out.assign(ABLFL=missing.mask(baseline, "Y"), DTYPE=missing, PARAMTYP=missing)
    out = with_mean_of_total(out, parameters)
    out = derive_var_base(out, by=SAME)
    out = derive_var_chg(out, where=out["AVISITN"] != MEAN_NUMBER)
    out = derive_var_pchg(out, where=out["AVISITN"] != MEAN_NUMBER)
    return analysis_dataset("ADNPIX", with_range_text(out, space=" "))


def with_mean_of_total(out: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """The total at baseline, and its mean over the analysed records of weeks 4 to 24, as a parameter."""
    mean = parameters.loc[parameters["PARAMCD"] == MEAN, PARAMETER].iloc[0]
    named = {name: mean[name] for name in PARAMETER} | {"DTYPE": "AVERAGE", "PARAMTYP": "DERIVED"}
    analysed = (out["PARAMCD"] == TOTAL) & (out["ANL01FL"] == "Y")
    set_here = {*named, *WEEKS, *OF_ONE_VISIT, "USUBJID", "AVAL"}
    before, during = (out["AVISITN"] == 0) & analysed, out["AVISITN"].between(FIRST, LAST) & analysed
    both = derive_extreme_records(
        out, by=["USUBJID"], order=["ADT"], mode="last", set_values=named, where=before
    )
    return derive_summary_records(
        both,
        by=["USUBJID"],
        values={"AVAL": "mean"},
        set_values=named | WEEKS,
        where=during.reindex(both.index, fill_value=False),
        keep=[name for name in out.columns if name not in set_here and not name.startswith("@")],
    )

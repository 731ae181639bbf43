"""ADLBHY: liver enzymes and bilirubin, and whether they are above one and a half of their limits together."""

from __future__ import annotations

import pandas as pd
from mappings.adam.laboratory import PARAMETER

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    append_rows,
    blank,
    derive_var_base,
    derive_var_shift,
    derive_vars_crit_flag,
    derive_vars_merged,
    derive_vars_parameter,
    parameters_of,
)
from mappings.adam.common import SAME

ENZYMES, BILIRUBIN = ("ALT", "AST"), "BILI"
TIMES = 1.5
WEEKS = (0.0, 24.0)
OF_RECORD = (
    "VISIT", "VISITNUM", "ADT", "ADY", "A1LO", "A1HI", "R2A1LO", "R2A1HI", "BR2A1LO", "BR2A1HI",
)  # fmt: skip
SHIFTS = {"Normal to High": 2.0, "Normal to Normal": 1.0, "High to Normal": 0.0}


def adlbhy(adlbc: pd.DataFrame, spec: Spec) -> Analysis:
    """Three results per subject and visit, and three parameters derived from them: 1 above the limit, else 0.

    A missing bilirubin is not above its limit, and its own parameter has no value. A shift from high to high
    has no text: the pilot names three shifts.
    """
    wanted = adlbc["PARAMCD"].isin([*ENZYMES, BILIRUBIN]) & adlbc["AVISITN"].between(*WEEKS)
    results = adlbc[wanted.to_numpy(dtype=bool)].reset_index(drop=True)
    met, known = results["R2A1HI"] > TIMES, results["R2A1HI"].notna()
    results = derive_vars_crit_flag(results, number=1, description="R2A1HI > 1.5", met=met, known=known)
    results = results.assign(CRIT1FN=results["CRIT1FL"].map({"Y": 1.0, "N": 0.0}).astype("float64"))
    out = append_rows(results, above_limits(results))
    codes = parameters_of(spec, "ADLBHY").rename(columns={"Test Code": "_CODE"})
    out = out.drop(columns=PARAMETER[1:]).rename(columns={"PARAMCD": "_CODE"})
    out = derive_vars_parameter(out, codes, by=["_CODE"], new_vars=PARAMETER)
    return analysis_dataset("ADLBHY", out)


def above_limits(results: pd.DataFrame) -> pd.DataFrame:
    """BILIHY, TRANSHY and HYLAW of each subject and visit, with baseline and shift."""
    key = ["USUBJID", "AVISITN"]
    both = results[(results["PARAMCD"] == ENZYMES[0]).to_numpy(dtype=bool)].reset_index(drop=True)
    for code in (ENZYMES[1], BILIRUBIN):
        other = results[(results["PARAMCD"] == code).to_numpy(dtype=bool)]
        both = derive_vars_merged(both, other, by=key, new_vars={f"_{code}": "R2A1HI"}, ids=True)
    liver = (both["R2A1HI"] > TIMES) | (both["_AST"] > TIMES)
    bilirubin = both["_BILI"] > TIMES
    rows = blank(both, [*OF_RECORD, "CRIT1", "CRIT1FL", "CRIT1FN"])
    values = {
        "BILIHY": bilirubin.astype("float64").where(both["_BILI"].notna()),
        "TRANSHY": liver.astype("float64"),
        "HYLAW": (liver & bilirubin).astype("float64"),
    }
    parts = [rows.assign(PARAMCD=code, AVAL=value, PARAMTYP="DERIVED") for code, value in values.items()]
    out = pd.concat(parts, ignore_index=True).drop(columns="BASE")
    out = derive_var_base(out, by=SAME)
    for name, column in (("_FROM", "BASE"), ("_TO", "AVAL")):
        out[name] = out[column].map({0.0: "Normal", 1.0: "High"}).astype("str")
    out = derive_var_shift(out, from_var="_FROM", to_var="_TO")
    named = out["SHIFT1"].isin(list(SHIFTS))
    return out.assign(SHIFT1=out["SHIFT1"].where(named), SHIFT1N=out["SHIFT1"].map(SHIFTS).astype("float64"))

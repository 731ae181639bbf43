"""ADHDMI: totals of the depression scale and early cell change with imputed draws, response of each draw."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Problem,
    Spec,
    analysis_dataset,
    derive_imputed_records,
    derive_var_flag,
    derive_vars_merged,
    parameters_of,
    whole_study,
    windows_of,
)
from mappings.adam.adice import first_event
from mappings.adam.common import with_subject

TOTAL, LAST_VISIT = "HAMD2TS", "Day 60"
CELLS, EARLY_VISIT = "TLHRTLHL", "Day 5"
DRAWS, SEED = 100, 20230406
REFERENCE = "Placebo"
PARAMETER = ["PARAMCD", "PARAM", "PARAMN"]


@whole_study
def adhdmi(
    adhamd: pd.DataFrame, adcp: pd.DataFrame, adice: pd.DataFrame, adsl: pd.DataFrame, spec: Spec
) -> Analysis:
    """Imputed draws: one record per subject, parameter, visit and draw.

    Missing at random (MAR), and jump to reference after study drug or the trial was left early (J2R).
    """
    parameters = parameters_of(spec, "ADHDMI")[PARAMETER].set_index("PARAMCD", drop=False)
    windows = windows_of(spec, "ADHAMD")
    visits = windows.loc[windows["AVISITN"] > 0, ["AVISIT", "AVISITN"]].reset_index(drop=True)
    totals = adhamd[(adhamd["PARAMCD"] == TOTAL) & (adhamd["ANL01FL"] == "Y") & (adhamd["FASFL"] == "Y")]
    totals = departed(totals.reset_index(drop=True), adsl)
    drawn: list[pd.DataFrame] = []
    for method, code in {"MAR": "HAMDMAR", "J2R": "HAMDJ2R"}.items():
        # who can't be imputed is the same for both ways, and named once
        rows, findings = derive_imputed_records(
            totals,
            visits,
            group="TRTP",
            reference=REFERENCE,
            draws=DRAWS,
            seed=SEED,
            factors=["STRAT1R"],
            strategy="_JUMP" if method == "J2R" else "",
            keep=["STUDYID"],
        )
        drawn.append(rows.assign(**parameters.loc[code].to_dict()))
    cells, more = of_cells(adcp, spec)
    drawn.append(cells.assign(**parameters.loc["TREGMAR"].to_dict()))
    findings += more
    out = pd.concat(drawn, ignore_index=True)
    out = out.assign(CHG=out["AVAL"] - out["BASE"])
    out = pd.concat([out, responses(out, adice, parameters)], ignore_index=True)
    subject = [name for name in ("TRTP", "STRAT1R") if name in out]
    out = with_subject(out.drop(columns=subject), adsl)
    out = derive_var_flag(out, new_var="ANL01FL", where=out["PARAMCD"] == "RESPCOMP")
    return analysis_dataset("ADHDMI", out, findings)


def of_cells(adcp: pd.DataFrame, spec: Spec) -> tuple[pd.DataFrame, list[Problem]]:
    """Draws of the logarithm of regulatory T cells at Day 5, missing at random."""
    windows = windows_of(spec, "ADCP")
    visits = windows.loc[windows["AVISIT"] == EARLY_VISIT, ["AVISIT", "AVISITN"]].reset_index(drop=True)
    log = adcp[(adcp["PARAMCD"] == CELLS) & (adcp["ANL01FL"] == "Y") & (adcp["FASFL"] == "Y")]
    return derive_imputed_records(
        log.assign(DTYPE=pd.Series(index=log.index, dtype="str")),
        visits,
        group="TRTP",
        reference=REFERENCE,
        draws=DRAWS,
        seed=SEED,
        factors=["STRAT1R"],
        keep=["STUDYID"],
    )


def departed(totals: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """`_JUMP` (J2R) of subjects that left study drug or the trial early; after the last rating they jump."""
    out = derive_vars_merged(totals, adsl, by=["USUBJID"], new_vars=["EOTSTT", "EOSSTT"])
    early = (out["EOTSTT"] == "DISCONTINUED") | (out["EOSSTT"] == "DISCONTINUED")
    return out.assign(_JUMP=pd.Series(index=out.index, dtype="str").mask(early.fillna(False), "J2R"))


def responses(out: pd.DataFrame, adice: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Response at the last visit by draw (RESPCOMP): a decrease of half, and no event of estimand E4."""
    last = out[(out["PARAMCD"] == "HAMDMAR") & (out["AVISIT"] == LAST_VISIT)].reset_index(drop=True)
    first = first_event(adice, "E4", "COMPOSITE VARIABLE")
    last = derive_vars_merged(last, first, by=["USUBJID"], new_vars={"_EVENT": "ICETERM"})
    met = (100 * last["CHG"] / last["BASE"] <= -50) & last["_EVENT"].isna()
    text = pd.Series("N", index=last.index, dtype="str").mask(met, "Y")
    dtype = last["DTYPE"].mask(last["_EVENT"].notna(), "COMPOSITE")
    return last.drop(columns=["BASE", "CHG", "_EVENT"]).assign(
        AVAL=met.astype("float64"), AVALC=text, DTYPE=dtype, **parameters.loc["RESPCOMP"].to_dict()
    )

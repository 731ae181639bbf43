"""ADHDMI: totals of the depression scale and early cell change with imputed draws, response of each draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    ImputedDraws,
    Problem,
    Spec,
    SubjectBlocks,
    analysis_dataset,
    derive_var_flag,
    derive_vars_merged,
    impute_draws,
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
    adhamd: SubjectBlocks, adcp: SubjectBlocks, adice: SubjectBlocks, adsl: SubjectBlocks, spec: Spec
) -> Iterator[Analysis]:
    """Imputed draws: one record per subject, parameter, visit and draw.

    Missing at random (MAR), and jump to reference after study drug or the trial was left early (J2R).
    """
    parameters = parameters_of(spec, "ADHDMI")[PARAMETER].set_index("PARAMCD", drop=False)
    draws, findings = imputed(adhamd, adcp, adsl, spec)
    for events, subjects in zip(adice, adsl, strict=True):
        names = subjects["USUBJID"].tolist()
        parts = [one.records(names).assign(**parameters.loc[code].to_dict()) for code, one in draws.items()]
        out = pd.concat(parts, ignore_index=True)
        out = out.assign(CHG=out["AVAL"] - out["BASE"])
        out = pd.concat([out, responses(out, events, parameters)], ignore_index=True)
        out = with_subject(out.drop(columns=["TRTP", "STRAT1R"]), subjects)
        out = derive_var_flag(out, new_var="ANL01FL", where=out["PARAMCD"] == "RESPCOMP")
        yield analysis_dataset("ADHDMI", out, findings)
        findings = []


def imputed(
    adhamd: SubjectBlocks, adcp: SubjectBlocks, adsl: SubjectBlocks, spec: Spec
) -> tuple[dict[str, ImputedDraws], list[Problem]]:
    """The draws of each parameter: the totals both ways, and the logarithm of regulatory T cells at Day 5."""
    windows = windows_of(spec, "ADHAMD")
    visits = windows.loc[windows["AVISITN"] > 0, ["AVISIT", "AVISITN"]].reset_index(drop=True)
    totals = gathered(
        departed(analysed(rows, TOTAL), subjects) for rows, subjects in zip(adhamd, adsl, strict=True)
    )
    at_random, findings = drawn(totals, visits)
    jumped, _ = drawn(totals, visits, strategy="_JUMP")  # who can't be imputed is the same, and named once
    windows = windows_of(spec, "ADCP")
    early = windows.loc[windows["AVISIT"] == EARLY_VISIT, ["AVISIT", "AVISITN"]].reset_index(drop=True)
    cells = gathered(analysed(rows, CELLS) for rows in adcp)
    # observed values of the assay carry no DTYPE here
    logs, more = drawn(cells.assign(DTYPE=pd.Series(index=cells.index, dtype="str")), early)
    return {"HAMDMAR": at_random, "HAMDJ2R": jumped, "TREGMAR": logs}, [*findings, *more]


def drawn(rows: pd.DataFrame, visits: pd.DataFrame, strategy: str = "") -> tuple[ImputedDraws, list[Problem]]:
    return impute_draws(
        rows,
        visits,
        group="TRTP",
        reference=REFERENCE,
        draws=DRAWS,
        seed=SEED,
        factors=["STRAT1R"],
        strategy=strategy,
        keep=["STUDYID"],
    )


def analysed(rows: pd.DataFrame, parameter: str) -> pd.DataFrame:
    """The analysed records of a parameter in the full analysis set."""
    return rows[(rows["PARAMCD"] == parameter) & (rows["ANL01FL"] == "Y") & (rows["FASFL"] == "Y")]


def gathered(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The records of all blocks of subjects."""
    return pd.concat(list(parts), ignore_index=True)


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

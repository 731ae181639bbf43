"""ADAE: adverse events, one record an event."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    AnalysisFacts,
    TrialFacts,
    analysis_dataset,
    derive_var_trtemfl,
    derive_vars_dt,
    derive_vars_duration,
    derive_vars_dy,
    derive_vars_occurrence_flags,
)
from mappings.adam.common import ACTUAL, with_subject

SUBJECT, SYSTEM = ["USUBJID"], ["USUBJID", "AEBODSYS"]
TERM = [*SYSTEM, "AEDECOD"]


def adae(ae: pd.DataFrame, adsl: pd.DataFrame, analysis: AnalysisFacts, trial: TrialFacts) -> Analysis:
    """Adverse events: one record per adverse event per subject."""
    out = with_subject(ae, adsl, ("SITEID", "SAFFL"), ACTUAL)
    out = derive_vars_dt(out, prefix="AST", dtc="AESTDTC", impute="D")
    out = derive_vars_dt(out, prefix="AEN", dtc="AEENDTC", flag=False)
    out = derive_vars_dy(out, reference="TRTSDT", source=["ASTDT", "AENDT"])
    # the length of an event is not told from an imputed day
    out = derive_vars_duration(out, new_var="_DAYS", start="ASTDT", end="AENDT")
    days = out["_DAYS"].where(out["ASTDTF"].isna())
    out = out.assign(ADURN=days, ADURU=pd.Series("DAY", index=out.index, dtype="str").where(days.notna()))
    out = derive_var_trtemfl(out, end_window=analysis.treatment_emergent_until)
    # an onset of which only the year is known is not emergent here
    out = out.assign(TRTEMFL=out["TRTEMFL"].where(out["ASTDT"].notna()))
    query = pd.Series(trial.query.name, index=out.index, dtype="str").where(dermatologic(out, trial))
    return analysis_dataset("ADAE", with_first_occurrences(out.assign(CQ01NAM=query)))


def dermatologic(out: pd.DataFrame, trial: TrialFacts) -> pd.Series:
    """Events of the customised query: words in the term, or the body system without some terms."""
    words = out["AEDECOD"].str.contains("|".join(trial.query.words), regex=True)
    system = out["AEBODSYS"].eq(trial.query.body_system) & ~out["AEDECOD"].isin(list(trial.query.without))
    return (words | system).fillna(False).astype("bool")


def with_first_occurrences(out: pd.DataFrame) -> pd.DataFrame:
    """Y on the first emergent event of a subject, body system, term; of the query; of serious ones."""
    emergent = out["TRTEMFL"] == "Y"
    serious = emergent & (out["AESER"] == "Y")
    order = ["ASTDT", "AESEQ"]
    out = derive_vars_occurrence_flags(
        out, flags={"AOCCFL": SUBJECT, "AOCCSFL": SYSTEM, "AOCCPFL": TERM}, order=order, where=emergent
    )
    out = derive_vars_occurrence_flags(
        out, flags={"AOCC01FL": SUBJECT}, order=order, where=emergent & out["CQ01NAM"].notna()
    )
    flags = {"AOCC02FL": SUBJECT, "AOCC03FL": SYSTEM, "AOCC04FL": TERM}
    return derive_vars_occurrence_flags(out, flags=flags, order=order, where=serious)

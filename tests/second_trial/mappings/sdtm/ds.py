"""DS: consent, allocation, end of treatment and of participation, a line each."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    constant,
    dataset,
    date,
    derived,
    mapped,
    part,
    recoded,
    stack,
    subject,
)
from mappings.common import SITE_DATE, key

ENDS = {"treatment ended": "STUDY TREATMENT", "study ended": "STUDY PARTICIPATION"}


def ds(raw_milestones: pd.DataFrame) -> Mapped:
    """Disposition: one record per milestone or disposition event per patient."""
    ends, steps = part(raw_milestones, "milestones.step_txt", ends=list(ENDS), steps=["consent", "allocated"])
    return stack(
        of_kind("PROTOCOL MILESTONE", steps, "milestones.step_txt", "PROTMLST"),
        of_kind("DISPOSITION EVENT", ends, "milestones.outcome_txt", "NCOMPLT"),
    )


def of_kind(category: str, rows: pd.DataFrame, source: str, codelist: str) -> Mapped:
    """Records of one category, their standard term by the codelist of the raw column `source`."""
    return dataset(
        "DS",
        rows,
        USUBJID=subject(),
        DSTERM=derived(
            lambda f: f["milestones.detail_txt"].fillna(f["milestones.outcome_txt"]),
            sources=["milestones.detail_txt", "milestones.outcome_txt"],
            rule="the detail, else how the step ended",
            origin=Origin.COLLECTED,
        ),
        DSDECOD=mapped(source, codelist=codelist, origin=Origin.ASSIGNED),
        DSCAT=constant(category),
        DSSCAT=derived(
            lambda f: recoded(f["milestones.step_txt"], ENDS),
            sources=["milestones.step_txt"],
            rule="what ended",
            origin=Origin.ASSIGNED,
        ),
        DSSTDTC=date("milestones.step_on", SITE_DATE),
        dropped=key("milestones"),
    )

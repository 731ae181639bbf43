"""IE: criteria of the protocol that a subject did not meet."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    by_field,
    dataset,
    date,
    derived,
    gather,
    mapped,
    part,
    subject,
    text_where,
)
from mappings.common import DMY, NO, YES, administrative, visit, with_visit

INCLUSION = {f"ie.IN{number:02d}": f"IN{number:02d}" for number in range(1, 6)}
EXCLUSION = {f"ie.EX{number:02d}": f"EX{number:02d}" for number in range(1, 27)}
CRITERIA = INCLUSION | EXCLUSION


def ie(raw_ie: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Criteria not met: one record per criterion and visit per subject."""
    answers = gather(with_visit(raw_ie, "ie.VISIT", raw_sv), fields=list(CRITERIA))
    yes, no, not_applicable = part(answers, "value", yes=YES, no=NO, not_applicable="NA")
    met = pd.concat([yes[is_inclusion(yes)], no[~is_inclusion(no)], not_applicable])
    not_met = pd.concat([no[is_inclusion(no)], yes[~is_inclusion(yes)]])
    open_answers = answers[~answers.index.isin(met.index.union(not_met.index))]
    reported = pd.concat([not_met, open_answers])
    return dataset(
        "IE",
        not_met.assign(included=is_inclusion(not_met)),
        USUBJID=subject(),
        IETESTCD=by_field(CRITERIA),
        IECAT=derived(
            lambda f: text_where("INCLUSION", f["included"]).fillna("EXCLUSION"),
            sources=list(CRITERIA),
            rule="INCLUSION for IN01 to IN05, else EXCLUSION",
            origin=Origin.ASSIGNED,
        ),
        IEORRES=mapped("value", codelist="NY", sources=list(CRITERIA)),
        VISIT=visit("ie.VISIT"),
        IEDTC=date("ie.IEDAT", DMY),
        dropped={
            **administrative("ie", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
            "ie.ELIGYN": "follows from the criteria above it",
        },
        left_out={"every criterion is met": raw_ie[~raw_ie["@ie"].isin(reported["@ie"])]},
    )


def is_inclusion(answers: pd.DataFrame) -> pd.Series:
    """True for the answers to inclusion criteria: their no is the exclusion criteria's yes."""
    return answers["field"].isin(list(INCLUSION))

"""LB: the laboratory's file, which has one line a test."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    TrialFacts,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    limit_below,
    mapped,
    subject,
    text_where,
)
from mappings.common import LABORATORY_DATE, visit, with_visit


def lb(raw_assays: pd.DataFrame, raw_attendance: pd.DataFrame, trial: TrialFacts) -> Mapped:
    """Laboratory results: one record per test per specimen per patient."""
    rows = with_visit(raw_assays, "assays.visit_code", raw_attendance)
    value, test = "assays.value_txt", "assays.analyte_txt"
    return dataset(
        "LB",
        rows.assign(count=decoded(rows, test, trial.blood_count)),
        USUBJID=subject(),
        LBREFID=collected("assays.accession_no"),
        LBTESTCD=mapped(test, codelist="LBTESTCD", origin=Origin.ASSIGNED),
        LBCAT=derived(
            lambda f: either("HEMATOLOGY", "CHEMISTRY", f["count"]),
            sources=[test],
            rule="category of the test",
            origin=Origin.ASSIGNED,
        ),
        LBORRES=collected(value),
        LBORRESU=mapped("assays.unit_txt", codelist="UNIT"),
        LBORNRLO=collected("assays.ref_low"),
        LBORNRHI=collected("assays.ref_high"),
        LBSTAT=derived(
            lambda f: pd.Series("NOT DONE", index=f.index, dtype="str").where(f[value].isna()),
            sources=[value],
            rule="NOT DONE without a result",
        ),
        LBREASND=derived(
            lambda f: f["assays.remark_txt"].str.upper().where(f[value].isna()),
            sources=["assays.remark_txt"],
            rule="the remark, where there is no result",
        ),
        LBNAM=constant("ONE LABORATORY"),
        LBSPEC=derived(
            lambda f: either("BLOOD", "SERUM", f["count"]),
            sources=[test],
            rule="specimen of the test",
            origin=Origin.ASSIGNED,
        ),
        LBLLOQ=limit_below(value),
        VISIT=visit("assays.visit_code"),
        LBDTC=date("assays.drawn_on", LABORATORY_DATE, time="assays.drawn_at"),
        supplemental={"LBREMARK": collected("assays.remark_txt")},
        dropped={"assays.screen_no": "the subject is known by the link of the study's keys"},
    )


def either(first: str, second: str, where: pd.Series) -> pd.Series:
    """One text where a condition holds, another where it does not; missing where that is not known."""
    return text_where(first, where).fillna(text_where(second, ~where))

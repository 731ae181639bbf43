"""RS: the depression scale rated by a clinician, its items and the total as collected."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.origins import Origin
from il2cdisc.sdtm import (
    Mapped,
    by_field,
    constant,
    dataset,
    date,
    derived,
    gather,
    gathered,
    mapped,
    subject,
)
from mappings.common import DMY, administrative, status, visit, with_visit

ITEMS = {
    **{f"hdrs.HD{item:02d}": f"HAMD2{item:02d}" for item in range(1, 22) if item not in (16, 18)},
    "hdrs.HD16A": "HAMD216A",
    "hdrs.HD16B": "HAMD216B",
    "hdrs.HD18A": "HAMD218A",
    "hdrs.HD18B": "HAMD218B",
    "hdrs.HDTOT": "HAMD222",
}
BY_HISTORY, MEASURED = "hdrs.HD16A", "hdrs.HD16B"
HISTORY_VISITS = ("Screening", "Giorno 1")


def rs(raw_hdrs: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Depression scale: one record per item and total per visit per subject."""
    rows = gather(with_visit(raw_hdrs, "hdrs.VISIT", raw_sv), fields=list(ITEMS))
    rows = rows.assign(reason=reason_not_rated(rows))
    return dataset(
        "RS",
        rows,
        USUBJID=subject(),
        RSTESTCD=by_field(ITEMS),
        RSCAT=constant("HAMD 21"),
        RSORRES=gathered(),
        RSSTAT=derived(
            lambda f: status(f["value"].notna()), sources=list(ITEMS), rule="NOT DONE without a score"
        ),
        RSREASND=mapped(
            "reason",
            codelist="REASND",
            origin=Origin.DERIVED,
            sources=["hdrs.HDYN", "hdrs.HDREAS", "hdrs.VISIT"],
        ),
        VISIT=visit("hdrs.VISIT"),
        RSDTC=date("hdrs.HDDAT", DMY, time="hdrs.HDTIM"),
        RSEVLINT=constant("-P1W"),
        supplemental={"RSRATER": mapped("hdrs.RATER", codelist="RATER")},
        dropped=administrative("hdrs", "SUBJID"),
    )


def reason_not_rated(rows: pd.DataFrame) -> pd.Series:
    """Why a field has no score: the form was not done, the item is not due, or it was left blank."""
    due_by_history = rows["hdrs.VISIT"].isin(HISTORY_VISITS)
    not_due = ((rows["field"] == BY_HISTORY) & ~due_by_history) | (
        (rows["field"] == MEASURED) & due_by_history
    )
    done = rows["hdrs.HDYN"] != "0"
    text = pd.Series("ITEM NOT RATED", index=rows.index, dtype="str")
    return (
        text.mask(not_due, "LOGICALLY SKIPPED ITEM")
        .where(done, rows["hdrs.HDREAS"])
        .where(rows["value"].isna())
    )

"""RS: scales rated by a clinician (HAMD 21, MADRS, YMRS), their items and totals as collected."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    by_field,
    constant,
    dataset,
    date,
    gather,
    gathered,
    mapped,
    stack,
    subject,
)
from mappings.common import DMY, administrative, answered, at_visits, status, visit, with_reason, with_visit

HAMD = {
    **{f"hdrs.HD{item:02d}": f"HAMD2{item:02d}" for item in range(1, 22) if item not in (16, 18)},
    "hdrs.HD16A": "HAMD216A",
    "hdrs.HD16B": "HAMD216B",
    "hdrs.HD18A": "HAMD218A",
    "hdrs.HD18B": "HAMD218B",
    "hdrs.HDTOT": "HAMD222",
}
MADRS = {f"madrs.MA{item:02d}": f"MADRS1{item:02d}" for item in range(1, 11)} | {"madrs.MATOT": "MADRS111"}
YMRS = {f"ymrs.YM{item:02d}": f"YMRS1{item:02d}" for item in range(1, 12)} | {"ymrs.YMTOT": "YMRS112"}
BY_HISTORY, MEASURED = "hdrs.HD16A", "hdrs.HD16B"
HISTORY_VISITS = ("Screening", "Giorno 1")
WEEK, TWO_DAYS = "-P1W", "-PT48H"


def rs(
    raw_hdrs: pd.DataFrame, raw_madrs: pd.DataFrame, raw_ymrs: pd.DataFrame, raw_sv: pd.DataFrame
) -> Mapped:
    """Clinical classifications: one record per item and total per visit per subject."""
    return stack(
        scale(with_visit(raw_hdrs, "hdrs.VISIT", raw_sv), "hdrs", "HD", HAMD, "HAMD 21", WEEK),
        scale(with_visit(raw_madrs, "madrs.VISIT", raw_sv), "madrs", "MA", MADRS, "MADRS"),
        scale(with_visit(raw_ymrs, "ymrs.VISIT", raw_sv), "ymrs", "YM", YMRS, "YMRS", TWO_DAYS),
    )


def scale(
    forms: pd.DataFrame,
    form: str,
    stem: str,
    items: dict[str, str],
    category: str,
    interval: str = "",
) -> Mapped:
    """One scale. `stem`: how the names of its columns begin; `interval`: the time that it asks about."""
    asked = f"{form}.{stem}"
    rated = answered(forms, f"{asked}YN", f"{stem}REAS", f"{stem}DAT", f"{stem}TIM", yes="1", no="0")
    rows = gather(with_reason(*rated, f"{asked}REAS"), fields=list(items))
    period = {"RSEVLINT": constant(interval)} if interval else {}
    return dataset(
        "RS",
        rows.assign(reason=reason_not_rated(rows, form)),
        USUBJID=subject(),
        RSTESTCD=by_field(items),
        RSCAT=constant(category),
        RSORRES=gathered(),
        RSSTAT=status("value", sources=list(items), of="score"),
        RSREASND=mapped(
            "reason",
            codelist="REASND",
            origin=Origin.DERIVED,
            sources=[f"{asked}YN", f"{asked}REAS", f"{form}.VISIT"],
        ),
        VISIT=visit(f"{form}.VISIT"),
        RSDTC=date(f"{asked}DAT", DMY, time=f"{asked}TIM"),
        supplemental={"RSRATER": mapped(f"{form}.RATER", codelist="MEDEVAL")},
        dropped=administrative(form, "SUBJID"),
        **period,
    )


def reason_not_rated(rows: pd.DataFrame, form: str) -> pd.Series:
    """Why a field has no score: the form was not done, the item is not due, or it was left blank."""
    by_history = at_visits(rows, f"{form}.VISIT", *HISTORY_VISITS)
    not_due = ((rows["field"] == BY_HISTORY) & ~by_history) | ((rows["field"] == MEASURED) & by_history)
    text = pd.Series("ITEM NOT RATED", index=rows.index, dtype="str")
    return (
        text.mask(not_due.fillna(False), "LOGICALLY SKIPPED ITEM")
        .mask(rows["not_done"], rows["reason"])
        .where(rows["value"].isna())
    )

"""SV: visits that took place."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, dataset, date, decoded, derived, subject, text_where
from mappings.common import BETWEEN, SITE_DATE, VISITS, key, visit, with_visit


def sv(raw_attendance: pd.DataFrame) -> Mapped:
    """Visits: one record per visit per patient."""
    rows = with_visit(raw_attendance, "attendance.visit_code", raw_attendance)
    planned = decoded(rows, "attendance.visit_code", {code: code != BETWEEN for code in (*VISITS, BETWEEN)})
    return dataset(
        "SV",
        rows.assign(planned=planned),
        USUBJID=subject(),
        VISIT=visit("attendance.visit_code"),
        SVPRESP=derived(flag, sources=["attendance.visit_code"], rule="Y for visits of the protocol"),
        SVOCCUR=derived(flag, sources=["attendance.visit_code"], rule="Y for visits of the protocol"),
        SVSTDTC=date("attendance.attended_on", SITE_DATE),
        SVENDTC=date("attendance.attended_on", SITE_DATE),
        dropped=key("attendance"),
    )


def flag(rows: pd.DataFrame) -> pd.Series:
    """Y where the visit is one of the protocol."""
    return text_where("Y", rows["planned"])

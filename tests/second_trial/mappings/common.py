"""What the modules of this trial share: dates, visits, reasons for columns that no dataset takes."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Column, day_of, decoded, over_distinct, prepared, recoded

SITE_DATE = "dd-mon-yyyy"
LABORATORY_DATE = "mm/dd/yyyy"
VISITS = {
    "SCR": "SCREENING",
    "W00": "WEEK 0",
    "W02": "WEEK 2",
    "W04": "WEEK 4",
    "W08": "WEEK 8",
    "W12": "WEEK 12",
    "W16": "WEEK 16",
}
BETWEEN = "EXTRA"
# numbers of the planned visits that a visit between may follow, as in the sheet Protocol Visits
NUMBERS = {"W00": 10, "W02": 12, "W04": 14, "W08": 18, "W12": 22}


def iso(text: str) -> str | None:
    """ISO 8601 of a whole date of a centre; None for a partial or impossible one."""
    return day_of(text, SITE_DATE)


def dates(column: pd.Series) -> pd.Series:
    """ISO 8601 dates of a raw column; missing where the date is not a whole and real one."""
    return over_distinct(column, iso).astype("str")


def visit_between(raw_attendance: pd.DataFrame) -> pd.DataFrame:
    """USUBJID and the VISIT of its visit between planned ones: `EXTRA VISIT 14.1` follows visit 14."""
    days = dates(raw_attendance["attendance.attended_on"])
    rows = raw_attendance.assign(day=days, number=raw_attendance["attendance.visit_code"].map(NUMBERS))
    planned = {code: code != BETWEEN for code in (*VISITS, BETWEEN)}
    between = rows.loc[~decoded(rows, "attendance.visit_code", planned).fillna(True), ["USUBJID", "day"]]
    before = between.merge(rows.dropna(subset=["number"])[["USUBJID", "day", "number"]], on="USUBJID")
    last = before[before["day_y"] < before["day_x"]].groupby("USUBJID", as_index=False)["number"].max()
    names = "EXTRA VISIT " + last["number"].astype("int64").astype("str") + ".1"
    return pd.DataFrame({"USUBJID": last["USUBJID"], "between": names.astype("str")})


def with_visit(rows: pd.DataFrame, source: str, raw_attendance: pd.DataFrame) -> pd.DataFrame:
    """`rows` with a column `visit`: the name of the visit that the code in `source` means."""
    found = rows[["USUBJID"]].merge(visit_between(raw_attendance), on="USUBJID", how="left")["between"]
    found.index = rows.index
    between = recoded(rows[source], {BETWEEN: BETWEEN}).notna()
    return rows.assign(visit=recoded(rows[source], VISITS).fillna(found.where(between)))


def visit(source: str) -> Column:
    """VISIT, of rows that have been through `with_visit`."""
    return prepared("visit", sources=[source], rule="name of the visit", origin="Assigned")


def key(form: str) -> dict[str, str]:
    """The reason for the column of a form that holds the patient."""
    return {f"{form}.patient_no": "the subject is known by the link of the study's keys"}

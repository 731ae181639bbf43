"""DM: patients, one record each, with the group that they were allocated to and the tablets they took."""

from __future__ import annotations

from datetime import date as day

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    gathered_ids,
    in_time,
    join,
    mapped,
    over_distinct,
    prepared,
    subject,
)
from mappings.common import SITE_DATE, dates

PARTICIPATION = ["attendance.attended_on", "milestones.step_on"]
FIRST, LAST = "first day with a tablet", "last day with a tablet"


def dm(raw_enrol: pd.DataFrame, raw_attendance: pd.DataFrame, raw_milestones: pd.DataFrame, ex) -> Mapped:
    """Patients: one record per patient who gave consent."""
    rows = join(raw_enrol, taken(ex), on={"USUBJID": "USUBJID"})
    rows = join(rows, last_contact(raw_attendance, raw_milestones), on={"USUBJID": "USUBJID"})
    never = rows["contact"].where(rows["enrol.group_code"].notna() & rows["taken"].isna())
    rows = rows.assign(end=rows["last"].fillna(never))
    return dataset(
        "DM",
        rows,
        USUBJID=subject(),
        SUBJID=collected("enrol.patient_no"),
        RFSTDTC=prepared("first", sources=["EX.EXSTDTC"], rule=FIRST),
        RFENDTC=prepared(
            "end",
            sources=["EX.EXENDTC", *PARTICIPATION],
            rule=f"{LAST}; of patients who were allocated and took none, the last date of contact",
        ),
        RFXSTDTC=prepared("first", sources=["EX.EXSTDTC"], rule=FIRST),
        RFXENDTC=prepared("last", sources=["EX.EXENDTC"], rule=LAST),
        RFICDTC=date("enrol.consent_on", SITE_DATE),
        RFPENDTC=prepared(
            "contact",
            sources=PARTICIPATION,
            rule="last date of visits and milestones",
        ),
        SITEID=collected("enrol.centre_no"),
        BRTHDTC=date("enrol.born_on", SITE_DATE),
        AGE=derived(
            lambda f: years(dates(f["enrol.born_on"]), dates(f["enrol.consent_on"])),
            sources=["enrol.born_on", "enrol.consent_on"],
            rule="whole years from birth to consent",
        ),
        AGEU=constant("YEARS"),
        SEX=mapped("enrol.gender_txt", codelist="SEX"),
        RACE=mapped("enrol.race_txt", codelist="RACE"),
        ETHNIC=mapped("enrol.hispanic_yn", codelist="ETHNIC"),
        ARMCD=mapped("enrol.group_code", codelist="ARMCD", origin=Origin.ASSIGNED),
        ARM=mapped("enrol.group_code", codelist="ARM", origin=Origin.ASSIGNED),
        ACTARMCD=prepared("code", sources=["EX.EXTRT", "EX.EXDOSE"], rule="arm of the tablets"),
        ACTARM=prepared("arm", sources=["EX.EXTRT", "EX.EXDOSE"], rule="arm of the tablets"),
        ARMNRS=derived(
            no_arm,
            sources=["enrol.group_code", "enrol.eligible_yn", "EX.EXSTDTC"],
            rule="why there is no arm",
        ),
        COUNTRY=mapped("enrol.centre_no", codelist="COUNTRY", origin=Origin.ASSIGNED),
        dropped={
            "enrol.screen_no": "leads from the laboratory's file to the patient",
            "enrol.excluded_why": "stands among the milestones",
            "enrol.allocated_on": "stands among the milestones",
        },
    )


def taken(ex: pd.DataFrame) -> pd.DataFrame:
    """First and last day with a tablet, and the arm that the tablets belong to, a patient a row."""
    arms = {10.0: ("F10", "Fictamol 10 mg"), 40.0: ("F40", "Fictamol 40 mg"), 5.0: ("PLN", "Plainol 5 mg")}
    strength = ex.groupby("USUBJID", sort=False)["EXDOSE"].min()
    return (
        pd.DataFrame(
            {
                "first": of_packs(ex, "EXSTDTC"),
                "last": of_packs(ex, "EXENDTC", last=True),
                "code": strength.map({dose: code for dose, (code, _) in arms.items()}).astype("str"),
                "arm": strength.map({dose: arm for dose, (_, arm) in arms.items()}).astype("str"),
                "taken": True,
                "@dispensed": gathered_ids(ex["@dispensed"], ex["USUBJID"]),
            }
        )
        .rename_axis("USUBJID")
        .reset_index()
    )


def of_packs(ex: pd.DataFrame, name: str, *, last: bool = False) -> pd.Series:
    """The first or last of a date of the packs, by USUBJID."""
    packs = ex.assign(at=in_time(ex[name], last=last)).sort_values(["USUBJID", "at"], kind="stable")
    return packs.drop_duplicates("USUBJID", keep="last" if last else "first").set_index("USUBJID")[name]


def last_contact(raw_attendance: pd.DataFrame, raw_milestones: pd.DataFrame) -> pd.DataFrame:
    """The last date of visits and milestones, a patient a row."""
    every = pd.concat(
        [
            pd.DataFrame({"USUBJID": form["USUBJID"], "contact": dates(form[column])})
            for form, column in (
                (raw_attendance, "attendance.attended_on"),
                (raw_milestones, "milestones.step_on"),
            )
        ]
    ).dropna()
    return every.sort_values(["USUBJID", "contact"]).drop_duplicates("USUBJID", keep="last")


def years(born: pd.Series, until: pd.Series) -> pd.Series:
    """Whole years between two ISO 8601 dates."""

    def whole(pair: str) -> float:
        start, end = (day.fromisoformat(text) for text in pair.split(" "))
        return float(end.year - start.year - ((end.month, end.day) < (start.month, start.day)))

    return over_distinct(born + " " + until, whole).astype("float64")


def no_arm(rows: pd.DataFrame) -> pd.Series:
    """ARMNRS: see the method in the workbook."""
    allocated, treated = rows["enrol.group_code"].notna(), rows["taken"].notna()
    reason = pd.Series(index=rows.index, dtype="str")
    failed = decoded(rows, "enrol.eligible_yn", {"yes": False, "no": True}).fillna(False)
    return (
        reason.mask(~allocated, "NOT ASSIGNED")
        .mask(~allocated & failed, "SCREEN FAILURE")
        .mask(allocated & ~treated, "ASSIGNED, NOT TREATED")
    )

"""SE: the elements that each subject went through, by the injections that were given."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Protocol,
    dataset,
    days_after,
    derived,
    gathered_ids,
    planned_elements,
    prepared,
    subject,
)
from mappings.common import given_doses

INDUCTION_VISITS = tuple(f"DAY {day}" for day in range(1, 6))
SCREENING, INDUCTION, MAINTENANCE, FOLLOW_UP = 1, 2, 3, 4


def se(dm: pd.DataFrame, ec: pd.DataFrame, sv: pd.DataFrame, protocol: Protocol) -> Mapped:
    """Subject elements: one record per element that a subject entered."""
    starts = element_starts(dm, given_doses(ec, sv))
    starts = starts.sort_values(["USUBJID", "order"], ignore_index=True)
    following = starts.groupby("USUBJID")["start"].shift(-1)
    ends = starts["USUBJID"].map(dm.set_index("USUBJID")["RFPENDTC"]).astype("str")
    rows = starts.assign(end=following.fillna(ends)).merge(
        planned_elements(protocol), on=["arm", "order"], how="left"
    )
    dates = ["DM.RFICDTC", "EC.ECSTDTC", "EC.ECOCCUR", "SV.SVSTDTC", "DM.RFPENDTC"]
    return dataset(
        "SE",
        rows,
        USUBJID=subject(),
        ETCD=prepared("code", sources=[*dates, "DM.ARMCD"], rule="element of the arm"),
        ELEMENT=prepared("name", sources=[*dates, "DM.ARMCD"], rule="name of the element"),
        TAETORD=derived(lambda f: f["order"].astype("float64"), sources=dates, rule="planned order"),
        EPOCH=prepared("epoch", sources=dates, rule="epoch of the element"),
        SESTDTC=prepared("start", sources=dates, rule="start of the element"),
        SEENDTC=prepared("end", sources=dates, rule="start of the next element or last contact"),
    )


def element_starts(dm: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Subject, arm, order and start of each element that was entered, by the injections in their order."""
    daily = given[given["VISIT"].isin(INDUCTION_VISITS)]
    weekly = given.loc[~given["VISIT"].isin(INDUCTION_VISITS), "USUBJID"]
    first = given.drop_duplicates("USUBJID").set_index("USUBJID")["ECSTDTC"]
    last_daily, last = day_after_last(daily), day_after_last(given)
    ids = gathered_ids(given["@ex"], given["USUBJID"])
    arm = dm.set_index("USUBJID")["ARMCD"]
    parts = [
        (SCREENING, dm.set_index("USUBJID")["RFICDTC"].dropna()),
        (INDUCTION, first),
        (MAINTENANCE, last_daily[last_daily.index.isin(weekly)]),
        (FOLLOW_UP, last),
    ]
    frames = [
        pd.DataFrame({"USUBJID": start.index, "order": order, "start": start.to_numpy()})
        for order, start in parts
    ]
    rows = pd.concat(frames, ignore_index=True).astype({"USUBJID": "str", "order": "int64", "start": "str"})
    subjects = dm.set_index("USUBJID")["@dm"]
    return rows.assign(
        arm=rows["USUBJID"].map(arm).astype("str"),
        **{
            "@dm": rows["USUBJID"].map(subjects).astype("Int64"),
            "@ex": rows["USUBJID"].map(ids).astype("object"),
        },
    )


def day_after_last(given: pd.DataFrame) -> pd.Series:
    """The day after the last of the injections of each subject, by USUBJID."""
    last = given.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")
    return days_after(last["ECSTDTC"], instead=last["day"])

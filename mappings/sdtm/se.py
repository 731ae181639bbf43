"""SE: the elements that each subject went through, by the injections that were given."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from il2cdisc.base.dates import over_distinct
from il2cdisc.base.rowids import gathered_ids
from il2cdisc.sdtm import Mapped, dataset, derived, prepared, subject
from il2cdisc.spec.models import Protocol

INDUCTION_VISITS = tuple(f"DAY {day}" for day in range(1, 6))
SCREENING, INDUCTION, MAINTENANCE, FOLLOW_UP = 1, 2, 3, 4


def se(dm: pd.DataFrame, ec: pd.DataFrame, protocol: Protocol) -> Mapped:
    """Subject elements: one record per element that a subject entered."""
    starts = element_starts(dm, ec)
    starts = starts.sort_values(["USUBJID", "order"], ignore_index=True)
    following = starts.groupby("USUBJID")["start"].shift(-1)
    ends = starts["USUBJID"].map(dm.set_index("USUBJID")["RFPENDTC"]).astype("str")
    rows = starts.assign(end=following.fillna(ends)).merge(
        elements(protocol), on=["arm", "order"], how="left"
    )
    dates = ["DM.RFICDTC", "EC.ECSTDTC", "EC.ECOCCUR", "DM.RFPENDTC"]
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


def element_starts(dm: pd.DataFrame, ec: pd.DataFrame) -> pd.DataFrame:
    """Subject, arm, order and start of each element that was entered."""
    given = ec[(ec["ECOCCUR"] == "Y") & ec["ECSTDTC"].notna()]
    daily = given[given["VISIT"].isin(INDUCTION_VISITS)]
    first = given.groupby("USUBJID")["ECSTDTC"].min()
    last_daily = daily.groupby("USUBJID")["ECSTDTC"].max()
    last = given.groupby("USUBJID")["ECSTDTC"].max()
    weekly = last.index.isin(given.loc[~given["VISIT"].isin(INDUCTION_VISITS), "USUBJID"])
    ids = gathered_ids(given["@ex"], given["USUBJID"])
    arm = dm.set_index("USUBJID")["ARMCD"]
    parts = [
        (SCREENING, dm.set_index("USUBJID")["RFICDTC"].dropna()),
        (INDUCTION, first),
        (MAINTENANCE, next_day(last_daily[last_daily.index.isin(last.index[weekly])])),
        (FOLLOW_UP, next_day(last)),
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


def next_day(moments: pd.Series) -> pd.Series:
    """The day after each ISO 8601 moment."""
    return over_distinct(
        moments, lambda text: (date.fromisoformat(text[:10]) + timedelta(days=1)).isoformat()
    )


def elements(protocol: Protocol) -> pd.DataFrame:
    """Code, name and epoch of the element by arm and order; a subject without an arm has the first one's."""
    names = {element.element_code: element.element for element in protocol.elements}
    rows = [
        (row.arm_code, row.order, row.element_code, names[row.element_code], row.epoch)
        for row in protocol.arms
    ]
    table = pd.DataFrame(rows, columns=["arm", "order", "code", "name", "epoch"])
    shared = table[table["order"] == SCREENING].drop_duplicates("order").assign(arm=None)
    return pd.concat([table, shared], ignore_index=True).astype({"arm": "str", "order": "int64"})

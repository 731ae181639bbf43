"""SE: the elements that each patient went through: screening, run-in, tablets, after them."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, Protocol, dataset, days_after, derived, planned_elements, prepared, subject
from mappings.common import dates


def se(dm: pd.DataFrame, raw_enrol: pd.DataFrame, protocol: Protocol) -> Mapped:
    """Subject elements: one record per element that a patient entered."""
    begins = pd.DataFrame(
        {
            "USUBJID": dm["USUBJID"],
            "arm": dm["ACTARMCD"].fillna(dm["ARMCD"]),
            "@enrol": dm["@enrol"],
            "1": dm["RFICDTC"],
            "2": dm["USUBJID"].map(allocated(raw_enrol)).astype("str"),
            "3": dm["RFXSTDTC"],
            "4": days_after(dm["RFXENDTC"]),
            "last": dm["RFPENDTC"],
        }
    )
    rows = begins.melt(id_vars=["USUBJID", "arm", "@enrol", "last"], var_name="order", value_name="start")
    rows = rows.dropna(subset=["start"]).astype({"start": "str", "order": "int64", "arm": "str"})
    rows = rows.sort_values(["USUBJID", "order"], ignore_index=True)
    rows["end"] = rows.groupby("USUBJID")["start"].shift(-1).fillna(rows["last"])
    rows = rows.merge(planned_elements(protocol), on=["arm", "order"], how="left")
    sources = ["DM.RFICDTC", "enrol.allocated_on", "DM.RFXSTDTC", "DM.RFXENDTC", "DM.RFPENDTC"]
    return dataset(
        "SE",
        rows,
        USUBJID=subject(),
        ETCD=prepared("code", sources=[*sources, "DM.ACTARMCD"], rule="element of the arm"),
        ELEMENT=prepared("name", sources=[*sources, "DM.ACTARMCD"], rule="its name"),
        TAETORD=derived(lambda f: f["order"].astype("float64"), sources=sources, rule="planned order"),
        EPOCH=prepared("epoch", sources=sources, rule="epoch of the element"),
        SESTDTC=prepared("start", sources=sources, rule="start of the element"),
        SEENDTC=prepared("end", sources=sources, rule="start of the next, or last contact"),
    )


def allocated(raw_enrol: pd.DataFrame) -> pd.Series:
    """Date of allocation by subject."""
    return dates(raw_enrol["enrol.allocated_on"]).set_axis(raw_enrol["USUBJID"])

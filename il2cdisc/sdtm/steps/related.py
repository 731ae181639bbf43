"""RELREC from links: records of two datasets that share a subject and a key (SDTMIG 3.4 section 8.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import id_column
from il2cdisc.sdtm.steps.mapped import LinkedRows, MappedDataset, number_text
from il2cdisc.sdtm.steps.problems import NO_PARTNER
from il2cdisc.sdtm.steps.supplemental import id_values, id_variable

TOLD = 50  # records without a partner that are told one by one, for each link
SUBJECT = "USUBJID"
BETWEEN = "\x1f"  # between key values: no text holds it


@dataclass(frozen=True)
class Related:
    """RELREC before it has its final shape: its records, and edges to the records of both sides."""

    records: pd.DataFrame
    edges: pd.DataFrame


def related_records(
    mapped: Mapping[str, MappedDataset],
    frames: Mapping[str, pd.DataFrame],
    problems: Problems,
    address: Callable[[str, int, str], Address] | None = None,
) -> Related:
    """Records of RELREC: for each relation one record a member, RELID `AE-CM-1` counted within the subject.

    `mapped` has the links; `frames` the completed rows of the same datasets, in their final order, on the
    index that they were mapped with. RELTYPE is missing: relations are between records.
    """
    members = [
        _members(mapped[name], item, frames, problems, address)
        for name in mapped
        for item in mapped[name].links
        if name in frames and item.other in frames
    ]
    found = pd.concat(members, ignore_index=True) if members else _members_frame()
    if found.empty:
        return Related(_records(found, frames), _edges(found))
    keys = [SUBJECT, "pair"]
    # several parts of one mapping may lead to the same record
    found = found.drop_duplicates([*keys, "group", "dataset", "place"], ignore_index=True)
    # relations are counted in the order of the first record that the link leads to
    led = found[found["led"]].groupby([*keys, "group"], sort=False)["place"].min().rename("first")
    order = led.reset_index().sort_values([*keys, "first", "group"], kind="stable")
    order["number"] = order.groupby(keys, sort=False).cumcount() + 1
    found = found.merge(order[[*keys, "group", "number"]], on=[*keys, "group"], how="left")
    return Related(_records(found, frames), _edges(found))


def _members(
    item: MappedDataset,
    linked: LinkedRows,
    frames: Mapping[str, pd.DataFrame],
    problems: Problems,
    address: Callable[[str, int, str], Address] | None,
) -> pd.DataFrame:
    """Members of the relations of one link: subject, pair, group, dataset, place in it, led to or not."""
    keys = list(linked.values.columns)
    own, other = frames[item.name], frames[linked.other]
    mine = _keyed(own, linked.values.reindex(own.index), keys).dropna(subset=keys)
    theirs = _keyed(other, other[keys], keys).dropna(subset=keys)
    by = [SUBJECT, *keys]
    there = mine[by].merge(theirs[by].drop_duplicates(), on=by, how="left", indicator=True)["_merge"]
    alone = (there == "left_only").to_numpy()
    if alone.any():
        _tell(own.iloc[mine.loc[alone, "place"]], mine[alone], item.name, linked, problems, address)
    mine = mine[~alone]
    theirs = theirs.merge(mine[by].drop_duplicates(), on=by, how="inner")
    both = pd.concat(
        [mine.assign(dataset=item.name, led=False), theirs.assign(dataset=linked.other, led=True)],
        ignore_index=True,
    )
    if item.name == linked.other:
        both = both.sort_values("led", kind="stable").drop_duplicates([*by, "place"], keep="last")
    pair = f"{linked.other}-{item.name}"
    group = pd.Series(" ".join(keys), index=both.index, dtype="str")
    for key in keys:
        group = (group + BETWEEN + both[key]).astype("str")
    return both.assign(pair=pair, group=group)[list(_members_frame().columns)]


def _keyed(frame: pd.DataFrame, keys: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Subject, key values as text and place of each row."""
    text = {
        name: number_text(keys[name]) if str(keys[name].dtype) == "float64" else keys[name].astype("str")
        for name in names
    }
    return pd.DataFrame({SUBJECT: frame[SUBJECT], **text, "place": np.arange(len(frame))})


def _tell(
    rows: pd.DataFrame,
    keys: pd.DataFrame,
    name: str,
    linked: LinkedRows,
    problems: Problems,
    address: Callable[[str, int, str], Address] | None,
) -> None:
    """A finding for each record whose link leads to nothing, at the raw cell that the key comes from."""
    source = next((s for s in linked.sources if id_column(s.partition(".")[0]) in rows), "")
    form, _, column = source.partition(".")
    names = list(linked.values.columns)
    ids = rows[id_column(form)] if source else pd.Series(pd.NA, index=rows.index)
    shown = zip(ids, keys[[SUBJECT, *names]].itertuples(index=False, name=None), strict=True)
    for number, (raw, (subject, *values)) in enumerate(shown):
        if number == TOLD:
            what = f"and {len(rows) - TOLD} more records of {name} name records of {linked.other} likewise"
            problems.add(NO_PARTNER.at(Address(dataset=name), what))
            return
        place = Address(dataset=name, usubjid=str(subject))
        if address is not None and not isinstance(raw, tuple) and not pd.isna(raw):
            place = address(form, int(raw), column)
        wanted = ", ".join(f"{n} {v}" for n, v in zip(names, values, strict=True))
        what = f"{name} names {linked.other} with {wanted}; {subject} has no such record"
        problems.add(NO_PARTNER.at(place, what, values=values))


def _records(found: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One record a member, in the order of `found`."""
    parts = [
        _records_of(name, found[found["dataset"] == name], frames[name])
        for name in frames
        if (found["dataset"] == name).any()
    ]
    told = pd.concat(parts).reindex(found.index) if parts else pd.DataFrame(columns=["IDVAR", "IDVARVAL"])
    number = found["number"].astype("str") if "number" in found else pd.Series([], dtype="str")
    return pd.DataFrame(
        {
            "RDOMAIN": found["dataset"],
            SUBJECT: found[SUBJECT],
            "IDVAR": told["IDVAR"].astype("str"),
            "IDVARVAL": told["IDVARVAL"].astype("str"),
            "RELTYPE": pd.Series(np.nan, index=found.index, dtype="str"),
            "RELID": (found["pair"] + "-" + number).astype("str"),
        }
    )


def _records_of(name: str, rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """IDVAR and IDVARVAL of the members of one dataset."""
    variable = id_variable(frame, name)
    values = id_values(frame, variable).iloc[rows["place"].to_numpy()]
    return pd.DataFrame({"IDVAR": variable or None, "IDVARVAL": values.to_numpy()}, index=rows.index)


def _edges(found: pd.DataFrame) -> pd.DataFrame:
    """Edges of each member: its own record, and those of the other side of its relation."""
    by = [SUBJECT, "pair", "group"]
    rows = found.assign(row=np.arange(len(found)))
    own = rows[["row", "dataset", "place"]]
    sides = rows[[*by, "row", "led"]].merge(
        rows[[*by, "dataset", "place", "led"]], on=by, suffixes=("", "_o")
    )
    across = sides.loc[sides["led"] != sides["led_o"], ["row", "dataset", "place"]]
    both = pd.concat([own, across], ignore_index=True).drop_duplicates()
    return both.rename(columns={"dataset": "source", "place": "id"})


def _members_frame() -> pd.DataFrame:
    text = pd.Series([], dtype="str")
    return pd.DataFrame(
        {
            SUBJECT: text,
            "pair": text,
            "group": text,
            "dataset": text,
            "place": pd.Series([], dtype="int64"),
            "led": pd.Series([], dtype="bool"),
        }
    )

"""RELREC from links: records of two datasets that share a subject and a key (SDTMIG 3.4 section 8.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import Dataset, repeated
from il2cdisc.base.dates import text_over_distinct
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import id_column
from il2cdisc.base.rows import alike, counted, extreme, in_order
from il2cdisc.sdtm.complete.mapped import LinkedRows, MappedDataset, number_text
from il2cdisc.sdtm.complete.problems import NO_PARTNER
from il2cdisc.sdtm.complete.records import as_dataset
from il2cdisc.sdtm.complete.steps import StudyStep
from il2cdisc.sdtm.complete.supplemental import id_values, id_variable
from il2cdisc.sdtm.complete.tabulation import Tabulation

SUBJECT = "USUBJID"
BETWEEN = "\x1f"  # between key values: no text holds it


def _run(study: Tabulation) -> Tabulation:
    if not any(domain.mapped.links for domain in study.domains.values()):
        return study
    return study.with_datasets({"RELREC": _dataset(study)})


STEP = StudyStep("related_records", _run, after=("records",), datasets=("RELREC",))


def _dataset(study: Tabulation) -> Dataset:
    """RELREC; its edges lead to the record itself and to those of the other side of the relation."""
    mapped = {name: domain.mapped for name, domain in study.domains.items()}
    frames = {name: domain.frame for name, domain in study.domains.items()}
    found = related_records(mapped, frames, study.problems, study.address)
    made = as_dataset(found.records, study.spec.datasets["RELREC"], study.study_id, study.problems)
    place = np.empty(len(made.order), dtype="int64")
    place[made.order] = np.arange(len(made.order))
    edges = found.edges.assign(row=place[found.edges["row"]], field=repeated(None, len(found.edges)))
    edges = edges.take(in_order([edges["row"], edges["source"], edges["id"]])).reset_index(drop=True)
    return replace(made.dataset, edges=edges[["row", "source", "id", "field"]])


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
    found = pd.concat(members or [_no_members()], ignore_index=True)
    found["relation"] = alike([found[SUBJECT], found["pair"], found["group"]])[0]
    # several parts of one mapping may lead to the same record
    found = found.take(alike([found["relation"], found["dataset"], found["place"]])[1])
    # relations are counted in the order of the first record that the link leads to
    led = found[found["led"]]
    first = led.take(extreme(led["relation"].to_numpy("int64"), [led["place"]], last=False))
    first = first.take(in_order([first[key] for key in (SUBJECT, "pair", "place", "group")]))
    number = pd.Series(counted([first[SUBJECT], first["pair"]]), index=first["relation"])
    found["number"] = number.reindex(found["relation"]).to_numpy()
    found = found.reset_index(drop=True)
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
    both = pd.concat([mine, theirs], ignore_index=True)
    led = np.arange(len(both)) >= len(mine)
    group = alike([both[key] for key in (SUBJECT, *keys)])[0]
    alone = ~np.isin(group[~led], group[led])
    if alone.any():
        _tell(own.iloc[mine.loc[alone, "place"]], mine[alone], item.name, linked, problems, address)
    name = pd.array([item.name, linked.other], dtype="str").take(led.astype("int64"))
    both = both.assign(dataset=name, led=led, pair=repeated(f"{linked.other}-{item.name}", len(both)))
    both = both[np.isin(group, group[~led]) & np.isin(group, group[led])]
    if item.name == linked.other:
        record = alike([both[key] for key in (SUBJECT, *keys, "place")])[0]
        both = both.take(np.sort(extreme(record, [both["led"]], last=True)))
    text = " ".join(keys)
    for key in keys:
        text = text + BETWEEN + both[key]
    return both.assign(group=text).drop(columns=keys)


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
    for raw, (subject, *values) in shown:
        place = Address(dataset=name, usubjid=str(subject))
        if address is not None and not isinstance(raw, tuple) and not pd.isna(raw):
            place = address(form, int(raw), column)
        wanted = ", ".join(f"{n} {v}" for n, v in zip(names, values, strict=True))
        what = f"{name} names {linked.other} with {wanted}; {subject} has no such record"
        problems.add(NO_PARTNER.at(place, what, values=values))


def _records(found: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One record a member, in the order of `found`."""
    values, places = repeated(None, len(found)), found["place"].to_numpy()
    for name in found["dataset"].unique():
        here = (found["dataset"] == name).to_numpy()
        of_dataset = id_values(frames[name], id_variable(frames[name], name))
        values[here] = of_dataset.array.take(places[here])
    return pd.DataFrame(
        {
            "RDOMAIN": found["dataset"],
            SUBJECT: found[SUBJECT],
            "IDVAR": text_over_distinct(found["dataset"], lambda name: id_variable(frames[name], name)),
            "IDVARVAL": values,
            "RELTYPE": repeated(None, len(found)),
            "RELID": found["pair"] + "-" + found["number"].astype("str"),
        }
    )


def _edges(found: pd.DataFrame) -> pd.DataFrame:
    """Edges of each member: its own record, and those of the other side of its relation."""
    rows = found.assign(row=np.arange(len(found)))
    sides = rows[["relation", "row", "led"]].merge(
        rows[["relation", "dataset", "place", "led"]], on="relation", suffixes=("", "_o")
    )
    across = sides[sides["led"] != sides["led_o"]]
    columns = ["row", "dataset", "place"]
    both = pd.concat([rows[columns], across[columns]], ignore_index=True)
    return both.rename(columns={"dataset": "source", "place": "id"})


def _no_members() -> pd.DataFrame:
    kinds = {SUBJECT: "str", "pair": "str", "group": "str", "dataset": "str", "place": "int64", "led": "bool"}
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})

"""SUPP--: the qualifiers of records that have no variable (SDTMIG 3.4 section 8.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset, byte_lengths, repeated
from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.complete.mapped import number_text
from il2cdisc.sdtm.complete.places import NOWHERE, RawPlaces
from il2cdisc.sdtm.complete.problems import UNKNOWN_QUALIFIER
from il2cdisc.sdtm.complete.records import as_dataset
from il2cdisc.sdtm.complete.steps import SUPPLEMENTS, StudyStep
from il2cdisc.sdtm.complete.tabulation import Tabulation
from il2cdisc.spec.models import Spec
from il2cdisc.spec.supplements import collected_dates, supplement

COLUMNS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")


def _run(study: Tabulation) -> Tabulation:
    made: dict[str, Dataset] = {}
    for name, domain in study.domains.items():
        labels = {**domain.labels, **collected_dates(domain.wanted)}
        records = supplemental(
            domain.frame, domain.qualifiers, name, study.spec, labels, study.problems, domain.places
        )
        if len(records):
            made[f"SUPP{name}"] = _dataset(records, study.datasets[name], study)
    return study.with_datasets(made)


STEP = StudyStep("supplemental", _run, after=("records",), datasets=(SUPPLEMENTS,))


def _dataset(records: pd.DataFrame, parent: Dataset, study: Tabulation) -> Dataset:
    """SUPP--; its records have the edges of their parents."""
    name = f"SUPP{parent.name}"
    wanted = study.spec.datasets.get(name) or supplement(name)
    made = as_dataset(records, wanted, study.study_id, study.problems)
    parents, of_parent = records["parent"].to_numpy("int64")[made.order], parent.edges["row"].to_numpy()
    first = np.searchsorted(of_parent, parents)
    count = np.searchsorted(of_parent, parents, side="right") - first
    row = np.repeat(np.arange(len(records)), count)
    # the edges of a parent are next to each other: the first one, and those that follow it
    following = np.arange(len(row)) - np.repeat(count.cumsum() - count, count)
    edges = parent.edges.take(np.repeat(first, count) + following).assign(row=row)
    return replace(made.dataset, edges=edges.reset_index(drop=True))


def id_variable(frame: pd.DataFrame, name: str) -> str | None:
    """The variable that identifies a record of a subject: --SEQ, without it VISITNUM, or none (as in DM)."""
    return next((c for c in (f"{name}SEQ", "VISITNUM") if c in frame), None)


def id_values(frame: pd.DataFrame, variable: str | None) -> pd.Series:
    """IDVARVAL: the values of the identifying variable as text; missing without one."""
    if not variable:
        return pd.Series(repeated(None, len(frame)), index=frame.index)
    return number_text(frame[variable])


def supplemental(
    frame: pd.DataFrame,
    extra: pd.DataFrame,
    name: str,
    spec: Spec,
    labels: dict[str, str],
    problems: Problems,
    places: RawPlaces = NOWHERE,
) -> pd.DataFrame:
    """Records of SUPP-- with a column `parent`: the position of the parent record in `frame`."""
    known = spec.qualifiers(f"SUPP{name}")
    identifying = id_variable(frame, name)
    texts: list[
        Any
    ] = []  # of each qualifier: its values, the places of their parents, what is the same on all
    parents: list[NDArray[np.int64]] = []
    named: list[tuple[str, str, str]] = []
    for qname in map(str, extra.columns):
        values = extra[qname]
        there = byte_lengths(values) > 0
        if not there.any():
            continue
        row = known.get(qname)
        if row is None and qname not in labels:
            place = Address(file=spec.shown, sheet="ValueLevel")
            what = f"SUPP{name} has the qualifier {qname}, which is not in the specification"
            source = places.of(pd.Series(there, index=frame.index), qname)
            problems.add(UNKNOWN_QUALIFIER.at(place, what, source=source))
        texts.append(values[there])
        parents.append(there.nonzero()[0])
        origin = row.origin.value if row and row.origin else "Collected"
        named.append((qname, row.label if row else labels.get(qname, qname), origin))
    if not named:
        return pd.DataFrame(columns=[*COLUMNS, "parent"])
    parent = np.concatenate(parents)
    qualifier = np.repeat(np.arange(len(named)), [len(places) for places in parents])
    names, of_labels, origins = (
        pd.array(same, dtype="str").take(qualifier) for same in zip(*named, strict=True)
    )
    return pd.DataFrame(
        {
            "USUBJID": frame["USUBJID"].array.take(parent),
            "IDVARVAL": id_values(frame, identifying).array.take(parent),
            "QVAL": pd.concat(texts).array,
            "parent": parent,
            "RDOMAIN": repeated(name, len(parent)),
            "IDVAR": repeated(identifying, len(parent)),
            "QNAM": names,
            "QLABEL": of_labels,
            "QORIG": origins,
            "QEVAL": repeated(None, len(parent)),
        }
    )

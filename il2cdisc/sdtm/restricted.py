"""Restricted tests: their records are in no dataset of a blinded build."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from il2cdisc.base.numbers import Flags
from il2cdisc.base.rowids import id_columns
from il2cdisc.sdtm.complete.mapped import LinkedRows, MappedDataset
from il2cdisc.spec.models import Spec

Cell = tuple[str, int, str]
"""Form, row id and raw column; the column is "" where the whole record is meant."""


def without_restricted_tests(
    made: Mapping[str, MappedDataset], spec: Spec
) -> tuple[dict[str, MappedDataset], set[Cell]]:
    """The mapped datasets without the records of restricted tests; and the raw cells of those records."""
    out: dict[str, MappedDataset] = {}
    cells: set[Cell] = set()
    for name, item in made.items():
        hidden = _hidden(item, spec.restricted_tests.get(name, set()))
        out[name] = _kept(item, ~hidden) if hidden.any() else item
        cells |= _cells(item.frame[hidden]) if hidden.any() else set()
    return out, cells


def _hidden(item: MappedDataset, tests: Collection[tuple[str, str]]) -> Flags:
    frame, name = item.frame, item.name
    hidden = np.zeros(len(frame), dtype=bool)
    if f"{name}TESTCD" not in frame:
        return hidden
    for code, specimen in tests:
        mine = (frame[f"{name}TESTCD"] == code).to_numpy(dtype=bool, na_value=False)
        if specimen and f"{name}SPEC" in frame:
            mine &= (frame[f"{name}SPEC"] == specimen).to_numpy(dtype=bool, na_value=False)
        hidden |= mine
    return hidden


def _kept(item: MappedDataset, keep: Flags) -> MappedDataset:
    """The rows to keep, numbered anew, with their qualifiers, plans and links."""
    place = pd.Series(np.arange(int(keep.sum())), index=item.frame.index[keep])

    def rows(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[keep].reset_index(drop=True)

    plan = item.planned_rows
    return replace(
        item,
        frame=rows(item.frame),
        supplemental=rows(item.supplemental),
        links=tuple(_linked(link, place) for link in item.links),
        planned_rows=None if plan is None else plan[keep].reset_index(drop=True),
    )


def _linked(link: LinkedRows, place: pd.Series) -> LinkedRows:
    values = link.values[link.values.index.isin(place.index)]
    return replace(link, values=values.set_axis(place[values.index].array))


def _cells(rows: pd.DataFrame) -> set[Cell]:
    found: set[Cell] = set()
    for column in id_columns(rows):
        form = column.removeprefix("@")
        columns = rows["field"] if "field" in rows else pd.Series("", index=rows.index)
        own = columns.where(columns.str.startswith(f"{form}."), "").fillna("")
        ids = rows[column].dropna()
        found |= {
            (form, int(row), name.partition(".")[2]) for row, name in zip(ids, own[ids.index], strict=True)
        }
    return found

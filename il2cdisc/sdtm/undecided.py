"""Rows that no code decides: what became of each, in findings and in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from il2cdisc.base.problems import Address, Kind
from il2cdisc.base.rowids import id_column, row_ids
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import Mapped
from il2cdisc.sdtm.problems import CONTRADICTED, NO_CODE, STRANGE_CODE
from il2cdisc.sdtm.steering import BranchOutcome, Undecided

AS_FILLED = "the line is mapped as filled"
NOT_MADE = "records that depend on it are not made"
IN_NO_DATASET = "the record is in no dataset"

Cell = tuple[str, int, str]
"""Form, row id and raw column."""
Fate = tuple[str | None, bool, str]
"""The text of a cell (None: empty), whether it is a code, and what became of its record."""


def settle(
    mappings: Sequence[Mapped],
    undecided: Sequence[tuple[int, Undecided]],
    made: Mapping[str, MappedDataset],
    context: Context,
) -> list[Mapped]:
    """The mappings, with rows that are in no dataset left out by the true reason; reports all of them.

    `undecided`: the number of a mapping and what its branches noticed.
    """
    out = list(mappings)
    if not undecided:
        return out
    seen = _seen({item.form for _, item in undecided}, mappings, made)
    cells: dict[Cell, Fate] = {}
    for number, item in undecided:
        lost = [row for row in item.ids if row not in seen[item.form]] if item.form in seen else []
        if item.outcome is BranchOutcome.NOWHERE and lost:
            rows = pd.DataFrame({id_column(item.form): pd.array(lost, dtype="Int64")})
            left_out = (*out[number].left_out, (_reason(item), rows))
            out[number] = replace(out[number], left_out=left_out)
        for row in item.ids:
            fate = AS_FILLED if item.outcome is BranchOutcome.FILLED else NOT_MADE
            fate = IN_NO_DATASET if item.outcome is BranchOutcome.NOWHERE and row in lost else fate
            before = cells.get((item.form, row, item.column))
            if before is None or before[2] == NOT_MADE:
                cells[item.form, row, item.column] = (item.value, item.known, fate)
    _report(cells, context)
    return out


def _reason(item: Undecided) -> str:
    return f"{item.column} is empty" if item.value is None else f"code of {item.column} not known"


def _seen(
    forms: Iterable[str], mappings: Iterable[Mapped], made: Mapping[str, MappedDataset]
) -> dict[str, set[int]]:
    """Row ids, by form, that a dataset has or that a mapping leaves out with a reason."""
    frames = [item.frame for item in made.values()]
    frames += [rows for mapping in mappings for _, rows in (*mapping.left_out, *mapping.queried)]
    out: dict[str, set[int]] = {form: set() for form in forms}
    for form in out:
        for frame in frames:
            if id_column(form) in frame:
                out[form].update(row_ids(frame[id_column(form)]).tolist())
    return out


def _report(cells: Mapping[Cell, Fate], context: Context) -> None:
    """One problem for all cells of a column that hold the same text and came to the same."""
    groups: dict[tuple[str, Fate], list[Address]] = {}
    for (form, row, column), fate in sorted(cells.items(), key=lambda item: item[0]):
        name = column.removeprefix(f"{form}.") if column.startswith(f"{form}.") else ""
        place = context.address(form, row, name) if form else Address(file=column)
        if fate[0] is not None and not fate[1] and context.codes.get(column):
            context.became[place] = fate[2]  # the unknown code is reported where it was read
        else:
            groups.setdefault((column, fate), []).append(place)
    for (column, (value, known, fate)), places in groups.items():
        kind, what = _told(column.rpartition(".")[2], value, known)
        values = [] if value is None else [value]
        context.problems.add(kind.at(places[0], f"{what}; {fate}", values=values, records=places))


def _told(column: str, value: str | None, known: bool) -> tuple[Kind, str]:
    if value is None:
        return NO_CODE, f"{column} is empty"
    if known:
        return CONTRADICTED, f"{column} is {value!r}, and other fields of the line are filled"
    return STRANGE_CODE, f"{value!r} of {column} is in no branch"

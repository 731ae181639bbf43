"""Blocks of subjects: the linked export split before mapping, and what is made of each block combined."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problem, Problems
from il2cdisc.base.rowids import id_columns, numbered, row_ids
from il2cdisc.base.rows import in_order
from il2cdisc.raw import Form, RawExport
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.mapping import Mapped

Frames = dict[str, pd.DataFrame]
Rows = NDArray[np.int64]
ALL = sys.maxsize
"""The size of a block that holds all subjects of any trial."""


def block_count(export: RawExport, size: int = ALL) -> int:
    """Into how many blocks of `size` subjects a linked export is split; at least one."""
    return 1 if export.subjects is None else max(-(-len(export.subjects) // size), 1)


def split(export: RawExport, size: int = ALL) -> Iterator[Frames]:
    """The frames of each block of `size` subjects, in the order of USUBJID by code point.

    Forms without a subject are in every block, whole. Row ids are those of the export; rows of a block keep
    their order. A trial without a subject is one empty block.
    """
    count = block_count(export, size)
    if count == 1:
        yield export.frames()
        return
    assert export.subjects is not None
    subjects = sorted(export.subjects["USUBJID"].tolist())
    block_of = pd.Series(np.arange(len(subjects)) // size, index=subjects)
    places = {name: _places(form, block_of, count) for name, form in export.forms.items()}
    for number in range(count):
        yield {name: _of_block(form, places[name], number) for name, form in export.forms.items()}


def _of_block(form: Form, places: list[NDArray[np.int32]] | None, number: int) -> pd.DataFrame:
    return form.frame() if places is None else form.frame(places[number].astype("int64"))


def _places(form: Form, block_of: pd.Series, count: int) -> list[NDArray[np.int32]] | None:
    """Row ids of each block; None for a form without a subject."""
    if not form.has_subjects:
        return None
    subject = form.column("USUBJID")
    block = subject.spread(block_of.reindex(subject.distinct).to_numpy("int32"), 0)
    order = np.argsort(block, kind="stable").astype("int32")
    return np.split(order, np.searchsorted(block[order], np.arange(1, count)))


@dataclass(frozen=True, slots=True)
class Combined:
    """Datasets of all blocks, and `places`: of each dataset the positions of the rows of each block."""

    datasets: dict[str, Dataset]
    places: dict[str, list[Rows]]
    blocks: int

    def of_block(self, name: str, number: int) -> pd.DataFrame:
        """A dataset's frame as mappings receive it: the records of one block; one without subjects is whole.

        The id column `@NAME` says where each row is among all.
        """
        frame = self.datasets[name].frame
        if self.blocks == 1:
            return numbered(frame, name)
        return numbered(frame.take(self.places[name][number]), name, self.places[name][number])


def combine(blocks: Sequence[dict[str, Dataset]], order: Sequence[str]) -> Combined:
    """The datasets of blocks one below the other: the same as of all subjects at once.

    `order`: the names of the datasets as the workbook lists them. Edges to datasets among these are led to
    the combined rows. A dataset whose keys do not begin with USUBJID is sorted again; one without subjects
    is the same in all blocks, and taken once. Takes the datasets out of `blocks`, one after the other: of a
    large trial there is no room for all of them twice.
    """
    ranks = {name: number for number, name in enumerate(order)}
    names = sorted({name: None for block in blocks for name in block}, key=lambda n: ranks.get(n, len(ranks)))
    places = {name: _combined_places([block.get(name) for block in blocks]) for name in names}
    datasets = {name: _dataset(name, [block.pop(name, None) for block in blocks], places) for name in names}
    return Combined(datasets, places, len(blocks))


def _combined_places(parts: Sequence[Dataset | None]) -> list[Rows]:
    """Where the rows of each block are in the combined dataset, in the order of its keys."""
    given = [item for item in parts if item is not None]
    if "USUBJID" not in given[0].frame:
        return [np.arange(len(given[0].frame)) for _ in parts]
    sizes = [0 if item is None else len(item.frame) for item in parts]
    place = np.arange(sum(sizes))
    keys = [key for key in given[0].keys if key in given[0].frame and key != "STUDYID"]
    if keys and keys[0] != "USUBJID":
        columns = [pd.concat([item.frame[key] for item in given], ignore_index=True) for key in keys]
        place[in_order(columns)] = np.arange(len(place))
    return np.split(place, np.cumsum(sizes)[:-1])


def _dataset(name: str, parts: Sequence[Dataset | None], places: Mapping[str, list[Rows]]) -> Dataset:
    given = [(number, item) for number, item in enumerate(parts) if item is not None]
    first = given[0][1]
    if len(parts) == 1 or "USUBJID" not in first.frame:
        return first
    frame = pd.concat([item.frame for _, item in given], ignore_index=True)
    lengths = {
        variable.name: max(item.variables[number].length for _, item in given)
        for number, variable in enumerate(first.variables)
    }
    edges = pd.concat([_edges(name, item, number, places) for number, item in given], ignore_index=True)
    order = np.argsort(np.concatenate(places[name]), kind="stable")
    if not np.array_equal(order, np.arange(len(order))):
        frame = frame.take(order).reset_index(drop=True)
        edges = edges.take(np.argsort(edges["row"].to_numpy(), kind="stable")).reset_index(drop=True)
    return replace(first.with_lengths(lengths), frame=frame, edges=edges)


def _edges(name: str, item: Dataset, number: int, places: Mapping[str, list[Rows]]) -> pd.DataFrame:
    """Edges of a block's dataset, from combined rows to those of the datasets that are combined, too."""
    edges = item.edges
    ids = edges["id"].to_numpy("int64").copy()
    codes, sources = pd.factorize(edges["source"])
    for code, source in enumerate(sources):
        if source in places:
            here = codes == code
            ids[here] = places[source][number][ids[here]]
    return edges.assign(row=places[name][number][edges["row"].to_numpy("int64")], id=ids)


@dataclass
class RecordIds:
    """Which raw records the mappings of all blocks took or left out: what the ledger of rows asks.

    `shared`: forms without a subject. A record of these is left out where every block leaves it out.
    """

    shared: frozenset[str]
    blocks: int = 0
    _made: dict[str, list[pd.DataFrame]] = field(default_factory=dict[str, list[pd.DataFrame]])
    _out: dict[tuple[str, bool, str], list[pd.DataFrame]] = field(
        default_factory=dict[tuple[str, bool, str], list[pd.DataFrame]]
    )

    def add(self, mappings: Sequence[Mapped], made: Mapping[str, MappedDataset]) -> None:
        """Take note of one block."""
        self.blocks += 1
        for name, item in made.items():
            self._made.setdefault(name, []).append(item.frame[id_columns(item.frame)])
        for mapping in mappings:
            for asked, groups in ((False, mapping.left_out), (True, mapping.queried)):
                for reason, rows in groups:
                    self._out.setdefault((mapping.name, asked, reason), []).append(rows[id_columns(rows)])

    @property
    def made(self) -> dict[str, pd.DataFrame]:
        """Dataset → the row ids that its records came from."""
        return {name: _stacked(frames) for name, frames in self._made.items()}

    @property
    def left_out(self) -> list[Mapped]:
        """The mappings, of which only what they left out is here."""
        out: dict[str, Mapped] = {}
        for (name, asked, reason), frames in self._out.items():
            rows = tuple((reason, frame) for frame in self._by_form(frames))
            before = out.setdefault(name, Mapped(name, ()))
            changed = (
                {"queried": (*before.queried, *rows)} if asked else {"left_out": (*before.left_out, *rows)}
            )
            out[name] = replace(before, **changed)
        return list(out.values())

    def _by_form(self, frames: Sequence[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """One frame per form: its row ids, of a form without a subject those that are in every block."""
        for column in dict.fromkeys(name for frame in frames for name in id_columns(frame)):
            ids = [row_ids(frame[column]) for frame in frames if column in frame]
            found, count = np.unique(np.concatenate(ids), return_counts=True)
            if column[1:] in self.shared:
                found = found[count == self.blocks]
            yield pd.DataFrame({column: pd.array(found, dtype="Int64")})


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def merged(problems: Problems) -> Problems:
    """The problems of all blocks, those that differ in their records alone as one; its records in order.

    Out of how many records is the sum over all blocks, also those without such a problem.
    """
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for item in dict.fromkeys(problems.items):
        place = None if item.records and item.where == item.records[0] else item.where
        key = (item.kind, place, item.what, item.hint, item.fix, item.cause, item.of)
        groups.setdefault(key if item.records else (item,), []).append(item)
    return Problems([_one(items, problems) for items in groups.values()], problems.looked_at)


def _one(items: Sequence[Problem], problems: Problems) -> Problem:
    first = items[0]
    if not first.records:
        return first
    records = tuple(sorted({place for item in items for place in item.records}, key=lambda p: p.sort_key()))
    source = tuple(dict.fromkeys(place for item in items for place in item.source))
    values = tuple(sorted({value for item in items for value in item.values}))
    out_of = problems.looked_at.get(first.of) or max(item.out_of for item in items)
    where = records[0] if first.where == first.records[0] else first.where
    return replace(first, where=where, records=records, source=source, values=values, out_of=out_of)

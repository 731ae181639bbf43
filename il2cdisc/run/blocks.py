"""Blocks of subjects: what is linked or received is split, and what is made of each block combined."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import rows_of_blocks
from il2cdisc.base.datasets import Dataset, heading, no_edges
from il2cdisc.base.problems import Problem, Problems
from il2cdisc.base.received import ReceivedDataset
from il2cdisc.base.rowids import id_columns, row_ids
from il2cdisc.base.stored import AnyDataset, Places, StoredBlock, StoredDataset, segments_of, store
from il2cdisc.raw import Form, RawExport
from il2cdisc.run.scratch import scratch_room
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.mapping import Mapped
from il2cdisc.study import Study

Frames = dict[str, pd.DataFrame]
Received = Mapping[str, ReceivedDataset]
BlocksDone = Callable[[int, int], None]
"""Called after each of several blocks: how many are done, and of how many."""
Rows = NDArray[np.int64]
SUBJECT = "USUBJID"
ALL = sys.maxsize
"""The size of a block that holds all subjects of any trial."""
BLOCK = 300
"""Subjects of a block, where nothing else is asked."""
STARTED_BLOCK = 600
"""The same of a build that starts from SDTM: a subject takes less memory without raw records and mappings."""


def default_block(study: Study) -> int:
    """Subjects of a block of a trial, where nothing else is asked."""
    return BLOCK if study.start is None else STARTED_BLOCK


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
    block_of = blocks_of(export.subjects["USUBJID"], size)
    places = {name: _places(form, block_of, count) for name, form in export.forms.items()}
    for number in range(count):
        yield {name: _of_block(form, places[name], number) for name, form in export.forms.items()}


def blocks_of(subjects: Iterable[str], size: int) -> pd.Series:
    """The number of the block of each subject, by its id: blocks of `size`, by code point.

    >>> blocks_of(["S3", "S1", "S2"], 2).to_dict()
    {'S1': 0, 'S2': 0, 'S3': 1}
    """
    ordered = sorted(subjects)
    return pd.Series(np.arange(len(ordered)) // size, index=pd.Index(ordered, dtype="str"))


def _of_block(form: Form, places: list[NDArray[np.int32]] | None, number: int) -> pd.DataFrame:
    return form.frame() if places is None else form.frame(places[number].astype("int64"))


def _places(form: Form, block_of: pd.Series, count: int) -> list[NDArray[np.int32]] | None:
    """Row ids of each block; None for a form without a subject."""
    return rows_of_blocks(form.column(SUBJECT), block_of, count) if form.has_subjects else None


def split_received(sdtm: Received, size: int) -> Iterator[Received]:
    """The records of each block of `size` subjects, in the order of USUBJID by code point; at least one.

    A dataset without subjects is in every block, whole. Records keep their order, and know their places.
    """
    linked = {name: item.held[SUBJECT] for name, item in sdtm.items() if SUBJECT in item.held}
    subjects = {str(subject) for column in linked.values() for subject in column.distinct}
    if len(subjects) <= size:
        yield sdtm
        return
    block_of = blocks_of(subjects, size)
    count = int(block_of.iloc[-1]) + 1
    places = {name: rows_of_blocks(column, block_of, count) for name, column in linked.items()}
    for number in range(count):
        yield {
            name: item.take(places[name][number].astype("int64")) if name in places else item
            for name, item in sdtm.items()
        }


class Blocks:
    """The datasets of the blocks, `add`ed in their order: of one block in memory, of several in `folder`.

    `order`: the names of the datasets as the workbook lists them. `places` has, of datasets that are
    combined, where the rows of each block are among all.
    """

    def __init__(
        self, count: int, folder: Path | None, order: Sequence[str], places: dict[str, Places] | None = None
    ) -> None:
        self._ranks = {name: number for number, name in enumerate(order)}
        self._folder = folder if count > 1 else None
        self._places = {} if places is None else places
        self._whole: dict[str, Dataset] = {}
        self._first: dict[str, Dataset] = {}
        self._stored: dict[str, dict[int, StoredBlock]] = {}
        self._lengths: dict[str, dict[str, int]] = {}
        self._added = 0

    def add(self, made: Mapping[str, Dataset]) -> None:
        """Take the datasets of the next block. Raises `Stopped` where the scratch folder has no room."""
        for name, item in made.items():
            if self._folder is None or SUBJECT not in item.names:
                self._whole.setdefault(name, item)  # the same in all blocks
                continue
            if name not in self._first:  # without its records: an empty slice would hold them all
                self._first[name] = replace(item, frame=heading(item.variables), edges=no_edges())
            lengths = self._lengths.setdefault(name, {})
            for variable in item.variables:
                lengths[variable.name] = max(variable.length, lengths.get(variable.name, 0))
            with scratch_room(self._folder):
                self._stored.setdefault(name, {})[self._added] = store(item, self._folder, self._added)
        self._added += 1

    def combined(self) -> dict[str, AnyDataset]:
        """The datasets of all blocks in the order of the workbook: the same as of all subjects at once."""
        found: dict[str, AnyDataset] = dict(self._whole)
        for name, blocks in self._stored.items():
            first = self._first[name]
            segments = segments_of(blocks, before_subject(first.keys, first.names))
            self._places[name] = Places(segments)
            variables = first.with_lengths(self._lengths[name]).variables
            found[name] = StoredDataset(name, first.label, variables, first.keys, blocks, segments, self._led)
        last = len(self._ranks)
        return dict(sorted(found.items(), key=lambda item: self._ranks.get(item[0], last)))

    def _led(self, number: int, source: str, ids: Rows) -> Rows:
        """Ids of a block's source among those of all blocks; of raw records they are that already."""
        return self._places[source].of(number, ids) if source in self._places else ids


def before_subject(keys: Sequence[str], names: Sequence[str]) -> list[str]:
    """The keys of a dataset that stand before USUBJID, but for STUDYID, which is one.

    >>> before_subject(["STUDYID", "RDOMAIN", "USUBJID", "IDVAR"], ["RDOMAIN", "USUBJID", "IDVAR"])
    ['RDOMAIN']
    """
    known = [key for key in keys if key in names and key != "STUDYID"]
    return known[: known.index(SUBJECT)] if SUBJECT in known else known


class RecordIds:
    """Which raw records the mappings of all blocks took or left out: what the ledger of rows asks.

    `sizes`: records of each form. `shared`: forms without a subject; a record of these is left out where
    every block leaves it out. Memory: a byte for each record that a dataset, or a reason, can name.
    """

    def __init__(self, sizes: Mapping[str, int], shared: Collection[str]) -> None:
        self._sizes, self._shared = sizes, frozenset(shared)
        self._blocks = 0
        self._made: dict[str, dict[str, Rows]] = {}
        self._out: dict[tuple[str, bool, str], dict[str, Rows]] = {}

    def add(self, mappings: Sequence[Mapped], made: Mapping[str, MappedDataset]) -> None:
        """Take note of one block."""
        self._blocks += 1
        for name, item in made.items():
            self._count(self._made.setdefault(name, {}), item.frame)
        for mapping in mappings:
            for asked, groups in ((False, mapping.left_out), (True, mapping.queried)):
                for reason, rows in groups:
                    self._count(self._out.setdefault((mapping.name, asked, reason), {}), rows)

    def _count(self, counts: dict[str, Rows], rows: pd.DataFrame) -> None:
        """In how many blocks each record is."""
        for column in id_columns(rows):
            if column not in counts:
                size = self._sizes[column[1:]]
                counts[column] = np.zeros(size, dtype="int32" if column[1:] in self._shared else "int8")
            counts[column][row_ids(rows[column])] += 1

    @property
    def made(self) -> dict[str, pd.DataFrame]:
        """Dataset → the row ids that its records came from: a column for each form."""
        return {name: _ids(counts) for name, counts in self._made.items()}

    @property
    def left_out(self) -> list[Mapped]:
        """The mappings, of which only what they left out is here."""
        out: dict[str, Mapped] = {}
        for (name, asked, reason), counts in self._out.items():
            every = {column: self._blocks if column[1:] in self._shared else 1 for column in counts}
            rows = tuple((reason, _ids({c: counts[c]}, least)) for c, least in every.items())
            before = out.setdefault(name, Mapped(name, ()))
            changed = (
                {"queried": (*before.queried, *rows)} if asked else {"left_out": (*before.left_out, *rows)}
            )
            out[name] = replace(before, **changed)
        return list(out.values())


def _ids(counts: Mapping[str, Rows], least: int = 1) -> pd.DataFrame:
    """The ids of the records that at least so many blocks have."""
    found = {column: np.flatnonzero(count >= least) for column, count in counts.items()}
    return pd.DataFrame({column: pd.Series(ids, dtype="Int64") for column, ids in found.items()})


def merged(problems: Problems) -> Problems:
    """The problems of all blocks, those that differ in records and values alone as one; its records in order.

    Out of how many records is the sum over all blocks, also those without such a problem.
    """
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for item in dict.fromkeys(problems.items):
        place = None if item.records and item.where == item.records[0] else item.where
        key = (item.kind, place, item.what, item.hint, item.fix, item.cause, item.of)
        groups.setdefault((*key, None if item.records else item.source), []).append(item)
    return Problems([_one(items, problems) for items in groups.values()], problems.looked_at)


def _one(items: Sequence[Problem], problems: Problems) -> Problem:
    first = items[0]
    out_of = problems.looked_at.get(first.of) or max(item.out_of for item in items)
    if not first.records:
        values = tuple(dict.fromkeys(value for item in items for value in item.values))
        return replace(first, values=values, out_of=out_of)
    records = tuple(sorted({place for item in items for place in item.records}, key=lambda p: p.sort_key()))
    source = tuple(dict.fromkeys(place for item in items for place in item.source))
    values = tuple(sorted({value for item in items for value in item.values}))
    where = records[0] if first.where == first.records[0] else first.where
    return replace(first, where=where, records=records, source=source, values=values, out_of=out_of)

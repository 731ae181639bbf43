"""ADaM of blocks of subjects: what the mappings derive from SDTM of each, and then what needs all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import Dataset, heading
from il2cdisc.base.memory import give_back
from il2cdisc.base.problems import Problems, Stopped, records_of
from il2cdisc.base.received import ReceivedDataset
from il2cdisc.base.rowids import id_column
from il2cdisc.base.stored import AnyDataset, Places, StoredDataset
from il2cdisc.run.blocks import Blocks, merged, split_received
from il2cdisc.run.plan import Plan

if TYPE_CHECKING:
    from il2cdisc.adam.finish import Analysis
    from il2cdisc.adam.whole import SubjectBlocks


class Derivation:
    """ADaM of `count` blocks: `add` SDTM of each in their order, then take the `datasets`.

    Problems that stop one of several blocks wait until all were derived. `places` as of `Blocks`.
    """

    def __init__(self, plan: Plan, count: int, scratch: Path | None, places: dict[str, Places]) -> None:
        self._plan, self._count, self._scratch, self._problems = plan, count, scratch, Problems()
        self._blocks = self._empty_blocks(places)

    def _empty_blocks(self, places: dict[str, Places]) -> Blocks:
        return Blocks(self._count, self._scratch, [name.upper() for name in self._plan.adam_order], places)

    def add(self, sdtm: Mapping[str, AnyDataset]) -> None:
        """Derive ADaM of the next block."""
        try:
            made = derive_adam(self._plan, sdtm, self._problems)
        except Stopped as stopped:
            self._problems.extend(stopped.problems)
            return
        if not self._problems.stops:
            self._blocks.add(made)

    def datasets(self, sdtm: Mapping[str, AnyDataset], findings: Problems) -> dict[str, AnyDataset]:
        """ADaM of all subjects; `sdtm` is that of all. Raises `Stopped` with the problems of all blocks."""
        close(self._problems, findings, self._plan.adam_needs)
        adam = self._blocks.combined()
        for name in [name for name in self._plan.adam_order if name in self._plan.adam_whole]:
            adam |= self._with_whole(name, {**sdtm, **adam}, findings)
        rank = {name.upper(): number for number, name in enumerate(self._plan.adam_order)}
        return dict(sorted(adam.items(), key=lambda item: rank.get(item[0], len(rank))))

    def _with_whole(
        self, name: str, datasets: Mapping[str, AnyDataset], findings: Problems
    ) -> dict[str, AnyDataset]:
        """The dataset of a mapping that needs all subjects, or what one makes of all of them."""
        plan, problems = self._plan, Problems()
        blocks = self._empty_blocks({})  # ids are among the records of all blocks already
        try:
            for derived in _derived_blocks(plan, name, datasets, self._count):
                found = Problems()
                try:
                    made = _finished(plan, name, derived, found)
                except Stopped as stopped:  # those of the other blocks are reported with it
                    problems.extend([*found.items, *stopped.problems])
                    continue
                problems.take(found)
                if not problems.stops:
                    blocks.add({made.name: made})
                del derived, made  # memory: the next block is derived without this one
                give_back()
        except Stopped as stopped:
            problems.extend(stopped.problems)
        close(problems, findings, {name: plan.adam_needs[name]})
        return blocks.combined()


NOTHING_NEEDED: Mapping[str, Sequence[str]] = MappingProxyType({})


def close(
    problems: Problems, findings: Problems, adam_needs: Mapping[str, Sequence[str]] = NOTHING_NEEDED
) -> None:
    """A stage has ended: raise its stops, over all blocks, or take its findings.

    `adam_needs` are the datasets that each mapping of ADaM takes: records that lead back to none are a
    finding.
    """
    from il2cdisc.adam.lineage import lost_sources

    whole = merged(problems)
    whole.stop_if_any()
    findings.extend([*whole.findings, *lost_sources(whole.looked_at, adam_needs)])


def derive_adam(plan: Plan, sdtm: Mapping[str, AnyDataset], problems: Problems) -> dict[str, Dataset]:
    """ADaM datasets of one block of subjects, in the order in which they need each other.

    Those that need all subjects are not among them.
    """
    from il2cdisc.adam import derive, empty_frame, needs, with_ids

    order = [name for name in plan.adam_order if name not in plan.adam_whole]
    asked = {needed for name in order for needed in needs(plan.adam_functions[name])}
    # a dataset that no record came to, SUPP-- above all, is empty and not absent
    frames = {
        name.lower(): _numbered(sdtm[name]) if name in sdtm else empty_frame(described)
        for name, described in plan.sdtm.datasets.items()
        if name.lower() in asked
    }
    found = Problems()
    out: dict[str, Dataset] = {}
    for name in order:
        # nothing holds the derived frame, wider than the dataset, while the next is made
        derived = derive(plan.adam_functions[name], frames, plan.adam, plan.study.analysis, plan.study.trial)
        dataset = _finished(plan, name, derived, found)
        del derived
        out[dataset.name] = dataset
        if name in asked:
            frames[name] = with_ids(dataset.name, dataset.frame)
    problems.take(found)
    return out


def _finished(plan: Plan, name: str, derived: Analysis, problems: Problems) -> Dataset:
    """The dataset of what a mapping derived from a block."""
    from il2cdisc.adam.finish import finish, without_parameters
    from il2cdisc.adam.lineage import note_lineage

    kept = without_parameters(derived, plan.adam) if plan.study.blinded else derived
    dataset = finish(kept, plan.adam, problems)
    note_lineage(dataset, kept, name, problems)
    problems.look(records_of(dataset.name), len(dataset.frame))
    return dataset


def _derived_blocks(
    plan: Plan, name: str, datasets: Mapping[str, AnyDataset], count: int
) -> Iterator[Analysis]:
    """What a mapping that runs after all blocks derives from each."""
    from il2cdisc.adam import empty_frame
    from il2cdisc.adam.plan import derive, derive_blocks
    from il2cdisc.adam.whole import SubjectBlocks, is_whole

    function, facts = plan.adam_functions[name], (plan.adam, plan.study.analysis, plan.study.trial)
    described = {**plan.sdtm.datasets, **plan.adam.datasets}
    given: dict[str, SubjectBlocks] = {}
    for asked in plan.adam_needs[name]:
        if (item := datasets.get(asked.upper())) is not None:
            read = _reader(plan, item, datasets, count)
            given[asked] = SubjectBlocks((id_column(item.name), *item.names), read)
        elif asked.upper() in described:  # no record came to it
            given[asked] = SubjectBlocks.of(empty_frame(described[asked.upper()]), count)
    if is_whole(function):
        yield from derive_blocks(function, given, count, *facts)
        return
    for frames in zip(*given.values(), strict=True):
        yield derive(function, dict(zip(given, frames, strict=True)), *facts)


def _reader(
    plan: Plan, item: AnyDataset, datasets: Mapping[str, AnyDataset], count: int
) -> Callable[[], Iterator[pd.DataFrame]]:
    """A function that reads the records of a dataset in each block, with their places among all."""
    from il2cdisc.adam.whole import SubjectBlocks

    if isinstance(item, StoredDataset):
        return lambda: _stored_blocks(item, count)
    if isinstance(item, ReceivedDataset) and count > 1:
        received = {name: one for name, one in datasets.items() if isinstance(one, ReceivedDataset)}
        return lambda: (_numbered(part[item.name]) for part in split_received(received, plan.block_subjects))
    return SubjectBlocks.of(_numbered(item), count).read


def _stored_blocks(item: StoredDataset, count: int) -> Iterator[pd.DataFrame]:
    from il2cdisc.adam import with_ids

    places = Places(item.segments)
    for number in range(count):
        frame = item.blocks[number].frame() if number in item.blocks else heading(item.variables)
        rows = places.of(number, np.arange(len(frame))) if len(frame) else None
        yield with_ids(item.name, frame, rows)


def _numbered(item: AnyDataset) -> pd.DataFrame:
    """All records of a dataset as one frame, with their places in the column `@NAME`."""
    from il2cdisc.adam import with_ids

    if isinstance(item, ReceivedDataset):
        return with_ids(item.name, item.frame(), item.places)
    frame = item.frame if isinstance(item, Dataset) else pd.concat(item.frames(), ignore_index=True)
    return with_ids(item.name, frame)

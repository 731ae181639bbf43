"""ADaM of blocks of subjects: what the mappings derive from SDTM of each, and of all what needs all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problems, Stopped, records_of
from il2cdisc.base.received import ReceivedDataset
from il2cdisc.base.stored import AnyDataset, Places
from il2cdisc.run.blocks import Blocks, merged
from il2cdisc.run.plan import Plan


class Derivation:
    """ADaM of `count` blocks: `add` SDTM of each in their order, then take the `datasets`.

    Problems that stop one of several blocks wait until all were derived. `places` as of `Blocks`.
    """

    def __init__(self, plan: Plan, count: int, scratch: Path | None, places: dict[str, Places]) -> None:
        self._plan, self._problems = plan, Problems()
        self._blocks = Blocks(count, scratch, [name.upper() for name in plan.adam_order], places)

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
        return _with_whole(self._plan, sdtm, self._blocks.combined(), findings)


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


def _with_whole(
    plan: Plan, sdtm: Mapping[str, AnyDataset], adam: dict[str, AnyDataset], findings: Problems
) -> dict[str, AnyDataset]:
    """ADaM with the datasets that need all subjects, in the order of the plan."""
    if not plan.adam_whole.intersection(plan.adam_order):
        return adam
    problems = Problems()
    adam = {**adam, **derive_adam(plan, sdtm, problems, of_block=adam)}
    close(problems, findings, plan.adam_needs)
    rank = {name.upper(): number for number, name in enumerate(plan.adam_order)}
    return dict(sorted(adam.items(), key=lambda item: rank.get(item[0], len(rank))))


def derive_adam(
    plan: Plan,
    sdtm: Mapping[str, AnyDataset],
    problems: Problems,
    *,
    of_block: Mapping[str, AnyDataset] | None = None,
) -> dict[str, Dataset]:
    """ADaM datasets, in the order in which they need each other.

    Those of one block of subjects; with `of_block`, what the blocks gave, those that need all subjects.
    """
    from il2cdisc.adam import derive, empty_frame, finish, needs, with_ids
    from il2cdisc.adam.finish import without_parameters
    from il2cdisc.adam.lineage import note_lineage

    order = [name for name in plan.adam_order if (name in plan.adam_whole) == (of_block is not None)]
    asked = {needed for name in order for needed in needs(plan.adam_functions[name])}
    # a dataset that no record came to, SUPP-- above all, is empty and not absent
    frames = {
        name.lower(): _numbered(sdtm[name]) if name in sdtm else empty_frame(described)
        for name, described in plan.sdtm.datasets.items()
        if name.lower() in asked
    }
    made = (of_block or {}).items()
    frames |= {name.lower(): _numbered(item) for name, item in made if name.lower() in asked}
    found = Problems()
    out: dict[str, Dataset] = {}
    for name in order:
        # nothing holds the derived frame, wider than the dataset, while the next is made
        derived = derive(plan.adam_functions[name], frames, plan.adam, plan.study.analysis, plan.study.trial)
        if plan.study.blinded:
            derived = without_parameters(derived, plan.adam)
        dataset = finish(derived, plan.adam, found)
        note_lineage(dataset, derived, name, found)
        del derived
        out[dataset.name] = dataset
        found.look(records_of(dataset.name), len(dataset.frame))
        if name in asked:
            frames[name] = with_ids(dataset.name, dataset.frame)
    problems.take(found)
    return out


def _numbered(item: AnyDataset) -> pd.DataFrame:
    """All records of a dataset as one frame, with their places in the column `@NAME`."""
    from il2cdisc.adam import with_ids

    if isinstance(item, ReceivedDataset):
        return with_ids(item.name, item.frame(), item.places)
    frame = item.frame if isinstance(item, Dataset) else pd.concat(item.frames(), ignore_index=True)
    return with_ids(item.name, frame)

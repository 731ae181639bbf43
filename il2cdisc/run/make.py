"""Raw export → SDTM → ADaM: read, link, and block after block of subjects map, complete, derive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.memory import give_back
from il2cdisc.base.problems import Address, Problems, records_of, values_of
from il2cdisc.base.stored import AnyDataset, Places
from il2cdisc.raw import RawExport, header_of, link, notice, read_export
from il2cdisc.raw.absent import absent_records
from il2cdisc.raw.blinding import withhold
from il2cdisc.raw.sense import raw_contradictions
from il2cdisc.raw.values import with_outcomes, without_reported
from il2cdisc.run.blocks import Blocks, BlocksDone, RecordIds, block_count, merged, split
from il2cdisc.run.derivation import Derivation, close
from il2cdisc.run.plan import Plan, link_columns, run_sdtm
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study

if TYPE_CHECKING:
    from il2cdisc.sdtm.complete.mapped import MappedDataset
    from il2cdisc.sdtm.product import Ledgers

Say = Callable[[str], None]
RESULTS = ("ORRES", "ORNRLO", "ORNRHI")
Datasets = dict[str, Dataset]


@dataclass
class MadeDatasets:
    """What was made of an export."""

    export: RawExport
    sdtm: dict[str, AnyDataset]
    adam: dict[str, AnyDataset]
    ledgers: Ledgers


def make(
    plan: Plan,
    say: Say,
    findings: Problems,
    *,
    scratch: Path | None = None,
    completed: Callable[[Mapping[str, AnyDataset]], None] | None = None,
    done: BlocksDone | None = None,
) -> MadeDatasets:
    """Everything that a package holds. Raises `Stopped` with all problems of the stage that found some.

    `completed` is called with SDTM before ADaM of the last block is derived from it, `done` after each block
    with how many are done, and of how many. Blocks lie in the folder `scratch`, where there are several.
    """
    if plan.study.start is not None:
        from il2cdisc.run.started import from_datasets

        sdtm, adam = from_datasets(plan, say, findings, scratch=scratch, done=done)
        return MadeDatasets(RawExport({}, ()), sdtm, adam, _no_ledgers())
    export = read(plan, say, findings)
    if block_count(export, plan.block_subjects) > 1:
        export = export.paged(scratch)
    say("mapping to SDTM")
    making = Making(plan, export, findings, scratch)
    if done is not None:
        done(0, making.count)
    for number, frames in enumerate(split(export, plan.block_subjects), start=1):
        making.map(frames)
        del frames  # memory: with many subjects these are gigabytes
        if number == making.count:
            making.settle()
            say("completing SDTM from the workbook")
        making.complete()
        give_back()
        if number == making.count:
            making.end_completion()
            if completed is not None:
                completed(making.sdtm)
            if plan.adam_order:
                say("deriving ADaM")
        making.derive()
        give_back()
        if done is not None:
            done(number, making.count)
    return MadeDatasets(export, making.sdtm, making.adam(), making.ledgers)


def read(plan: Plan, say: Say, findings: Problems) -> RawExport:
    """The export, linked to subjects, each value held against the data dictionary."""
    study = plan.study
    say("reading the raw export")
    export = read_export(study, plan.dictionary, only=plan.forms)
    say(f"linking {sum(f.rows for f in export.forms.values()):,} raw records to subjects")
    export = notice(
        link(export, study), study.with_forms(plan.forms), plan.dictionary, dated=plan.collected_dates
    )
    if not plan.named:
        findings.extend(absent_records(export, study, plan.dictionary, plan.sdtm, plan.accepted))
        findings.extend(raw_contradictions(export, study, plan.dictionary, plan.sdtm))
    return export


class Making:
    """Blocks of subjects on their way: `map`, `complete` and `derive` each, in this order.

    A stage that found problems that stop is gone through by all further blocks, and no later one is, so that
    the problems of the earliest stage are raised, over all blocks: by `settle` those of the mappings, by
    `end_completion` those of completing, by `adam` those of the derivations.
    """

    def __init__(self, plan: Plan, export: RawExport, findings: Problems, scratch: Path | None) -> None:
        self._plan, self._export, self._findings = plan, export, findings
        self.count = block_count(export, plan.block_subjects)
        self._collected, self._completed = Collected(export), Problems()
        places: dict[str, Places] = {}
        self._sdtm = Blocks(self.count, scratch, list(plan.sdtm.datasets), places)
        self._derivation = Derivation(plan, self.count, scratch, places)
        self._mapped: dict[str, MappedDataset] = {}
        self._block: Datasets = {}
        self.sdtm: dict[str, AnyDataset] = {}
        self.ledgers = _no_ledgers()

    def map(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """What the mappings make of the next block."""
        self._mapped = _map(
            self._plan, self._export, frames, self._collected, self._findings, blocks=self.count
        )

    def settle(self) -> None:
        """All blocks are mapped: the ledgers, and the findings of the export and of all mappings."""
        self.ledgers = _settle(self._plan, self._export, self._collected, self._findings)

    def stop_if_unmapped(self) -> None:
        """Raise `Stopped` with the problems of the mappings, over all blocks so far."""
        merged(self._collected.problems).stop_if_any()

    def complete(self) -> None:
        """SDTM of the block."""
        mapped, self._mapped = self._mapped, {}
        if self._collected.problems.stops:
            return
        self._block = _complete(self._plan, mapped, self._export, self._completed, blocks=self.count)
        if not self._completed.stops:
            self._sdtm.add(self._block)

    def end_completion(self) -> None:
        """All blocks are completed: SDTM of all subjects, and the findings."""
        close(self._completed, self._findings)
        self.sdtm = self._sdtm.combined()

    def derive(self) -> None:
        """ADaM of the block. Problems that stop one of several blocks wait until SDTM of all is complete."""
        block, self._block = self._block, {}
        if not self._collected.problems.stops and not self._completed.stops:
            self._derivation.add(block)

    def adam(self) -> dict[str, AnyDataset]:
        """All blocks are derived: ADaM of all subjects, and the findings."""
        return self._derivation.datasets(self.sdtm, self._findings)


def _no_ledgers() -> Ledgers:
    from il2cdisc.sdtm.product import Ledgers

    return Ledgers(pd.DataFrame(), pd.DataFrame())


class Collected:
    """What the mappings of all blocks leave: their problems, the records they took, what became of cells."""

    def __init__(self, export: RawExport) -> None:
        forms = export.forms.items()
        sizes = {name: form.rows for name, form in forms}
        self.ids = RecordIds(sizes, [name for name, form in forms if not form.has_subjects])
        self.problems = Problems()
        self.became: dict[Address, str] = {}


def _map(
    plan: Plan,
    export: RawExport,
    frames: Mapping[str, pd.DataFrame],
    collected: Collected,
    findings: Problems,
    *,
    blocks: int,
) -> dict[str, MappedDataset]:
    """What the mappings make of one block."""
    problems = Problems()
    inputs: dict[str, object] = {f"raw_{name}": frame for name, frame in frames.items()}
    inputs |= plan.study.parameters | {"protocol": plan.sdtm.protocol}
    mappings, made = run_sdtm(
        plan.study, plan.sdtm, plan.sdtm_functions, plan.sdtm_order, inputs, problems, export,
        plan.dictionary, collected.became, in_blocks=blocks > 1,
    )  # fmt: skip
    if plan.named:  # a part: the ledger is not asked, relations only where RELREC is
        made = made if plan.links else {name: replace(item, links=()) for name, item in made.items()}
    else:
        collected.ids.add(mappings, made)
    if plan.study.blinded:
        made = _blinded(made, plan.sdtm, export, problems, findings)
    collected.problems.take(problems)
    return made


def _settle(plan: Plan, export: RawExport, collected: Collected, findings: Problems) -> Ledgers:
    """The ledgers, and the findings of the export and of all mappings. Raises `Stopped`."""
    ledgers = _no_ledgers() if plan.named else _ledgers(plan, export, collected)
    problems = merged(collected.problems)
    findings.extend(with_outcomes(without_reported(export.problems, problems.items), collected.became))
    problems.stop_if_any()
    findings.extend(problems.findings)
    return ledgers


def _complete(
    plan: Plan,
    mapped: Mapping[str, MappedDataset],
    export: RawExport,
    completed: Problems,
    *,
    blocks: int,
) -> Datasets:
    """SDTM of one block: the mapped datasets, completed from the workbook."""
    from il2cdisc.sdtm.complete import complete

    study = plan.study
    problems = Problems()
    sdtm = complete(
        mapped,
        plan.sdtm,
        study_id=study.id,
        emergent_until=study.analysis.treatment_emergent_until if study.analysis else None,
        problems=problems,
        address=export.address,
        text=study.text,
    )
    if blocks > 1:
        for name, item in mapped.items():
            _look(name, item.frame, problems)
    completed.take(problems)
    return sdtm


def _look(name: str, frame: pd.DataFrame, problems: Problems) -> None:
    """Note how many records and results of a domain a block has: its problems are out of those of all."""
    problems.look(records_of(name), len(frame))
    for stem in RESULTS:
        if f"{name}{stem}" in frame:
            problems.look(values_of(f"{name}{stem}"), int(frame[f"{name}{stem}"].notna().sum()))


def _ledgers(plan: Plan, export: RawExport, collected: Collected) -> Ledgers:
    from il2cdisc.sdtm.ledger import column_ledger, row_ledger
    from il2cdisc.sdtm.product import Ledgers

    study, problems = plan.study, collected.problems
    columns = column_ledger(
        {form: [c.name for c in given] for form, given in plan.dictionary.items()},
        plan.variables, plan.dropped, link_columns(study), study.deferred, problems,
        partial(header_of, study),
    )  # fmt: skip
    rows = row_ledger(
        _sizes(export, study), collected.ids.made, collected.ids.left_out, study.deferred, export.address,
        problems, withheld=_withheld(study),
    )  # fmt: skip
    return Ledgers(columns, rows)


def _sizes(export: RawExport, study: Study) -> dict[str, int]:
    """Records of each form as received, those of restricted forms, too."""
    received = dict.fromkeys(study.withheld & set(export.forms), 0)
    for receipt in export.receipts:
        if receipt.form in received:
            received[receipt.form] += receipt.rows
    return {form: item.rows for form, item in export.forms.items()} | received


def _withheld(study: Study) -> dict[str, str]:
    """Forms whose records a blinded build withholds, or has no use for without those; with the reason."""
    led = {other for form in study.withheld for other in study.chain(form)[1:]}
    restricted = dict.fromkeys(study.withheld, "restricted: the build is blinded")
    return dict.fromkeys(led, "leads to restricted records: the build is blinded") | restricted


def _blinded(
    made: dict[str, MappedDataset], spec: Spec, export: RawExport, problems: Problems, findings: Problems
) -> dict[str, MappedDataset]:
    """Without the records of restricted tests, and without what problems show of them."""
    from il2cdisc.sdtm.restricted import without_restricted_tests

    kept, cells = without_restricted_tests(made, spec)
    places = {(export.address(form, row), column) for form, row, column in cells}
    hidden = {(place.file, place.sheet, place.line, column) for place, column in places}

    def is_hidden(place: Address) -> bool:
        line = (place.file, place.sheet, place.line)
        return (*line, "") in hidden or (*line, place.column) in hidden

    for found in (problems, findings):
        withhold(found, is_hidden)
    return kept

"""Raw export → SDTM → ADaM, in memory: read, link, map, complete, derive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Address, Problems, records_of, values_of
from il2cdisc.raw import RawExport, header_of, link, notice, read_export
from il2cdisc.raw.absent import absent_records
from il2cdisc.raw.blinding import withhold
from il2cdisc.raw.values import with_outcomes, without_reported
from il2cdisc.run.blocks import Combined, RecordIds, block_count, combine, merged, split
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
    sdtm: Datasets
    adam: Datasets
    ledgers: Ledgers


def make(
    plan: Plan,
    say: Say,
    findings: Problems,
    *,
    completed: Callable[[Mapping[str, Dataset]], None] | None = None,
) -> MadeDatasets:
    """Everything that a package holds. Raises `Stopped` with all problems of the stage that found some.

    `completed` is called with SDTM before ADaM is derived from it.
    """
    if plan.study.start is not None:
        return _started(plan, say, findings)
    export = read(plan, say, findings)
    sdtm, ledgers = make_sdtm(plan, export, say, findings)
    if completed is not None:
        completed(sdtm.datasets)
    adam = derive_adam(plan, sdtm, say, findings)
    return MadeDatasets(export, sdtm.datasets, adam, ledgers)


def _started(plan: Plan, say: Say, findings: Problems) -> MadeDatasets:
    """The datasets of the folder that [start] names, and ADaM where they are SDTM."""
    from il2cdisc.run.start import read_datasets, start_files
    from il2cdisc.sdtm.product import Ledgers

    say(f"reading the datasets in {plan.study.start.folder if plan.study.start else ''}")
    files = start_files(plan.study)
    nothing = RawExport({}, ())
    ledgers = Ledgers(pd.DataFrame(), pd.DataFrame())
    if plan.study.starts_at("adam"):
        return MadeDatasets(nothing, {}, read_datasets(plan.study, files, plan.adam), ledgers)
    sdtm = combine([read_datasets(plan.study, files, plan.sdtm)], list(plan.sdtm.datasets))
    return MadeDatasets(nothing, sdtm.datasets, derive_adam(plan, sdtm, say, findings), ledgers)


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
    return export


def make_sdtm(plan: Plan, export: RawExport, say: Say, findings: Problems) -> tuple[Combined, Ledgers]:
    """SDTM, and where each raw column and record went: mapped and completed block by block.

    Of stops those of the earlier stage are raised, over all blocks.
    """
    say("mapping to SDTM")
    collected, completed = Collected(export), Problems()
    ledgers: list[Ledgers] = []

    def settle() -> None:
        ledgers.append(_settle(plan, export, collected, findings))
        say("completing SDTM from the workbook")

    sdtm = make_blocks(plan, export, completed, collected, findings, settle)
    completed = merged(completed)
    completed.stop_if_any()
    findings.extend(completed.findings)
    return sdtm, ledgers[0]


class Collected:
    """What the mappings of all blocks leave: their problems, the records they took, what became of cells."""

    def __init__(self, export: RawExport) -> None:
        forms = export.forms.items()
        self.ids = RecordIds(frozenset(name for name, form in forms if not form.has_subjects))
        self.problems = Problems()
        self.became: dict[Address, str] = {}


def make_blocks(
    plan: Plan,
    export: RawExport,
    completed: Problems,
    collected: Collected | None = None,
    findings: Problems | None = None,
    settle: Callable[[], None] | None = None,
) -> Combined:
    """SDTM of all blocks, each mapped and completed; the problems go to `completed` and `collected`.

    `settle` is called when all blocks are mapped, before the last one is completed. Once a mapping has a
    problem that stops, the others are mapped and not completed.
    """
    collected = collected or Collected(export)
    blocks: list[Datasets] = []
    last = block_count(export, plan.block_subjects) - 1
    for number, frames in enumerate(split(export, plan.block_subjects)):
        mapped = _map(plan, export, frames, collected, findings or Problems())
        if number == last and settle is not None:
            settle()
        if not collected.problems.stops:
            blocks.append(_complete(plan, mapped, export, completed))
        del mapped, frames  # memory: with thousands of subjects these are gigabytes
    return combine(blocks, list(plan.sdtm.datasets))


def _map(
    plan: Plan,
    export: RawExport,
    frames: Mapping[str, pd.DataFrame],
    collected: Collected,
    findings: Problems,
) -> dict[str, MappedDataset]:
    """What the mappings make of one block."""
    problems = Problems()
    inputs: dict[str, object] = {f"raw_{name}": frame for name, frame in frames.items()}
    inputs |= plan.study.parameters | {"protocol": plan.sdtm.protocol}
    mappings, made = run_sdtm(
        plan.study, plan.sdtm, plan.sdtm_functions, plan.sdtm_order, inputs, problems, export,
        plan.dictionary, collected.became, in_blocks=block_count(export, plan.block_subjects) > 1,
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
    from il2cdisc.sdtm.product import Ledgers

    ledgers = Ledgers(pd.DataFrame(), pd.DataFrame())
    if not plan.named:
        ledgers = _ledgers(plan, export, collected)
    problems = merged(collected.problems)
    findings.extend(with_outcomes(without_reported(export.problems, problems.items), collected.became))
    problems.stop_if_any()
    findings.extend(problems.findings)
    return ledgers


def _complete(
    plan: Plan, mapped: Mapping[str, MappedDataset], export: RawExport, completed: Problems
) -> Datasets:
    """SDTM of one block: the mapped datasets, completed from the workbook."""
    from il2cdisc.sdtm.complete import complete

    study = plan.study
    problems = Problems()
    sdtm = complete(
        mapped,
        plan.sdtm,
        study_id=study.id,
        emergent_days=study.analysis.treatment_emergent_days if study.analysis else None,
        problems=problems,
        address=export.address,
        text=study.text,
    )
    if block_count(export, plan.block_subjects) > 1:
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


def derive_adam(plan: Plan, sdtm: Combined, say: Say, findings: Problems) -> Datasets:
    """ADaM datasets, block by block, in the order in which they need each other."""
    if not plan.adam_order:
        return {}
    say("deriving ADaM")
    problems = Problems()
    blocks = [_derive(plan, sdtm, number, problems) for number in range(sdtm.blocks)]
    problems = merged(problems)
    problems.stop_if_any()
    findings.extend(problems.findings)
    return combine(blocks, [name.upper() for name in plan.adam_order]).datasets


def _derive(plan: Plan, sdtm: Combined, number: int, problems: Problems) -> Datasets:
    """ADaM of one block."""
    from il2cdisc.adam import derive, empty_frame, finish, needs, with_ids
    from il2cdisc.adam.finish import without_parameters

    asked = {name for function in plan.adam_functions.values() for name in needs(function)}
    # a dataset that no record came to, SUPP-- above all, is empty and not absent
    frames = {
        name.lower(): sdtm.of_block(name, number) if name in sdtm.datasets else empty_frame(described)
        for name, described in plan.sdtm.datasets.items()
        if name.lower() in asked
    }
    found = Problems()
    out: Datasets = {}
    for name in plan.adam_order:
        # nothing holds the derived frame, wider than the dataset, while the next is made
        derived = derive(plan.adam_functions[name], frames, plan.adam, plan.study.analysis, plan.study.trial)
        if plan.study.blinded:
            derived = without_parameters(derived, plan.adam)
        dataset = finish(derived, plan.adam, found)
        del derived
        out[dataset.name] = dataset
        found.look(records_of(dataset.name), len(dataset.frame))
        if name in asked:
            frames[name] = with_ids(dataset.name, dataset.frame)
    problems.take(found)
    return out


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

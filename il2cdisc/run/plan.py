"""The plan of a build: study, workbooks, displays and mappings, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from il2cdisc.base.numbers import DecimalMark
from il2cdisc.base.origins import DroppedColumn, Origin, PlannedVariable
from il2cdisc.base.problems import Address, Problem, Problems
from il2cdisc.crf.plan import CrfPlan
from il2cdisc.raw import Dictionary, RawExport
from il2cdisc.raw.accepted import ABSENT, FILE, Accepted, not_accepted
from il2cdisc.run.blocks import BLOCK
from il2cdisc.spec.models import PlannedAnalysis, Spec
from il2cdisc.spec.sheets_known import absence_notes
from il2cdisc.spec.tlf import Covered
from il2cdisc.study import Study

SDTM_WORKBOOK, ADAM_WORKBOOK, TLF_WORKBOOK = "sdtm.xlsx", "adam.xlsx", "tlf.xlsx"
NO_ADAM = Spec(shown="", standard="ADaM", define={}, datasets={})
"""The workbook of a trial that has only SDTM so far."""
NO_SDTM = Spec(shown="", standard="SDTM", define={}, datasets={})
"""The workbook of a trial that starts from ADaM datasets."""


@dataclass
class Plan:
    """What a build knows before it reads data: the study, its workbooks, its mappings and their plans."""

    study: Study
    sdtm: Spec
    adam: Spec
    displays: Sequence[Any]
    dictionary: Mapping[str, Any]
    sdtm_functions: Mapping[str, Callable[..., Any]]
    sdtm_order: Sequence[str]
    adam_functions: Mapping[str, Callable[..., Any]]
    adam_order: Sequence[str]
    variables: list[PlannedVariable] = field(default_factory=list[PlannedVariable])
    dropped: list[DroppedColumn] = field(default_factory=list[DroppedColumn])
    findings: list[Problem] = field(default_factory=list[Problem])
    notes: tuple[str, ...] = ()
    """What the trial does not have yet, a line each."""
    makers: Mapping[str, str] = field(default_factory=dict[str, str])
    """SDTM dataset → the function that maps it."""
    sdtm_needs: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    adam_needs: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Function → what it asks for."""
    links: Sequence[tuple[str, str]] = ()
    """Datasets whose records are linked: RELREC."""
    named: tuple[str, ...] = ()
    """Of a part: what was asked for. Empty for a whole build."""
    written: frozenset[str] = frozenset()
    """Of a part: the datasets to be written."""
    planned: Sequence[PlannedAnalysis] = ()
    """Rows of the sheet Plan of the displays."""
    covered: Sequence[Covered] = ()
    """Rows of the sheet Coverage of the displays."""
    adam_whole: frozenset[str] = frozenset()
    """Functions of ADaM that run once for all subjects, not block by block."""
    crf: CrfPlan | None = None
    """The annotated CRF; none where a build starts from finished datasets."""
    accepted: Accepted | None = None
    """Raw records that were accepted, where they were."""
    forms: frozenset[str] | None = None
    """Of a part: the raw forms to be read."""
    block_subjects: int = BLOCK
    """Subjects of a block: mapped, completed and derived together."""

    @property
    def collected_dates(self) -> frozenset[str]:
        """Raw columns (`form.column`) that are collected dates of SDTM: the rules of the files check them."""
        return frozenset(
            source
            for made in self.variables
            if made.variable.endswith("DTC") and not made.supplemental and made.origin is Origin.COLLECTED
            for source in made.sources
        )

    @property
    def specs(self) -> list[Spec]:
        """The workbooks that there are."""
        return [spec for spec in (self.sdtm, self.adam) if spec.datasets]


def missing(study: Study) -> dict[str, str]:
    """Workbooks that the trial does not have yet: file name → a line that says so.

    Where there are modules of ADaM their workbook is not one that a trial can do without.
    """
    out: dict[str, str] = {}
    if study.start is not None:
        left = "raw export and mappings" if study.start.adam else "raw export and mappings of SDTM"
        out["start"] = f"the build starts from the datasets in {study.start.folder}; {left} are not read"
    if study.starts_at("adam") and not (study.specs / SDTM_WORKBOOK).exists():
        out[SDTM_WORKBOOK] = f"no {study.shown(study.specs / SDTM_WORKBOOK)}: ADaM alone"
    modules = [path for path in (study.mappings / "adam").glob("[!_]*.py") if path.stem != "common"]
    if not modules and not (study.specs / ADAM_WORKBOOK).exists():
        out[ADAM_WORKBOOK] = f"no {study.shown(study.specs / ADAM_WORKBOOK)}: SDTM alone"
    if not (study.specs / TLF_WORKBOOK).exists():
        out[TLF_WORKBOOK] = f"no {study.shown(study.specs / TLF_WORKBOOK)}: no displays"
    return out


def absences(sdtm: Spec | None, adam: Spec | None, accepted: Accepted | None, study: Study) -> Iterator[str]:
    """A line for each optional sheet that a workbook does without, and for accepted records."""
    for spec in (sdtm, adam):
        if spec is not None and spec.datasets:
            yield from absence_notes(spec.shown, spec.standard, spec.absent)
    if accepted is not None:
        yield from not_accepted(accepted, study)
    elif study.start is None and not (study.folder / FILE).exists():
        yield ABSENT


def engine_lines(plan: Plan) -> list[PlannedVariable]:
    """Plan lines of the SDTM variables that no mapping makes: their rule is the workbook's method."""
    mapped = {(line.dataset, line.variable) for line in plan.variables}
    return [
        PlannedVariable(name, v.name, v.origin or Origin.DERIVED, (), _method(plan.sdtm, v.method))
        for name, dataset in plan.sdtm.datasets.items()
        for v in dataset.variables
        if (name, v.name) not in mapped and not v.no_data
    ]


def _method(spec: Spec, name: str) -> str:
    return spec.methods[name].description if name in spec.methods else ""


def link_columns(study: Study) -> list[str]:
    """Raw columns that link uses: subject keys and the keys of chains."""
    out = [f"{study.study.subjects}.{study.study.subject_key}"] if study.forms else []
    for form, source in study.forms.items():
        subject = getattr(source, "subject", None)
        if isinstance(subject, str):
            out.append(f"{form}.{subject}")
        elif subject is not None:
            out += [f"{form}.{subject.by}", f"{subject.through}.{subject.by}"]
    return out


def run_sdtm(
    study: Study,
    spec: Spec,
    functions: Mapping[str, Callable[..., Any]],
    order: Sequence[str],
    frames: dict[str, Any],
    problems: Problems,
    export: RawExport,
    dictionary: Dictionary,
    became: dict[Address, str] | None = None,
    *,
    in_blocks: bool = False,
) -> tuple[list[Any], dict[str, Any]]:
    """Run the SDTM mappings in their order; gives the mappings and the mapped datasets by name.

    `became` takes what became of records whose code the data dictionary lacks, by raw cell; `in_blocks`: the
    frames have the records of some subjects only.
    """
    from il2cdisc.sdtm.modules import run_mappings

    context = sdtm_context(study, spec, problems, export.address, dictionary, became)
    context = replace(context, in_blocks=in_blocks)
    return run_mappings(
        functions, order, frames, context, folder=study.mappings, shown=study.shown(study.mappings)
    )


def sdtm_context(
    study: Study,
    spec: Spec,
    problems: Problems,
    address: Callable[[str, int, str], Address],
    dictionary: Dictionary,
    became: dict[Address, str] | None = None,
) -> Any:
    """What the columns of mappings may ask while they are computed."""
    from il2cdisc.sdtm.columns import Context

    decimals: dict[str, DecimalMark] = {name: source.decimal for name, source in study.forms.items()}
    codes = {column.name: column.codes for form in dictionary.values() for column in form}
    folder = f"{study.shown(study.mappings)}/sdtm"
    return Context(
        spec, problems, address, folder, decimals, codes=codes, became={} if became is None else became
    )

"""The plan of a build: study, workbooks and mappings, held against each other before any data are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from il2cdisc.base.numbers import DecimalMark
from il2cdisc.base.origins import DroppedColumn, Origin, PlannedVariable
from il2cdisc.base.problems import Address, Problem, Problems, Stopped
from il2cdisc.raw import Dictionary, RawExport, empty_forms, load_dictionary
from il2cdisc.raw.accepted import ABSENT, Accepted, read_accepted
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import Spec
from il2cdisc.spec.sheets_known import absence_notes
from il2cdisc.study import Study, load_study

ADAM, TLF = "adam.xlsx", "tlf.xlsx"
NO_ADAM = Spec(shown="", standard="ADaM", define={}, datasets={})
"""The workbook of a trial that has only SDTM so far."""


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
    accepted: Accepted | None = None
    """Raw records that were accepted, where they were."""
    forms: frozenset[str] | None = None
    """Of a part: the raw forms to be read."""

    @property
    def specs(self) -> list[Spec]:
        """The workbooks that there are."""
        return [self.sdtm, self.adam] if self.adam.datasets else [self.sdtm]


def make_plan(folder: Path) -> Plan:
    """Read `study.toml` and the workbooks, load the mappings, call them with empty frames and lint.

    Raises `Stopped` with everything that is wrong so far, all at once.
    """
    from il2cdisc.adam import empty_frame, needs
    from il2cdisc.adam import plan as adam_plan
    from il2cdisc.raw.schedule_lint import check_scheduled
    from il2cdisc.sdtm.links import check_links
    from il2cdisc.sdtm.mapping import dropped_columns, links_of, planned
    from il2cdisc.sdtm.modules import by_need, guarded, in_order, inputs_of, load_functions
    from il2cdisc.spec.lint import lint_plans, not_made
    from il2cdisc.spec.problems import HALF
    from il2cdisc.spec.tlf_load import read_displays

    study = load_study(folder)
    gathered, code = Problems(), study.shown(study.mappings)
    sdtm = _gather(
        gathered, lambda: load_spec(study.specs / "sdtm.xlsx", study.shown(study.specs / "sdtm.xlsx"))
    )
    notes = missing(study)
    book, tlf = study.specs / ADAM, study.specs / TLF
    adam = _gather(gathered, lambda: load_spec(book, study.shown(book))) if ADAM not in notes else NO_ADAM
    read = _gather(gathered, lambda: read_displays(tlf, study.shown(tlf))) if TLF not in notes else None
    displays, told = read or ((), [])
    gathered.extend(told)
    if ADAM in notes and displays:
        what = f"the workbook describes displays, and there is no {study.shown(book)} to take their data from"
        gathered.add(HALF.at(displays[0].at("Display"), what))
    accepted = _gather(gathered, lambda: read_accepted(study))
    shown = study.shown(study.dictionary)
    dictionary = _gather(gathered, lambda: load_dictionary(study.dictionary, shown))
    sdtm_functions = _gather(gathered, lambda: load_functions(study.mappings, "sdtm", shown=code))
    adam_functions = _gather(gathered, lambda: load_functions(study.mappings, "adam", shown=code))
    gathered.stop_if_any()
    gathered.extend(check_scheduled(sdtm, study, dictionary))
    adam_functions = guarded(adam_functions, "adam", folder=study.mappings, shown=code)

    frames: dict[str, Any] = {f"raw_{n}": f for n, f in empty_forms(study, dictionary).items()}
    frames["protocol"] = sdtm.protocol
    order = in_order(sdtm_functions, frames, shown=f"{code}/sdtm")
    mapped, _ = run_sdtm(study, sdtm, sdtm_functions, order, frames, Problems(), None, dictionary)
    variables = [v for m in mapped for v in planned(m)]
    dropped = [d for m in mapped for d in dropped_columns(m)]
    links = [(m.name, item) for m in mapped for item in links_of(m)]
    gathered.extend(check_links(links, sdtm, [m.name for m in mapped], folder=f"{code}/sdtm"))
    columns = [c.name for form in dictionary.values() for c in form]
    gathered.extend(
        lint_plans(sdtm, variables, engine=_engine_makes(sdtm), raw_columns=columns, folder=f"{code}/sdtm")
    )

    empty = {name.lower(): empty_frame(d) for name, d in {**sdtm.datasets, **adam.datasets}.items()}
    asked = {name: needs(function) for name, function in adam_functions.items()}
    own = {name: [n for n in wanted if n in adam_functions] for name, wanted in asked.items()}
    adam_order = by_need(own, shown=f"{code}/adam")
    functions = [adam_functions[name] for name in adam_order]
    lines, told = adam_plan(functions, empty, adam, study.analysis)
    gathered.extend(told.items)
    if not told.stops:  # a module that fails makes its dataset
        gathered.extend(not_made(adam, {line.dataset for line in lines}))
    gathered.stop_if_any()
    findings = [*sdtm.findings, *adam.findings, *gathered.findings]
    return Plan(
        study, sdtm, adam, displays, dictionary, sdtm_functions, order, adam_functions, adam_order,
        [*variables, *lines], dropped, findings, (*notes.values(), *_absences(sdtm, adam, accepted)),
        makers={item.name: name for item, name in zip(mapped, order, strict=True)},
        sdtm_needs={name: inputs_of(function) for name, function in sdtm_functions.items()},
        adam_needs=asked, links=[(name, item.other) for name, item in links], accepted=accepted,
    )  # fmt: skip


def missing(study: Study) -> dict[str, str]:
    """Workbooks that the trial does not have yet: file name → a line that says so.

    Where there are modules of ADaM their workbook is not one that a trial can do without.
    """
    out: dict[str, str] = {}
    modules = [path for path in (study.mappings / "adam").glob("[!_]*.py") if path.stem != "common"]
    if not modules and not (study.specs / ADAM).exists():
        out[ADAM] = f"no {study.shown(study.specs / ADAM)}: SDTM alone"
    if not (study.specs / TLF).exists():
        out[TLF] = f"no {study.shown(study.specs / TLF)}: no displays"
    return out


def _absences(sdtm: Spec, adam: Spec, accepted: Accepted | None) -> Iterator[str]:
    """A line for each optional sheet that a workbook does without, and for accepted records."""
    for spec in (sdtm, adam):
        if spec.datasets:
            yield from absence_notes(spec.shown, spec.standard, spec.absent)
    if accepted is None:
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
    out = [f"{study.study.subjects}.{study.study.subject_key}"]
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
    export: RawExport | None,
    dictionary: Dictionary,
    became: dict[Address, str] | None = None,
) -> tuple[list[Any], dict[str, Any]]:
    """Run the SDTM mappings in their order; gives the mappings and the mapped datasets by name.

    `became` takes what became of records whose code the data dictionary lacks, by raw cell.
    """
    from il2cdisc.sdtm.columns import Context
    from il2cdisc.sdtm.modules import run_mappings

    def nowhere(form: str, row: int, column: str) -> Address:
        return Address(file=form, line=row + 1, column=column)

    code = study.shown(study.mappings)
    decimals: dict[str, DecimalMark] = {name: source.decimal for name, source in study.forms.items()}
    codes = {column.name: column.codes for form in dictionary.values() for column in form}
    context = Context(
        spec, problems, export.address if export else nowhere, f"{code}/sdtm", decimals,
        codes=codes, became={} if became is None else became,
    )  # fmt: skip
    return run_mappings(functions, order, frames, context, folder=study.mappings, shown=code)


def _engine_makes(spec: Spec) -> dict[str, set[str]]:
    """Variables that the complete step makes, by dataset; datasets that it makes whole have all of theirs."""
    out: dict[str, set[str]] = {}
    for name, dataset in spec.datasets.items():
        whole = name in {"TA", "TE", "TV", "TI", "TS", "RELREC"} or name.startswith("SUPP")
        root = name[:2]
        steps = {
            "STUDYID", "DOMAIN", "VISITNUM", "VISITDY", "EPOCH", f"{root}SEQ", f"{root}DY", f"{root}STDY",
            f"{root}ENDY", f"{root}STRESC", f"{root}STRESN", f"{root}STRESU", f"{root}STNRLO",
            f"{root}STNRHI", f"{root}STNRC", f"{root}NRIND", f"{root}LOBXFL", f"{root}TEST",
        }  # fmt: skip
        for variable in dataset.variables:
            if whole or variable.name in steps or variable.no_data or variable.assigned_value:
                out.setdefault(name, set()).add(variable.name)
        if name.startswith("SUPP"):
            parent = name.removeprefix("SUPP")
            names = [v.name for v in spec.datasets[parent].variables] if parent in spec.datasets else []
            out.setdefault(name, set()).update(
                {"AETRTEM", *(n[:-1] + "OR" for n in names if n.endswith("DTC"))}
            )
    return out


def _gather(problems: Problems, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Stopped as stopped:
        problems.extend(stopped.problems)
        return None

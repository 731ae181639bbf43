"""All of a trial that needs no data, looked at in one go: what is wrong, and the plan of a build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from il2cdisc.base.origins import DroppedColumn, FieldUse, PlannedVariable
from il2cdisc.base.problems import Address, Problem, Problems, Stopped
from il2cdisc.define.lint import lint_define
from il2cdisc.define.problems import NO_PREDECESSOR
from il2cdisc.raw import check_sources, empty_forms, load_dictionary
from il2cdisc.raw.accepted import read_accepted
from il2cdisc.raw.blinding import check_blinding, is_same_file
from il2cdisc.raw.declared import check_declared
from il2cdisc.raw.schedule_lint import check_scheduled
from il2cdisc.raw.sense import check_raw_sense
from il2cdisc.run.crf import plan_crf
from il2cdisc.run.display_lint import display_problems, of_adam
from il2cdisc.run.plan import (
    ADAM_WORKBOOK,
    NO_ADAM,
    NO_SDTM,
    SDTM_WORKBOOK,
    TLF_WORKBOOK,
    Plan,
    absences,
    missing,
    sdtm_context,
)
from il2cdisc.run.withheld import restricted, with_notes
from il2cdisc.sdtm.problems import BROKEN_MODULE
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.analysis_plan import check_plan
from il2cdisc.spec.analysis_reasons import check_reasons
from il2cdisc.spec.check_versions import check_against_study, check_standards
from il2cdisc.spec.codes import FILE, with_codes
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.models import Spec
from il2cdisc.spec.tlf_coverage import check_coverage
from il2cdisc.spec.tlf_load import NO_DISPLAYS, DisplayBook, read_display_book
from il2cdisc.standards.reports import expected_displays
from il2cdisc.study import Study
from il2cdisc.study.checks import DEFERRED_MAPPED

EMPTY = "it was called with empty frames, as every module is before any data are read"
ON_EMPTY = "Correct the module at the line named, so that it works on frames without rows, too."
_UNREAD = (kinds.UNREADABLE, kinds.SHEET_MISSING, kinds.HEADER_MISSING, kinds.OUTSIDE)


@dataclass
class Survey:
    """What was found; `plan` is None where something was found that stops a build."""

    problems: Problems = field(default_factory=Problems)
    plan: Plan | None = None
    notes: tuple[str, ...] = ()


@dataclass
class _Mapped:
    """The mappings of SDTM as far as they can be called."""

    order: list[str]
    mapped: list[Any]
    variables: list[PlannedVariable]
    dropped: list[DroppedColumn]
    links: list[tuple[str, Any]]
    uses: list[FieldUse] = field(default_factory=list[FieldUse])
    whole: bool = True
    """Whether every module could be called."""


def make_plan(study: Study, *, crf: bool = True) -> Plan:
    """The plan of a build, `crf`: with that of the annotated CRF.

    Raises `Stopped` with everything that is wrong, all at once.
    """
    found = survey(study, Problems(), crf=crf)
    found.problems.stop_if_any()
    assert found.plan is not None
    return found.plan


def survey(study: Study | None, problems: Problems, *, crf: bool = True) -> Survey:
    """Read the workbooks, load the mappings, call them with empty frames, lint all of it.

    `study` and `problems`: what `read_study` gave. What one part has wrong does not keep the others from
    being looked at; where it must, a problem says what was not checked.
    """
    out = Survey(problems)
    if study is None:
        _not_checked(problems, "study.toml", "workbooks, displays and mappings", "its tables are incomplete")
        return out
    _look(study, out, crf=crf)
    if problems.stops:
        out.plan = None
    return out


def _look(study: Study, out: Survey, *, crf: bool) -> None:
    from il2cdisc.sdtm.modules import guarded, inputs_of, read_functions

    problems, code = out.problems, study.shown(study.mappings)
    absent = missing(study)
    problems.extend(check_standards(study))
    problems.extend(check_blinding(study))
    problems.extend(check_sources(study))
    sdtm = NO_SDTM if SDTM_WORKBOOK in absent else _workbook(study, SDTM_WORKBOOK, problems)
    codes = study.terminology / FILE
    sdtm = with_codes(sdtm, codes, study.shown(codes), problems) if sdtm else sdtm
    adam = NO_ADAM if ADAM_WORKBOOK in absent else _workbook(study, ADAM_WORKBOOK, problems, shared=sdtm)
    if sdtm is not None and adam is not None:
        problems.extend(_new(problems, lint_define(adam, sdtm)))
    book = NO_DISPLAYS if TLF_WORKBOOK in absent else _displays(study, adam, problems)
    displays, planned = (book.displays, book.planned) if book else (None, ())
    accepted = _gathered(problems, lambda: read_accepted(study))
    problems.extend(_dispositions(study, problems))
    problems.extend(_query_log(study, problems))
    out.notes = (*absent.values(), *absences(sdtm, adam, accepted, study))
    if adam is not None and adam.estimands and displays and not planned:
        shown = study.shown(study.specs / TLF_WORKBOOK)
        out.notes += (f"no sheet Plan with rows in {shown}: no analysis is tied to an estimand",)
    if ADAM_WORKBOOK in absent and displays:
        what = f"{study.shown(study.specs / ADAM_WORKBOOK)} is missing, so the displays have no data"
        problems.add(kinds.HALF.at(displays[0].at("Display"), what))
    modules = [name for name in ("sdtm", "adam") if not study.starts_at(name)]
    functions = {"sdtm": {}, "adam": {}}
    broken = dict.fromkeys(functions, False)
    for name in modules:
        functions[name], failed = read_functions(study.mappings, name, shown=code)
        problems.extend(failed)
        broken[name] = bool(failed)
    functions["adam"] = guarded(functions["adam"], "adam", folder=study.mappings, shown=code)

    dictionary: Mapping[str, Any] | None = {}
    mapped: _Mapped | None = _Mapped([], [], [], [], [])
    if "sdtm" in modules:
        dictionary = _dictionary(study, problems)
        mapped = _from_raw(study, sdtm, dictionary, functions["sdtm"], broken["sdtm"], problems)
    lines: list[PlannedVariable] = []
    adam_order: list[str] = []
    if sdtm is None or adam is None:
        _not_checked(problems, f"{code}/adam", "what the mappings of ADaM make", "a workbook can't be read")
    elif "adam" in modules:
        adam_order, lines = _derivations(study, sdtm, adam, functions["adam"], broken["adam"], problems)
    if displays is not None and adam is not None and study.starts_at("adam"):
        displays, without = of_adam(displays, adam)
        out.notes += without
    problems.extend(_new(problems, display_problems(study, displays, sdtm, adam)))
    if sdtm is None or adam is None or displays is None or dictionary is None or mapped is None:
        return
    whole = _whole(study, functions["adam"], problems)
    planned_crf = None
    if crf and study.start is None and mapped.whole:
        planned_crf = plan_crf(study, sdtm, dictionary, mapped.uses, mapped.dropped, problems)
    if study.blinded:
        displays = with_notes(displays, (sdtm, adam), [*mapped.variables, *lines], restricted(study))
    out.plan = Plan(
        study, sdtm, adam, displays, dictionary, functions["sdtm"], mapped.order, functions["adam"],
        adam_order, [*mapped.variables, *lines], mapped.dropped, problems.findings, out.notes,
        makers={item.name: name for item, name in zip(mapped.mapped, mapped.order, strict=False)},
        sdtm_needs={name: inputs_of(function) for name, function in functions["sdtm"].items()},
        adam_needs=_needs(functions["adam"]), links=[(name, item.other) for name, item in mapped.links],
        accepted=accepted, adam_whole=whole, planned=planned,
        covered=book.covered if book else (), crf=planned_crf,
    )  # fmt: skip


def _from_raw(
    study: Study,
    sdtm: Spec | None,
    dictionary: Mapping[str, Any] | None,
    functions: Mapping[str, Callable[..., Any]],
    partial: bool,
    problems: Problems,
) -> _Mapped | None:
    """The mappings of SDTM; None where the workbook or the data dictionary can't be read."""
    if sdtm is None or dictionary is None:
        why = "the workbook of SDTM or the data dictionary can't be read"
        place = f"{study.shown(study.mappings)}/sdtm"
        _not_checked(problems, place, "what the mappings of SDTM make", why)
        return None
    problems.extend(_new(problems, check_scheduled(sdtm, study, dictionary)))
    problems.extend(_new(problems, check_raw_sense(sdtm, study, dictionary)))
    return _mappings(study, sdtm, dictionary, functions, partial, problems)


def _workbook(study: Study, name: str, problems: Problems, *, shared: Spec | None = None) -> Spec | None:
    """A workbook as far as it can be read; None where what is missing would make more noise than sense.

    `shared`: the workbook whose codelists it may name.
    """
    path = study.specs / name
    shown = study.shown(path)
    if _leaves(study, path, problems):
        return None
    read = _gathered(problems, lambda: read_spec(path, shown, shared=shared))
    if read is None:
        return None
    spec, found = read
    problems.extend(found)
    if any(problem.kind in _UNREAD for problem in found if problem.stops):
        return None
    problems.extend(_new(problems, check_against_study(spec, study)))
    return spec


def _displays(study: Study, adam: Spec | None, problems: Problems) -> DisplayBook | None:
    """The displays and what is said of them; None where the workbook can't be read."""
    path = study.specs / TLF_WORKBOOK
    if _leaves(study, path, problems):
        return None
    read = _gathered(problems, lambda: read_display_book(path, study.shown(path)))
    if read is None:
        return None
    book: DisplayBook = read
    problems.extend(book.problems)
    if not any(problem.stops for problem in book.problems):
        problems.extend(check_plan(book.planned, book.displays, adam))
        problems.extend(check_coverage(book.covered, book.displays, expected_displays()))
        problems.extend(check_reasons(book.displays))
    return book


def _dispositions(study: Study, problems: Problems) -> list[Problem]:
    from il2cdisc.check.dispositions import check_dispositions

    path = study.dispositions
    return _gathered(problems, lambda: check_dispositions(path, shown=study.shown(path))) or []


def _query_log(study: Study, problems: Problems) -> Iterable[Problem]:
    from il2cdisc.check.query_log import read_query_log

    path = study.queries
    if _leaves(study, path, problems):
        return ()
    read = _gathered(problems, lambda: read_query_log(path, shown=study.shown(path), study=study.id))
    return read.problems if read is not None else ()


def _dictionary(study: Study, problems: Problems) -> Mapping[str, Any] | None:
    if _leaves(study, study.dictionary, problems):
        return None
    shown = study.shown(study.dictionary)
    dictionary = _gathered(problems, lambda: load_dictionary(study.dictionary, shown))
    if dictionary is not None:
        problems.extend(check_declared(study, dictionary))
    return dictionary


def _mappings(
    study: Study,
    sdtm: Spec,
    dictionary: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]],
    partial: bool,
    problems: Problems,
) -> _Mapped:
    """The plans of the mappings of SDTM, held against the workbook; without those that fail."""
    from il2cdisc.sdtm.complete.steps import engine_makes, makes_whole
    from il2cdisc.sdtm.links import check_links
    from il2cdisc.sdtm.mapping import dropped_columns, links_of, planned
    from il2cdisc.sdtm.modules import try_mappings, workable
    from il2cdisc.sdtm.uses import field_uses
    from il2cdisc.spec.lint import lint_plans

    code = study.shown(study.mappings)
    frames: dict[str, Any] = {f"raw_{n}": f for n, f in empty_forms(study, dictionary).items()}
    frames |= study.parameters | {"protocol": sdtm.protocol}
    stems = {path.stem for path in (study.mappings / "sdtm").glob("*.py")} if partial else set[str]()
    order, unknown = workable(functions, frames, broken=stems - set(functions), shown=f"{code}/sdtm")
    context = sdtm_context(study, sdtm, Problems(), _nowhere, dictionary)
    mapped, _, failed = try_mappings(functions, order, frames, context, folder=study.mappings, shown=code)
    problems.extend([*unknown, *map(_on_empty_frames, failed)])
    variables = [v for m in mapped for v in planned(m)]
    dropped = [d for m in mapped for d in dropped_columns(m)]
    links = [(m.name, item) for m in mapped for item in links_of(m)]
    partial = partial or bool(unknown or failed)
    names = set(sdtm.datasets)
    if partial:
        made = {m.name for m in mapped}
        whole = {name for name in names if makes_whole(name) and not name.startswith("SUPP")}
        names = {*made, *whole, *(f"SUPP{name}" for name in made)}
        _not_checked(problems, f"{code}/sdtm", _left_out(sdtm, names), "a mapping module fails")
    told = check_links(links, sdtm, [m.name for m in mapped], folder=f"{code}/sdtm") if not partial else []
    columns = [c.name for form in dictionary.values() for c in form]
    book = sdtm.only(names)
    engine = {name: made for name, made in engine_makes(sdtm).items() if name in book.datasets}
    told += lint_plans(book, variables, engine=engine, raw_columns=columns, folder=f"{code}/sdtm")
    problems.extend(_new(problems, told))
    problems.extend(_deferred(study, variables))
    uses = [use for m in mapped for use in field_uses(m)]
    return _Mapped(order, mapped, variables, dropped, links, uses, whole=not partial)


def _left_out(sdtm: Spec, names: set[str]) -> str:
    absent = [name for name, item in sdtm.datasets.items() if name not in names and not item.no_data]
    return f"what the mappings make of {', '.join(absent)}" if absent else "relations between records"


def _deferred(study: Study, variables: Iterable[PlannedVariable]) -> list[Problem]:
    """Forms that [deferred] leaves for later, and that a mapping takes values from today."""
    takers: dict[str, str] = {}
    for plan in variables:
        for source in plan.sources:
            takers.setdefault(source.partition(".")[0], f"{plan.dataset} {plan.variable}")
    return [
        DEFERRED_MAPPED.at(study.at("deferred", form), f"'{form}' is deferred, and {takers[form]} takes it.")
        for form in study.deferred
        if form in takers
    ]


def _derivations(
    study: Study,
    sdtm: Spec,
    adam: Spec,
    functions: Mapping[str, Callable[..., Any]],
    partial: bool,
    problems: Problems,
) -> tuple[list[str], list[PlannedVariable]]:
    """The plans of the mappings of ADaM, held against the workbook; without those that fail."""
    from il2cdisc.adam import empty_frame
    from il2cdisc.adam import plan as adam_plan
    from il2cdisc.sdtm.modules import by_need
    from il2cdisc.spec.lint import not_made

    code = study.shown(study.mappings)
    empty = {name.lower(): empty_frame(d) for name, d in {**sdtm.datasets, **adam.datasets}.items()}
    own = {name: [n for n in wanted if n in functions] for name, wanted in _needs(functions).items()}
    order = _gathered(problems, lambda: by_need(own, shown=f"{code}/adam")) or []
    lines, told = adam_plan([functions[name] for name in order], empty, adam, study.analysis, study.trial)
    problems.extend(map(_on_empty_frames, _new(problems, told.items)))
    made = {line.dataset for line in lines}
    if partial or told.stops or len(order) < len(functions):
        absent = [name for name in adam.datasets if name not in made]
        if absent:
            what = f"what the mappings make of {', '.join(absent)}"
            _not_checked(problems, f"{code}/adam", what, "a mapping module fails")
    else:
        problems.extend(_new(problems, not_made(adam, made)))
    return order, lines


def _whole(study: Study, functions: Mapping[str, Callable[..., Any]], problems: Problems) -> frozenset[str]:
    """Mappings of ADaM that run once for all subjects."""
    from il2cdisc.adam.problems import WHOLE_ADSL
    from il2cdisc.adam.whole import in_whole

    found = frozenset(in_whole(functions, _needs(functions)))
    if "adsl" in found:
        place = Address(file=f"{study.shown(study.mappings)}/adam/adsl.py")
        problems.add(WHOLE_ADSL.at(place, "ADSL asks for all subjects at once, or for a dataset that does"))
    return found


def _needs(functions: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    from il2cdisc.adam import needs

    return {name: needs(function) for name, function in functions.items()}


def _on_empty_frames(problem: Problem) -> Problem:
    """The problem of a module that fails when it is planned says what it was called with."""
    if problem.kind is not BROKEN_MODULE or problem.fix != BROKEN_MODULE.fix:
        return problem
    return replace(problem, what=f"{problem.what}; {EMPTY}", fix=ON_EMPTY)


def _new(problems: Problems, found: Iterable[Problem]) -> list[Problem]:
    """Without what is said of a cell that has been reported: it could not be read, or is wrong anyhow."""
    known = {
        problem.where
        for problem in problems.items
        if problem.where.cell and (problem.stops or problem.kind is NO_PREDECESSOR)
    }
    return [problem for problem in found if problem.where not in known]


def _leaves(study: Study, path: Path, problems: Problems) -> bool:
    """Whether a file is a link out of the study folder, or the list that a blinded build never opens."""
    if study.blinded and study.treatment and is_same_file(path, study.raw / study.treatment.real):
        return True  # reported by `check_blinding`
    try:
        if path.resolve().is_relative_to(study.folder):
            return False
        what = f"{path.name} is a link that leaves the study folder"
    except (OSError, RuntimeError):
        what = f"{path.name} is a link that leads in a circle"
    problems.add(kinds.OUTSIDE.at(Address(file=study.shown(path)), what))
    return True


def _not_checked(problems: Problems, file: str, what: str, why: str) -> None:
    problems.add(kinds.NOT_CHECKED.at(Address(file=file), f"not checked: {what}, as {why}"))


def _gathered(problems: Problems, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Stopped as stopped:
        problems.extend(stopped.problems)
        return None


def _nowhere(form: str, row: int, column: str) -> Address:
    return Address(file=form, line=row + 1, column=column)

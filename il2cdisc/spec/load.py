"""Reads a specification workbook into a `Spec`, telling all of its problems at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.spec.baseline import check_baseline, read_baseline
from il2cdisc.spec.check_adam import check_adam, check_same_names
from il2cdisc.spec.check_effect import check_effect
from il2cdisc.spec.check_links import check_links
from il2cdisc.spec.check_rows import check_rows
from il2cdisc.spec.check_sdtm import check_sdtm
from il2cdisc.spec.check_study import check_study
from il2cdisc.spec.check_terms import check_terms
from il2cdisc.spec.estimands import check_estimands, read_estimands, read_events
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec
from il2cdisc.spec.problems import HEADER_MISSING, SHEET_MISSING
from il2cdisc.spec.shared import with_shared_codelists
from il2cdisc.spec.sheets_checks import check_checks, read_plausibility, read_totals
from il2cdisc.spec.sheets_data import read_datasets, read_value_levels, read_variables, read_where_clauses
from il2cdisc.spec.sheets_doses import check_doses, read_doses
from il2cdisc.spec.sheets_known import absent_sheets
from il2cdisc.spec.sheets_schedule import check_schedule, read_schedule
from il2cdisc.spec.sheets_sense import check_sense, read_sense
from il2cdisc.spec.sheets_study import (
    read_conversions,
    read_parameters,
    read_protocol,
    read_ranges,
    read_windows,
)
from il2cdisc.spec.sheets_terms import (
    read_codelists,
    read_comments,
    read_define,
    read_dictionaries,
    read_documents,
    read_methods,
    read_translations,
)
from il2cdisc.spec.workbook import Workbook, open_workbook


def load_spec(path: Path | str, shown: str = "", *, shared: Spec | None = None) -> Spec:
    """Read a workbook of SDTM or ADaM specifications; `shared` as for `read_spec`.

    Raises `Stopped` with every problem that stops a build; the other problems are `Spec.findings`.
    """
    spec, problems = read_spec(path, shown, shared=shared)
    stops = [problem for problem in problems if problem.stops]
    if stops:
        raise Stopped(stops)
    return spec


def read_spec(path: Path | str, shown: str = "", *, shared: Spec | None = None) -> tuple[Spec, list[Problem]]:
    """A `Spec` as far as it could be read, and every problem, stops and findings alike.

    For `spec check`, which tells all of them. `shared`: the workbook whose codelists and dictionaries this
    one may name without repeating them; its own problems are not reported again. Raises `Stopped` only if
    the file can't be opened.
    """
    book = open_workbook(path, shown)
    try:
        rows = read_variables(book)
        spec = with_shared_codelists(_spec(book, rows), shared)
        book.tell_unknown_sheets()
        book.tell_to_fill()
    finally:
        book.close()
    # A cell that could not be read was taken as blank: what the checks say of it would mislead.
    unread = {problem.where for problem in book.problems.stops if problem.where.cell}
    # So would all that they say of a workbook that lacks a sheet or a column.
    whole = not any(problem.kind in (SHEET_MISSING, HEADER_MISSING) for problem in book.problems.stops)
    elsewhere = (shared.shown or None) if shared is not None else None
    checked = [
        problem
        for problem in _checks(spec, rows)
        if whole and problem.where not in unread and problem.where.file != elsewhere
    ]
    problems = sorted([*book.problems.items, *checked], key=Problem.sort_key)
    findings = tuple(problem for problem in problems if not problem.stops)
    return spec.model_copy(update={"findings": findings}), problems


def _checks(spec: Spec, rows: list[VariableSpec]) -> Iterator[Problem]:
    yield from check_rows(spec)
    yield from check_links(spec, rows)
    yield from check_study(spec)
    yield from check_schedule(spec)
    yield from check_doses(spec)
    yield from check_sense(spec)
    yield from check_checks(spec)
    yield from check_baseline(spec)
    yield from check_effect(spec)
    yield from check_terms(spec)
    yield from check_estimands(spec)
    yield from check_same_names(spec)
    yield from check_adam(spec) if spec.standard == "ADaM" else check_sdtm(spec)


def _spec(book: Workbook, rows: list[VariableSpec]) -> Spec:
    datasets = {name: _with_variables(item, rows) for name, item in read_datasets(book).items()}
    define, places = read_define(book)
    return Spec(
        shown=book.shown,
        standard=_standard(datasets),
        define=define,
        define_places=places,
        datasets=datasets,
        value_levels=read_value_levels(book),
        where_clauses=read_where_clauses(book),
        codelists=read_codelists(book),
        dictionaries=read_dictionaries(book),
        methods=read_methods(book),
        comments=read_comments(book),
        documents=read_documents(book),
        translation_rows=read_translations(book),
        conversions=read_conversions(book),
        ranges=read_ranges(book),
        totals=read_totals(book),
        plausibility=read_plausibility(book),
        baseline=read_baseline(book),
        protocol=read_protocol(book),
        parameters=read_parameters(book),
        windows=read_windows(book),
        estimands=read_estimands(book),
        intercurrent_events=read_events(book),
        schedule=read_schedule(book),
        doses=read_doses(book),
        checks=read_sense(book),
        absent=absent_sheets(book.filled),  # the last: each sheet has been read
    )


def _with_variables(dataset: DatasetSpec, rows: list[VariableSpec]) -> DatasetSpec:
    own = [row for row in rows if row.dataset == dataset.name]
    ordered = sorted(own, key=lambda row: (row.order is None, row.order or 0))
    return dataset.model_copy(update={"variables": tuple(ordered)})


def _standard(datasets: dict[str, DatasetSpec]) -> Literal["SDTM", "ADaM"]:
    """ADaM if a dataset names it as its standard, or is ADSL; else SDTM."""
    named = any("adam" in item.standard.casefold() for item in datasets.values())
    return "ADaM" if named or "ADSL" in datasets else "SDTM"

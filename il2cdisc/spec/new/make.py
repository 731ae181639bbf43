"""A new workbook, or new datasets of one, from the standards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from il2cdisc.base.problems import Address, Problem, Stopped, did_you_mean
from il2cdisc.spec.models import Spec
from il2cdisc.spec.new.analysis import (
    analysis_dataset_row,
    analysis_variable_rows,
    analysis_variables,
    is_analysis_name,
)
from il2cdisc.spec.new.methods import ENGINE_METHODS
from il2cdisc.spec.new.problems import LISTED, NO_DATASET, NO_TERM, OTHER_STANDARD
from il2cdisc.spec.new.standard import chosen_variables, dataset_row, variable_rows
from il2cdisc.spec.new.tables import SheetCells, Tables
from il2cdisc.spec.new.terms import TermSource
from il2cdisc.standards import ADAMIG_VERSION, SDTMIG_VERSION, sdtm_dataset, sdtm_datasets
from il2cdisc.standards.release import Terminology


@dataclass(frozen=True, slots=True)
class WorkbookPlan:
    """What a workbook is to have: datasets, and the terms of large codelists by short name.

    `permissible`: all permissible variables, not only those that il2cdisc makes. `version` is that of the
    terminology. `study`: attributes of the sheet Define that are known.
    """

    datasets: tuple[str, ...]
    terms: Mapping[str, Sequence[str]]
    permissible: bool = False
    version: str = ""
    study: Mapping[str, str] = field(default_factory=dict[str, str])


def standard_of(names: Sequence[str]) -> Literal["SDTM", "ADaM"]:
    """Which workbook datasets belong to. Raises `Stopped` for names of neither standard, or of both.

    >>> standard_of(["DM", "SUPPAE"]), standard_of(["ADSL", "ADLB"])
    ('SDTM', 'ADaM')
    """
    analysis = [name for name in names if is_analysis_name(name)]
    unknown = [name for name in names if name not in analysis and not _tabulated(name)]
    problems = [_unknown(name) for name in unknown]
    if not names:
        problems.append(NO_DATASET.at("", "no dataset is named"))
    if analysis and len(analysis) < len(names) and not unknown:
        problems.append(NO_DATASET.at("", "SDTM and ADaM datasets need two workbooks", values=names))
    if problems:
        raise Stopped(problems)
    return "ADaM" if analysis else "SDTM"


def _tabulated(name: str) -> bool:
    parent = name.removeprefix("SUPP") if name.startswith("SUPP") else name
    return parent != "--" and parent in sdtm_datasets() and sdtm_dataset(name) is not None


def _unknown(name: str) -> Problem:
    hint = did_you_mean(name, [known for known in sdtm_datasets() if "--" not in known])
    return NO_DATASET.at(Address(), f"'{name}' is not a dataset of the standard", values=[name], hint=hint)


def new_tables(plan: WorkbookPlan, terminology: Terminology) -> tuple[Literal["SDTM", "ADaM"], Tables]:
    """The standard, and the rows of all sheets. Raises `Stopped` with every unknown dataset and term."""
    standard = standard_of(plan.datasets)
    return standard, {"Define": define_rows(standard, plan.study), **_described(plan, standard, terminology)}


def define_rows(standard: str, study: Mapping[str, str]) -> list[SheetCells]:
    """Rows of Define; `study` has the attributes that are known, the others are marked."""
    attributes = {
        **{name: study.get(name) or "TO FILL" for name in ("StudyName", "StudyDescription", "ProtocolName")},
        "StandardName": f"{standard}-IG",
        "StandardVersion": SDTMIG_VERSION if standard == "SDTM" else ADAMIG_VERSION,
        "Language": "en",
    }
    return [{"Attribute": name, "Value": value} for name, value in attributes.items()]


def added_tables(plan: WorkbookPlan, terminology: Terminology, spec: Spec) -> Tables:
    """The rows that datasets add to a workbook.

    Raises `Stopped` for datasets that it has already, or of the other standard.
    """
    standard = standard_of(plan.datasets)
    there = [name for name in plan.datasets if name in spec.datasets]
    problems = [
        LISTED.at(spec.datasets[name].place.at("Dataset"), f"{name} is in the workbook", values=[name])
        for name in there
    ]
    if spec.datasets and spec.standard != standard:
        what = f"the workbook is of {spec.standard}"
        problems.append(OTHER_STANDARD.at(spec.shown, what, values=plan.datasets))
    if problems:
        raise Stopped(problems)
    return _described(plan, standard, terminology)


def _described(plan: WorkbookPlan, standard: str, terminology: Terminology) -> Tables:
    terms = TermSource(terminology, plan.terms, plan.version)
    datasets: list[SheetCells] = []
    variables: list[SheetCells] = []
    for name in dict.fromkeys(plan.datasets):
        if standard == "SDTM":
            chosen = chosen_variables(name, permissible=plan.permissible)
            datasets.append(dataset_row(name, chosen))
            variables += variable_rows(name, chosen, terms)
        else:
            listed = analysis_variables(name, permissible=plan.permissible)
            datasets.append(analysis_dataset_row(name, listed))
            variables += analysis_variable_rows(name, listed, terms)
    for name in terms.unused():
        what = f"no variable of these datasets has the codelist {name}"
        terms.problems.add(NO_TERM.at("", what, values=[name], fix="Name a codelist that a variable has."))
    if terms.problems.items:
        raise Stopped(terms.problems.items)
    return {
        "Datasets": datasets,
        "Variables": variables,
        "Codelists": terms.rows(),
        "Methods": method_rows(variables),
    }


def method_rows(variables: Sequence[SheetCells]) -> list[SheetCells]:
    """Rows of Methods: those of il2cdisc that the variables name."""
    used = {row["Method"] for row in variables if row.get("Method")}
    return [
        {"ID": item.id, "Name": item.name, "Type": "Computation", "Description": item.description}
        for item in ENGINE_METHODS
        if item.id in used
    ]

"""What a workbook of ADaM must say for its define.xml, beyond its own checks; each problem at its cell.

Source: Define-XML 2.1, sections 4 and 5, with its terminology (classes, subclasses, origins); ADaMIG 1.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.define import problems as kinds
from il2cdisc.define.lint_copies import lint_copies
from il2cdisc.define.values import ANALYSED
from il2cdisc.spec.models import DatasetSpec, DescribedItem, Spec, VariableSpec, WhereClause

SUBCLASSES = {
    ANALYSED: ("TIME-TO-EVENT", "NON-COMPARTMENTAL ANALYSIS", "POPULATION PHARMACOKINETIC ANALYSIS"),
    "OCCURRENCE DATA STRUCTURE": ("ADVERSE EVENT",),
    "MEDICAL DEVICE BASIC DATA STRUCTURE": ("MEDICAL DEVICE TIME-TO-EVENT",),
}
"""Class → its subclasses (terminology of Define-XML: C165635, C176227, C177903)."""
ORIGINS = (Origin.DERIVED, Origin.ASSIGNED, Origin.PREDECESSOR)
SOURCED = (Origin.DERIVED, Origin.ASSIGNED)
VALUES = ("AVAL", "AVALC")
CODED = ("PARAMCD", "DTYPE")
_FORMATS = (
    (re.compile(r".+DTM\Z"), re.compile(r"(DATETIME|E8601DT|DATEAMPM)[0-9.]*\Z")),
    (re.compile(r".+TM\Z"), re.compile(r"(TIME|TOD|HHMM|E8601TM)[0-9.]*\Z")),
    (re.compile(r".+DT\Z"), re.compile(r"(DATE|DDMMYY|MMDDYY|YYMMDD|E8601DA)[A-Z]?[0-9.]*\Z")),
)
"""Endings of numeric dates and times, and the SAS formats that show them."""


def lint_define(adam: Spec, sdtm: Spec) -> list[Problem]:
    """Problems of a workbook of ADaM that its define.xml would repeat, in the order of their places.

    `sdtm`: the workbook of SDTM, without datasets where there is none: what is copied from it is then not
    looked up. DEF030 to DEF042.
    """
    found = [
        *(problem for dataset in adam.datasets.values() for problem in _dataset(adam, dataset)),
        *lint_copies(adam, sdtm),
    ]
    return sorted(found, key=Problem.sort_key)


def _dataset(spec: Spec, dataset: DatasetSpec) -> Iterator[Problem]:
    allowed = SUBCLASSES.get(dataset.class_.upper(), ())
    if dataset.subclass and dataset.subclass not in allowed:
        what = f"{dataset.subclass} is not a subclass of {dataset.class_ or 'a dataset without a class'}"
        hint = did_you_mean(dataset.subclass, allowed)
        yield kinds.SUBCLASS.at(dataset.at("SubClass"), what, values=[dataset.subclass], hint=hint)
    if not dataset.structure:
        what = f"{dataset.name} does not say what one record is"
        yield kinds.NO_STRUCTURE.at(dataset.at("Structure"), what)
    for variable in dataset.variables:
        rows = spec.values_of(dataset.name, variable.name)
        for row in (variable, *rows):
            yield from _origin(row, _named(row, variable))
        yield from _codelist(variable, rows)
        yield from _format(variable)
    if dataset.class_.upper() == ANALYSED and not dataset.no_data:
        yield from _parameters(spec, dataset)


def _named(row: DescribedItem, variable: VariableSpec) -> str:
    name, where = f"{variable.dataset} {variable.name}", getattr(row, "where", "")
    return f"{name} where {where}" if where else name


def _origin(row: DescribedItem, what: str) -> Iterator[Problem]:
    if row.origin is not None and row.origin not in ORIGINS:
        yield kinds.OTHER_ORIGIN.at(row.at("Origin"), f"{what} is {row.origin}", values=[row.origin])
    elif row.origin in SOURCED and not row.source:
        yield kinds.NO_SOURCE.at(row.at("Source"), f"{what} is {row.origin} without a source")


def _codelist(variable: VariableSpec, rows: tuple[DescribedItem, ...]) -> Iterator[Problem]:
    """Flags (--FL) and codes have values that can be listed."""
    coded = variable.name in CODED or (variable.name.endswith("FL") and variable.type == "Char")
    if coded and not variable.codelist and not any(row.codelist for row in rows):
        what = f"{variable.dataset} {variable.name} has no codelist"
        yield kinds.NO_CODELIST.at(variable.at("Codelist"), what)


def _format(variable: VariableSpec) -> Iterator[Problem]:
    if variable.type != "Num" or not variable.format:
        return
    suited = next((formats for ending, formats in _FORMATS if ending.match(variable.name)), None)
    if suited is not None and not suited.match(variable.format.upper()):
        what = f"{variable.dataset} {variable.name} is shown by {variable.format}"
        yield kinds.FORMAT_KIND.at(variable.at("Format"), what, values=[variable.format])


def _parameters(spec: Spec, dataset: DatasetSpec) -> Iterator[Problem]:
    """Parameters that no value level of AVAL or AVALC describes: how they are made is said nowhere."""
    variable = dataset.by_name.get("PARAMCD")
    values = [name for name in VALUES if name in dataset.by_name]
    if variable is None or not values:
        return
    codes = _codes(spec, dataset, variable)
    rows = [row for name in values for row in spec.values_of(dataset.name, name)]
    clauses = [spec.where_clauses[row.where] for row in rows if row.where in spec.where_clauses]
    absent = [code for code in codes if not any(_may_select(clause, code) for clause in clauses)]
    if absent:
        what = f"no value level of {dataset.name} {' or '.join(values)} describes these parameters"
        cells = [codes[code] for code in absent]
        yield kinds.NO_VALUE_LEVEL.at(cells[0], what, values=absent, records=cells)


def _codes(spec: Spec, dataset: DatasetSpec, variable: VariableSpec) -> dict[str, Address]:
    """Parameter codes with the cell of each: of the sheet Parameters, else of the codelist of PARAMCD."""
    listed = spec.codelists.get(variable.codelist)
    terms = {term.value: term.at("Term") for term in listed.terms} if listed else {}
    own = {row.code: row.at("Parameter Code") for row in spec.parameters if row.dataset == dataset.name}
    return {**terms, **own}


def _may_select(clause: WhereClause, code: str) -> bool:
    """Whether a clause can hold for records of a parameter, whatever else it asks for."""
    for item in clause.conditions:
        if item.variable == "PARAMCD" and item.comparator in ("EQ", "IN") and code not in item.values:
            return False
        if item.variable == "PARAMCD" and item.comparator in ("NE", "NOTIN") and code in item.values:
            return False
    return True

"""A folder of transport files to the rows of a workbook, with what the standard knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.spec.new.analysis import (
    analysis_dataset_row,
    analysis_variable_row,
    is_analysis_name,
    structure_of,
)
from il2cdisc.spec.new.make import define_rows, method_rows
from il2cdisc.spec.new.problems import NO_FILES
from il2cdisc.spec.new.standard import TO_FILL, dataset_row, variable_row
from il2cdisc.spec.new.tables import SheetCells, Tables
from il2cdisc.spec.new.terms import ListedTerms
from il2cdisc.standards import adam_variable, sdtm_dataset, sdtm_variable
from il2cdisc.standards.release import Terminology
from il2cdisc.transport.codec import Received
from il2cdisc.transport.codecs.xpt import read

MOST_TERMS = 200
"""A variable with more distinct values gets no codelist."""


def rows_of_transport_files(
    place: Path, shown: str, terminology: Terminology, version: str
) -> tuple[Literal["SDTM", "ADaM"], Tables]:
    """The standard and the rows of all sheets, datasets in the order of their names.

    `place`: a folder of transport files, or one of them.
    Labels, order, types and lengths are the files'; roles, keys and origins the standard's, where it has the
    dataset. A variable with a published codelist gets the terms that the files have. Raises `Stopped` where
    there is no file, or with the problems of all files that can't be read.
    """
    files = _files(place, shown)
    received: list[Received] = []
    problems: list[Problem] = []
    for file in files:
        try:
            received.append(read(file, shown if file == place else f"{shown}/{file.name}"))
        except Stopped as stopped:
            problems += stopped.problems
    if problems:
        raise Stopped(problems)
    analysis = any(is_analysis_name(item.name) for item in received)
    standard: Literal["SDTM", "ADaM"] = "ADaM" if analysis else "SDTM"
    terms = ListedTerms(terminology, version)
    datasets = [_dataset(item, standard) for item in received]
    variables = [row for item in received for row in _variables(item, standard, terms)]
    name = _study(received)
    attributes = define_rows(standard, {"StudyName": name, "ProtocolName": name})
    tables: Tables = {
        "Define": attributes,
        "Datasets": datasets,
        "Variables": variables,
        "Codelists": terms.rows(),
        "Methods": method_rows(variables),
    }
    return standard, tables


def _files(place: Path, shown: str) -> list[Path]:
    """The transport files of a folder, or the file itself. Raises `Stopped` where there is none."""
    if place.is_file():
        return [place]
    if not place.exists():
        raise Stopped([NO_FILES.at(shown, "there is no such file or folder", fix="Correct the name.")])
    files = sorted(file for file in place.iterdir() if file.suffix.lower() == ".xpt")
    if not files:
        raise Stopped([NO_FILES.at(shown, "there is no transport file in the folder")])
    return files


def _study(received: list[Received]) -> str:
    """STUDYID, where all records of all files have the same one."""
    columns = [item.table["STUDYID"] for item in received if "STUDYID" in item.table]
    found = {value for column in columns for value in _values(column)}
    return found.pop() if len(found) == 1 else ""


def _values(column: CodedColumn) -> list[str]:
    """Distinct texts, sorted; those of numbers without a needless point."""
    return sorted({f"{v:g}" if isinstance(v, float) else str(v) for v in column.used().distinct if v == v})


def _dataset(item: Received, standard: str) -> SheetCells:
    """The row of Datasets: the standard's, with the label of the file."""
    names = [variable.name for variable in item.variables or ()]
    row: SheetCells
    if standard == "ADaM":
        listed = [v for name in names if (v := adam_variable(structure_of(item.name), name))]
        row = analysis_dataset_row(item.name, listed)
        if row["Class"] == "BASIC DATA STRUCTURE" and "PARAMCD" not in names:
            row |= {"Class": "ADAM OTHER", "Structure": f"{TO_FILL}what one record is"}
    elif sdtm_dataset(item.name):
        row = dataset_row(item.name, [v for name in names if (v := sdtm_variable(item.name, name))])
    else:
        row = {
            "Dataset": item.name,
            "Has No Data": "No",
            "Repeating": "Yes",
            "Reference Data": "No",
            "Developer Notes": f"{TO_FILL}Class, Structure, Key Variables, Standard",
        }
    return row | {"Label": item.label or str(row.get("Label", ""))}


def _variables(item: Received, standard: str, terms: ListedTerms) -> list[SheetCells]:
    rows: list[SheetCells] = []
    for number, variable in enumerate(item.variables or (), start=1):
        column = item.table[variable.name]
        rows.append(_variable(item.name, standard, variable, number, column, terms))
    return rows


def _variable(
    dataset: str, standard: str, variable: Variable, number: int, column: CodedColumn, terms: ListedTerms
) -> SheetCells:
    """The row of Variables: of the standard's where it has the variable, corrected by the file."""
    values = _values(column) if column.filled else []
    known: SheetCells | None = None
    chosen = ""
    if standard == "ADaM":
        found = adam_variable(structure_of(dataset), variable.name)
        if found is not None:
            chosen = _codelist(found.codelists, values, terms)
            known = analysis_variable_row(dataset, found, number, chosen)
    else:
        listed = sdtm_variable(dataset, variable.name)
        if listed is not None:
            chosen = _codelist(listed.codelists, values, terms)
            known = variable_row(dataset, listed, number, chosen)
    row: SheetCells = known or {
        "Order": number,
        "Dataset": dataset,
        "Variable": variable.name,
        "Mandatory": "No",
        "Common": "No",
        "Developer Notes": f"{TO_FILL}Origin and Source",
    }
    kind = _data_type(variable, str(row.get("Data Type", "")), values)
    corrected: Mapping[str, str | int] = {
        "Label": variable.label,
        "Data Type": kind,
        "Codelist": chosen,
        "Format": variable.format,
        "Has No Data": "No" if values else "Yes",
    }
    row = {header: value for header, value in row.items() if header != "Length"} | dict(corrected)
    return row | {"Length": variable.length} if kind in ("text", "integer", "float") else row


def _codelist(codes: tuple[str, ...], values: list[str], terms: ListedTerms) -> str:
    """Id of the codelist that gets the values; "" where the standard names none or several."""
    return terms.use(codes[0], values) if len(codes) == 1 and 0 < len(values) <= MOST_TERMS else ""


def _data_type(variable: Variable, expected: str, values: list[str]) -> str:
    """Text or a date as the standard has it; of numbers integer where all values are whole."""
    if variable.type == "Char":
        return expected if expected not in ("", "integer", "float") else "text"
    whole = all(float(value).is_integer() for value in values)
    return "float" if not whole or (expected == "float" and not values) else "integer"

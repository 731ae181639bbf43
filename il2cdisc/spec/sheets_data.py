"""Datasets, Variables, ValueLevel and WhereClauses: rows into models."""

from __future__ import annotations

import csv
from typing import Any

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import (
    COMPARATORS,
    DATA_TYPES,
    ClauseCondition,
    DatasetSpec,
    ValueLevelSpec,
    VariableSpec,
    WhereClause,
)
from il2cdisc.spec.workbook import Place, SheetRow, Workbook

DATASETS = (
    ["Dataset", "Label", "Class", "Structure", "Key Variables"],
    ["SubClass", "Standard", "Has No Data", "Repeating", "Reference Data", "Comment", "Developer Notes"],
)
_ITEM = ["Label", "Data Type", "Length", "Mandatory", "Codelist", "Origin", "Method"]
_ITEM_MORE = [
    "Significant Digits",
    "Format",
    "Assigned Value",
    "Source",
    "Pages",
    "Predecessor",
    "Comment",
    "Developer Notes",
]
VARIABLES = (["Order", "Dataset", "Variable", *_ITEM], [*_ITEM_MORE, "Common", "Role", "Has No Data"])
VALUE_LEVEL = (["Order", "Dataset", "Variable", "Where Clause", *_ITEM], _ITEM_MORE)
WHERE_CLAUSES = (["ID", "Dataset", "Variable", "Comparator", "Value"], ["Comment"])
_ORIGINS = [str(origin) for origin in Origin]


def read_datasets(book: Workbook) -> dict[str, DatasetSpec]:
    """Dataset name → its row; the variables are added later."""
    found: dict[str, DatasetSpec] = {}
    for row in book.rows("Datasets", *DATASETS, may_be_empty=False):
        name = row.needed("Dataset")
        if not name:
            continue
        if name in found:
            _twice(row, "Dataset", f"dataset {name}", found[name].place)
            continue
        found[name] = DatasetSpec(
            place=row.place,
            name=name,
            label=row.needed("Label"),
            class_=row.text("Class"),
            subclass=row.text("SubClass"),
            structure=row.text("Structure"),
            keys=tuple(key.strip() for key in row.text("Key Variables").split(",") if key.strip()),
            standard=row.text("Standard"),
            no_data=row.flag("Has No Data"),
            repeating=row.flag("Repeating", blank=True),
            reference_data=row.flag("Reference Data"),
            comment=row.text("Comment"),
            notes=row.text("Developer Notes"),
        )
    return found


def read_variables(book: Workbook) -> list[VariableSpec]:
    """Rows of Variables, in the order of the sheet, doubles told and left out."""
    found: dict[tuple[str, str], VariableSpec] = {}
    for row in book.rows("Variables", *VARIABLES, may_be_empty=False):
        key = (row.needed("Dataset"), row.needed("Variable"))
        if not all(key):
            continue
        if key in found:
            _twice(row, "Variable", f"{key[0]} {key[1]}", found[key].place)
            continue
        found[key] = VariableSpec(
            name=key[1],
            common=row.flag("Common"),
            role=row.text("Role"),
            no_data=row.flag("Has No Data"),
            **_item(row),
        )
    return list(found.values())


def read_value_levels(book: Workbook) -> tuple[ValueLevelSpec, ...]:
    """Rows of ValueLevel, in the order of the sheet, doubles told and left out."""
    found: dict[tuple[str, str, str], ValueLevelSpec] = {}
    for row in book.rows("ValueLevel", *VALUE_LEVEL):
        key = (row.needed("Dataset"), row.needed("Variable"), row.needed("Where Clause"))
        if not all(key):
            continue
        if key in found:
            _twice(row, "Where Clause", " ".join(key), found[key].place)
            continue
        found[key] = ValueLevelSpec(variable=key[1], where=key[2], **_item(row))
    return tuple(found.values())


def read_where_clauses(book: Workbook) -> dict[str, WhereClause]:
    """Id → clause; the rows of one id must all hold."""
    found: dict[str, list[ClauseCondition]] = {}
    comments: dict[str, str] = {}
    places: dict[str, Place] = {}
    faulty: set[str] = set()
    for row in book.rows("WhereClauses", *WHERE_CLAUSES):
        name, variable = row.needed("ID"), row.needed("Variable")
        word = row.needed("Comparator")
        comparator = word if word in COMPARATORS else None
        if word and comparator is None:
            row.choice("Comparator", COMPARATORS)
        values = split_values(row.text("Value")) if word in ("IN", "NOTIN") else (row.text("Value"),)
        if not row.text("Value"):
            row.needed("Value")
        if not name:
            continue
        places.setdefault(name, row.place)
        comments[name] = comments.get(name) or row.text("Comment")
        if not variable or comparator is None:
            faulty.add(name)
            continue
        condition = ClauseCondition(
            place=row.place,
            variable=variable,
            comparator=comparator,
            values=values,
            dataset=row.text("Dataset"),
        )
        found.setdefault(name, []).append(condition)
    return {
        name: WhereClause(
            place=place,
            id=name,
            conditions=tuple(found.get(name, ())),
            comment=comments[name],
            faulty=name in faulty,
        )
        for name, place in places.items()
    }


def split_values(text: str) -> tuple[str, ...]:
    """`A, "B, C"` → ("A", "B, C"): comma separated, quoted where a value holds a comma."""
    try:
        rows = list(csv.reader([text.replace("\n", " ")], skipinitialspace=True, strict=True))
    except csv.Error:
        rows = [text.split(",")]
    return tuple(value.strip() for value in rows[0] if value.strip()) if rows else ()


def _item(row: SheetRow) -> dict[str, Any]:
    data_type = row.needed("Data Type")
    if data_type and data_type not in DATA_TYPES:
        row.problems.add(
            kinds.DATA_TYPE.at(
                row.at("Data Type"),
                f"data type is not one of {', '.join(DATA_TYPES)}",
                values=[data_type],
                hint=did_you_mean(data_type, DATA_TYPES),
            )
        )
    origin = row.choice("Origin", _ORIGINS)
    return {
        "place": row.place,
        "order": row.integer("Order"),
        "dataset": row.text("Dataset"),
        "label": row.text("Label"),
        "data_type": data_type,
        "length": row.integer("Length"),
        "significant_digits": row.integer("Significant Digits"),
        "format": row.text("Format"),
        "mandatory": row.flag("Mandatory"),
        "assigned_value": row.text("Assigned Value"),
        "codelist": row.text("Codelist"),
        "origin": Origin(origin) if origin else None,
        "source": row.text("Source"),
        "pages": row.text("Pages"),
        "method": row.text("Method"),
        "predecessor": row.text("Predecessor"),
        "comment": row.text("Comment"),
        "notes": row.text("Developer Notes"),
    }


def _twice(row: SheetRow, header: str, what: str, first: Place) -> None:
    row.problems.add(kinds.TWICE.at(row.at(header), f"{what} is in row {first.row} already"))

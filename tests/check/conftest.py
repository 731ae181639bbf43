"""A small clean package that a test changes in one place, and the hits of one rule over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable, byte_length
from il2cdisc.base.problems import column_letter
from il2cdisc.check.context import CheckContext
from il2cdisc.check.findings import Finding
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import run_rules
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.models import (
    ClauseCondition,
    Codelist,
    DatasetSpec,
    Spec,
    Term,
    ValueLevelSpec,
    VariableSpec,
    WhereClause,
)
from il2cdisc.spec.workbook import Place

HEADERS = [
    "Order",
    "Dataset",
    "Variable",
    "Label",
    "Data Type",
    "Length",
    "Significant Digits",
    "Format",
    "Mandatory",
    "Assigned Value",
    "Codelist",
    "Where Clause",
    "Key Variables",
    "Has No Data",
]
COLUMNS = {name: number for number, name in enumerate(HEADERS, start=1)}
assert column_letter(COLUMNS["Label"]) == "D"


def place(sheet: str, row: int) -> Place:
    return Place("specs/sdtm.xlsx", sheet, row, COLUMNS)


COMMON: list[tuple[str, str, dict[str, Any]]] = [
    ("STUDYID", "Study Identifier", {"length": 8, "mandatory": True, "assigned_value": "TEST"}),
    ("DOMAIN", "Domain Abbreviation", {"length": 2, "mandatory": True}),
    ("USUBJID", "Unique Subject Identifier", {"length": 20, "mandatory": True}),
]
VARIABLES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "DM": [
        *COMMON,
        ("RFSTDTC", "Subject Reference Start Date/Time", {"data_type": "date"}),
        ("AGE", "Age", {"data_type": "integer"}),
        ("SEX", "Sex", {"length": 1, "codelist": "SEX", "mandatory": True}),
    ],
    "AE": [
        *COMMON,
        ("AESEQ", "Sequence Number", {"data_type": "integer", "mandatory": True}),
        ("AETERM", "Reported Term for the Adverse Event", {"length": 40, "mandatory": True}),
        ("AESEV", "Severity/Intensity", {"length": 8, "codelist": "SEV"}),
        ("AESTDTC", "Start Date/Time of Adverse Event", {"data_type": "datetime"}),
        ("AEDUR", "Duration of Adverse Event", {"data_type": "durationDatetime"}),
    ],
    "LB": [
        *COMMON,
        ("LBSEQ", "Sequence Number", {"data_type": "integer", "mandatory": True}),
        ("LBTESTCD", "Lab Test or Examination Short Name", {"length": 8, "mandatory": True}),
        ("LBSTRESC", "Character Result/Finding in Std Format", {"length": 10}),
        (
            "LBSTRESN",
            "Numeric Result/Finding in Standard Units",
            {"data_type": "float", "significant_digits": 2},
        ),
        ("LBSTRESU", "Standard Units", {"length": 10, "codelist": "UNIT"}),
    ],
}
LABELS = {"DM": "Demographics", "AE": "Adverse Events", "LB": "Laboratory Test Results"}
KEYS = {
    "DM": ("STUDYID", "USUBJID"),
    "AE": ("STUDYID", "USUBJID", "AETERM", "AESTDTC"),
    "LB": ("STUDYID", "USUBJID", "LBTESTCD"),
}
S1, S2 = "TEST-001", "TEST-002"


def frames() -> dict[str, pd.DataFrame]:
    dm = {"USUBJID": [S1, S2], "RFSTDTC": ["2020-01-02", None], "AGE": [34, 51], "SEX": ["F", "M"]}
    ae = {
        "USUBJID": [S1, S1, S2],
        "AESEQ": [1, 2, 1],
        "AETERM": ["COUGH", "HEADACHE", "FEVER"],
        "AESEV": ["MILD", "SEVERE", "MILD"],
        "AESTDTC": ["2020-01-03T08:30", "2020-01", "2020---15"],
        "AEDUR": ["PT2H", "P1DT12H", None],
    }
    lb = {
        "USUBJID": [S1, S1, S2, S2],
        "LBSEQ": [1, 2, 1, 2],
        "LBTESTCD": ["GLUC", "PREG", "GLUC", "PREG"],
        "LBSTRESC": ["5.25", "NEGATIVE", "4.9", "NEGATIVE"],
        "LBSTRESN": [5.25, None, 4.9, None],
        "LBSTRESU": ["mmol/L", None, "mmol/L", None],
    }
    return {name: with_types(name, columns) for name, columns in {"DM": dm, "AE": ae, "LB": lb}.items()}


def with_types(name: str, columns: dict[str, list[Any]]) -> pd.DataFrame:
    rows = len(columns["USUBJID"])
    whole = {"STUDYID": ["TEST"] * rows, "DOMAIN": [name] * rows, **columns}
    frame = pd.DataFrame()
    for variable, _, options in VARIABLES[name]:
        number = options.get("data_type") in ("integer", "float")
        frame[variable] = pd.Series(whole[variable], dtype="float64" if number else "str")
    return frame


def term_list(name: str, values: list[str], *, extensible: bool = False, code: str = "") -> Codelist:
    terms = tuple(Term(value=value, order=number) for number, value in enumerate(values, start=1))
    return Codelist(id=name, name=name, nci_code=code, extensible=extensible, terms=terms)


def dataset_spec(name: str, row: int) -> DatasetSpec:
    variables = tuple(
        VariableSpec(
            place=place("Variables", 10 * row + n), order=n, dataset=name, name=variable, label=label, **more
        )
        for n, (variable, label, more) in enumerate(VARIABLES[name], start=1)
    )
    return DatasetSpec(
        place=place("Datasets", row), name=name, label=LABELS[name], keys=KEYS[name], variables=variables
    )


def level(row: int, test: str, **more: Any) -> ValueLevelSpec:
    where = f"WC.LB.LBSTRESC.{test}"
    return ValueLevelSpec(
        place=place("ValueLevel", row), order=row, dataset="LB", variable="LBSTRESC", where=where, **more
    )


def clause(test: str) -> WhereClause:
    name = f"WC.LB.LBSTRESC.{test}"
    condition = ClauseCondition(dataset="LB", variable="LBTESTCD", comparator="EQ", values=(test,))
    return WhereClause(place=place("WhereClauses", 2), id=name, conditions=(condition,))


@dataclass
class Pack:
    """Frames, labels and specification of a package; tests change what they like."""

    frames: dict[str, pd.DataFrame] = field(default_factory=frames)
    specs: dict[str, DatasetSpec] = field(
        default_factory=lambda: {name: dataset_spec(name, row) for row, name in enumerate(VARIABLES, start=2)}
    )
    levels: list[ValueLevelSpec] = field(
        default_factory=lambda: [
            level(2, "GLUC", data_type="float", significant_digits=2, mandatory=True),
            level(3, "PREG", data_type="text", length=8, codelist="NP"),
        ]
    )
    codelists: dict[str, Codelist] = field(
        default_factory=lambda: {
            "SEX": term_list("SEX", ["F", "M", "U"]),
            "SEV": term_list("SEV", ["MILD", "MODERATE", "SEVERE"]),
            "UNIT": term_list("UNIT", ["mmol/L", "g/L"], extensible=True, code="C71620"),
            "NP": term_list("NP", ["NEGATIVE", "POSITIVE"]),
        }
    )
    clauses: dict[str, WhereClause] = field(
        default_factory=lambda: {item.id: item for item in (clause("GLUC"), clause("PREG"))}
    )
    file_variables: dict[str, tuple[Variable, ...]] = field(default_factory=dict)
    file_labels: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    terms: dict[str, frozenset[str]] = field(default_factory=dict)
    sheets: dict[str, Any] = field(default_factory=dict)
    repeated: dict[str, list[int]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    near: dict[tuple[str, str], str] = field(default_factory=dict)

    def set(self, dataset: str, variable: str, row: int, value: object) -> None:
        self.frames[dataset].loc[row, variable] = value

    def respecify(self, dataset: str, variable: str = "", **changes: Any) -> None:
        spec = self.specs[dataset]
        if variable:
            rows = tuple(
                item.model_copy(update=changes) if item.name == variable else item for item in spec.variables
            )
            changes = {"variables": rows}
        self.specs[dataset] = DatasetSpec.model_validate(
            {**{name: getattr(spec, name) for name in DatasetSpec.model_fields}, **changes}
        )

    def variables(self, name: str) -> tuple[Variable, ...]:
        if name in self.file_variables:
            return self.file_variables[name]
        known = self.specs[name].by_name if name in self.specs else {}
        out = []
        for column in self.frames[name].columns:
            number = pd.api.types.is_numeric_dtype(self.frames[name][column])
            length = 8 if number else max(byte_length(f[column]) for f in self.frames.values() if column in f)
            label = known[column].label if column in known else column
            out.append(Variable(column, label, "Num" if number else "Char", length))
        return tuple(out)

    def table(self, name: str) -> CheckedTable:
        spec = self.specs.get(name)
        return CheckedTable(
            name=name,
            label=self.file_labels.get(name, spec.label if spec else ""),
            file=self.files.get(name, f"outputs/sdtm/{name.lower()}.xpt"),
            variables=self.variables(name),
            table=CodedTable.of(self.frames[name]),
            spec=spec,
        )

    def spec(self) -> Spec:
        return Spec(
            shown="specs/sdtm.xlsx",
            standard="SDTM",
            define={},
            datasets=self.specs,
            value_levels=tuple(self.levels),
            where_clauses=self.clauses,
            codelists=self.codelists,
            **self.sheets,
        )

    def context(self) -> CheckContext:
        tables = {name: self.table(name) for name in sorted(self.frames)}
        return CheckContext(
            self.spec(),
            tables,
            lambda code: self.terms.get(code, frozenset()),
            lambda name: np.array(self.repeated.get(name, []), dtype="int64"),
            near=lambda code, value: self.near.get((code, value), ""),
            **self.facts,
        )

    def findings(self, code: str = "") -> list[Finding]:
        rules = [rule for rule in all_rules() if code in ("", rule.kind.code)]
        return run_rules(self.context(), rules=rules)

    def told(self, code: str) -> str:
        """The findings of one rule as text, a line per record."""
        lines = []
        for item in self.findings(code):
            for record in item.records:
                parts = [f"{item.level} {item.code} {record.where}: {item.what}"]
                named = (("value", record.value), ("hint", item.hint), ("see", item.spec))
                parts += [f"{name} {value!r}" for name, value in named if value]
                lines.append(" | ".join(parts))
        return "\n".join(lines)


@pytest.fixture
def pack() -> Pack:
    return Pack()


@pytest.fixture
def new_pack() -> Callable[[], Pack]:
    return Pack

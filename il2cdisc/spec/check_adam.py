"""An ADaM workbook against ADaMIG, and against itself over its datasets."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import DATA_TYPES, DatasetSpec, Spec, VariableSpec
from il2cdisc.standards import AdamVariable, adam_index, adam_variable, adam_variables, sdtm_variable

_STRUCTURES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
    "ADAM OTHER": "",
}


def structure_of(dataset: DatasetSpec) -> str:
    """ADSL, BDS or OCCDS by the dataset's class; "" for others."""
    return _STRUCTURES.get(dataset.class_.upper(), "")


def check_adam(spec: Spec) -> Iterator[Problem]:
    """Labels and types of known variables, required ones, one label for one name."""
    for dataset in spec.datasets.values():
        structure = structure_of(dataset)
        if dataset.class_.upper() not in _STRUCTURES:
            what = f"class of {dataset.name} is not one of {', '.join(_STRUCTURES)}"
            yield kinds.STANDARD_DATASET.at(dataset.at("Class"), what, values=[dataset.class_])
        yield from _presence(dataset, structure)
        for variable in dataset.variables:
            yield from _variable(variable, structure)


def _presence(dataset: DatasetSpec, structure: str) -> Iterator[Problem]:
    # The table of occurrence data is that of adverse events: its required variables hold for ADAE alone.
    if structure == "OCCDS" and dataset.name != "ADAE":
        return
    there = {found.name for name in dataset.names if (found := adam_index(structure, name)[0])}
    for name, item in adam_variables(structure).items():
        if item.core == "Req" and name not in there:
            what = f"{name} ({item.label}) is missing from {dataset.name}"
            yield kinds.STANDARD_REQUIRED.at(dataset.at("Dataset"), what)


def _variable(row: VariableSpec, structure: str) -> Iterator[Problem]:
    standard: AdamVariable | None = None
    for known in dict.fromkeys((structure, "ADSL")):
        standard = standard or adam_variable(known, row.name)
    name = f"{row.dataset} {row.name}"
    if standard is not None:
        # Where the guide leaves a place for the study's own words, or exceeds 40 bytes, nothing compares.
        comparable = "..." not in standard.label and len(standard.label) <= 40
        if row.label and comparable and row.label != standard.label:
            what = f"the standard's label of {name} is '{standard.label}'"
            yield kinds.STANDARD_LABEL.at(row.at("Label"), what, values=[row.label])
        if row.data_type in DATA_TYPES and row.type != standard.type:
            what = f"{name} is {standard.type} in the standard, {row.data_type} here"
            yield kinds.STANDARD_TYPE.at(row.at("Data Type"), what)
        return
    if row.origin is Origin.PREDECESSOR:
        dataset, _, variable = row.predecessor.partition(".")
        found = sdtm_variable(dataset, variable)
        if found is not None and row.name == variable:
            if row.label and row.label != found.label:
                what = f"the label of {row.predecessor} is '{found.label}'; a copy keeps it"
                yield kinds.STANDARD_LABEL.at(row.at("Label"), what, values=[row.label])
            if row.data_type and row.type != found.type:
                what = f"{row.predecessor} is {found.type}, its copy {name} is {row.data_type}"
                yield kinds.STANDARD_TYPE.at(row.at("Data Type"), what)


def check_same_names(spec: Spec) -> Iterator[Problem]:
    """A variable in several datasets: one type always, one label in ADaM."""
    first: dict[str, VariableSpec] = {}
    for dataset in spec.datasets.values():
        for row in dataset.variables:
            other = first.setdefault(row.name, row)
            if row.data_type and other.data_type and row.type != other.type:
                what = f"{row.dataset} {row.name} is {row.type}, {other.dataset} {row.name} is {other.type}"
                yield kinds.INCONSISTENT.at(row.at("Data Type"), what, fix="Give both the same type.")
            if spec.standard == "ADaM" and row.label != other.label:
                what = f"{row.dataset} {row.name} has a different label in {other.dataset}"
                yield kinds.SAME_NAME.at(row.at("Label"), what, values=[row.label, other.label])

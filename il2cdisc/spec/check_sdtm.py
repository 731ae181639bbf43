"""An SDTM workbook against SDTMIG and the model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import DATA_TYPES, DatasetSpec, Spec, VariableSpec
from il2cdisc.standards import (
    SdtmVariable,
    codelist,
    model_order,
    model_variable,
    sdtm_dataset,
    sdtm_variable,
    sdtm_variables,
)
from il2cdisc.standards.sdtm import date_of_day

_CONTINUED = re.compile(r"(TSVAL|COVAL)\d+\Z")
_CLASSES = {
    "INTERVENTIONS": "Interventions",
    "EVENTS": "Events",
    "FINDINGS": "Findings",
    "FINDINGS ABOUT": "Findings About",
}


def check_sdtm(spec: Spec) -> Iterator[Problem]:
    """Known datasets and variables: class, label, type, role, core, order, codelist."""
    for dataset in spec.datasets.values():
        yield from _dataset(dataset)
        known = model_order(dataset.name, _class(dataset))
        if known:
            yield from _presence(dataset)
            yield from _order(dataset, known)
            yield from _days(dataset)
        for variable in dataset.variables:
            if known:
                yield from _variable(spec, dataset, variable, known)


def _class(dataset: DatasetSpec) -> str:
    words = (dataset.subclass or dataset.class_).upper().replace("-", " ")
    return _CLASSES.get(words) or _CLASSES.get(dataset.class_.upper().replace("-", " "), "")


def _dataset(dataset: DatasetSpec) -> Iterator[Problem]:
    standard = sdtm_dataset(dataset.name)
    if standard is None:
        if not _class(dataset):
            what = f"{dataset.name} is not a dataset of the standard, and its class is not a general class"
            fix = "Use the class INTERVENTIONS, EVENTS or FINDINGS, or correct the name."
            yield kinds.STANDARD_DATASET.at(dataset.at("Class"), what, values=[dataset.class_], fix=fix)
        return
    if dataset.label != standard.label:
        what = f"the standard's label of {dataset.name} is '{standard.label}'"
        yield kinds.STANDARD_DATASET.at(dataset.at("Label"), what, values=[dataset.label])
    words = {text.upper().replace("-", " ") for text in (dataset.class_, dataset.subclass)}
    if standard.class_.upper().replace("-", " ") not in words:
        what = f"the standard's class of {dataset.name} is {standard.class_.upper()}"
        yield kinds.STANDARD_DATASET.at(dataset.at("Class"), what, values=[dataset.class_])


def _presence(dataset: DatasetSpec) -> Iterator[Problem]:
    for name, item in sdtm_variables(dataset.name).items():
        if name in dataset.by_name:
            continue
        what = f"{name} ({item.label}) is missing from {dataset.name}"
        if item.core == "Req":
            yield kinds.STANDARD_REQUIRED.at(dataset.at("Dataset"), what)
        elif item.core == "Exp":
            yield kinds.STANDARD_EXPECTED.at(dataset.at("Dataset"), what)


def _days(dataset: DatasetSpec) -> Iterator[Problem]:
    """Study days that are counted to a date which the dataset does not have."""
    for name, row in dataset.by_name.items():
        date = date_of_day(dataset.name, name)
        if date and date not in dataset.by_name:
            what = f"{dataset.name} has {name} and not its date {date}"
            yield kinds.STANDARD_DAY.at(row.at("Variable"), what)


def _order(dataset: DatasetSpec, known: tuple[str, ...]) -> Iterator[Problem]:
    rank = {name: place for place, name in enumerate(known)}
    before = ""
    for name in dataset.names:
        if name not in rank:
            continue
        if before and rank[name] < rank[before]:
            what = f"{name} comes after {before}, in the standard before it"
            yield kinds.STANDARD_ORDER.at(dataset.by_name[name].at("Order"), f"{dataset.name}: {what}")
        else:
            before = name


def _variable(
    spec: Spec, dataset: DatasetSpec, row: VariableSpec, known: tuple[str, ...]
) -> Iterator[Problem]:
    name = f"{dataset.name} {row.name}"
    if _CONTINUED.match(row.name):
        return
    standard = sdtm_variable(dataset.name, row.name) or model_variable(
        dataset.name, row.name, _class(dataset)
    )
    if standard is None:
        hint = did_you_mean(row.name, known)
        what = f"the standard has no {row.name} in {dataset.name}"
        yield kinds.STANDARD_UNKNOWN.at(row.at("Variable"), what, hint=hint)
        return
    if row.label and row.label != standard.label:
        what = f"the standard's label of {name} is '{standard.label}'"
        yield kinds.STANDARD_LABEL.at(row.at("Label"), what, values=[row.label])
    if row.data_type in DATA_TYPES and row.type != standard.type:
        what = f"{name} is {standard.type} in the standard, {row.data_type} here"
        yield kinds.STANDARD_TYPE.at(row.at("Data Type"), what)
    if row.role and standard.role and row.role != standard.role:
        what = f"the standard's role of {name} is '{standard.role}'"
        yield kinds.STANDARD_ROLE.at(row.at("Role"), what, values=[row.role])
    if standard.core == "Req" and not row.mandatory:
        yield kinds.STANDARD_MANDATORY.at(row.at("Mandatory"), f"{name} is required by the standard")
    yield from _codelist(spec, name, row, standard)


def _codelist(spec: Spec, name: str, row: VariableSpec, standard: SdtmVariable) -> Iterator[Problem]:
    if not standard.codelists or row.no_data:
        return
    wanted = ", ".join(
        f"{found.short_name} ({code})" for code in standard.codelists if (found := codelist(code))
    )
    item = spec.codelists.get(row.codelist)
    if not row.codelist:
        # the codelist of --STRESC is for qualitative results: numbers and others need none
        if row.name.endswith("STRESC"):
            return
        if not any(value.codelist for value in spec.values_of(row.dataset, row.name)):
            yield kinds.STANDARD_CODELIST.at(
                row.at("Codelist"), f"{name} has no codelist; the standard names {wanted}"
            )
    elif item is not None and item.nci_code not in standard.codelists:
        what = (
            f"{name} has codelist {item.id} ({item.nci_code or 'no NCI code'}); the standard names {wanted}"
        )
        yield kinds.STANDARD_CODELIST.at(row.at("Codelist"), what)

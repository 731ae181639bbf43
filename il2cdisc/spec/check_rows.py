"""Each row of Datasets, Variables and ValueLevel against the rules of transport files and of define.xml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import DatasetSpec, DescribedItem, Spec, VariableSpec

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}\Z")
PREDECESSOR = re.compile(r"[A-Z][A-Z0-9]{1,7}\.[A-Z][A-Z0-9_]{0,7}\Z")
_TIMES = re.compile(r"(DT|TM|DTM)\Z")
MAX_LABEL = 40
MAX_LENGTH = 200


def check_rows(spec: Spec) -> Iterator[Problem]:
    """Names, labels, lengths, orders and origins, each row by itself."""
    for dataset in spec.datasets.values():
        yield from _name(dataset.name, "dataset", dataset, "Dataset")
        yield from _label(dataset.label, f"label of dataset {dataset.name}", dataset)
        yield from _order(dataset)
        if not dataset.keys:
            yield kinds.KEYS.at(dataset.at("Key Variables"), f"dataset {dataset.name} has no key variables")
        yield from _subject_first(dataset)
        doubles = [key for key in dict.fromkeys(dataset.keys) if dataset.keys.count(key) > 1]
        if doubles:
            what = f"dataset {dataset.name} names a key variable twice"
            yield kinds.TWICE.at(dataset.at("Key Variables"), what, values=doubles, fix="Name it once.")
        for variable in dataset.variables:
            yield from _variable(spec, variable)
    for row in spec.value_levels:
        what = f"{row.dataset} {row.variable} where {row.where}"
        if row.variable == "QVAL":
            yield from _label(row.label, f"label of {what}", row)
        yield from _length(row, what)
        yield from _origin(row, what)


def _subject_first(dataset: DatasetSpec) -> Iterator[Problem]:
    """Records of a subject are together in a file: the keys begin so, in SUPP-- and CO after RDOMAIN."""
    keys = [key for key in dataset.keys if key not in ("STUDYID", "RDOMAIN")]
    if keys and "USUBJID" in dataset.by_name and keys[0] != "USUBJID":
        what = f"dataset {dataset.name} has records of subjects, and its first key is {keys[0]}"
        yield kinds.KEYS_FIRST.at(dataset.at("Key Variables"), what, values=[", ".join(dataset.keys)])


def _fixed_value(spec: Spec, variable: VariableSpec) -> Iterator[Problem]:
    """A length that the value has no room for which all records have: known without data."""
    known = {"STUDYID": spec.define.get("StudyName", "")}
    if spec.standard == "SDTM":  # an analysis dataset that keeps DOMAIN has that of its source
        known["DOMAIN"] = variable.dataset
    value = str(variable.assigned_value or known.get(variable.name, ""))
    size = len(value.encode())
    if variable.data_type == "text" and variable.length is not None and size > variable.length:
        what = f"{variable.dataset} {variable.name} is {value!r} in all records: {size} bytes"
        fix = f"Raise Length to {size} or more."
        yield kinds.LENGTH.at(variable.at("Length"), what, values=[variable.length], fix=fix)


def _variable(spec: Spec, variable: VariableSpec) -> Iterator[Problem]:
    what = f"{variable.dataset} {variable.name}"
    yield from _name(variable.name, "variable", variable, "Variable")
    yield from _label(variable.label, f"label of {what}", variable)
    yield from _length(variable, what)
    yield from _fixed_value(spec, variable)
    values = spec.values_of(variable.dataset, variable.name)
    if variable.data_type == "text" and variable.length is None and not values:
        yield kinds.LENGTH_MISSING.at(variable.at("Length"), f"{what} is text without a length")
    if variable.origin is None:
        if not values and not variable.no_data:
            yield kinds.ORIGIN_INCOMPLETE.at(variable.at("Origin"), f"{what} has no origin")
    elif not (values and all(row.origin for row in values)):
        yield from _origin(variable, what)
    numeric = variable.data_type in ("integer", "float")
    if spec.standard == "ADaM" and numeric and _TIMES.search(variable.name) and not variable.format:
        yield kinds.FORMAT_MISSING.at(
            variable.at("Format"), f"{what} is a numeric date or time without a format"
        )


def _name(name: str, noun: str, row: DatasetSpec | VariableSpec, header: str) -> Iterator[Problem]:
    if not NAME.match(name):
        yield kinds.NAME_RULE.at(row.at(header), f"{noun} name '{name}' is not allowed", values=[name])


def _label(label: str, what: str, row: DatasetSpec | DescribedItem) -> Iterator[Problem]:
    size = len(label.encode())
    place = row.at("Label")
    if not label:
        # A dataset's blank label is told where its row is read.
        if not isinstance(row, DatasetSpec):
            yield kinds.BLANK_CELL.at(place, f"{what} is empty")
    elif not label.isascii():
        strange = sorted({letter for letter in label if not letter.isascii()})
        yield kinds.LABEL_RULE.at(place, f"{what} has letters outside ASCII", values=strange)
    elif not label.isprintable():
        what = f"{what} has a line break or another character that is not printed"
        fix = "Write the label in one line, with single blanks."
        yield kinds.LABEL_RULE.at(place, what, values=[ascii(label)[1:-1]], fix=fix)
    elif size > MAX_LABEL:
        what = f"{what} has {size} bytes, {size - MAX_LABEL} more than {MAX_LABEL}"
        yield kinds.LABEL_RULE.at(place, what, values=[label])


def _length(row: DescribedItem, what: str) -> Iterator[Problem]:
    if row.length is not None and not 1 <= row.length <= MAX_LENGTH:
        yield kinds.LENGTH.at(
            row.at("Length"), f"length of {what} is not from 1 to {MAX_LENGTH}", values=[row.length]
        )
    if row.significant_digits is not None and row.data_type != "float":
        what = f"{what} has significant digits, but its data type is {row.data_type or 'missing'}"
        yield kinds.SIGNIFICANT_DIGITS.at(row.at("Significant Digits"), what)


def _origin(row: DescribedItem, what: str) -> Iterator[Problem]:
    if row.origin is Origin.DERIVED and not row.method:
        yield kinds.ORIGIN_INCOMPLETE.at(row.at("Method"), f"{what} is Derived without a method")
    if row.origin is Origin.PREDECESSOR and not row.predecessor:
        yield kinds.ORIGIN_INCOMPLETE.at(row.at("Predecessor"), f"{what} is Predecessor without naming it")
    if row.predecessor and row.origin is not Origin.PREDECESSOR:
        what = f"{what} names a predecessor, but its origin is {row.origin or 'empty'}"
        yield kinds.ORIGIN_INCOMPLETE.at(row.at("Origin"), what)
    elif row.predecessor and not PREDECESSOR.match(row.predecessor):
        yield kinds.ORIGIN_INCOMPLETE.at(
            row.at("Predecessor"),
            f"predecessor of {what} is not written as DATASET.VARIABLE",
            values=[row.predecessor],
            fix="Write it like DM.SEX, with names of at most 8 characters.",
        )


def _order(dataset: DatasetSpec) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    for variable in dataset.variables:
        what = f"{dataset.name} {variable.name}"
        if variable.order is None:
            yield kinds.ORDER.at(variable.at("Order"), f"{what} has no order")
        elif variable.order in seen:
            other = f"{what} has the order of {seen[variable.order]}"
            yield kinds.ORDER.at(variable.at("Order"), other, values=[variable.order])
        else:
            seen[variable.order] = variable.name
    gaps = missing_numbers(list(seen))
    if gaps and dataset.variables:
        what = f"the order of the variables of {dataset.name} has gaps; these numbers are missing"
        yield kinds.ORDER.at(dataset.variables[0].at("Order"), what, values=gaps)


def missing_numbers(numbers: Sequence[int]) -> list[int]:
    """The numbers from 1 to the largest (of at most 1,000) that are not there."""
    there: Iterable[int] = set(numbers)
    return [number for number in range(1, min(max(there, default=0), 1000)) if number not in there]

"""Conversions, ranges, protocol, parameters and windows against the rest of the workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.check_rows import missing_numbers
from il2cdisc.spec.models import ArmElement, Conversion, Placed, Protocol, RangeSpec, Spec
from il2cdisc.spec.sheets_protocol import check_protocol_codes

_PARAMCD = re.compile(r"[A-Z][A-Z0-9_]{0,7}\Z")


def check_study(spec: Spec) -> Iterator[Problem]:
    """The sheets of our own."""
    for row in (*spec.conversions, *spec.ranges, *spec.parameters, *spec.windows):
        if row.dataset not in spec.datasets:
            hint = did_you_mean(row.dataset, spec.datasets)
            what = f"dataset {row.dataset} is not in Datasets"
            yield kinds.UNKNOWN_DATASET.at(row.at("Dataset"), what, hint=hint)
    for row in (*spec.conversions, *spec.ranges):
        yield from _code(spec, row.dataset, f"{row.dataset}TESTCD", row.testcd, row, "Test Code")
    yield from _units(spec)
    yield from _protocol(spec.protocol)
    yield from check_protocol_codes(spec)
    yield from _parameters(spec)


def _code(spec: Spec, dataset: str, variable: str, value: str, row: Placed, header: str) -> Iterator[Problem]:
    found = spec.variable(dataset, variable)
    listed = spec.codelists.get(found.codelist) if found else None
    if listed is not None and value not in listed.values:
        what = f"{value} is not in codelist {listed.id} of {dataset} {variable}"
        yield kinds.CODE_MISSING.at(row.at(header), what, hint=did_you_mean(value, listed.values))


def _units(spec: Spec) -> Iterator[Problem]:
    standard: dict[tuple[str, str, str], Conversion] = {}
    for row in spec.conversions:
        key = (row.dataset, row.testcd, row.specimen)
        first = standard.setdefault(key, row)
        if first.to_unit != row.to_unit:
            what = f"{row.testcd} has two standard units; row {first.place.row} says '{first.to_unit}'"
            yield kinds.INCONSISTENT.at(row.at("To Unit"), what, values=[row.to_unit])
    for row in spec.ranges:
        yield from _range_unit(row, standard)


def _range_unit(row: RangeSpec, standard: dict[tuple[str, str, str], Conversion]) -> Iterator[Problem]:
    found = standard.get((row.dataset, row.testcd, row.specimen)) or standard.get(
        (row.dataset, row.testcd, "")
    )
    if found is not None and found.to_unit != row.unit:
        what = f"the range of {row.testcd} is in '{row.unit}', its standard unit is '{found.to_unit}'"
        yield kinds.RANGE_UNIT.at(row.at("Unit"), what)


def _protocol(protocol: Protocol) -> Iterator[Problem]:
    elements = {row.element_code: row for row in protocol.elements}
    arms: dict[str, list[ArmElement]] = {}
    for row in protocol.arms:
        arms.setdefault(row.arm_code, []).append(row)
        if row.element_code and row.element_code not in elements:
            what = f"element {row.element_code} of arm {row.arm_code} is not in Protocol Elements"
            hint = did_you_mean(row.element_code, elements)
            yield kinds.PROTOCOL.at(row.at("Element Code"), what, hint=hint)
    for code, rows in arms.items():
        for row in rows:
            if row.arm != rows[0].arm:
                what = f"arm {code} is named differently in row {rows[0].place.row}"
                yield kinds.INCONSISTENT.at(row.at("Arm"), what, values=[row.arm, rows[0].arm])
        gaps = missing_numbers([row.order for row in rows])
        if gaps:
            what = f"the elements of arm {code} have gaps in their order; these numbers are missing"
            yield kinds.ORDER.at(rows[0].at("Order"), what, values=gaps)
    used = {row.element_code for row in protocol.arms}
    for code, row in elements.items():
        if code not in used:
            yield kinds.PROTOCOL_UNUSED.at(row.at("Element Code"), f"element {code} is in no arm")
    yield from _visits(protocol, list(arms))


def _visits(protocol: Protocol, arms: list[str]) -> Iterator[Problem]:
    numbers: dict[str, float] = {}
    for row in protocol.visits:
        if row.arm_code and row.arm_code not in arms:
            what = f"arm {row.arm_code} of visit {row.visit} is not in Protocol Arms"
            yield kinds.PROTOCOL.at(row.at("Arm Code"), what, hint=did_you_mean(row.arm_code, arms))
        if numbers.setdefault(row.visit, row.visit_number) != row.visit_number:
            what = f"visit {row.visit} has two visit numbers"
            values = [row.visit_number, numbers[row.visit]]
            yield kinds.INCONSISTENT.at(row.at("Visit Number"), what, values=values)


def _parameters(spec: Spec) -> Iterator[Problem]:
    for row in spec.parameters:
        if not _PARAMCD.match(row.code):
            what = f"parameter code '{row.code}' is not allowed"
            yield kinds.NAME_RULE.at(row.at("Parameter Code"), what)
        yield from _code(spec, row.dataset, "PARAMCD", row.code, row, "Parameter Code")
    labels: dict[tuple[str, str], str] = {}
    for row in spec.parameters:
        first = labels.setdefault((row.dataset, row.label), row.code)
        if first != row.code:
            what = f"parameters {first} and {row.code} of {row.dataset} have one and the same text"
            yield kinds.INCONSISTENT.at(row.at("Parameter"), what, fix="Give each code its own text.")

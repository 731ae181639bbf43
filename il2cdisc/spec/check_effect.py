"""Cells that nothing would use, or that contradict the cell beside them: each is refused at its address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from il2cdisc.base.numbers import read_number
from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import DescribedItem, Placed, RangeSpec, Spec

MOST_DAYS, MOST_DIGITS = 36_500, 12


def check_effect(spec: Spec) -> Iterator[Problem]:
    """Assigned values, orders, windows, ranges and expressions that could not do what they say."""
    for dataset in spec.datasets.values():
        for row in dataset.variables:
            yield from _assigned(spec, row, f"{dataset.name} {row.name}")
    for row in spec.value_levels:
        if row.assigned_value:
            what = f"the engine assigns no value to a part of {row.dataset} {row.variable}"
            fix = "Clear the cell; let the mapping make the value."
            yield kinds.NO_EFFECT.at(row.at("Assigned Value"), what, values=[row.assigned_value], fix=fix)
    yield from _orders(spec)
    yield from _windows(spec)
    yield from _ranges(spec)
    yield from _visits(spec)
    yield from _expressions(spec)
    yield from _common(spec)


def _assigned(spec: Spec, row: DescribedItem, name: str) -> Iterator[Problem]:
    value, place = row.assigned_value, row.at("Assigned Value")
    if not value:
        return
    if row.type == "Num" and not _is_number(value):
        what = f"{name} is numeric, its assigned value is not a number"
        yield kinds.NOT_NUMBER.at(place, what, values=[value], fix="Write a plain number.")
    listed = spec.codelists.get(row.codelist)
    if listed is not None and value not in listed.values:
        what, hint = f"codelist {listed.id} of {name} does not have it", did_you_mean(value, listed.values)
        yield kinds.UNKNOWN_VALUE.at(place, what, values=[value], hint=hint)
    if row.type == "Char" and row.length is not None and len(value.encode()) > row.length:
        what = f"the assigned value of {name} is longer than its length, {row.length} bytes"
        yield kinds.LENGTH.at(place, what, values=[value], fix="Shorten the value, or raise the length.")


def _orders(spec: Spec) -> Iterator[Problem]:
    """The order of terms and of value levels is that of their rows; their numbers must not say another."""
    for item in spec.codelists.values():
        yield from _ascending(((term.order, term) for term in item.terms), f"terms of {item.id}")
    for (dataset, variable), rows in _by_variable(spec).items():
        yield from _ascending(((row.order, row) for row in rows), f"value levels of {dataset} {variable}")


def _by_variable(spec: Spec) -> dict[tuple[str, str], list[DescribedItem]]:
    found: dict[tuple[str, str], list[DescribedItem]] = {}
    for row in spec.value_levels:
        found.setdefault((row.dataset, row.variable), []).append(row)
    return found


def _ascending(rows: Iterable[tuple[int | None, Placed]], what: str) -> Iterator[Problem]:
    before: int | None = None
    for order, row in rows:
        if order is not None and before is not None and order < before:
            text = f"the order of the {what} is not that of their rows"
            yield kinds.ORDER.at(row.at("Order"), text, values=[order], fix="Sort the rows by Order.")
            return
        before = order if order is not None else before


def _windows(spec: Spec) -> Iterator[Problem]:
    for row in spec.windows:
        if row.target is not None and (
            (row.from_ is not None and row.target < row.from_) or (row.to is not None and row.target > row.to)
        ):
            ends = f"{'' if row.from_ is None else row.from_} to {'' if row.to is None else row.to}"
            what = f"the target of {row.visit} is not in its window, {ends.strip()}"
            yield kinds.TARGET.at(row.at("Target"), what, values=[row.target])
        yield from _listed(spec, row.dataset, "AVISIT", row.visit, row, "Visit")


def _ranges(spec: Spec) -> Iterator[Problem]:
    for row in spec.ranges:
        yield from _range(spec, row)
    for row in spec.conversions:
        if row.digits is not None and not 0 <= row.digits <= MOST_DIGITS:
            what = f"Digits of {row.testcd} is not from 0 to {MOST_DIGITS}"
            fix = f"Write a whole number from 0 to {MOST_DIGITS}, or leave the cell empty."
            yield kinds.DECIMALS.at(row.at("Digits"), what, values=[row.digits], fix=fix)
        yield from _listed(spec, row.dataset, f"{row.dataset}SPEC", row.specimen, row, "Specimen")


def _range(spec: Spec, row: RangeSpec) -> Iterator[Problem]:
    yield from _listed(spec, row.dataset, f"{row.dataset}SPEC", row.specimen, row, "Specimen")
    yield from _listed(spec, "DM", "SEX", row.sex, row, "Sex")
    if row.low is None and row.high is None and not row.normal:
        what = f"the range of {row.testcd} has neither Low nor High nor Normal"
        yield kinds.NO_EFFECT.at(row.at("Low"), what, fix="Fill Low, High or Normal, or remove the row.")


def _visits(spec: Spec) -> Iterator[Problem]:
    for row in spec.protocol.visits:
        if row.planned_day is not None and abs(row.planned_day) > MOST_DAYS:
            what = f"the planned day of {row.visit} is more than {MOST_DAYS:,} days away"
            yield kinds.NOT_NUMBER.at(row.at("Planned Day"), what, fix="Write the day of the study.")
        for header, days in (("Window Before", row.window_before), ("Window After", row.window_after)):
            if days is not None and days < 0:
                what = f"{header} of {row.visit} is below 0"
                yield kinds.INVERTED.at(row.at(header), what, values=[days], fix="Write days from 0 upwards.")
            elif days is not None and row.planned_day is None:
                what = f"{row.visit} has no planned day, so its window is around nothing"
                yield kinds.NO_EFFECT.at(row.at(header), what, values=[days])


def _expressions(spec: Spec) -> Iterator[Problem]:
    for row in spec.methods.values():
        if row.expression_context and not row.expression_code:
            what = f"method {row.id} has the context of an expression, and no code"
            yield kinds.NO_EFFECT.at(row.at("Expression Context"), what)
        if row.expression_code and not row.expression_context:
            what = f"method {row.id} has code without saying in which language"
            yield kinds.BLANK_CELL.at(row.at("Expression Context"), what)
    for row in (*spec.methods.values(), *spec.comments.values()):
        if row.pages and not row.document:
            yield kinds.NO_EFFECT.at(row.at("Pages"), f"{row.id} has pages of no document")


def _common(spec: Spec) -> Iterator[Problem]:
    """Variables of ADSL that are marked as common are in every other dataset of the workbook."""
    if "ADSL" not in spec.datasets:
        return
    for row in spec.datasets["ADSL"].variables:
        absent = [
            name
            for name, item in spec.datasets.items()
            if row.common and not item.no_data and row.name not in item.by_name
        ]
        if absent:
            what = f"ADSL {row.name} is marked as common, and {', '.join(absent)} has no such variable"
            yield kinds.COMMON.at(row.at("Common"), what)


def _listed(
    spec: Spec, dataset: str, variable: str, value: str, row: Placed, header: str
) -> Iterator[Problem]:
    found = spec.variable(dataset, variable)
    listed = spec.codelists.get(found.codelist) if found else None
    if value and listed is not None and value not in listed.values:
        what = f"{value} is not in codelist {listed.id} of {dataset} {variable}"
        yield kinds.CODE_MISSING.at(row.at(header), what, hint=did_you_mean(value, listed.values))


def _is_number(value: str) -> bool:
    return read_number(value).is_number

"""Totals and Plausibility, two sheets for checks of the data: rows into models, and against the workbook."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Placed, Plausibility, Spec, Total
from il2cdisc.spec.workbook import SheetRow, Workbook

TOTALS = ["Dataset", "Category", "Total", "Items", "Missing Items"]
PLAUSIBILITY = ["Dataset", "Test Code", "Unit", "Low", "High", "Fold"]
NOT_COMPARED, COUNT_AS_0 = "Not compared", "Count as 0"


def read_totals(book: Workbook) -> tuple[Total, ...]:
    """Rows of Totals. Items are separated by commas, the alternatives of an item by a bar."""
    found: dict[tuple[str, ...], Total] = {}
    for row in book.rows("Totals", TOTALS, may_lack=True):
        dataset, code, text = row.needed("Dataset"), row.needed("Total"), row.needed("Items")
        items = tuple(
            tuple(code.strip() for code in item.split("|") if code.strip())
            for item in text.split(",")
            if item.strip(" |")
        )
        codes = [code for item in items for code in item]
        double = sorted({code for code in codes if codes.count(code) > 1})
        if double:
            row.problems.add(kinds.TWICE.at(row.at("Items"), "an item is given twice", values=double))
        if code in codes:
            what = f"the total {code} is one of its own items"
            row.problems.add(kinds.INCONSISTENT.at(row.at("Items"), what, fix="Remove it from the items."))
        missing = row.choice("Missing Items", (NOT_COMPARED, COUNT_AS_0))
        key = (dataset, row.text("Category"), code)
        if key in found:
            _twice(row, "Total", f"{dataset} {code}", found[key])
        elif dataset and code and items:
            found[key] = Total(
                place=row.place,
                dataset=dataset,
                testcd=code,
                items=items,
                category=row.text("Category"),
                zero_if_missing=missing == COUNT_AS_0,
            )
    return tuple(found.values())


def read_plausibility(book: Workbook) -> tuple[Plausibility, ...]:
    """Rows of Plausibility; a row needs a limit or a fold above 1."""
    found: dict[tuple[str, ...], Plausibility] = {}
    for row in book.rows("Plausibility", PLAUSIBILITY, may_lack=True):
        dataset, code, unit = row.needed("Dataset"), row.needed("Test Code"), row.text("Unit")
        low, high, fold = row.number_("Low"), row.number_("High"), row.number_("Fold")
        if low is not None and high is not None and high <= low:
            values = [row.text("Low"), row.text("High")]
            row.problems.add(kinds.INVERTED.at(row.at("High"), "High is not above Low", values=values))
        if fold is not None and fold <= 1:
            what, fix = "Fold is not above 1", "write how many times more is too much, such as 3"
            row.problems.add(kinds.NOT_NUMBER.at(row.at("Fold"), what, values=[row.text("Fold")], fix=fix))
        if low is None and high is None and fold is None:
            what, fix = "the row limits nothing", "fill Low, High or Fold"
            row.problems.add(kinds.BLANK_CELL.at(row.at("Low"), what, fix=fix))
        if (dataset, code, unit) in found:
            _twice(row, "Test Code", f"{dataset} {code}", found[dataset, code, unit])
        elif dataset and code:
            found[dataset, code, unit] = Plausibility(
                place=row.place, dataset=dataset, testcd=code, unit=unit, low=low, high=high, fold=fold
            )
    return tuple(found.values())


def check_checks(spec: Spec) -> Iterator[Problem]:
    """Datasets, test codes and units of the two sheets are those of the workbook."""
    for total in spec.totals:
        yield from _dataset(spec, total, total.dataset)
        yield from _code(spec, total, "Total", total.dataset, total.testcd)
        for code in (code for item in total.items for code in item):
            yield from _code(spec, total, "Items", total.dataset, code)
    units: dict[tuple[str, str], list[str]] = {}
    for c in spec.conversions:  # a test may have one standard unit a specimen
        units.setdefault((c.dataset, c.testcd), []).append(c.to_unit)
    for row in spec.plausibility:
        yield from _dataset(spec, row, row.dataset)
        yield from _code(spec, row, "Test Code", row.dataset, row.testcd)
        standard = units.get((row.dataset, row.testcd), [row.unit])
        if row.unit not in standard:
            what = f"the limits of {row.testcd} are in '{row.unit}', its standard unit is '{standard[0]}'"
            yield kinds.RANGE_UNIT.at(row.at("Unit"), what)


def _dataset(spec: Spec, row: Placed, name: str) -> Iterator[Problem]:
    if name not in spec.datasets:
        what = f"dataset {name} is not in Datasets"
        yield kinds.UNKNOWN_DATASET.at(row.at("Dataset"), what, hint=did_you_mean(name, spec.datasets))


def _code(spec: Spec, row: Placed, header: str, dataset: str, code: str) -> Iterator[Problem]:
    """The code is in the codelist of --TESTCD, or in one of its value levels."""
    variable = f"{dataset}TESTCD"
    found = spec.variable(dataset, variable)
    names = [found.codelist if found else "", *(v.codelist for v in spec.values_of(dataset, variable))]
    lists = [spec.codelists[name] for name in names if name in spec.codelists]
    terms = [term for listed in lists for term in listed.values]
    if terms and code not in terms:
        what = f"{code} is in no codelist of {dataset} {variable}"
        yield kinds.CODE_MISSING.at(row.at(header), what, hint=did_you_mean(code, terms))


def _twice(row: SheetRow, header: str, what: str, first: Placed) -> None:
    row.problems.add(kinds.TWICE.at(row.at(header), f"{what} is in row {first.place.row} already"))

"""The sheets Protocol Criteria and Protocol Summary: rows into models, and their checks."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Criterion, Placed, Spec, SummaryValue
from il2cdisc.spec.workbook import Workbook

CRITERIA = ["Criterion Code", "Category", "Rule", "Version"]
SUMMARY = ["Parameter Code", "Value", "Null Flavor", "Code", "Dictionary", "Dictionary Version"]
# null flavors of ISO 21090 that a trial summary may have (SDTMIG 3.4 section 7.4.2)
NULL_FLAVORS = "ASKU DER INV MSK NA NASK NAV NI NINF OTH PINF QS TRC UNC UNK".split()  # noqa: SIM905


def read_criteria(book: Workbook) -> tuple[Criterion, ...]:
    """Rows of Protocol Criteria; the same criterion of one version twice is a problem."""
    found: dict[tuple[str, str], Criterion] = {}
    for row in book.rows("Protocol Criteria", CRITERIA, may_lack=True):
        code, category, version = row.needed("Criterion Code"), row.needed("Category"), row.text("Version")
        if (code, version) in found:
            what = f"criterion {code} is there twice; first in row {found[code, version].place.row}"
            row.problems.add(kinds.TWICE.at(row.at("Criterion Code"), what))
        elif code:
            found[code, version] = Criterion(
                place=row.place, code=code, category=category, rule=row.text("Rule"), version=version
            )
    return tuple(found.values())


def read_summary(book: Workbook) -> tuple[SummaryValue, ...]:
    """Rows of Protocol Summary: each has a value or a null flavor, not both."""
    found: list[SummaryValue] = []
    for row in book.rows("Protocol Summary", SUMMARY, may_lack=True):
        parameter, value, flavor = row.needed("Parameter Code"), row.text("Value"), row.text("Null Flavor")
        if bool(value) == bool(flavor):
            both = "both a value and a null flavor" if value else "neither a value nor a null flavor"
            fix = "Fill in exactly one of Value and Null Flavor."
            row.problems.add(kinds.INCONSISTENT.at(row.at("Value"), f"{parameter} has {both}", fix=fix))
        if flavor and flavor not in NULL_FLAVORS:
            what = f"{flavor} is not a null flavor of ISO 21090"
            hint = did_you_mean(flavor, NULL_FLAVORS)
            row.problems.add(kinds.PROTOCOL.at(row.at("Null Flavor"), what, hint=hint))
        if row.text("Code") and not row.text("Dictionary"):
            fix = "Name the dictionary of the code."
            what = f"{parameter} has a code of no dictionary"
            row.problems.add(kinds.INCONSISTENT.at(row.at("Dictionary"), what, fix=fix))
        if parameter:
            found.append(
                SummaryValue(
                    place=row.place,
                    parameter=parameter,
                    value=value,
                    null_flavor=flavor,
                    code=row.text("Code"),
                    dictionary=row.text("Dictionary"),
                    dictionary_version=row.text("Dictionary Version"),
                )
            )
    return tuple(found)


def check_protocol_codes(spec: Spec) -> Iterator[Problem]:
    """Codes of criteria and of summary parameters are in the codelists of TI and TS."""
    for row in spec.protocol.criteria:
        yield from _listed(spec, row, "TI", "IETESTCD", row.code, "Criterion Code")
        yield from _listed(spec, row, "TI", "IECAT", row.category, "Category")
    for row in spec.protocol.summary:
        yield from _listed(spec, row, "TS", "TSPARMCD", row.parameter, "Parameter Code")


def _listed(
    spec: Spec, row: Placed, dataset: str, variable: str, value: str, header: str
) -> Iterator[Problem]:
    found = spec.variable(dataset, variable)
    listed = spec.codelists.get(found.codelist) if found else None
    if listed is not None and value and value not in listed.values:
        what = f"{value} is not in codelist {listed.id} of {dataset} {variable}"
        yield kinds.CODE_MISSING.at(row.at(header), what, hint=did_you_mean(value, listed.values))

"""Names, labels, lengths and formats that the header of a version 5 transport file can't hold."""

from __future__ import annotations

import re

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Address, Kind, Problem, at_record
from il2cdisc.transport import problems
from il2cdisc.transport.formats import parse_format
from il2cdisc.transport.layout import XptHeader
from il2cdisc.transport.translit import transliterate

MAX_BYTES, MAX_LABEL, MAX_VARIABLES = 200, 40, 9999
FIRST_YEAR, LAST_YEAR = 1960, 2059

_DATASET_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_PRINTABLE = re.compile(r"[ -~]*")


def header_problems(header: XptHeader) -> list[Problem]:
    """Everything of `header` that can't be written; each of them stops."""
    place = at_record(header.name)
    found: list[Problem] = []
    if not _DATASET_NAME.fullmatch(header.name):
        found.append(problems.DATASET_NAME.at(place, "this name can't be held", values=[header.name]))
    found += _label(problems.DATASET_LABEL, place, header.label)
    if not header.variables:
        found.append(problems.NO_VARIABLES.at(place, "the dataset has no variables"))
    if len(header.variables) > MAX_VARIABLES:
        found.append(problems.TOO_MANY.at(place, f"the dataset has {len(header.variables)} variables"))
    if not FIRST_YEAR <= header.created.year <= LAST_YEAR:
        what = "the year of the header's time can't be held"
        found.append(problems.CREATED.at(place, what, values=[header.created.year]))
    return found + _variables(header)


def _variables(header: XptHeader) -> list[Problem]:
    found: list[Problem] = []
    seen: set[str] = set()
    for variable in header.variables:
        place = at_record(header.name, column=variable.name)
        if variable.name in seen:
            found.append(problems.DUPLICATE_VARIABLE.at(place, "two variables have this name"))
        seen.add(variable.name)
        found += _name(variable, place)
        found += _label(problems.VARIABLE_LABEL, place, variable.label)
        found += _shape(variable, place)
    return found


def _name(variable: Variable, place: Address) -> list[Problem]:
    if _VARIABLE_NAME.fullmatch(variable.name):
        return []
    upper = transliterate(variable.name).upper()
    hint = upper if _VARIABLE_NAME.fullmatch(upper) else ""
    return [problems.VARIABLE_NAME.at(place, "this name can't be held", values=[variable.name], hint=hint)]


def _label(kind: Kind, place: Address, label: str) -> list[Problem]:
    if not label.strip():
        return [kind.at(place, "the label is missing")]
    if not _PRINTABLE.fullmatch(label):
        proposal = transliterate(label)
        hint = proposal if _PRINTABLE.fullmatch(proposal) else ""
        return [kind.at(place, "the label is not printable ASCII", values=[label], hint=hint)]
    if len(label) > MAX_LABEL:
        return [kind.at(place, f"the label has {len(label)} characters", values=[label])]
    if label != label.rstrip(" "):
        return [kind.at(place, "the label ends with blanks, which would be lost", values=[label])]
    return []


def _shape(variable: Variable, place: Address) -> list[Problem]:
    found: list[Problem] = []
    largest = MAX_BYTES if variable.type == "Char" else 8
    smallest = 1 if variable.type == "Char" else 8
    if not smallest <= variable.length <= largest:
        what = f"a {variable.type} variable can't have length {variable.length}"
        found.append(problems.LENGTH.at(place, what))
    try:
        form = parse_format(variable.format)
    except ValueError as error:
        try:
            hint = str(parse_format(variable.format.strip().upper() + "."))
        except ValueError:
            hint = ""
        found.append(problems.FORMAT.at(place, str(error), hint=hint))
    else:
        if form.name and form.name.startswith("$") != (variable.type == "Char"):
            kind = "text" if form.name.startswith("$") else "numbers"
            what = f"this is a format of {kind}, the variable is {variable.type}"
            found.append(problems.FORMAT.at(place, what, values=[variable.format]))
    return found

"""What a raw file says of its own columns, held against the data dictionary: units and value labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

import numpy as np

from il2cdisc.base.problems import Address, Problem, Problems, at_line
from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn
from il2cdisc.raw.forms import Form, FormPart
from il2cdisc.raw.problems import UNIT, VALUE_LABEL


def check_descriptions(forms: Iterable[Form], dictionary: Dictionary, problems: Problems) -> None:
    """Report each column whose line of units or value labels differ from the data dictionary.

    Compared is the text, but for blanks at its ends and the ways to encode a sign; of labels also but for
    case. All cells of the column in that file (with that code) are named.
    """
    for form in forms:
        for column in dictionary.get(form.name, ()):
            for part in form.parts:
                problems.extend(_units(form, part, column))
                problems.extend(_labels(form, part, column))


def _units(form: Form, part: FormPart, column: DictionaryColumn) -> Iterator[Problem]:
    said = part.units.get(column.column)
    if said is None or _same(said) == _same(column.unit):
        return
    one, two = (f"'{unit.strip()}'" if unit.strip() else "no unit" for unit in (said, column.unit))
    cell = at_line(part.file, part.unit_line, column.column, sheet=part.sheet)
    what = f"The file gives {one} for {column.column}, the data dictionary {two}."
    cells = _cells(form, part, column)
    yield UNIT.at(cell, what, values=[said], records=cells, out_of=len(part.lines), cause=cell)


def _labels(form: Form, part: FormPart, column: DictionaryColumn) -> Iterator[Problem]:
    labels = part.value_labels.get(column.column, {})
    differ = {
        code: label
        for code, label in labels.items()
        if code in column.codes and _same(label).casefold() != _same(column.codes[code]).casefold()
    }
    if not differ:
        return
    pairs = [f"{code} = {label} (dictionary: {column.codes[code]})" for code, label in differ.items()]
    what = f"The file labels the values of {column.column} differently: {'; '.join(pairs)}."
    place = Address(file=part.file, sheet=part.sheet, column=column.column)
    cells = _cells(form, part, column, differ)
    filled = len(_cells(form, part, column))
    yield VALUE_LABEL.at(place, what, records=cells, out_of=filled, cause=place)


def _cells(
    form: Form, part: FormPart, column: DictionaryColumn, codes: Iterable[str] | None = None
) -> list[Address]:
    """Filled cells of a column in one file; of some codes only."""
    values = form.column(column.name).take(slice(part.first, part.first + len(part.lines)))
    chosen = ~values.missing if codes is None else values.among(codes)
    rows = np.flatnonzero(chosen) + part.first
    return form.addresses(rows, column.column)


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()

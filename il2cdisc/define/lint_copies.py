"""What a workbook of ADaM shares with that of SDTM: variables that are copied, and codelists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.define import problems as kinds
from il2cdisc.spec.check_rows import PREDECESSOR
from il2cdisc.spec.models import Codelist, DescribedItem, Placed, Spec, VariableSpec
from il2cdisc.spec.supplements import is_engines

SUBJECTS = "ADSL"
PREFIX = "SUPP"
CODELIST = {
    "nci_code": "NCI Codelist Code",
    "data_type": "Data Type",
    "terminology": "Terminology",
}
DICTIONARY = {"dictionary": "Dictionary", "version": "Version", "data_type": "Data Type"}
"""Fields that two rows of one id must share, with their headers."""


def lint_copies(adam: Spec, sdtm: Spec) -> Iterator[Problem]:
    """Predecessors that are not there, or are described differently; codelists that contradict each other."""
    for row in _rows(adam):
        yield from _predecessor(row, adam, sdtm)
    yield from _common(adam)
    for name, item in adam.codelists.items():
        other = sdtm.codelists.get(name)
        if other is not None and other is not item:
            yield from _codelists(item, other)
    for name, item in adam.dictionaries.items():
        other = sdtm.dictionaries.get(name)
        if other is not None and other is not item:
            yield from _fields(item, other, DICTIONARY, f"dictionary {name}")


def _rows(spec: Spec) -> list[DescribedItem]:
    return [*(row for dataset in spec.datasets.values() for row in dataset.variables), *spec.value_levels]


def _predecessor(row: DescribedItem, adam: Spec, sdtm: Spec) -> Iterator[Problem]:
    name, _, variable = row.predecessor.partition(".")
    if row.origin is not Origin.PREDECESSOR or not PREDECESSOR.match(row.predecessor):
        return  # a text that cannot be a name is reported by the workbook's own check
    book = adam if name in adam.datasets else sdtm
    if not book.datasets:
        return  # ADaM alone: a note says so
    found = book.variable(name, variable)
    if found is not None:
        if isinstance(row, VariableSpec):
            yield from _circle(row, adam)
            yield from _copy(row, found, adam, book)
    elif book is sdtm and not _is_qualifier(sdtm, name, variable):
        yield _unknown(row, name, adam, sdtm)


def _unknown(row: DescribedItem, name: str, adam: Spec, sdtm: Spec) -> Problem:
    if name in sdtm.datasets:
        what = f"{sdtm.shown} has no variable {row.predecessor}"
        options = [f"{name}.{other}" for other in sdtm.datasets[name].names]
    else:
        what = f"neither {adam.shown} nor {sdtm.shown} has a dataset {name}"
        tail = row.predecessor.partition(".")[2]
        options = [
            f"{other}.{tail}"
            for book in (adam, sdtm)
            for other, dataset in book.datasets.items()
            if tail in dataset.by_name
        ]
    hint = did_you_mean(row.predecessor, options)
    return kinds.NO_PREDECESSOR.at(row.at("Predecessor"), what, values=[row.predecessor], hint=hint)


def _is_qualifier(sdtm: Spec, dataset: str, name: str) -> bool:
    """Whether `SUPPAE.AESPCFY` names a qualifier: one of the workbook, or one that the engine makes."""
    parent = dataset.removeprefix(PREFIX)
    if parent == dataset or parent not in sdtm.datasets:
        return False
    return name in (*sdtm.qualifiers(dataset), "QVAL") or is_engines(sdtm, parent, name)


def _circle(row: VariableSpec, adam: Spec) -> Iterator[Problem]:
    """A copy whose predecessors lead back to itself."""
    start, chain = f"{row.dataset}.{row.name}", [row.predecessor]
    while chain[-1] != start:
        name, _, variable = chain[-1].partition(".")
        found = adam.variable(name, variable)
        if found is None or not found.predecessor or found.predecessor in chain:
            return
        chain.append(found.predecessor)
    what = f"{start} is copied from itself"
    yield kinds.CIRCLE.at(row.at("Predecessor"), what, values=chain)


def _copy(row: VariableSpec, source: VariableSpec, adam: Spec, book: Spec) -> Iterator[Problem]:
    name = f"{row.dataset} {row.name}"
    if row.format != source.format:
        what = f"{name} has the format '{row.format}', {row.predecessor} has '{source.format}'"
        yield kinds.OTHER_FORMAT.at(row.at("Format"), what)
    listed, own = book.codelists.get(source.codelist), adam.codelists.get(row.codelist)
    if listed is None or row.codelist in adam.dictionaries:
        return
    if own is None:
        what = f"{name} has no codelist, {row.predecessor} has {listed.id}"
        yield kinds.FEWER_TERMS.at(row.at("Codelist"), what)
        return
    absent = [value for value in listed.values if value not in own.values]
    if absent:
        what = f"codelist {own.id} of {name} does not have all terms of {row.predecessor}"
        yield kinds.FEWER_TERMS.at(row.at("Codelist"), what, values=absent)


def _common(adam: Spec) -> Iterator[Problem]:
    """Common variables of ADSL are copies of it wherever they are."""
    if SUBJECTS not in adam.datasets:
        return
    common = {row.name for row in adam.datasets[SUBJECTS].variables if row.common}
    for name, dataset in adam.datasets.items():
        for row in dataset.variables:
            wanted = f"{SUBJECTS}.{row.name}"
            if name != SUBJECTS and row.name in common and row.predecessor != wanted:
                from_ = (
                    f"is copied from {row.predecessor}" if row.predecessor else f"is {row.origin or 'empty'}"
                )
                what = f"{name} {row.name} is common, and {from_}"
                yield kinds.NOT_COPIED.at(row.at("Predecessor"), what, hint=wanted)


def _codelists(item: Codelist, other: Codelist) -> Iterator[Problem]:
    """Two codelists of one id. Of a published one each workbook lists the terms that it uses; what both list
    must be the same."""
    name = f"codelist {item.id}"
    fields = CODELIST | ({"name": "Name"} if item.nci_code else {})
    yield from _fields(item, other, fields, name)
    theirs = {term.value: term for term in other.terms}
    for term in item.terms:
        found = theirs.get(term.value)
        if found is not None:
            headers = {"decode": "Decoded Value", "nci_code": "NCI Term Code"}
            yield from _fields(term, found, headers, f"term '{term.value}' of {name}")
    if not item.nci_code and not other.nci_code:
        yield from _terms(item.values, other.values, item, other)


def _terms(mine: Sequence[str], theirs: Sequence[str], item: Codelist, other: Codelist) -> Iterator[Problem]:
    apart = [value for value in (*mine, *theirs) if (value in mine) != (value in theirs)]
    if apart:
        what = f"sponsor codelist {item.id} has other terms than in {other.place.file}"
        yield kinds.OTHER_CODELIST.at(item.at("ID"), what, values=apart)


def _fields(item: Placed, other: Placed, headers: Mapping[str, str], what: str) -> Iterator[Problem]:
    for field, header in headers.items():
        mine, theirs = _text(item, field), _text(other, field)
        if mine != theirs:
            text = f"{header} of {what} differs from {other.at(header)}"
            yield kinds.OTHER_CODELIST.at(item.at(header), text, values=[mine, theirs])


def _text(item: Any, field: str) -> str:
    return getattr(item, field)

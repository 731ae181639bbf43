"""Codelists of a workbook against controlled terminology, where the standards' tables hold its terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Codelist, Spec
from il2cdisc.standards import StandardCodelist, codelist, codelist_named, codelists

GROUPING = "Grouping Qualifier"
"""Role of --CAT and --SCAT, whose values are the sponsor's even where another codelist has them."""


def check_terms(spec: Spec) -> Iterator[Problem]:
    """NCI codes of codelists and terms; terms that a non-extensible codelist does not have; sponsor codelists
    in place of published ones."""
    for item in spec.codelists.values():
        if not item.nci_code:
            yield from _shadows(spec, item)
            continue
        standard = codelist(item.nci_code)
        if standard is None:
            likely = codelist_named(item.id)
            hint = likely.code if likely else ""
            what = f"codelist {item.id}: no codelist has the NCI code {item.nci_code}"
            yield kinds.STANDARD_CODE.at(item.at("NCI Codelist Code"), what, hint=hint)
        elif standard.terms is not None:
            yield from _terms(item, standard)


def _terms(item: Codelist, standard: StandardCodelist) -> Iterator[Problem]:
    known = {term.value: term for term in standard.terms or ()}
    folded = {value.casefold(): value for value in known}
    name = f"{standard.short_name} ({standard.code})"
    for term in item.terms:
        found = known.get(term.value)
        if found is not None:
            if term.nci_code != found.code:
                what = f"term '{term.value}' of {name} has the code {found.code}"
                values = [term.nci_code] if term.nci_code else []
                fix = "" if term.nci_code else "fill in the code"
                yield kinds.STANDARD_CODE.at(term.at("NCI Term Code"), what, values=values, fix=fix)
        elif not standard.extensible:
            what = f"term '{term.value}' is not in {name}, which is not extensible"
            hint = folded.get(term.value.casefold()) or did_you_mean(term.value, known)
            yield kinds.STANDARD_TERM.at(term.at("Term"), what, values=[term.value], hint=hint)
        elif term.value.casefold() in folded:
            what = f"term '{term.value}' is spelled differently in {name}"
            yield kinds.STANDARD_SPELLING.at(term.at("Term"), what, hint=folded[term.value.casefold()])
        elif term.nci_code:
            what = f"term '{term.value}' has the code {term.nci_code}, but is not in {name}"
            yield kinds.STANDARD_CODE.at(
                term.at("NCI Term Code"), what, fix="Leave the code of a sponsor term empty."
            )


def _shadows(spec: Spec, item: Codelist) -> Iterator[Problem]:
    """A sponsor codelist whose terms, spelling apart, are all in one published codelist.

    One with a comment is separate on purpose; numbers and texts that group records say too little.
    """
    words = {_folded(value) for value in item.values}
    if item.comment or not any(re.search("[a-z]", word) for word in words) or _groups(spec, item):
        return
    found = [standard for standard in codelists().values() if words <= _words(standard.code)]
    if found:
        shown = [f"{standard.short_name} ({standard.code})" for standard in found]
        what = f"sponsor codelist {item.id} repeats terms of {' and of '.join(shown)}"
        yield kinds.SHADOW_CODELIST.at(item.at("NCI Codelist Code"), what, values=item.values)


def _groups(spec: Spec, item: Codelist) -> bool:
    """True where only --CAT and --SCAT use the codelist."""
    variables = [v for dataset in spec.datasets.values() for v in dataset.variables]
    of_values = [
        spec.variable(row.dataset, row.variable) for row in spec.value_levels if row.codelist == item.id
    ]
    users = [*(v for v in variables if v.codelist == item.id), *(v for v in of_values if v)]
    return bool(users) and all(user.role == GROUPING for user in users)


@cache
def _words(code: str) -> frozenset[str]:
    """Folded terms of a published codelist; none where they are not carried, or are codes of tests."""
    standard = codelist(code)
    if standard is None or re.search(r"(Test|Item) (Code|Name)", standard.name):
        return frozenset()
    return frozenset(_folded(value) for value in standard.values)


def _folded(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()

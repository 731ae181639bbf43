"""Codelists of a workbook against controlled terminology, where the standards' tables hold its terms."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Codelist, Spec
from il2cdisc.standards import StandardCodelist, codelist, codelist_named


def check_terms(spec: Spec) -> Iterator[Problem]:
    """NCI codes of codelists and terms; terms that a non-extensible codelist does not have."""
    for item in spec.codelists.values():
        if not item.nci_code:
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
            what = f"term '{term.value}' is spelled otherwise in {name}"
            yield kinds.STANDARD_SPELLING.at(term.at("Term"), what, hint=folded[term.value.casefold()])
        elif term.nci_code:
            what = f"term '{term.value}' has the code {term.nci_code}, but is not in {name}"
            yield kinds.STANDARD_CODE.at(
                term.at("NCI Term Code"), what, fix="leave the code of a term of your own empty"
            )

"""What a release of terminology changes for a trial: codelists and terms of its workbooks, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Problem
from il2cdisc.spec.models import Codelist, Spec, Term
from il2cdisc.standards import codelist as shipped_codelist
from il2cdisc.standards import problems as kinds
from il2cdisc.standards.release import Release, ReleaseCodelist, Terminology


def release_changes(spec: Spec, new: Release, before: Terminology) -> list[Problem]:
    """Everything in a workbook that a release (`new`) makes wrong or could mend, each with its cell.

    `before` is the terminology that the trial uses now. Codelists of another package are passed over.
    """
    return [
        problem
        for item in spec.codelists.values()
        if item.nci_code
        for problem in _codelist(item, new, before)
    ]


def terms_added(spec: Spec, new: Release, before: Terminology) -> dict[str, int]:
    """Codelist of the workbook → number of terms that the release adds to it, where it adds some."""
    found: dict[str, int] = {}
    for item in spec.codelists.values():
        now, old = new.codelists.get(item.nci_code), before.terms(item.nci_code)
        if now and old and (added := len(set(now.by_value) - old)):
            found[item.id] = added
    return found


def _codelist(item: Codelist, new: Release, before: Terminology) -> Iterator[Problem]:
    now, old = new.codelists.get(item.nci_code), before.find(item.nci_code)
    if now is None:
        known = shipped_codelist(item.nci_code)
        if known is not None and known.package.upper() == new.package:
            what = f"codelist {item.id} ({item.nci_code}) is not in {new.name}"
            yield kinds.LIST_GONE.at(item.at("NCI Codelist Code"), what)
        return
    if old and old.name != now.name:
        what = f"codelist {item.id} ({item.nci_code}) has another name in {new.name}"
        yield kinds.LIST_RENAMED.at(item.at("Name"), what, values=[old.name, now.name])
    if now.extensible is not None and item.extensible != now.extensible:
        what = f"codelist {item.id} is {'extensible' if now.extensible else 'closed'} in {new.name}"
        yield kinds.LIST_OPENNESS.at(item.at("NCI Codelist Code"), what)
    for term in item.terms:
        yield from _term(item, term, now, new)


def _term(item: Codelist, term: Term, now: ReleaseCodelist, new: Release) -> Iterator[Problem]:
    by_code, by_value = now.by_code.get(term.nci_code), now.by_value.get(term.value)
    name = f"'{term.value}' of {item.id}"
    if not term.nci_code:
        likely = term.value if by_value else now.near(term.value) or now.near(term.decode)
        if likely:
            what = (
                f"your own term {name} is in {new.name}"
                if by_value
                else f"{name} is near to a term of {new.name}"
            )
            yield kinds.NOW_STANDARD.at(term.at("Term"), what, hint=likely)
    elif by_code is not None and by_code.value != term.value:
        what = f"{name} ({term.nci_code}) has another submission value in {new.name}"
        yield kinds.TERM_RENAMED.at(term.at("Term"), what, hint=by_code.value)
    elif by_code is None and by_value is not None:
        what = f"{name} has the code {by_value.code} in {new.name}"
        yield kinds.TERM_OTHER_CODE.at(term.at("NCI Term Code"), what, values=[term.nci_code])
    elif by_code is None:
        what = f"{name} ({term.nci_code}) is not in {new.name}"
        yield kinds.TERM_GONE.at(term.at("Term"), what, hint=now.near(term.value) or now.near(term.decode))

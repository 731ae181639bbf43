"""Looks a word up among published terms: submission values, NCI codes, synonyms, codelists."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from il2cdisc.standards.release import ReleaseCodelist, ReleaseTerm, Terminology, plain
from il2cdisc.standards.terminology import StandardCodelist, codelists


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """A term with its codelist; `term` is None where the codelist itself was asked for."""

    codelist: ReleaseCodelist
    term: ReleaseTerm | None
    by: str
    """What of it is the word: value, code, synonym, codelist."""


def find_terms(terminology: Terminology, word: str) -> list[FoundTerm]:
    """What a word is: exact values, codes and names of codelists first, then spellings and synonyms.

    >>> found = find_terms(Terminology(), "C49488")
    >>> [(item.codelist.short_name, item.term.value) for item in found if item.term][:1]
    [('NY', 'Y')]
    """
    exact: list[FoundTerm] = []
    alike: list[FoundTerm] = []
    wanted = plain(word)
    for listed in known_codelists(terminology):
        if word in (listed.code, listed.short_name) or plain(listed.name) == wanted:
            exact.append(FoundTerm(listed, None, "codelist"))
        for term in listed.terms:
            if word == term.value:
                exact.append(FoundTerm(listed, term, "value"))
            elif word == term.code:
                exact.append(FoundTerm(listed, term, "code"))
            elif plain(term.value) == wanted:
                alike.append(FoundTerm(listed, term, "value"))
            elif any(plain(synonym) == wanted for synonym in term.synonyms):
                alike.append(FoundTerm(listed, term, "synonym"))
    return [*exact, *alike]


def similar_terms(terminology: Terminology, word: str, count: int = 5) -> list[str]:
    """Values that a misspelt word may mean, the most similar first."""
    known: dict[str, str] = {}
    for listed in known_codelists(terminology):
        for term in listed.terms:
            for text in (term.value, *term.synonyms):
                known.setdefault(plain(text), term.value)
    wanted = plain(word)
    near = difflib.get_close_matches(wanted, known, n=count, cutoff=0.75)
    within = sorted((text for text in known if len(wanted) > 3 and wanted in text), key=lambda t: (len(t), t))
    return list(dict.fromkeys(known[text] for text in [*near, *within]))[:count]


def known_codelists(terminology: Terminology) -> Iterator[ReleaseCodelist]:
    """Every codelist whose terms are known, imported releases before the terms that come with il2cdisc."""
    seen: set[str] = set()
    for release in terminology.releases:
        for code, listed in release.codelists.items():
            if code not in seen:
                seen.add(code)
                yield listed
    for code in codelists():
        if code not in seen and (shipped := terminology.find(code)) is not None:
            yield shipped


def codelists_without_terms(terminology: Terminology) -> list[StandardCodelist]:
    """The codelists whose terms are not known, as long as their release is not imported."""
    return [listed for code, listed in codelists().items() if terminology.find(code) is None]


def named(listed: Iterable[StandardCodelist], word: str) -> list[StandardCodelist]:
    """The codelists whose NCI code, short name or name a word is.

    >>> [item.name for item in named(codelists_without_terms(Terminology()), "LBTESTCD")]
    ['Laboratory Test Code']
    """
    wanted = plain(word)
    return [
        item for item in listed if word.upper() in (item.code, item.short_name) or plain(item.name) == wanted
    ]

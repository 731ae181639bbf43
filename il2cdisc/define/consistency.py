"""Contradictions within a define.xml: names, standards, codelists, where-clauses, analysis results.

Source: Define-XML 2.1, sections 4 and 5; Analysis Results Metadata 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.define import problems as kinds
from il2cdisc.define.model import CodeList, Define, ItemDef, ItemGroup, RangeCheck
from il2cdisc.spec.analysis_reasons import PURPOSES, REASONS
from il2cdisc.spec.models import NUMERIC_TYPES

_SEVERAL = ("IN", "NOTIN")


def consistency_problems(define: Define, shown: str) -> Iterator[Problem]:
    """DEF011, DEF013 to DEF015 and DEF022, in the order of the parts of the file."""
    check = _Consistency(define, shown)
    yield from check.file()
    yield from check.where_clauses()
    for group in define.groups:
        yield from check.group(group)
    for item in define.items:
        yield from check.item(item)
    for codelist in define.codelists:
        yield from check.codelist(codelist)
    yield from check.displays()


class _Consistency:
    def __init__(self, define: Define, shown: str) -> None:
        self.define, self.shown = define, shown
        self.items = define.by_oid()
        self.codelists = {codelist.oid: codelist for codelist in define.codelists}

    def at(self, oid: str) -> Address:
        return Address(file=self.shown, column=oid)

    def _missing(self, value: object, oid: str, what: str) -> Iterator[Problem]:
        if not value:
            yield kinds.INCOMPLETE.at(self.at(oid), what)

    def _twice(self, names: list[str], oid: str, what: str) -> Iterator[Problem]:
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield kinds.TWICE.at(self.at(oid), what, values=[name])

    def file(self) -> Iterator[Problem]:
        """The stylesheet, the standards, the names of datasets."""
        define = self.define
        if not define.stylesheet:
            yield kinds.NO_STYLESHEET.at(self.shown, "no stylesheet is named")
        guides = [standard for standard in define.standards if standard.type == "IG"]
        yield from self._missing(guides, define.oid, "no implementation guide among the standards")
        for standard in define.standards:
            if standard.type == "CT":
                what = "controlled terminology without a publishing set"
                yield from self._missing(standard.publishing_set, standard.oid, what)
            yield from self._missing(standard.version, standard.oid, "a standard without a version")
        names = [group.name for group in define.groups]
        yield from self._twice(names, define.oid, "two datasets have one name")

    def group(self, group: ItemGroup) -> Iterator[Problem]:
        """Names and labels of its variables; the domain of a supplemental dataset."""
        items = [self.items[ref.item] for ref in group.items if ref.item in self.items]
        yield from self._twice([item.name for item in items], group.oid, "two variables have one name")
        for item in items:
            yield from self._missing(item.label, item.oid, "a variable without a label")
        if group.name.startswith("SUPP"):
            what = "a supplemental dataset without the description of its domain"
            yield from self._missing(group.domain_label, group.oid, what)

    def item(self, item: ItemDef) -> Iterator[Problem]:
        """Its type and that of its codelist."""
        codelist = self.codelists.get(item.codelist)
        if codelist and (item.data_type in NUMERIC_TYPES) != (codelist.data_type in NUMERIC_TYPES):
            what = "the data type differs from that of the codelist (item, codelist)"
            yield kinds.CONTRADICTION.at(self.at(item.oid), what, values=[item.data_type, codelist.data_type])

    def codelist(self, codelist: CodeList) -> Iterator[Problem]:
        """Its standard, its decodes, its codes; the version of a dictionary."""
        oid, terms = codelist.oid, codelist.items
        if codelist.dictionary:
            yield from self._missing(codelist.dictionary_version, oid, "a dictionary without a version")
            return
        marked = codelist.standard or codelist.non_standard
        yield from self._missing(marked, oid, "neither a standard nor marked as non-standard")
        if any(term.decode for term in terms) and not codelist.decoded:
            bare = [term.value for term in terms if not term.decode]
            yield kinds.INCOMPLETE.at(self.at(oid), "some terms have no decoded value", values=bare)
        if codelist.code:
            bare = [term.value for term in terms if not term.code and not term.extended]
            what = "terms without an NCI code that are not marked as extended"
        else:
            bare = [term.value for term in terms if term.extended]
            what = "terms marked as extended in a codelist without an NCI code"
        if bare:
            yield kinds.CONTRADICTION.at(self.at(oid), what, values=bare)

    def where_clauses(self) -> Iterator[Problem]:
        """Comparisons with the wrong number of values, or with values that are no terms."""
        for where in self.define.where_clauses:
            for check in where.checks:
                yield from self._comparison(where.oid, check)

    def _comparison(self, oid: str, check: RangeCheck) -> Iterator[Problem]:
        if not check.values or (len(check.values) > 1 and check.comparator not in _SEVERAL):
            what = f"{check.comparator} compares with {len(check.values)} values"
            yield kinds.CONTRADICTION.at(self.at(oid), what, values=check.values)
        item = self.items.get(check.item)
        codelist = self.codelists.get(item.codelist) if item else None
        if codelist is None or codelist.dictionary:
            return
        terms = [term.value for term in codelist.items]
        unknown = [value for value in check.values if value and value not in terms]
        if unknown and check.comparator in ("EQ", "NE", *_SEVERAL):
            what = f"compared with what is not in codelist {codelist.oid}"
            hint = did_you_mean(unknown[0], terms)
            yield kinds.CONTRADICTION.at(self.at(oid), what, values=unknown, hint=hint)

    def displays(self) -> Iterator[Problem]:
        """Their files; reason and purpose: published terms, which a sponsor may extend."""
        for display in self.define.displays:
            yield from self._missing(display.documents, display.oid, "a display without a document")
        for result in (result for display in self.define.displays for result in display.results):
            yield from self._term(result.oid, "reason", result.reason, REASONS)
            yield from self._term(result.oid, "purpose", result.purpose, PURPOSES)

    def _term(self, oid: str, what: str, value: str, known: Iterable[str]) -> Iterator[Problem]:
        if value and value not in known:
            hint = did_you_mean(value, known)
            text = f"the {what} is not a term of Analysis Results Metadata"
            yield kinds.NOT_A_TERM.at(self.at(oid), text, values=[value], hint=hint)

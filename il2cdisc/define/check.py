"""Checks of a define.xml in itself: references, words, what must be there (Define-XML 2.1, section 5)."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.define import problems as kinds
from il2cdisc.define.consistency import consistency_problems
from il2cdisc.define.model import (
    DATA_TYPES_WITH_LENGTH,
    Define,
    DocumentRef,
    ItemDef,
    ItemGroup,
    ItemRef,
    ResultDisplay,
)
from il2cdisc.spec.models import COMPARATORS, DATA_TYPES

ORIGINS = ("Assigned", "Collected", "Derived", "Not Available", "Other", "Predecessor", "Protocol")
SOURCES = ("", "Investigator", "Sponsor", "Subject", "Vendor")
METHOD_TYPES = ("Computation", "Imputation")
CLASSES = (
    "ADAM OTHER",
    "BASIC DATA STRUCTURE",
    "DEVICE LEVEL ANALYSIS DATASET",
    "EVENTS",
    "FINDINGS",
    "FINDINGS ABOUT",
    "INTERVENTIONS",
    "MEDICAL DEVICE BASIC DATA STRUCTURE",
    "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE",
    "OCCURRENCE DATA STRUCTURE",
    "REFERENCE DATA STRUCTURE",
    "RELATIONSHIP",
    "SPECIAL PURPOSE",
    "STUDY REFERENCE",
    "SUBJECT LEVEL ANALYSIS DATASET",
    "TRIAL DESIGN",
)


def check_define(define: Define, shown: str = "define.xml") -> list[Problem]:
    """Everything that is wrong in a define.xml, in the order of its parts; empty when nothing."""
    return list(_Check(define, shown).problems())


class _Check:
    def __init__(self, define: Define, shown: str) -> None:
        self.define = define
        self.shown = shown
        self.items = define.by_oid()
        self.used: set[str] = set()
        self.leaves = {leaf.oid for leaf in define.leaves} | {
            group.leaf.oid for group in define.groups if group.leaf
        }

    def at(self, oid: str) -> Address:
        return Address(file=self.shown, column=oid)

    def problems(self) -> Iterator[Problem]:
        define = self.define
        yield from self._identifiers()
        yield from self._comment(define.oid, define.comment)
        for name, value in (
            ("FileOID", define.file_oid),
            ("StudyName", define.study_name),
            ("OID", define.oid),
        ):
            if not value:
                yield kinds.INCOMPLETE.at(self.at(name), f"{name} is empty")
        for standard in define.standards:
            yield from self._comment(standard.oid, standard.comment)
        for group in define.groups:
            yield from self._group(group)
        for value_list in define.value_lists:
            yield from self._refs(value_list.oid, value_list.items)
            for ref in value_list.items:
                yield from self._some(ref.where, ref.item, "a value-level item without a where-clause")
        for where in define.where_clauses:
            yield from self._comment(where.oid, where.comment)
            for check in where.checks:
                yield from self._word(where.oid, "comparator", check.comparator, COMPARATORS)
                yield from self._known(where.oid, "item", check.item, self.items)
        for item in define.items:
            yield from self._item(item)
        for codelist in define.codelists:
            yield from self._comment(codelist.oid, codelist.comment)
            yield from self._standard(codelist.oid, codelist.standard)
            if not codelist.items and not codelist.dictionary:
                yield kinds.INCOMPLETE.at(self.at(codelist.oid), "a codelist without a term")
            values = [item.value for item in codelist.items]
            for value in sorted({value for value in values if values.count(value) > 1}):
                yield kinds.TWICE.at(self.at(codelist.oid), "a term is listed twice", values=[value])
        for method in define.methods:
            yield from self._word(method.oid, "type", method.type, METHOD_TYPES)
            yield from self._some(method.description, method.oid, "a method without a description")
            yield from self._documents(method.oid, method.documents)
        for comment in define.comments:
            yield from self._some(comment.description, comment.oid, "a comment without a text")
            yield from self._documents(comment.oid, comment.documents)
        for display in define.displays:
            yield from self._display(display)
        yield from self._documents(define.oid, (*define.annotated, *define.supplemental))
        yield from self._unused()
        yield from consistency_problems(define, self.shown)

    def _identifiers(self) -> Iterator[Problem]:
        define = self.define
        for parts in (
            define.standards,
            define.value_lists,
            define.where_clauses,
            define.groups,
            define.items,
            define.codelists,
            define.methods,
            define.comments,
            define.leaves,
            define.displays,
            [result for display in define.displays for result in display.results],
        ):
            seen: set[str] = set()
            for part in parts:
                if part.oid in seen:
                    yield kinds.TWICE.at(self.at(part.oid), f"{type(part).__name__} is defined twice")
                seen.add(part.oid)

    def _group(self, group: ItemGroup) -> Iterator[Problem]:
        yield from self._refs(group.oid, group.items)
        yield from self._comment(group.oid, group.comment)
        yield from self._standard(group.oid, group.standard)
        yield from self._word(group.oid, "class", group.class_, CLASSES)
        if not group.standard and not group.non_standard:
            yield kinds.INCOMPLETE.at(self.at(group.oid), "neither a standard nor marked as non-standard")
        for name, value in (("label", group.label), ("structure", group.structure)):
            yield from self._some(value, group.oid, f"a dataset without a {name}")
        if group.leaf is None and not group.has_no_data:
            yield kinds.INCOMPLETE.at(self.at(group.oid), "a dataset with data and without a file")
        if group.has_no_data:
            yield from self._some(group.comment, group.oid, "no data, and no comment says why")
        keys = sorted(ref.key for ref in group.items if ref.key is not None)
        if keys != list(range(1, len(keys) + 1)) or not keys:
            yield kinds.INCOMPLETE.at(self.at(group.oid), "the keys are not numbered from 1", values=keys)
        for ref in group.items:
            item = self.items.get(ref.item)
            if item is None:
                continue
            yield from self._origin_of(item, ref)

    def _origin_of(self, item: ItemDef, ref: ItemRef) -> Iterator[Problem]:
        lists = {value_list.oid: value_list for value_list in self.define.value_lists}
        values = lists[item.value_list].items if item.value_list in lists else ()
        below = [inner for inner in (self.items.get(value.item) for value in values) if inner]
        if not item.origins and not (below and all(inner.origins for inner in below)):
            yield kinds.INCOMPLETE.at(self.at(item.oid), "a variable without an origin")
        derived = any(origin.type == "Derived" for origin in item.origins)
        if derived and not ref.method and not any(value.method for value in values):
            yield kinds.INCOMPLETE.at(self.at(item.oid), "a derived variable without a method")
        if ref.has_no_data and not item.comment:
            yield kinds.INCOMPLETE.at(self.at(item.oid), "no data, and no comment says why")

    def _refs(self, oid: str, refs: tuple[ItemRef, ...]) -> Iterator[Problem]:
        orders = [ref.order for ref in refs if ref.order is not None]
        if len(set(orders)) != len(orders):
            yield kinds.TWICE.at(self.at(oid), "two items have one order number")
        methods = {method.oid for method in self.define.methods}
        wheres = {where.oid for where in self.define.where_clauses}
        for ref in refs:
            yield from self._known(oid, "item", ref.item, self.items)
            yield from self._known(oid, "method", ref.method, methods)
            for where in ref.where:
                yield from self._known(oid, "where-clause", where, wheres)

    def _item(self, item: ItemDef) -> Iterator[Problem]:
        yield from self._word(item.oid, "data type", item.data_type, DATA_TYPES)
        yield from self._known(item.oid, "codelist", item.codelist, {c.oid for c in self.define.codelists})
        yield from self._known(
            item.oid, "value list", item.value_list, {v.oid for v in self.define.value_lists}
        )
        yield from self._comment(item.oid, item.comment)
        if (item.length is None) == (item.data_type in DATA_TYPES_WITH_LENGTH):
            what = "has no length" if item.length is None else "has a length"
            yield kinds.INCOMPLETE.at(self.at(item.oid), f"data type {item.data_type} {what}")
        if item.data_type == "float" and item.significant_digits is None:
            yield kinds.INCOMPLETE.at(
                self.at(item.oid), "data type float has no number of significant digits"
            )
        for origin in item.origins:
            yield from self._word(item.oid, "origin", origin.type, ORIGINS)
            yield from self._word(item.oid, "source", origin.source, SOURCES)
            yield from self._documents(item.oid, origin.documents)
            if origin.type == "Predecessor" and not origin.description:
                yield kinds.INCOMPLETE.at(self.at(item.oid), "a predecessor that is not named")

    def _display(self, display: ResultDisplay) -> Iterator[Problem]:
        """A display and its analysis results (Analysis Results Metadata 1.0)."""
        yield from self._documents(display.oid, display.documents)
        groups = {group.oid for group in self.define.groups}
        wheres = {where.oid for where in self.define.where_clauses}
        yield from self._some(display.results, display.oid, "a display without an analysis result")
        for result in display.results:
            yield from self._some(result.reason, result.oid, "an analysis result without a reason")
            yield from self._some(result.purpose, result.oid, "an analysis result without a purpose")
            yield from self._some(result.description, result.oid, "an analysis result without a description")
            yield from self._some(result.datasets, result.oid, "an analysis result without a dataset")
            yield from self._known(result.oid, "item", result.parameter, self.items)
            yield from self._documents(result.oid, (*result.documents, *result.programs))
            yield from self._comment(result.oid, result.comment)
            for dataset in result.datasets:
                yield from self._known(result.oid, "dataset", dataset.group, groups)
                yield from self._known(result.oid, "where-clause", dataset.where, wheres)
                for variable in dataset.variables:
                    yield from self._known(result.oid, "item", variable, self.items)

    def _comment(self, oid: str, comment: str) -> Iterator[Problem]:
        yield from self._known(oid, "comment", comment, {c.oid for c in self.define.comments})

    def _standard(self, oid: str, standard: str) -> Iterator[Problem]:
        yield from self._known(oid, "standard", standard, {s.oid for s in self.define.standards})

    def _documents(self, oid: str, documents: tuple[DocumentRef, ...]) -> Iterator[Problem]:
        for document in documents:
            yield from self._known(oid, "document", document.leaf, self.leaves)

    def _known(self, oid: str, what: str, name: str, known: object) -> Iterator[Problem]:
        if not name:
            return
        self.used.add(name)
        options: set[str] = set(known)  # pyright: ignore[reportArgumentType]
        if name not in options:
            hint = did_you_mean(name, sorted(options))
            yield kinds.DANGLING.at(self.at(oid), f"there is no such {what}", values=[name], hint=hint)

    def _word(self, oid: str, what: str, value: str, known: tuple[str, ...]) -> Iterator[Problem]:
        if value not in known:
            hint = did_you_mean(value, known)
            yield kinds.NOT_A_TERM.at(
                self.at(oid), f"the {what} is not a term of Define-XML", values=[value], hint=hint
            )

    def _some(self, value: object, oid: str, what: str) -> Iterator[Problem]:
        if not value:
            yield kinds.INCOMPLETE.at(self.at(oid), what)

    def _unused(self) -> Iterator[Problem]:
        define = self.define
        for parts in (
            define.value_lists,
            define.where_clauses,
            define.items,
            define.codelists,
            define.methods,
            define.comments,
        ):
            for part in parts:
                if part.oid not in self.used:
                    yield kinds.UNUSED.at(self.at(part.oid), "nothing refers to it")

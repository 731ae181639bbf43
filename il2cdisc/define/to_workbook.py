"""A define.xml to the rows of a workbook, and what of it a workbook does not hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Kind, Problem, Severity, Stopped
from il2cdisc.define.model import DATA_TYPES_WITH_LENGTH, Define, DocumentRef, ItemDef, ItemRef, OriginDef
from il2cdisc.define.read import read_any_define
from il2cdisc.define.references import reference_problems
from il2cdisc.spec.new.tables import SheetCells, Tables

NOT_KEPT = Kind(
    "DEF045",
    "Content of define.xml that the workbook does not hold",
    Severity.INFORMATION,
    "See docs/define-round-trip.md for the reasons.",
)
_ORIGINS = frozenset(str(origin) for origin in Origin)
LOSSES = {
    "displays": "analysis results metadata (described by the workbook of displays, and made by a build)",
    "origins": "further origins of an item that has several (the workbook has one)",
    "descriptions": "descriptions of origins other than Predecessor",
    "types": "origins of a type that the workbook does not have",
    "documents": "further documents of a method, comment or origin that has several",
    "expressions": "further formal expressions of a method that has several",
    "clauses": "items under several where-clauses (one row, and one item, for each clause)",
    "comments": "comments of standards and of the whole file",
    "nonstandard": "marks of variables that are not of the standard (made anew from the standard)",
    "labels": "domain descriptions of supplemental and split datasets (made anew from the parent)",
    "above": "origin and method of a variable whose values all have an origin of their own",
    "roles": "roles at the value level (the variable has one)",
    "guides": "a further implementation guide that a dataset names (the workbook names one)",
    "lists": "the release of a codelist without NCI code (a list of the sponsor)",
    "lengths": "lengths of dates, times and durations (Define-XML 2.1 has none)",
}
"""What is not kept → its words; docs/define-round-trip.md lists them, and the command counts them."""
MADE_ANEW = {
    "file": "names, description, time, context and system of the file (those of the build)",
    "oids": "OIDs of datasets, variables and codelists (made from their names; others are kept)",
    "unused": "definitions that nothing refers to, or only what is not kept (a build writes what is used)",
    "data": "files, lengths, decimals, data types of dates, marks of missing data (taken from the datasets)",
    "order": "numbers of order (made from the places of the rows)",
    "terms": "ranks of terms, formats of codelists, codes of other sources than NCI",
    "dictionaries": "marks of dictionaries that are not of the standard",
    "release": "the release of Define-XML terminology (that of the trial)",
    "titles": "titles of pages",
    "names": "names and SAS names of values (made from the value of the where-clause)",
    "supplemental": "which documents are supplemental (all but the annotated CRF)",
}
"""What a build makes anew, or never writes → its words, on the same page."""


_PAGE = """\
# From define.xml to a workbook, and back

`il2cdisc spec from-define FILE` reads a define.xml of version 2.0 or 2.1 and writes a workbook. A build makes
a define.xml of version 2.1 from the workbook. On this way nothing is lost but what is listed here; the
command says how much of it a file has.

A file of version 2.0 comes back as 2.1: the class is an element, each dataset refers to its standard, and the
origins CRF and eDT are Collected, with the sources Investigator and Vendor.

| not kept, or made anew |
| --- |
"""


def round_trip_page() -> str:
    """The page of the documentation that lists what is not kept."""
    return _PAGE + "".join(f"| {text} |\n" for text in (*LOSSES.values(), *MADE_ANEW.values()))


@dataclass
class DefineRows:
    """A define.xml as rows, and how often something was not kept."""

    standard: Literal["SDTM", "ADaM"]
    tables: Tables
    lost: dict[str, int] = field(default_factory=dict[str, int])

    def problems(self, shown: str) -> list[Problem]:
        """For information: what the workbook does not hold."""
        return [
            NOT_KEPT.at(shown, f"not kept: {LOSSES[key]}", values=[n]) for key, n in self.lost.items() if n
        ]


def rows_of_define(data: bytes, shown: str) -> DefineRows:
    """The rows of a define.xml of version 2.0 or 2.1.

    Raises `Stopped` for a file that can't be read or whose references are broken, with every problem.
    """
    define = read_any_define(data, shown)
    problems = reference_problems(define, shown)
    if problems:
        raise Stopped(problems)
    return _Rows(define).made()


class _Rows:
    def __init__(self, define: Define) -> None:
        self.define = define
        self.items = define.by_oid()
        self.lists = {item.oid: item.items for item in define.value_lists}
        self.standards = {item.oid: item for item in define.standards}
        self.guide = next((item for item in define.standards if item.type == "IG"), None)
        self.lost = dict.fromkeys(LOSSES, 0)
        self.home: dict[str, tuple[str, str]] = {}
        for group in define.groups:
            for ref in group.items:
                self.home.setdefault(ref.item, (group.name, self.items[ref.item].name))

    def made(self) -> DefineRows:
        guide = self.guide
        analysis = guide is not None and "adam" in guide.name.casefold()
        self.lost["displays"] = len(self.define.displays)
        self.lost["comments"] = sum(bool(item.comment) for item in self.define.standards) + bool(
            self.define.comment
        )
        tables: dict[str, list[SheetCells]] = {
            "Define": self._study(guide.version if guide else "", analysis=analysis),
            "Datasets": [self._dataset(number) for number in range(len(self.define.groups))],
            "Variables": self._variables(),
            "ValueLevel": self._values(),
            "WhereClauses": self._clauses(),
            "Codelists": self._codelists(),
            "Dictionaries": self._dictionaries(),
            "Methods": self._methods(),
            "Comments": [
                {"ID": item.oid, "Description": item.description, **self._document(item.documents)}
                for item in self.define.comments
            ],
            "Documents": [
                {"ID": _bare(leaf.oid, "LF"), "Title": leaf.title, "Href": leaf.href}
                for leaf in self.define.leaves
            ],
        }
        return DefineRows("ADaM" if analysis else "SDTM", tables, self.lost)

    def _study(self, version: str, *, analysis: bool) -> list[SheetCells]:
        found = {
            "StudyName": self.define.study_name,
            "StudyDescription": self.define.study_description,
            "ProtocolName": self.define.protocol,
            "StandardName": "ADaM-IG" if analysis else "SDTM-IG",
            "StandardVersion": version,
            "Language": "en",
        }
        return [{"Attribute": name, "Value": value} for name, value in found.items()]

    def _dataset(self, number: int) -> SheetCells:
        group = self.define.groups[number]
        keys = sorted((ref for ref in group.items if ref.key is not None), key=lambda ref: ref.key or 0)
        standard = self.standards.get(group.standard)
        self.lost["guides"] += standard is not None and standard != self.guide
        self.lost["labels"] += bool(group.domain_label)
        return {
            "Dataset": group.name,
            "Label": group.label,
            "Class": group.class_,
            "SubClass": ", ".join(group.subclasses),
            "Structure": group.structure,
            "Key Variables": ", ".join(self.items[ref.item].name for ref in keys),
            "Standard": f"{standard.name} {standard.version}" if standard else "",
            "Has No Data": _yes(group.has_no_data),
            "Repeating": _yes(group.repeating),
            "Reference Data": _yes(group.reference_data),
            "Comment": group.comment,
        }

    def _variables(self) -> list[SheetCells]:
        rows: list[SheetCells] = []
        for group in self.define.groups:
            for number, ref in enumerate(group.items, start=1):
                item = self.items[ref.item]
                self.lost["nonstandard"] += ref.non_standard
                values = [self.items[value.item] for value in self.lists.get(item.value_list, ())]
                has_origin = bool(values) and all(value.origins for value in values)
                self.lost["above"] += has_origin and bool(item.origins or ref.method)
                rows.append(
                    {
                        **self._item(item, ref),
                        "Order": number,
                        "Dataset": group.name,
                        "Variable": item.name,
                        "Common": "No",
                        "Role": ref.role,
                        "Has No Data": _yes(ref.has_no_data),
                    }
                )
        return rows

    def _values(self) -> list[SheetCells]:
        rows: list[SheetCells] = []
        for group in self.define.groups:
            for parent in group.items:
                variable = self.items[parent.item]
                number = 0
                for ref in self.lists.get(variable.value_list, ()):
                    self.lost["clauses"] += len(ref.where) > 1
                    self.lost["roles"] += bool(ref.role)
                    for clause in ref.where or ("",):
                        number += 1
                        cells: SheetCells = {
                            **self._item(self.items[ref.item], ref),
                            "Order": number,
                            "Dataset": group.name,
                            "Variable": variable.name,
                            "Where Clause": clause,
                        }
                        rows.append(cells)
        return rows

    def _item(self, item: ItemDef, ref: ItemRef) -> SheetCells:
        number: SheetCells = {}
        if item.length is not None:
            number["Length"] = item.length
            self.lost["lengths"] += item.data_type not in DATA_TYPES_WITH_LENGTH
        if item.significant_digits is not None:
            number["Significant Digits"] = item.significant_digits
        return {
            "Label": item.label,
            "Data Type": item.data_type,
            **number,
            "Format": item.format,
            "Mandatory": _yes(ref.mandatory),
            "Codelist": _bare(item.codelist, "CL"),
            "Method": ref.method,
            "Comment": item.comment,
            **self._origin(item.origins),
        }

    def _origin(self, origins: Sequence[OriginDef]) -> SheetCells:
        if not origins:
            return {}
        first = origins[0]
        self.lost["origins"] += len(origins) - 1
        known = first.type in _ORIGINS
        self.lost["types"] += not known
        predecessor = first.type == str(Origin.PREDECESSOR)
        self.lost["descriptions"] += bool(first.description) and not predecessor
        self.lost["documents"] += max(0, len({document.leaf for document in first.documents}) - 1)
        return {
            "Origin": first.type if known else "",
            "Source": first.source,
            "Pages": next((document.pages for document in first.documents), ""),
            "Predecessor": first.description if predecessor else "",
        }

    def _clauses(self) -> list[SheetCells]:
        rows: list[SheetCells] = []
        for clause in self.define.where_clauses:
            for check in clause.checks:
                dataset, variable = self.home.get(check.item, ("", self.items[check.item].name))
                several = check.comparator in ("IN", "NOTIN")
                rows.append(
                    {
                        "ID": clause.oid,
                        "Dataset": dataset,
                        "Variable": variable,
                        "Comparator": check.comparator,
                        "Value": _listed(check.values) if several else "".join(check.values[:1]),
                        "Comment": clause.comment,
                    }
                )
        return rows

    def _codelists(self) -> list[SheetCells]:
        rows: list[SheetCells] = []
        for listed in self.define.codelists:
            standard = self.standards.get(listed.standard)
            self.lost["lists"] += standard is not None and not listed.code
            named = f"{standard.publishing_set} CT {standard.version}" if standard else ""
            rows += [
                {
                    "ID": _bare(listed.oid, "CL"),
                    "Name": listed.name,
                    "NCI Codelist Code": listed.code,
                    "Data Type": listed.data_type,
                    "Terminology": named,
                    "Comment": listed.comment,
                    "Order": number,
                    "Term": term.value,
                    "NCI Term Code": term.code,
                    "Decoded Value": term.decode,
                }
                for number, term in enumerate(listed.items, start=1)
            ]
        return rows

    def _dictionaries(self) -> list[SheetCells]:
        return [
            {
                "ID": _bare(listed.oid, "CL"),
                "Name": listed.name,
                "Data Type": listed.data_type,
                "Dictionary": listed.dictionary,
                "Version": listed.dictionary_version,
                "Href": listed.dictionary_href,
                "Comment": listed.comment,
            }
            for listed in self.define.codelists
            if listed.dictionary
        ]

    def _methods(self) -> list[SheetCells]:
        rows: list[SheetCells] = []
        for method in self.define.methods:
            self.lost["expressions"] += max(0, len(method.expressions) - 1)
            first = next(iter(method.expressions), None)
            rows.append(
                {
                    "ID": method.oid,
                    "Name": method.name,
                    "Type": method.type,
                    "Description": method.description,
                    "Expression Context": first.context if first else "",
                    "Expression Code": first.code if first else "",
                    **self._document(method.documents),
                }
            )
        return rows

    def _document(self, documents: Sequence[DocumentRef]) -> SheetCells:
        if not documents:
            return {}
        self.lost["documents"] += len(documents) - 1
        return {"Document": _bare(documents[0].leaf, "LF"), "Pages": documents[0].pages}


def _bare(oid: str, prefix: str) -> str:
    """`CL.SEX` → `SEX`: the workbook's id, to which define.xml puts the prefix."""
    return oid.removeprefix(f"{prefix}.")


def _yes(flag: bool) -> str:
    return "Yes" if flag else "No"


def _listed(values: Iterable[str]) -> str:
    """Values with commas, in quotes where one has a comma or a quote.

    >>> _listed(["A", "B, C"])
    'A, "B, C"'
    """
    parts: list[str] = []
    for value in values:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="").writerow([value])
        parts.append(stream.getvalue())
    return ", ".join(parts)

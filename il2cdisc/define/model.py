"""A define.xml as frozen records: one class an element, references by OID as in the file.

Source: Define-XML 2.1, section 5. Empty text and None are absent attributes or elements.
"""

from __future__ import annotations

from dataclasses import dataclass

DATA_TYPES_WITH_LENGTH = ("text", "integer", "float")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file that the definitions name; `href` is relative to define.xml."""

    oid: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document, and pages of it: numbers (`PhysicalRef`) or named destinations."""

    leaf: str
    pages: str = ""
    page_type: str = ""


@dataclass(frozen=True, slots=True)
class OriginDef:
    """Where the values of an item come from."""

    type: str
    source: str = ""
    description: str = ""
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard or a terminology release that the definitions name."""

    oid: str
    name: str
    type: str
    version: str
    status: str = "Final"
    publishing_set: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ItemRef:
    """An item in its dataset or value list. `key` is its place among the sort keys, from 1."""

    item: str
    order: int | None = None
    mandatory: bool = False
    key: int | None = None
    method: str = ""
    role: str = ""
    where: tuple[str, ...] = ()
    non_standard: bool = False
    has_no_data: bool = False


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """A dataset."""

    oid: str
    name: str
    label: str
    structure: str
    class_: str
    items: tuple[ItemRef, ...]
    domain: str = ""
    subclasses: tuple[str, ...] = ()
    purpose: str = "Tabulation"
    repeating: bool = True
    reference_data: bool = False
    standard: str = ""
    non_standard: bool = False
    has_no_data: bool = False
    comment: str = ""
    domain_label: str = ""
    leaf: Leaf | None = None


@dataclass(frozen=True, slots=True)
class ItemDef:
    """A variable, or the values of one under a where-clause."""

    oid: str
    name: str
    data_type: str
    label: str = ""
    length: int | None = None
    significant_digits: int | None = None
    format: str = ""
    sas_name: str = ""
    codelist: str = ""
    origins: tuple[OriginDef, ...] = ()
    value_list: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ValueList:
    """The value-level items of one variable, each with its where-clause."""

    oid: str
    items: tuple[ItemRef, ...]


@dataclass(frozen=True, slots=True)
class RangeCheck:
    """One comparison of a where-clause."""

    item: str
    comparator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Comparisons that must all hold."""

    oid: str
    checks: tuple[RangeCheck, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CodeItem:
    """A term. `extended`: the sponsor's addition to a published codelist."""

    value: str
    decode: str = ""
    code: str = ""
    order: int | None = None
    extended: bool = False


@dataclass(frozen=True, slots=True)
class CodeList:
    """A codelist with its terms, or the name and version of a dictionary."""

    oid: str
    name: str
    data_type: str
    items: tuple[CodeItem, ...] = ()
    code: str = ""
    standard: str = ""
    non_standard: bool = False
    comment: str = ""
    dictionary: str = ""
    dictionary_version: str = ""
    dictionary_href: str = ""

    @property
    def decoded(self) -> bool:
        """True where every term has a decode: the file then holds CodeListItem, else EnumeratedItem."""
        return bool(self.items) and all(item.decode for item in self.items)


@dataclass(frozen=True, slots=True)
class Expression:
    """Program text of a method, and the language that it is in."""

    context: str
    code: str


@dataclass(frozen=True, slots=True)
class MethodDef:
    """How a derived item is made."""

    oid: str
    name: str
    type: str
    description: str
    expressions: tuple[Expression, ...] = ()
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentDef:
    """A comment."""

    oid: str
    description: str
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisDataset:
    """A dataset that an analysis uses: which records, and which variables."""

    group: str
    where: str = ""
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """A result of an analysis (Analysis Results Metadata 1.0): why it was made, and of what."""

    oid: str
    description: str
    reason: str
    purpose: str
    datasets: tuple[AnalysisDataset, ...]
    parameter: str = ""
    documentation: str = ""
    documents: tuple[DocumentRef, ...] = ()
    code: str = ""
    context: str = ""
    programs: tuple[DocumentRef, ...] = ()
    comment: str = ""
    """Of the datasets: how they are joined."""


@dataclass(frozen=True, slots=True)
class ResultDisplay:
    """A table or figure with its analysis results; `documents`: its file."""

    oid: str
    name: str
    description: str
    results: tuple[AnalysisResult, ...]
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Define:
    """A whole define.xml."""

    file_oid: str
    created: str
    study_oid: str
    study_name: str
    study_description: str
    protocol: str
    oid: str
    name: str
    description: str = ""
    version: str = "2.1.0"
    context: str = "Submission"
    stylesheet: str = ""
    comment: str = ""
    originator: str = ""
    source_system: str = ""
    source_system_version: str = ""
    standards: tuple[Standard, ...] = ()
    annotated: tuple[DocumentRef, ...] = ()
    supplemental: tuple[DocumentRef, ...] = ()
    value_lists: tuple[ValueList, ...] = ()
    where_clauses: tuple[Where, ...] = ()
    groups: tuple[ItemGroup, ...] = ()
    items: tuple[ItemDef, ...] = ()
    codelists: tuple[CodeList, ...] = ()
    methods: tuple[MethodDef, ...] = ()
    comments: tuple[CommentDef, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    displays: tuple[ResultDisplay, ...] = ()

    def group(self, name: str) -> ItemGroup | None:
        """A dataset by name, None if there is none."""
        return next((group for group in self.groups if group.name == name), None)

    def by_oid(self) -> dict[str, ItemDef]:
        """Items by OID."""
        return {item.oid: item for item in self.items}

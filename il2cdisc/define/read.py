"""A define.xml to the model: no document type, no entities, no network."""

from __future__ import annotations

import io
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from il2cdisc.base.problems import Stopped, at_line
from il2cdisc.define.model import (
    AnalysisDataset,
    AnalysisResult,
    CodeItem,
    CodeList,
    CommentDef,
    Define,
    DocumentRef,
    Expression,
    ItemDef,
    ItemGroup,
    ItemRef,
    Leaf,
    MethodDef,
    OriginDef,
    RangeCheck,
    ResultDisplay,
    Standard,
    ValueList,
    Where,
)
from il2cdisc.define.older import is_older, upgraded
from il2cdisc.define.problems import UNREADABLE
from il2cdisc.define.write import ARM, DEF, NCI, ODM, XLINK

_D = f"{{{DEF}}}"
_O = f"{{{ODM}}}"
_A = f"{{{ARM}}}"


def read_define(data: bytes, shown: str = "define.xml") -> Define:
    """The model of a define.xml of version 2.1; what the model does not know is passed over.

    Raises `Stopped` for XML that is damaged, declares a document type (and with it entities), is no
    Define-XML 2.1, or lacks an attribute that the model needs.
    """
    return _model_of(parse_define(data, shown), shown)


def _model_of(root: Any, shown: str) -> Define:
    version = root.find(f"{_O}Study/{_O}MetaDataVersion")
    if (
        root.tag != f"{_O}ODM"
        or version is None
        or not version.get(f"{_D}DefineVersion", "").startswith("2.1")
    ):
        raise Stopped([UNREADABLE.at(shown, "the file is not a define.xml of version 2.1")])
    try:
        return _define(root, version)
    except _Lacking as lacking:
        raise Stopped([UNREADABLE.at(at_line(shown, lacking.line), str(lacking))]) from None


def read_any_define(data: bytes, shown: str = "define.xml") -> Define:
    """The model of a define.xml of version 2.1, or of 2.0 in the elements of 2.1; raises as `read_define`."""
    root = parse_define(data, shown)
    if is_older(root):
        root = upgraded(root)
    return _model_of(root, shown)


def parse_define(data: bytes, shown: str) -> Any:
    """The root element. Raises `Stopped` for XML that is damaged or declares a document type."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, remove_comments=True
    )
    if not data.strip():
        raise Stopped([UNREADABLE.at(shown, "the file is empty")])
    try:
        root = etree.parse(io.BytesIO(data), parser).getroot()
    except etree.XMLSyntaxError as error:
        what = f"the XML is damaged or cut off ({error.msg})"
        raise Stopped([UNREADABLE.at(at_line(shown, error.lineno or 1), what)]) from None
    if root.getroottree().docinfo.doctype:
        what = "the XML declares a document type; a define.xml has none"
        raise Stopped([UNREADABLE.at(shown, what)])
    return root


class _Lacking(Exception):  # noqa: N818 - told as a problem
    """An attribute that must be there is not; `line` is where."""

    def __init__(self, element: Any, what: str) -> None:
        self.line: int = element.sourceline or 0
        super().__init__(f"{etree.QName(element).localname} has no usable {what}")


def _define(root: Any, version: Any) -> Define:
    study = root.find(f"{_O}Study")
    return Define(
        file_oid=root.get("FileOID", ""),
        created=root.get("CreationDateTime", ""),
        context=root.get(f"{_D}Context", ""),
        stylesheet=_stylesheet(root),
        originator=root.get("Originator", ""),
        source_system=root.get("SourceSystem", ""),
        source_system_version=root.get("SourceSystemVersion", ""),
        study_oid=study.get("OID", ""),
        study_name=_text(study, "GlobalVariables/StudyName"),
        study_description=_text(study, "GlobalVariables/StudyDescription"),
        protocol=_text(study, "GlobalVariables/ProtocolName"),
        oid=version.get("OID", ""),
        name=version.get("Name", ""),
        description=version.get("Description", ""),
        version=version.get(f"{_D}DefineVersion", ""),
        comment=version.get(f"{_D}CommentOID", ""),
        standards=tuple(_standard(e) for e in version.iterfind(f"{_D}Standards/{_D}Standard")),
        annotated=_documents(version.find(f"{_D}AnnotatedCRF")),
        supplemental=_documents(version.find(f"{_D}SupplementalDoc")),
        value_lists=tuple(
            ValueList(_need(e, "OID"), _refs(e)) for e in version.iterfind(f"{_D}ValueListDef")
        ),
        where_clauses=tuple(_where(e) for e in version.iterfind(f"{_D}WhereClauseDef")),
        groups=tuple(_group(e) for e in version.iterfind(f"{_O}ItemGroupDef")),
        items=tuple(_item(e) for e in version.iterfind(f"{_O}ItemDef")),
        codelists=tuple(_codelist(e) for e in version.iterfind(f"{_O}CodeList")),
        methods=tuple(_method(e) for e in version.iterfind(f"{_O}MethodDef")),
        comments=tuple(
            CommentDef(_need(e, "OID"), _description(e), _documents(e))
            for e in version.iterfind(f"{_D}CommentDef")
        ),
        leaves=tuple(_leaf(e) for e in version.iterfind(f"{_D}leaf")),
        displays=tuple(
            _display(e) for e in version.iterfind(f"{_A}AnalysisResultDisplays/{_A}ResultDisplay")
        ),
    )


def _stylesheet(root: Any) -> str:
    """The file that the first xml-stylesheet instruction names."""
    named = (pi.get("href", "") for pi in root.itersiblings(etree.ProcessingInstruction, preceding=True)
             if pi.target == "xml-stylesheet")  # fmt: skip
    return next(named, "")


def _standard(element: Any) -> Standard:
    return Standard(
        oid=_need(element, "OID"),
        name=element.get("Name", ""),
        type=element.get("Type", ""),
        version=element.get("Version", ""),
        status=element.get("Status", ""),
        publishing_set=element.get("PublishingSet", ""),
        comment=element.get(f"{_D}CommentOID", ""),
    )


def _where(element: Any) -> Where:
    checks = tuple(
        RangeCheck(
            item=check.get(f"{_D}ItemOID", ""),
            comparator=check.get("Comparator", ""),
            values=tuple(value.text or "" for value in check.iterfind(f"{_O}CheckValue")),
        )
        for check in element.iterfind(f"{_O}RangeCheck")
    )
    return Where(_need(element, "OID"), checks, element.get(f"{_D}CommentOID", ""))


def _group(element: Any) -> ItemGroup:
    class_ = element.find(f"{_D}Class")
    leaf = element.find(f"{_D}leaf")
    aliases = [
        alias.get("Name", "")
        for alias in element.iterfind(f"{_O}Alias")
        if alias.get("Context") == "DomainDescription"
    ]
    return ItemGroup(
        oid=_need(element, "OID"),
        name=_need(element, "Name"),
        label=_description(element),
        structure=element.get(f"{_D}Structure", ""),
        class_=class_.get("Name", "") if class_ is not None else "",
        subclasses=tuple(e.get("Name", "") for e in element.iterfind(f"{_D}Class/{_D}SubClass")),
        items=_refs(element),
        domain=element.get("Domain", ""),
        purpose=element.get("Purpose", ""),
        repeating=element.get("Repeating") == "Yes",
        reference_data=element.get("IsReferenceData") == "Yes",
        standard=element.get(f"{_D}StandardOID", ""),
        non_standard=_flag(element, "IsNonStandard"),
        has_no_data=_flag(element, "HasNoData"),
        comment=element.get(f"{_D}CommentOID", ""),
        domain_label=aliases[0] if aliases else "",
        leaf=_leaf(leaf) if leaf is not None else None,
    )


def _refs(element: Any) -> tuple[ItemRef, ...]:
    return tuple(
        ItemRef(
            item=_need(ref, "ItemOID"),
            order=_number(ref, "OrderNumber"),
            mandatory=ref.get("Mandatory") == "Yes",
            key=_number(ref, "KeySequence"),
            method=ref.get("MethodOID", ""),
            role=ref.get("Role", ""),
            where=tuple(e.get("WhereClauseOID", "") for e in ref.iterfind(f"{_D}WhereClauseRef")),
            non_standard=_flag(ref, "IsNonStandard"),
            has_no_data=_flag(ref, "HasNoData"),
        )
        for ref in element.iterfind(f"{_O}ItemRef")
    )


def _item(element: Any) -> ItemDef:
    codelist, values = element.find(f"{_O}CodeListRef"), element.find(f"{_D}ValueListRef")
    return ItemDef(
        oid=_need(element, "OID"),
        name=_need(element, "Name"),
        data_type=element.get("DataType", ""),
        label=_description(element),
        length=_number(element, "Length"),
        significant_digits=_number(element, "SignificantDigits"),
        format=element.get(f"{_D}DisplayFormat", ""),
        sas_name=element.get("SASFieldName", ""),
        codelist=codelist.get("CodeListOID", "") if codelist is not None else "",
        origins=tuple(
            OriginDef(e.get("Type", ""), e.get("Source", ""), _description(e), _documents(e))
            for e in element.iterfind(f"{_D}Origin")
        ),
        value_list=values.get("ValueListOID", "") if values is not None else "",
        comment=element.get(f"{_D}CommentOID", ""),
    )


def _codelist(element: Any) -> CodeList:
    external = element.find(f"{_O}ExternalCodeList")
    items = tuple(
        CodeItem(
            value=term.get("CodedValue", ""),
            decode=_translated(term.find(f"{_O}Decode")),
            code=_nci(term),
            order=_number(term, "OrderNumber"),
            extended=_flag(term, "ExtendedValue"),
        )
        for term in element.iterfind("*")
        if term.tag in (f"{_O}CodeListItem", f"{_O}EnumeratedItem")
    )
    return CodeList(
        oid=_need(element, "OID"),
        name=element.get("Name", ""),
        data_type=element.get("DataType", ""),
        items=items,
        code=_nci(element),
        standard=element.get(f"{_D}StandardOID", ""),
        non_standard=_flag(element, "IsNonStandard"),
        comment=element.get(f"{_D}CommentOID", ""),
        dictionary=external.get("Dictionary", "") if external is not None else "",
        dictionary_version=external.get("Version", "") if external is not None else "",
        dictionary_href=external.get("href", "") if external is not None else "",
    )


def _method(element: Any) -> MethodDef:
    return MethodDef(
        oid=_need(element, "OID"),
        name=element.get("Name", ""),
        type=element.get("Type", ""),
        description=_description(element),
        expressions=tuple(
            Expression(e.get("Context", ""), e.text or "") for e in element.iterfind(f"{_O}FormalExpression")
        ),
        documents=_documents(element),
    )


def _display(element: Any) -> ResultDisplay:
    return ResultDisplay(
        oid=_need(element, "OID"),
        name=element.get("Name", ""),
        description=_description(element),
        results=tuple(_result(e) for e in element.iterfind(f"{_A}AnalysisResult")),
        documents=_documents(element),
    )


def _result(element: Any) -> AnalysisResult:
    documentation = element.find(f"{_A}Documentation")
    code = element.find(f"{_A}ProgrammingCode")
    return AnalysisResult(
        oid=_need(element, "OID"),
        description=_description(element),
        reason=element.get("AnalysisReason", ""),
        purpose=element.get("AnalysisPurpose", ""),
        datasets=tuple(
            AnalysisDataset(
                e.get("ItemGroupOID", ""),
                next((r.get("WhereClauseOID", "") for r in e.iterfind(f"{_D}WhereClauseRef")), ""),
                tuple(v.get("ItemOID", "") for v in e.iterfind(f"{_A}AnalysisVariable")),
            )
            for e in element.iterfind(f"{_A}AnalysisDatasets/{_A}AnalysisDataset")
        ),
        parameter=element.get("ParameterOID", ""),
        documentation=_description(documentation) if documentation is not None else "",
        documents=_documents(documentation),
        code=(code.findtext(f"{_A}Code") or "") if code is not None else "",
        context=code.get("Context", "") if code is not None else "",
        programs=_documents(code),
        comment=next((e.get(f"{_D}CommentOID", "") for e in element.iterfind(f"{_A}AnalysisDatasets")), ""),
    )


def _documents(element: Any) -> tuple[DocumentRef, ...]:
    """Documents below an element; a page range is written as `first-last`."""
    found: list[DocumentRef] = []
    for document in element.iterfind(f"{_D}DocumentRef") if element is not None else ():
        leaf = document.get("leafID", "")
        pages = document.findall(f"{_D}PDFPageRef")
        found += [DocumentRef(leaf, _pages(page), page.get("Type", "")) for page in pages] or [
            DocumentRef(leaf)
        ]
    return tuple(found)


def _pages(page: Any) -> str:
    return page.get("PageRefs") or f"{page.get('FirstPage', '')}-{page.get('LastPage', '')}"


def _leaf(element: Any) -> Leaf:
    return Leaf(
        _need(element, "ID"), element.get(f"{{{XLINK}}}href", ""), element.findtext(f"{_D}title") or ""
    )


def _nci(element: Any) -> str:
    for alias in element.iterfind(f"{_O}Alias"):
        if alias.get("Context") == NCI:
            return alias.get("Name", "")
    return ""


def _description(element: Any) -> str:
    return _translated(element.find(f"{_O}Description"))


def _translated(element: Any) -> str:
    return (element.findtext(f"{_O}TranslatedText") or "") if element is not None else ""


def _text(element: Any, path: str) -> str:
    return element.findtext("/".join(f"{_O}{part}" for part in path.split("/"))) or ""


def _flag(element: Any, name: str) -> bool:
    return element.get(f"{_D}{name}") == "Yes"


def _number(element: Any, name: str) -> int | None:
    value = element.get(name)
    if value is None:
        return None
    if not value.isdecimal():
        raise _Lacking(element, f"number in {name}")
    return int(value)


def _need(element: Any, name: str) -> str:
    value = element.get(name)
    if not value:
        raise _Lacking(element, name)
    return value

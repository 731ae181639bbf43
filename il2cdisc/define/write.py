"""The model to the bytes of a define.xml: elements and attributes in the order of the schema."""

from __future__ import annotations

from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from il2cdisc.base.problems import Stopped
from il2cdisc.define.model import (
    AnalysisResult,
    CodeItem,
    CodeList,
    CommentDef,
    Define,
    DocumentRef,
    ItemDef,
    ItemGroup,
    ItemRef,
    Leaf,
    MethodDef,
    OriginDef,
    ResultDisplay,
    Standard,
    ValueList,
    Where,
)
from il2cdisc.define.problems import UNWRITABLE

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
NCI = "nci:ExtCodeID"
_SPACES = {"": ODM, "def": DEF, "arm": ARM}


def define_bytes(define: Define) -> bytes:
    """The file, UTF-8, indented; the same model gives the same bytes.

    Raises `Stopped` where a text holds a character that XML can't hold.
    """
    try:
        root = _odm(define)
    except ValueError as error:
        raise Stopped([UNWRITABLE.at("define.xml", f"{error}")]) from None
    if define.stylesheet:
        text = f'type="text/xsl" href="{define.stylesheet}"'
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", text))
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _odm(define: Define) -> Any:
    spaces = {None: ODM, "xlink": XLINK, "def": DEF, **({"arm": ARM} if define.displays else {})}
    root = etree.Element(f"{{{ODM}}}ODM", nsmap=spaces)
    _set(
        root,
        ODMVersion="1.3.2",
        FileType="Snapshot",
        FileOID=define.file_oid,
        CreationDateTime=define.created,
        Originator=define.originator,
        SourceSystem=define.source_system,
        SourceSystemVersion=define.source_system_version,
        def_Context=define.context,
    )
    study = _add(root, "Study", OID=define.study_oid)
    names = _add(study, "GlobalVariables")
    _add(names, "StudyName").text = define.study_name
    _add(names, "StudyDescription").text = define.study_description
    _add(names, "ProtocolName").text = define.protocol
    version = _add(
        study,
        "MetaDataVersion",
        OID=define.oid,
        Name=define.name,
        Description=define.description,
        def_DefineVersion=define.version,
        def_CommentOID=define.comment,
    )
    if define.standards:
        standards = _add(version, "def:Standards")
        for standard in define.standards:
            _standard(standards, standard)
    for tag, documents in (
        ("def:AnnotatedCRF", define.annotated),
        ("def:SupplementalDoc", define.supplemental),
    ):
        if documents:
            _documents(_add(version, tag), documents)
    for value_list in define.value_lists:
        _value_list(version, value_list)
    for where in define.where_clauses:
        _where(version, where)
    for group in define.groups:
        _group(version, group)
    for item in define.items:
        _item(version, item)
    for codelist in define.codelists:
        _codelist(version, codelist)
    for method in define.methods:
        _method(version, method)
    for comment in define.comments:
        _comment(version, comment)
    for leaf in define.leaves:
        _leaf(version, leaf)
    if define.displays:
        displays = _add(version, "arm:AnalysisResultDisplays")
        for display in define.displays:
            _display(displays, display)
    return root


def _standard(parent: Any, standard: Standard) -> None:
    _add(
        parent,
        "def:Standard",
        OID=standard.oid,
        Name=standard.name,
        Type=standard.type,
        PublishingSet=standard.publishing_set,
        Version=standard.version,
        Status=standard.status,
        def_CommentOID=standard.comment,
    )


def _value_list(parent: Any, value_list: ValueList) -> None:
    element = _add(parent, "def:ValueListDef", OID=value_list.oid)
    for ref in value_list.items:
        _item_ref(element, ref)


def _where(parent: Any, where: Where) -> None:
    element = _add(parent, "def:WhereClauseDef", OID=where.oid, def_CommentOID=where.comment)
    for check in where.checks:
        made = _add(
            element, "RangeCheck", Comparator=check.comparator, SoftHard="Soft", def_ItemOID=check.item
        )
        for value in check.values:
            _add(made, "CheckValue").text = value


def _group(parent: Any, group: ItemGroup) -> None:
    element = _add(
        parent,
        "ItemGroupDef",
        OID=group.oid,
        Name=group.name,
        Repeating=_yes_no(group.repeating),
        IsReferenceData=_yes_no(group.reference_data),
        SASDatasetName=group.name,
        Domain=group.domain,
        Purpose=group.purpose,
        def_Structure=group.structure,
        def_ArchiveLocationID=group.leaf.oid if group.leaf else "",
        def_StandardOID=group.standard,
        def_IsNonStandard=_yes(group.non_standard),
        def_HasNoData=_yes(group.has_no_data),
        def_CommentOID=group.comment,
    )
    _description(element, group.label)
    for ref in group.items:
        _item_ref(element, ref)
    if group.domain_label:
        _add(element, "Alias", Context="DomainDescription", Name=group.domain_label)
    class_ = _add(element, "def:Class", Name=group.class_)
    for name in group.subclasses:
        _add(class_, "def:SubClass", Name=name)
    if group.leaf:
        _leaf(element, group.leaf)


def _item_ref(parent: Any, ref: ItemRef) -> None:
    element = _add(
        parent,
        "ItemRef",
        ItemOID=ref.item,
        OrderNumber=ref.order,
        Mandatory=_yes_no(ref.mandatory),
        KeySequence=ref.key,
        MethodOID=ref.method,
        Role=ref.role,
        def_IsNonStandard=_yes(ref.non_standard),
        def_HasNoData=_yes(ref.has_no_data),
    )
    for oid in ref.where:
        _add(element, "def:WhereClauseRef", WhereClauseOID=oid)


def _item(parent: Any, item: ItemDef) -> None:
    element = _add(
        parent,
        "ItemDef",
        OID=item.oid,
        Name=item.name,
        DataType=item.data_type,
        Length=item.length,
        SignificantDigits=item.significant_digits,
        SASFieldName=item.sas_name,
        def_DisplayFormat=item.format,
        def_CommentOID=item.comment,
    )
    _description(element, item.label)
    if item.codelist:
        _add(element, "CodeListRef", CodeListOID=item.codelist)
    for origin in item.origins:
        _origin(element, origin)
    if item.value_list:
        _add(element, "def:ValueListRef", ValueListOID=item.value_list)


def _origin(parent: Any, origin: OriginDef) -> None:
    element = _add(parent, "def:Origin", Type=origin.type, Source=origin.source)
    _description(element, origin.description)
    _documents(element, origin.documents)


def _codelist(parent: Any, codelist: CodeList) -> None:
    element = _add(
        parent,
        "CodeList",
        OID=codelist.oid,
        Name=codelist.name,
        DataType=codelist.data_type,
        def_StandardOID=codelist.standard,
        def_IsNonStandard=_yes(codelist.non_standard),
        def_CommentOID=codelist.comment,
    )
    if codelist.dictionary:
        _add(
            element,
            "ExternalCodeList",
            Dictionary=codelist.dictionary,
            Version=codelist.dictionary_version,
            href=codelist.dictionary_href,
        )
    for item in codelist.items:
        _code_item(element, item, decoded=codelist.decoded)
    if codelist.code:
        _add(element, "Alias", Context=NCI, Name=codelist.code)


def _code_item(parent: Any, item: CodeItem, *, decoded: bool) -> None:
    element = _add(
        parent,
        "CodeListItem" if decoded else "EnumeratedItem",
        CodedValue=item.value,
        OrderNumber=item.order,
        def_ExtendedValue=_yes(item.extended),
    )
    if decoded:
        _translated(_add(element, "Decode"), item.decode)
    if item.code:
        _add(element, "Alias", Context=NCI, Name=item.code)


def _method(parent: Any, method: MethodDef) -> None:
    element = _add(parent, "MethodDef", OID=method.oid, Name=method.name, Type=method.type)
    _description(element, method.description)
    for expression in method.expressions:
        _add(element, "FormalExpression", Context=expression.context).text = expression.code
    _documents(element, method.documents)


def _comment(parent: Any, comment: CommentDef) -> None:
    element = _add(parent, "def:CommentDef", OID=comment.oid)
    _description(element, comment.description)
    _documents(element, comment.documents)


def _display(parent: Any, display: ResultDisplay) -> None:
    element = _add(parent, "arm:ResultDisplay", OID=display.oid, Name=display.name)
    _description(element, display.description)
    _documents(element, display.documents)
    for result in display.results:
        _result(element, result)


def _result(parent: Any, result: AnalysisResult) -> None:
    element = _add(
        parent,
        "arm:AnalysisResult",
        OID=result.oid,
        ParameterOID=result.parameter,
        AnalysisReason=result.reason,
        AnalysisPurpose=result.purpose,
    )
    _description(element, result.description)
    datasets = _add(element, "arm:AnalysisDatasets", def_CommentOID=result.comment)
    for dataset in result.datasets:
        part = _add(datasets, "arm:AnalysisDataset", ItemGroupOID=dataset.group)
        if dataset.where:
            _add(part, "def:WhereClauseRef", WhereClauseOID=dataset.where)
        for variable in dataset.variables:
            _add(part, "arm:AnalysisVariable", ItemOID=variable)
    if result.documentation or result.documents:
        documentation = _add(element, "arm:Documentation")
        _description(documentation, result.documentation)
        _documents(documentation, result.documents)
    if result.code or result.programs:
        program = _add(element, "arm:ProgrammingCode", Context=result.context)
        if result.code:
            _add(program, "arm:Code").text = result.code
        _documents(program, result.programs)


def _documents(parent: Any, documents: tuple[DocumentRef, ...]) -> None:
    for document in documents:
        element = _add(parent, "def:DocumentRef", leafID=document.leaf)
        kind = document.page_type or "PhysicalRef"
        first, dash, last = document.pages.partition("-")
        if dash and first.isdecimal() and last.isdecimal():
            _add(element, "def:PDFPageRef", FirstPage=first, LastPage=last, Type=kind)
        elif document.pages:
            _add(element, "def:PDFPageRef", PageRefs=document.pages, Type=kind)


def _leaf(parent: Any, leaf: Leaf) -> None:
    element = _add(parent, "def:leaf", ID=leaf.oid)
    element.set(f"{{{XLINK}}}href", leaf.href)
    _add(element, "def:title").text = leaf.title


def _description(parent: Any, text: str) -> None:
    if text:
        _translated(_add(parent, "Description"), text)


def _translated(parent: Any, text: str) -> None:
    element = _add(parent, "TranslatedText")
    element.set(f"{{{XML}}}lang", "en")
    element.text = text


def _add(parent: Any, tag: str, **attributes: str | int | None) -> Any:
    prefix, _, local = tag.rpartition(":")
    element = etree.SubElement(parent, f"{{{_SPACES[prefix]}}}{local}")
    _set(element, **attributes)
    return element


def _set(element: Any, **attributes: str | int | None) -> None:
    """Attributes that have a value; `def_X` is X of the Define-XML namespace."""
    for name, value in attributes.items():
        if value is not None and value != "":
            key = f"{{{DEF}}}{name.removeprefix('def_')}" if name.startswith("def_") else name
            element.set(key, str(value))


def _yes(flag: bool) -> str:
    return "Yes" if flag else ""


def _yes_no(flag: bool) -> str:
    return "Yes" if flag else "No"

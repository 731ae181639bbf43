"""The page that the stylesheet makes of a define.xml: nothing is lost, and every link leads somewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from il2cdisc.base.problems import Stopped
from il2cdisc.define.render import html_of_define, stylesheet_bytes
from il2cdisc.define.write import DEF, NCI, ODM, XLINK
from il2cdisc.package import DEFINE, RENDERED, STYLESHEET

EXAMPLES = Path(__file__).parents[3] / "shared" / "standards" / "define-2.1-examples"
NAMES = ("defineV21-SDTM.xml", "defineV21-ADaM.xml")
_O, D = f"{{{ODM}}}", f"{{{DEF}}}"
NOT_SHOWN = {
    # identifiers, references and orders: they are links and the order of rows
    "OID", "ID", "ItemOID", "MethodOID", "CodeListOID", "ValueListOID", "WhereClauseOID", "StandardOID",
    "CommentOID", "ArchiveLocationID", "leafID", "ParameterOID", "ItemGroupOID", "OrderNumber", "FileOID",
    "lang",
    # shown in words, or a choice of the schema
    "Comparator", "SoftHard", "Repeating", "IsReferenceData", "Mandatory", "HasNoData", "IsNonStandard",
    "ExtendedValue", "CreationDateTime", "FileType", "ODMVersion",
}  # fmt: skip

OTHERWISE_SHOWN = {
    ("PDFPageRef", "Type"),
    ("Standard", "Type"),
    ("leaf", "href"),
    ("ExternalCodeList", "href"),
}
"""In words, or as a link."""


def examples(test: Any) -> Any:
    given = pytest.mark.parametrize("name", NAMES)
    skip = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published examples are not here")
    return skip(given(test))


@cache
def example(name: str) -> tuple[Any, Any]:
    """The elements of a published example, and its page."""
    data = (EXAMPLES / name).read_bytes()
    return etree.fromstring(data, etree.XMLParser(remove_comments=True)), page_of(data)


def page_of(data: bytes) -> Any:
    return html.document_fromstring(html_of_define(data).decode())


def words(text: str) -> str:
    return " ".join(text.split())


def shown(element: Any) -> str:
    """The texts of a part of the page, with a blank between elements."""
    return words(" ".join(element.itertext()))


def facts(root: Any) -> Iterator[tuple[str, str]]:
    """Every text and every attribute of a define.xml that says something, with the name of its element."""
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        if element.text and element.text.strip():
            yield name, words(element.text)
        for key, value in element.attrib.items():
            attribute = etree.QName(key).localname
            hidden = attribute in NOT_SHOWN or (name, attribute) in OTHERWISE_SHOWN
            if not hidden and value not in (NCI, "DomainDescription"):
                yield f"{name} {attribute}", words(value)


@examples
def test_every_text_and_attribute_of_a_published_example_is_on_its_page(name: str) -> None:
    root, page = example(name)
    text = shown(page.body)
    found = list(facts(root))
    assert [fact for fact in found if fact[1] not in text] == []
    assert len(found) > 1000
    links = {link.get("href").partition("#")[0] for link in page.iter("a")}
    files = {leaf.get(f"{{{XLINK}}}href") for leaf in root.iter(f"{D}leaf")}
    lists = {listed.get("href") for listed in root.iter(f"{_O}ExternalCodeList")}
    assert files | lists <= links


@examples
def test_every_variable_has_its_row_with_what_is_said_of_it(name: str) -> None:
    root, page = example(name)
    items = {item.get("OID"): item for item in root.iter(f"{_O}ItemDef")}
    methods = {method.get("OID"): method for method in root.iter(f"{_O}MethodDef")}
    lists = {listed.get("OID"): listed for listed in root.iter(f"{_O}CodeList")}
    seen = 0
    for group in root.iter(f"{_O}ItemGroupDef"):
        for ref in group.iterfind(f"{_O}ItemRef"):
            item = items[ref.get("ItemOID")]
            row = page.get_element_by_id(f"variable-{group.get('OID')}-{item.get('OID')}")
            cells = [shown(cell) for cell in row.iterfind("td")]
            assert cells[0].startswith(item.get("Name"))
            assert cells[1] == words(item.findtext(f"{_O}Description/{_O}TranslatedText"))
            assert cells[2] == ref.get("KeySequence", "")
            length = item.get("Length", "") + (f".{d}" if (d := item.get("SignificantDigits")) else "")
            assert cells[3].startswith(words(f"{item.get('DataType')} {length}"))
            origins = [origin.get("Type") for origin in item.iterfind(f"{D}Origin")]
            assert all(origin in shown(row) for origin in origins)
            if ref.get("MethodOID"):
                assert words(methods[ref.get("MethodOID")].get("Name")) in cells[-1]
            for listed in item.iterfind(f"{_O}CodeListRef"):
                assert words(lists[listed.get("CodeListOID")].get("Name")) in shown(row)
            seen += 1
    assert seen > 100


def code(alias: Any) -> str:
    name, context = alias.get("Name"), alias.get("Context")
    return name if context == NCI else f"{name} ({context})"


@examples
def test_every_term_is_in_the_table_of_its_codelist(name: str) -> None:
    root, page = example(name)
    seen = Counter[str]()
    for listed in root.iter(f"{_O}CodeList"):
        part = page.get_element_by_id(f"codelist-{listed.get('OID')}")
        rows = [[shown(cell) for cell in row.iterfind("td")] for row in part.iterfind(".//tbody/tr")]
        terms = [e for e in listed if e.tag in (f"{_O}CodeListItem", f"{_O}EnumeratedItem")]
        assert len(rows) == len(terms)
        expected = Counter(
            (
                words(term.get("CodedValue")) + (" extended" if term.get(f"{D}ExtendedValue") else ""),
                words(term.findtext(f"{_O}Decode/{_O}TranslatedText") or ""),
                next((code(alias) for alias in term.iterfind(f"{_O}Alias")), ""),
            )
            for term in terms
        )
        decoded = any(term.tag == f"{_O}CodeListItem" for term in terms)
        assert Counter((row[0], row[1] if decoded else "", row[-1]) for row in rows) == expected
        seen["terms"] += len(rows)
    assert seen["terms"] > 150


@examples
def test_every_value_and_every_analysis_result_has_its_row(name: str) -> None:
    root, page = example(name)
    for listed in root.iter(f"{D}ValueListDef"):
        rows = page.get_element_by_id(f"values-{listed.get('OID')}").findall(".//tbody/tr")
        assert len(rows) == len(listed.findall(f"{_O}ItemRef"))
        assert all(shown(row[0]) for row in rows)
    for result in root.iter("{http://www.cdisc.org/ns/arm/v1.0}AnalysisResult"):
        assert result.get("AnalysisReason") in shown(page.get_element_by_id(f"result-{result.get('OID')}"))


def dead_links(page: Any) -> list[str]:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    inside = [link.get("href")[1:] for link in page.iter("a") if link.get("href").startswith("#")]
    assert len(inside) > 50
    return sorted(set(inside) - set(ids))


@examples
def test_every_link_within_the_page_of_an_example_leads_somewhere(name: str) -> None:
    assert dead_links(example(name)[1]) == []


@pytest.mark.parametrize("standard", ["sdtm", "adam"])
def test_a_build_writes_the_stylesheet_and_the_page_that_it_makes(
    standard: str, second_outputs: Path
) -> None:
    folder = second_outputs / standard
    data = (folder / DEFINE).read_bytes()
    assert f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>'.encode() in data
    assert (folder / STYLESHEET).read_bytes() == stylesheet_bytes()
    written = (folder / RENDERED).read_bytes()
    assert written == html_of_define(data)
    page = html.document_fromstring(written.decode())
    assert dead_links(page) == []
    assert "SYNTHETIC DATA" in shown(page.get_element_by_id("top"))
    assert (page.find(".//*[@id='analyses']") is not None) == (standard == "adam")
    root = etree.fromstring(data)
    text = shown(page.body)
    assert [fact for fact in facts(root) if fact[1] not in text] == []
    files = [link.get("href") for link in page.iter("a") if link.get("href").endswith(".xpt")]
    assert files
    assert all((folder / file).is_file() for file in files)


SMALL = """<?xml version="1.0"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" FileOID="F" CreationDateTime="2024-01-02T03:04:05">
<Study OID="S"><GlobalVariables><StudyName>S1</StudyName>
<StudyDescription>&lt;b&gt; &amp; more</StudyDescription>
<ProtocolName>P</ProtocolName></GlobalVariables>
<MetaDataVersion OID="M" Name="M" def:DefineVersion="2.1.0">
<def:ValueListDef OID="VL"><ItemRef ItemOID="IT.VAL" OrderNumber="1" Mandatory="No">
{refs}</ItemRef></def:ValueListDef>
{wheres}
<ItemGroupDef OID="IG.VS" Name="VS" Repeating="Yes" Purpose="Tabulation"
 def:Structure="One record per result">
<ItemRef ItemOID="IT.CD" OrderNumber="2" Mandatory="Yes"/>
<ItemRef ItemOID="IT.RES" OrderNumber="1" Mandatory="No"/>
</ItemGroupDef>
<ItemDef OID="IT.CD" Name="VSTESTCD" DataType="text" Length="8"><CodeListRef CodeListOID="CL"/></ItemDef>
<ItemDef OID="IT.RES" Name="VSORRES" DataType="text" Length="8">
<def:ValueListRef ValueListOID="VL"/></ItemDef>
<ItemDef OID="IT.VAL" Name="SYSBP" DataType="integer" Length="3"/>
<CodeList OID="CL" Name="Tests" DataType="text"><CodeListItem CodedValue="SYSBP">
<Decode><TranslatedText>Systolic</TranslatedText></Decode></CodeListItem></CodeList>
<def:leaf ID="LF" xlink:href="{href}"><def:title>The guide</def:title></def:leaf>
</MetaDataVersion></Study></ODM>"""


def small(*checks: tuple[str, tuple[str, ...]], href: str = "guide.pdf") -> bytes:
    """A define.xml with one value whose where-clauses are `checks`, one comparison each."""
    clauses = [
        f'<def:WhereClauseDef OID="WC{n}">'
        f'<RangeCheck Comparator="{comparator}" SoftHard="Soft" def:ItemOID="IT.CD">'
        + "".join(f"<CheckValue>{value}</CheckValue>" for value in values)
        + "</RangeCheck></def:WhereClauseDef>"
        for n, (comparator, values) in enumerate(checks)
    ]
    refs = "".join(f'<def:WhereClauseRef WhereClauseOID="WC{n}"/>' for n in range(len(checks)))
    return SMALL.format(refs=refs, wheres="".join(clauses), href=href).encode()


@pytest.mark.parametrize(
    ("comparator", "values", "told"),
    [
        ("EQ", ("SYSBP",), 'VSTESTCD = "SYSBP" (Systolic)'),
        ("NE", ("A",), 'VSTESTCD ≠ "A"'),
        ("LT", ("1",), 'VSTESTCD < "1"'),
        ("LE", ("1",), 'VSTESTCD ≤ "1"'),
        ("GT", ("1",), 'VSTESTCD > "1"'),
        ("GE", ("1",), 'VSTESTCD ≥ "1"'),
        ("IN", ("A", "SYSBP"), 'VSTESTCD in ("A", "SYSBP" (Systolic))'),
        ("NOTIN", ("A", "B"), 'VSTESTCD not in ("A", "B")'),
    ],
)
def test_a_where_clause_is_said_in_words(comparator: str, values: tuple[str, ...], told: str) -> None:
    row = page_of(small((comparator, values))).get_element_by_id("values-VL").find(".//tbody/tr")
    assert words(row[0].text_content()) == told


def test_several_where_clauses_are_alternatives() -> None:
    page = page_of(small(("EQ", ("A",)), ("EQ", ("B",))))
    assert (
        shown(page.get_element_by_id("values-VL").find(".//tbody/tr")[0])
        == 'VSTESTCD = "A" or VSTESTCD = "B"'
    )


def test_rows_are_in_the_order_that_the_file_gives() -> None:
    rows = page_of(small(("EQ", ("A",)))).get_element_by_id("dataset-IG.VS").findall(".//tbody/tr")
    assert [shown(row[0]) for row in rows] == ["VSORRES", "VSTESTCD"]


def test_a_text_stays_a_text_and_a_script_is_no_link() -> None:
    page = page_of(small(("EQ", ("A",)), href="javascript:alert(1)"))
    assert shown(page.find_class("lead")[0]) == "<b> & more"
    assert [link.get("href") for link in page.iter("a") if "script" in link.get("href")] == []
    assert "javascript:alert(1)" in shown(page.get_element_by_id("documents"))
    linked = page_of(small(("EQ", ("A",)))).get_element_by_id("documents")
    assert [link.get("href") for link in linked.iter("a")] == ["guide.pdf"]


@pytest.mark.parametrize(
    ("code", "shown_as"),
    [
        ("\n\n   run;\n  ", "run;"),
        ("  a = 1\n    b = 2 \n", "  a = 1\n    b = 2"),
        ("x &lt; 1", "x < 1"),
        ("", ""),
    ],
)
def test_program_text_keeps_its_lines(code: str, shown_as: str) -> None:
    method = f"""<MethodDef OID="MT" Name="M" Type="Computation"><Description><TranslatedText>How
    </TranslatedText></Description><FormalExpression Context="SAS">{code}</FormalExpression></MethodDef>"""
    data = small(("EQ", ("A",))).replace(b"<def:leaf", f"{method}<def:leaf".encode(), 1)
    (text,) = page_of(data).get_element_by_id("methods").iter("pre")
    assert text.text_content() == shown_as


def test_a_document_type_is_refused() -> None:
    bomb = re.sub(rb"\?>", b'?><!DOCTYPE ODM [<!ENTITY a "ha">]>', small(("EQ", ("A",))), count=1)
    with pytest.raises(Stopped, match="declares a document type"):
        html_of_define(bomb)

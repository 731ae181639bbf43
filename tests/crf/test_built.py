"""The annotated CRF of a build: what define.xml cites is on its pages, and what the pages say exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from lxml import etree
from pypdf import PdfReader

from il2cdisc.package import ACRF, DEFINE

PLACES = {"o": "http://www.cdisc.org/ns/odm/v1.3", "d": "http://www.cdisc.org/ns/def/v2.1"}
TEXT = re.compile(
    r"\[NOT SUBMITTED\]"
    r"|RELID in RELREC \([A-Z]{2} and [A-Z]{2}\)"
    r"|(?P<qualifier>[A-Z0-9]+) in (?P<supplement>SUPP[A-Z]{2})"
    r"|(?:(?P<domain>[A-Z]{2})\.)?(?P<variable>[A-Z0-9]+)(?: = .+| when (?P<when>.+))?"
)


@pytest.fixture(scope="module", params=["shipped_outputs", "second_outputs"])
def built(request: pytest.FixtureRequest) -> Path:
    """The folder of SDTM of each trial."""
    return request.getfixturevalue(request.param) / "sdtm"


@pytest.fixture(scope="module")
def reader(built: Path) -> PdfReader:
    return PdfReader(built / ACRF)


@cache
def texts_of(file: Path) -> list[str]:
    """The text of each page."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(file).pages]


@pytest.fixture(scope="module")
def texts(built: Path) -> list[str]:
    return texts_of(built / ACRF)


@pytest.fixture(scope="module")
def comments(reader: PdfReader) -> list[tuple[int, str, str]]:
    """Page, text and subject of each FreeText annotation."""
    return [
        (number, item.get_object()["/Contents"], item.get_object()["/Subj"])
        for number, page in enumerate(reader.pages, start=1)
        for item in page.get("/Annots", ())
        if item.get_object()["/Subtype"] == "/FreeText"
    ]


def collected(built: Path) -> Iterator[tuple[str, str, str, list[int]]]:
    """Dataset, name (of QVAL: the qualifier), source and pages of each collected item of define.xml."""
    for item in etree.parse(built / DEFINE).iterfind(".//o:ItemDef", PLACES):
        _, dataset, variable, *tail = item.get("OID").split(".")
        for origin in item.iterfind("d:Origin[@Type='Collected']", PLACES):
            refs = origin.findall(".//d:PDFPageRef", PLACES)
            assert all(ref.get("Type") == "PhysicalRef" for ref in refs)
            pages = [int(page) for ref in refs for page in ref.get("PageRefs").split()]
            yield dataset, tail[-1] if variable == "QVAL" else variable, origin.get("Source"), pages


def test_the_page_of_a_collected_origin_holds_its_annotation(built: Path, texts: list[str]) -> None:
    cited = 0
    for dataset, name, _, pages in collected(built):
        said = f"{name} in {dataset}" if dataset.startswith("SUPP") else name
        for page in pages:
            cited += 1
            assert re.search(rf"\b{said}\b", texts[page - 1]), (dataset, name, page)
    assert cited > 25


def test_what_investigators_and_subjects_gave_is_on_a_page(built: Path) -> None:
    items = [(dataset, name, source, bool(pages)) for dataset, name, source, pages in collected(built)]
    assert not [item for item in items if item[2] in ("Investigator", "Subject") and not item[3]]
    assert any(not there for _, _, source, there in items if source == "Vendor")


def test_an_annotation_names_a_variable_that_exists(built: Path, comments: list[Any]) -> None:
    found: dict[str, set[str]] = {}

    def names(dataset: str) -> set[str]:
        if dataset not in found:
            supplement = dataset.startswith("SUPP")
            file = built / f"{dataset.lower()}.xpt"
            frame, meta = pyreadstat.read_xport(file, metadataonly=not supplement)
            found[dataset] = set(frame["QNAM"] if supplement else meta.column_names)
        return found[dataset]

    for _, text, subject in comments:
        said = TEXT.fullmatch(text)
        assert said is not None, text
        if said["qualifier"]:
            assert said["qualifier"] in names(said["supplement"]), text
        elif said["variable"] and said["variable"] != subject:  # `AE = Adverse Events` names a dataset
            assert said["domain"] in (None, subject)
            assert said["variable"] in names(subject), text
            for condition in (said["when"] or "").split(" and ") if said["when"] else ():
                assert condition.partition(" = ")[0] in names(subject), text
        elif said["variable"]:
            assert names(subject)


def test_every_annotation_is_seen_and_found_by_a_search(
    reader: PdfReader, texts: list[str], comments: list[Any]
) -> None:
    assert comments
    for page, text, _ in comments:
        assert " ".join(text.split()) in texts[page - 1]
    first = next(
        item.get_object()
        for page in reader.pages
        for item in page.get("/Annots", ())
        if item.get_object()["/Subtype"] == "/FreeText"
    )
    font = next(iter(first["/AP"]["/N"]["/Resources"]["/Font"].values())).get_object()
    assert "/FontFile2" in font["/FontDescriptor"]


def test_every_page_says_what_it_is(texts: list[str]) -> None:
    for number, text in enumerate(texts, start=1):
        assert "SYNTHETIC DATA" in text
        assert "Reconstructed from the data dictionary" in text
        assert f"Page {number} of {len(texts)}" in text


def test_a_domain_has_one_colour_and_domains_of_a_page_differ(reader: PdfReader) -> None:
    colours: dict[str, set[tuple[float, ...]]] = {}
    for page in reader.pages:
        here: dict[str, tuple[float, ...]] = {}
        for item in page.get("/Annots", ()):
            made = item.get_object()
            if made["/Subtype"] == "/FreeText":
                here[made["/Subj"]] = tuple(float(part) for part in made["/C"])
        assert len(set(here.values())) == len(here)
        for domain, colour in here.items():
            colours.setdefault(domain, set()).add(colour)
    assert all(len(own) == 1 for own in colours.values())


def outline(reader: PdfReader) -> dict[str, Any]:
    """Bookmarks as nested dictionaries: title → what is below it, or its page from 1."""

    def tree(items: list[Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for place, item in enumerate(items):
            if isinstance(item, list):
                continue
            below = (
                items[place + 1] if place + 1 < len(items) and isinstance(items[place + 1], list) else None
            )
            number = reader.get_destination_page_number(item)
            assert number is not None
            out[str(item.title)] = tree(below) if below else number + 1
        return out

    return tree(reader.outline)


def test_bookmarks_lead_by_visit_and_by_form(reader: PdfReader, texts: list[str]) -> None:
    found = outline(reader)
    assert list(found) == ["Contents", "Visits", "Forms"]
    for forms in found["Visits"].values():
        assert forms and all(found["Forms"][title] == page for title, page in forms.items())
    for title, page in found["Forms"].items():
        assert title in texts[page - 1]
    assert {title for forms in found["Visits"].values() for title in forms} == set(found["Forms"])


def test_bookmarks_of_the_shipped_trial(shipped_outputs: Path) -> None:
    found = outline(PdfReader(shipped_outputs / "sdtm" / ACRF))
    visits = found["Visits"]
    assert list(visits) == [
        "SCREENING", *(f"DAY {day}" for day in (1, 2, 3, 4, 5, 8, 15, 22, 29, 60)), "EARLY TERMINATION",
        "Not tied to a visit",
    ]  # fmt: skip
    assert {"Eligibility", "Vital Signs"} <= set(visits["SCREENING"])
    assert "Eligibility" not in visits["DAY 2"] and "Injection of Study Drug" not in visits["SCREENING"]
    assert {"Adverse Event", "Demographics"} <= set(visits["Not tied to a visit"])


def test_what_is_transferred_is_on_no_page(shipped_outputs: Path) -> None:
    text = " ".join(texts_of(shipped_outputs / "sdtm" / ACRF))
    assert "Barcode of the tube; unique" in text  # the list of tubes is filled in at the site
    assert "no subject in this file" not in text and "Accession number" not in text


def test_items_of_scales_are_codes_alone(shipped_outputs: Path) -> None:
    page = next(text for text in texts_of(shipped_outputs / "sdtm" / ACRF) if "BDI201" in text)
    assert "BD01" in page and "Item 1" not in page and "Grade 0" not in page


def test_define_names_the_document(built: Path) -> None:
    tree = etree.parse(built / DEFINE)
    (reference,) = tree.iterfind(".//d:AnnotatedCRF/d:DocumentRef", PLACES)
    leaf = next(
        item for item in tree.iterfind(".//d:leaf", PLACES) if item.get("ID") == reference.get("leafID")
    )
    assert leaf.get("{http://www.w3.org/1999/xlink}href") == ACRF
    assert leaf.findtext("d:title", namespaces=PLACES) == "SYNTHETIC DATA - Annotated Case Report Form"

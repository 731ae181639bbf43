"""The shipped displays as pages: RTF and PDF have the same number, and each file of the index is there."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject

WORKBOOK = Path(__file__).parents[2] / "specs" / "tlf.xlsx"


def test_each_display_has_as_many_pages_as_it_says_in_both_formats(built: Path) -> None:
    files = sorted((built / "tlf").glob("[tlf]-*.rtf"))
    assert files
    for path in files:
        code = path.read_text(encoding="ascii")
        stated = re.search(r"NUMPAGES\}\{\\fldrslt (\d+)\}", code)
        assert stated is not None
        reader = PdfReader(path.with_suffix(".pdf"), strict=True)
        assert int(stated[1]) == code.count("\\page\\par") + 1 == len(reader.pages), path.name
        assert code.count("{\\header") == code.count("{\\footer") == 1
        text = reader.pages[-1].extract_text()
        for words in (f"Page {stated[1]} of {stated[1]}", "SYNTHETIC DATA", "Source: ", path.stem.upper()):
            assert words in text, (path.name, words)


def test_the_index_leads_to_every_file_and_nowhere_else(built: Path) -> None:
    folder = built / "tlf"
    index = (folder / "index.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([^"#]+)"', index))
    shown = {path.name for path in folder.iterdir() if re.match(r"[tlf]-|all-", path.name)}
    assert linked == shown


def test_each_display_of_the_workbook_is_there_in_each_format_and_nothing_else(built: Path) -> None:
    """The files that the sheet Displays asks for, by the kind of display; and those of all of them."""
    sheet = openpyxl.load_workbook(WORKBOOK, read_only=True)["Displays"]
    rows = [row[:2] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]]
    pages = ("rtf", "pdf", "html")
    formats = {"Table": pages, "Listing": pages, "Figure": (*pages, "svg", "png", "csv")}
    expected = {f"{str(name).lower()}.{suffix}" for name, kind in rows for suffix in formats[str(kind)]}
    expected |= {"all-displays.rtf", "all-displays.pdf", "index.html", "displays.csv"}
    assert {path.name for path in (built / "tlf").iterdir()} == expected
    assert len(rows) > 150


def test_pdfs_have_bookmarks_embedded_fonts_and_text_on_every_page(built: Path) -> None:
    files = sorted((built / "tlf").glob("*.pdf"))
    assert files
    for path in files:
        reader = PdfReader(path, strict=True)
        assert reader.outline, path.name
        for number, page in enumerate(reader.pages, start=1):
            contents = page.get_contents()
            assert contents is not None
            assert re.search(rb"\bT[jJ]\b", contents.get_data()), (path.name, number)
            assert fonts_of(page), (path.name, number)
            assert all(embedded(font) for font in fonts_of(page)), (path.name, number)


def fonts_of(page: PageObject) -> list[DictionaryObject]:
    """The fonts that a page names, those of its pictures apart."""
    resources = page["/Resources"].get_object()
    return [font.get_object() for font in resources.get("/Font", {}).get_object().values()]


def embedded(font: DictionaryObject) -> bool:
    """Whether the font has its file with it."""
    inner = font["/DescendantFonts"].get_object()[0].get_object() if "/DescendantFonts" in font else font
    return any(str(key).startswith("/FontFile") for key in inner["/FontDescriptor"].get_object())


def test_the_rtf_of_all_displays_has_a_head_and_a_foot_in_each_section(built: Path) -> None:
    """Each section counts its own pages; together they are those of the PDF."""
    code = (built / "tlf" / "all-displays.rtf").read_text(encoding="ascii")
    sections = code.split("\\sectd")[1:]
    displays = len(list((built / "tlf").glob("[tlf]-*.rtf")))
    assert len(sections) == displays + 1
    assert all(part.count("{\\header") == part.count("{\\footer") == 1 for part in sections)
    stated = [int(number) for number in re.findall(r"SECTIONPAGES\}\{\\fldrslt (\d+)\}", code)]
    assert len(stated) == len(sections)
    assert sum(stated) == len(PdfReader(built / "tlf" / "all-displays.pdf").pages)

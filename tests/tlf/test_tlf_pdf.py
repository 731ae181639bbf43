"""PDF: pages as laid out, head and foot on each, fonts embedded, bookmarks, tags; data are never markup."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from il2cdisc.base.problems import Stopped
from il2cdisc.results.frame import HEADER
from il2cdisc.spec.tlf import ListedItem
from il2cdisc.tlf.escape import css_text, rtf_text
from il2cdisc.tlf.pages import NOTES_BELOW, PAPERS, page_of
from il2cdisc.tlf.render import layout_of, render_all
from il2cdisc.tlf.table import DisplayTable, TableRow
from il2cdisc.tlf.typeface import advances, shown_by_typeface
from il2cdisc.tlf.typesetting import typeset
from il2cdisc.tlf.writer import Layout
from il2cdisc.tlf.writers import html, pdf, rtf


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def texts(content: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in read(content).pages]


def titles_of(reader: PdfReader) -> list[tuple[str, int]]:
    """Every bookmark with its page, from 1."""
    out: list[tuple[str, int]] = []

    def walk(items) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item)
            else:
                out.append((item.title, reader.get_destination_page_number(item) + 1))

    walk(reader.outline)
    return out


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """Each font of the file, and whether it is embedded."""
    found: dict[str, bool] = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            found[inner["/BaseFont"]] = "/FontFile2" in inner["/FontDescriptor"].get_object()
    return found


@pytest.fixture
def long(table, results):
    """A table of 90 rows, on three pages."""
    levels = tuple(ListedItem(name=f"L{i}", label=f"Level {i}") for i in range(90))
    analysis = table.analyses[1].model_copy(update={"levels": levels})
    own = results[results["analysis"] == "SEX"].drop_duplicates(["group1_level", "statistic"])
    rows = [own.assign(row=i, level=level.name) for i, level in enumerate(levels)]
    frame = pd.concat([results[results["analysis"] == HEADER], *rows], ignore_index=True)
    return table.model_copy(update={"analyses": (analysis,)}), frame


def listing(table, rows: int, texts: str = "word", **more) -> tuple:
    """A listing of so many rows of subjects with ten records each."""
    shown = table.model_copy(update={"kind": "Listing", "columns": (), "footnotes": ()} | more)
    made = tuple(TableRow((f"S-{i // 10:03d}", f"{i}.5", texts), block=i // 10) for i in range(rows))
    return shown, DisplayTable(("Subject", "Value", "Text"), made, (0.2, 0.2, 0.6), repeats=1, listing=True)


def test_every_page_says_what_it_is(long, header):
    layout = layout_of(*long, header)
    content = pdf.write(layout)
    pages = texts(content)
    assert len(pages) == len(layout.sheets) == 3
    for number, text in enumerate(pages, start=1):
        for words in (
            f"Page {number} of 3", "Protocol P{1}", "Sponsor & Söhne", "Table 14.1", "SYNTHETIC DATA - Age",
            "Safety set", "DRAFT", "Characteristic", "(N=8)", "n ≥ 1.", "Source: ADSL",
            "Data cut-off 2020-01-31", "Run 2020-02-01T09:00:00 UTC", "Program: specs/tlf.xlsx, display T-1",
        ):  # fmt: skip
            assert words in text, (number, words)
        assert ("Sex, n (%) (continued)" in text) == (number > 1)
    assert [found for text in pages for found in re.findall(r"Level \d+", text)] == [
        f"Level {i}" for i in range(90)
    ]


def test_it_is_tagged_has_bookmarks_and_embedded_fonts_and_a_fixed_time(long, header):
    layout = layout_of(*long, header)
    content = pdf.write(layout)
    reader = read(content)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert titles_of(reader) == [(f"Table 14.1 {header.title(long[0])}", 1), ("Sex, n (%)", 1)]
    assert fonts_of(reader)
    assert all(fonts_of(reader).values())
    assert all("LiberationSans" in name for name in fonts_of(reader))
    assert reader.metadata is not None
    assert str(reader.metadata.creation_date) == "2020-02-01 09:00:00+00:00"
    assert content == pdf.write(layout_of(*long, header))


def test_letter_is_another_paper(long, header):
    layout = layout_of(*long, replace(header, paper="Letter"))
    box = read(pdf.write(layout)).pages[0].mediabox
    assert (float(box.width), float(box.height)) == (792, 612)
    assert "\\paperw15840\\paperh12240\\landscape" in rtf.write(layout).decode()
    assert layout.page.paper is PAPERS["Letter"]


def test_a_figure_has_an_alternative_text(figure, header):
    layout = layout_of(*figure, header)
    content = pdf.write(layout)
    assert len(read(content).pages) == 1
    assert b"/Alt" in content
    assert "Page 1 of 1" in texts(content)[0]


def test_a_long_listing_is_set_in_pieces_with_one_count_of_pages(table, header, monkeypatch):
    shown, body = listing(table, 300)
    layout = Layout(shown, header, page_of(shown, header), body)
    whole = texts(pdf.write(layout))
    monkeypatch.setattr(pdf, "MOST_TAGGED", 3)
    monkeypatch.setattr(pdf, "PIECE", 4)
    content = pdf.write(layout)
    pages, reader = texts(content), read(content)
    assert len(pages) == len(layout.sheets) == len(whole) > 8
    assert all(f"Page {i} of {len(pages)}" in text for i, text in enumerate(pages, start=1))
    assert [found for text in pages for found in re.findall(r"\d+\.5\b", text)] == [
        f"{i}.5" for i in range(300)
    ]
    for pieces, one in zip(pages, whole, strict=True):
        assert sorted(pieces.split()) == sorted(one.split())
    # bookmarks: the listing, and the subject that each page begins with
    marks = titles_of(reader)
    assert marks[0] == (f"Listing 14.1 {header.title(shown)}", 1)
    assert marks[1] == ("S-000", 1)
    assert [page for _, page in marks[1:]] == sorted({page for _, page in marks[1:]})
    assert all(fonts_of(reader).values())
    assert content == pdf.write(layout)


def test_one_document_of_all_displays(long, figure, header):
    table, frame = long
    other = table.model_copy(update={"id": "T-2", "number": "14.1.10", "title": "Second"})
    drawn = figure[0].model_copy(update={"id": "F-1", "number": "14.2.1"})
    results = pd.concat([frame, frame.assign(display="T-2"), figure[1].assign(display="F-1")])
    files = render_all([drawn, other, table], results, header)
    pages, reader = texts(files["all-displays.pdf"]), read(files["all-displays.pdf"])
    # contents, three pages of each table, the figure: by number, not as in the workbook
    marks = titles_of(reader)
    assert [(title.partition(" SYN")[0], page) for title, page in marks] == [
        ("Contents", 1),
        ("14.1 Demographic data", 2), ("Table 14.1", 2), ("Table 14.1.10", 5),
        ("14.2 Efficacy data", 8), ("Figure 14.2.1", 8),
    ]  # fmt: skip
    assert len(pages) == 8
    assert "Page 1 of 3" in pages[4]  # each display counts its own
    links = [item.get_object() for item in reader.pages[0]["/Annots"]]
    assert [reader.get_page_number(link["/Dest"][0].get_object()) + 1 for link in links] == [2, 5, 8]
    text = files["all-displays.rtf"].decode("ascii")
    assert text.count("\\sectd") == text.count("{\\header") == text.count("{\\footer") == 4
    assert re.findall(r"SECTIONPAGES\}\{\\fldrslt (\d+)\}", text) == ["1", "3", "3", "1"]
    marks_there = re.findall(r"\\bkmkstart (\w+)\}", text)
    assert marks_there == ["D_T_1", "D_T_2", "D_F_1"]
    assert re.findall(r'HYPERLINK \\\\l "(\w+)"', text) == marks_there
    again = render_all([drawn, other, table], results, header)
    assert again == files


SPECIAL = st.text(
    st.sampled_from(sorted(set("#*_@$`'\"\\{}[]<>()=+-/~^%&|;:,.!? \n\tabcéß≥µ愛\x07"))),
    min_size=1,
    max_size=60,
)


def squeezed(text: str) -> str:
    """What a page shows of a text, without the breaks of lines."""
    return re.sub(r"\s", "", shown_by_typeface(text))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SPECIAL, SPECIAL)
def test_data_are_shown_as_they_are(table, header, first, second):
    shown = table.model_copy(update={"title": first, "footnotes": (second,)})
    body = DisplayTable(
        (first, second), (TableRow((second, first)), TableRow((first, ""), head=True)), (0.5, 0.5)
    )
    layout = Layout(shown, header, page_of(shown, header), body)
    text = "".join(squeezed(page) for page in texts(pdf.write(layout)))
    for given_text in (first, second):
        assert squeezed(given_text) in text


@given(st.text(max_size=80))
def test_rtf_text_is_balanced_ascii_and_reads_back(text):
    code = str(rtf_text(text))
    assert code.isascii()
    plain = re.sub(r"\\[\\{}]", "", code)
    assert "{" not in plain
    assert "}" not in plain
    units = re.sub(r"\\u(-?\d+)\?", lambda m: chr(int(m[1]) % 65536), code.replace("\\\\", "\\u92?"))
    back = units.replace("\\line ", "\n").replace("\\tab ", "\t").replace("\\{", "{").replace("\\}", "}")
    kept = "".join(c for c in text if c in "\n\t" or (c >= " " and ord(c) != 127))
    assert back.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") == kept


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SPECIAL)
def test_html_and_style_sheets_hold_data_as_text(table, header, text):
    shown = table.model_copy(update={"title": f"</style><script>{text}"})
    page = html.write(
        Layout(shown, header, page_of(shown, header), DisplayTable((text,), (), (1.0,)))
    ).decode()
    assert page.count("<script") == 0
    assert page.count("</style>") == 1
    assert not set(str(css_text(text))) & set("\"'<>\n")


def test_a_character_that_the_typeface_does_not_have_is_shown_by_its_number():
    assert ord("愛") not in advances()
    assert shown_by_typeface("愛 ≥ 5 µg\x07") == "[U+611B] ≥ 5 µg"


def test_a_warning_of_the_typesetter_is_an_error(tmp_path):
    (tmp_path / "x.typ").write_text('#set text(font: "No such font")\nText', encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"x\.typ: unknown font family: no such font"):
        typeset("x.typ", {}, "2020-02-01T09:00:00", tagged=True, folder=tmp_path)


def test_twelve_columns_go_on_on_the_next_page(table, header):
    labels = tuple(f"Treatment {i} mg\n(N={i})" for i in range(1, 13))
    cells = tuple(f"10{i}.5 ({i}.25, 10{i}.75)" for i in range(1, 13))
    body = DisplayTable(("Row", *labels), (TableRow(("Mean (SD)", *cells)),), (0.3, *[0.7 / 12] * 12))
    layout = Layout(table, header, page_of(table, header), body)
    assert [sheet.note for sheet in layout.sheets] == ["Columns 1 to 6 of 12", "Columns 7 to 12 of 12"]
    first, second = texts(pdf.write(layout))
    assert "Treatment 6 mg" in first
    assert "Treatment 7 mg" in second
    assert "Mean (SD)" in second
    code = rtf.write(layout).decode()
    assert code.count("\\trhdr") == 2
    assert re.findall(r"10(\d+)\.5(?:\\~)* \(", code) == [str(i) for i in range(1, 13)]


def test_a_long_verbatim_goes_on_and_nothing_of_it_is_lost(table, header):
    verbatim = " ".join(f"word{i}" for i in range(1200))
    shown, body = listing(table, 1, verbatim)
    body = replace(body, widths=(0.7, 0.15, 0.15))
    layout = Layout(shown, header, page_of(shown, header), body)
    assert len(layout.sheets) > 3
    for content in ("".join(texts(pdf.write(layout))), rtf.write(layout).decode()):
        found = re.findall(r"word(\d+)", content)
        assert found == [str(i) for i in range(1200)]


def test_a_word_wider_than_its_column_is_broken(table, header):
    shown, body = listing(table, 1, "W" * 300)
    layout = Layout(shown, header, page_of(shown, header), body)
    (text,) = texts(pdf.write(layout))
    assert text.count("W") == 300


def test_notes_too_many_for_the_foot_follow_the_body(table, results, header):
    many = table.model_copy(update={"footnotes": tuple(f"Note number {i}." for i in range(60))})
    layout = layout_of(many, results, header)
    pages = texts(pdf.write(layout))
    assert all(NOTES_BELOW in page for page in pages)
    assert "Female" in pages[0]
    assert "Note number 0." not in pages[0]
    assert [int(found) for page in pages for found in re.findall(r"Note number (\d+)\.", page)] == [
        *range(60)
    ]
    assert len(re.findall(r"Note number \d+\.", html.write(layout).decode())) == 60


def test_titles_that_leave_no_room_are_refused(table, header, snapshot):
    shown = table.model_copy(update={"title": "A title longer than the page. " * 300})
    with pytest.raises(Stopped) as stopped:
        page_of(shown, header)
    assert str(stopped.value) == snapshot
    # a title of some lines is shown whole
    longer = table.model_copy(update={"title": "A title longer than a line. " * 12})
    body = DisplayTable(("A", "B"), (TableRow(("a", "1")),), (0.5, 0.5))
    (text,) = texts(pdf.write(Layout(longer, header, page_of(longer, header), body)))
    assert " ".join(text.split()).count("title longer") == 12

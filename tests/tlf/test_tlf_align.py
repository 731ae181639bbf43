"""Numbers one below the other: decimal points of a column in one line, in every format."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from il2cdisc.tlf.align import align, aligned_columns, blanks
from il2cdisc.tlf.pages import A4_LANDSCAPE, page_of
from il2cdisc.tlf.sheets import cell_offset, sheets_of
from il2cdisc.tlf.table import DisplayTable, TableRow
from il2cdisc.tlf.typeface import FIGURE_SPACE, POINT_SPACE, text_width
from il2cdisc.tlf.writer import Layout
from il2cdisc.tlf.writers import html, pdf, rtf

NUMBER = re.compile(r"\d+(\.\d+)?")


def shown(*texts: str) -> dict[str, str]:
    """Each text as it is written: `_` is a blank as wide as a figure, `.` within `<>` one as a point."""
    found = align(texts).texts
    return {
        text: item.text.replace(FIGURE_SPACE, "_").replace(POINT_SPACE, "'") for text, item in found.items()
    }


def point(text: str, lead: float) -> float:
    """Where the decimal point of the first number is, or would be, from the left of the block."""
    whole = NUMBER.search(text)
    assert whole is not None
    before = text[: whole.start()] + whole[0].partition(".")[0]
    return lead + text_width(before, 1000)


@pytest.mark.parametrize(
    "texts",
    [
        ("24", "46.5 (12.35)", "20, 65", "3 (7.5)", "12 (100.0)", "0"),
        ("<0.0001", "0.0123", "1.0000"),
        ("-1.5 (-10.2, 3.4)", "12.25 (1.2, 13.4)", "3/24 (12.5)"),
        ("8.5 to 12.3", "10.25 to 9.1", "100%", "≥5"),
    ],
)
def test_the_first_decimal_points_of_a_column_are_in_one_line(texts):
    column = align(texts)
    assert set(column.texts) == set(texts)
    places = {round(point(text, item.lead), 6) for text, item in column.texts.items()}
    assert len(places) == 1
    assert min(item.lead for item in column.texts.values()) == 0


def test_numbers_in_brackets_are_aligned_among_those_of_one_form():
    assert shown("12 (100.0)", "3 (7.5)", "8 (33.3)", "40.3 (6.13)") == {
        "12 (100.0)": "12 (100.0)",
        "3 (7.5)": "3__ (7.5)",
        "8 (33.3)": "8_ (33.3)",
        "40.3 (6.13)": "40.3 (6.13)",  # of another form: 1 decimal before the bracket
    }
    assert shown("8.5 to 12.3", "10.5 to 9.1") == {
        "8.5 to 12.3": "8.5 to 12.3",
        "10.5 to 9.1": "10.5 to _9.1",
    }
    assert shown("1, 20.0", "10, 7.25") == {"1, 20.0": "1, 20.0", "10, 7.25": "10, _7.25"}


def test_words_dates_and_texts_of_several_lines_are_left_alone():
    assert align(["Yes", "n.d.", "2020-01-31", "Day 5", "12\n13", "", "A1"]).texts == {}


def test_a_reason_behind_a_number_changes_nothing_of_it():
    assert shown("50.0 (NE) [a]", "40.3 (6.13)")["50.0 (NE) [a]"].startswith("50.0 (NE)")
    assert set(shown("NE [a]", "1.5")) == {"NE [a]", "1.5"}


@given(st.lists(st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,3})?( \([0-9]{1,3}\.[0-9]\))?", fullmatch=True)))
def test_alignment_adds_blanks_and_changes_nothing_else(texts):
    for text, item in align(texts).texts.items():
        assert item.text.replace(FIGURE_SPACE, "").replace(POINT_SPACE, "") == text
        assert item.lead >= 0


def test_blanks_are_as_wide_as_asked_within_half_a_point_of_a_figure():
    for width in (0, 278, 556, 1390, 2000):
        assert abs(text_width(blanks(width), 1000) - width) <= 139 + 1


NUMBERS = DisplayTable(
    ("Row", "Value"),
    tuple(TableRow((f"row {text}", text)) for text in ("7", "12.5 (3.25)", "140.75", "<0.0001", "Yes")),
    (0.6, 0.4),
)


def test_listings_align_the_columns_of_numbers_alone():
    rows = (
        TableRow(("S-1", "12.5", "4")),
        TableRow(("S-2", "7", "POSITIVE")),
        TableRow(("S-3", "", "TRACE")),
    )
    first, second, third = aligned_columns(DisplayTable(("A", "B", "C"), rows, (0.3,) * 3, listing=True))
    assert (first.texts, third.texts) == ({}, {})
    assert set(second.texts) == {"12.5", "7"}


def test_rtf_and_pdf_put_decimal_points_at_the_same_place(table, header):
    page = page_of(table, header)
    layout = Layout(table, header, page, NUMBERS)
    column = sheets_of(NUMBERS, page)[0].columns[1]
    wanted = {row.cells[1]: cell_offset(column, row.cells[1], A4_LANDSCAPE)[0] for row in NUMBERS.rows[:4]}
    text = rtf.write(layout).decode()
    indents = {found[2]: int(found[1]) / 20 for found in re.finditer(r"\\ql\\li(\d+) (.+?)\\cell", text)}
    for shown_text, offset in wanted.items():
        assert indents[shown_text] == pytest.approx(offset, abs=0.05)
    left = A4_LANDSCAPE.left + 0.6 * A4_LANDSCAPE.body_width + A4_LANDSCAPE.padding / 2
    seen: dict[str, float] = {}

    def visit(content: str, page: list[float], text: list[float], *_: object) -> None:
        if content.strip():
            seen.setdefault(content.strip(), text[4] * page[0] + text[5] * page[2] + page[4])

    PdfReader(io.BytesIO(pdf.write(layout))).pages[0].extract_text(visitor_text=visit)
    for shown_text, offset in wanted.items():
        assert seen[shown_text] == pytest.approx(left + offset, abs=0.6), (shown_text, seen)


def test_html_pads_numbers_so_that_centred_cells_are_aligned(table, header):
    text = html.write(Layout(table, header, page_of(table, header), NUMBERS)).decode()
    cells = re.findall(r"<td>(.*?)</td>", text)
    assert [cell.strip(FIGURE_SPACE + POINT_SPACE) for cell in cells] == [
        "7", "12.5 (3.25)", "140.75", "&lt;0.0001", "Yes",
    ]  # fmt: skip
    widths = [text_width(cell.replace("&lt;", "<"), 1000) for cell in cells[:4]]
    assert max(widths) - min(widths) < 2 * 139 + 2


def test_a_sentence_that_begins_with_a_number_is_not_aligned() -> None:
    column = align(["35 records of 35 subjects", "5.5 days", "12.25 days"])
    assert set(column.texts) == {"5.5 days", "12.25 days"}

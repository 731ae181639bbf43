"""Pages: no row lost, none too long, no label alone, groups together where they fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.tlf.lines import line_count
from il2cdisc.tlf.pages import A4_LANDSCAPE, page_of, pages_of, paginate
from il2cdisc.tlf.sheets import fitted_widths
from il2cdisc.tlf.table import DisplayTable, TableRow, shown_once
from il2cdisc.tlf.typeface import text_width

PAPER = replace(A4_LANDSCAPE, width=700 + A4_LANDSCAPE.left + A4_LANDSCAPE.right)


def groups(sizes: list[int]) -> DisplayTable:
    """A table of groups: a label and `size` rows each."""
    rows: list[TableRow] = []
    for block, size in enumerate(sizes):
        label = f"Group {block}"
        rows.append(TableRow((label, ""), head=True, keep=True, block=block))
        rows += [TableRow((f"row {i}", "1"), indent=1, block=block, heads=((0, label),)) for i in range(size)]
    return DisplayTable(header=("", "A"), rows=tuple(rows), widths=(0.7, 0.3))


def labels_of(table: DisplayTable, lines: int) -> list[list[str]]:
    pages = paginate(table, PAPER, lines=lines)
    return [[row.cells[0] for row in page] for page in pages]


def test_groups_stay_together_where_they_fit():
    assert labels_of(groups([3, 3, 3]), 9) == [
        ["Group 0", "row 0", "row 1", "row 2", "Group 1", "row 0", "row 1", "row 2"],
        ["Group 2", "row 0", "row 1", "row 2"],
    ]


def test_a_group_longer_than_a_page_says_that_it_goes_on():
    assert labels_of(groups([8]), 6) == [
        ["Group 0", "row 0", "row 1", "row 2", "row 3", "row 4"],
        ["Group 0 (continued)", "row 5", "row 6", "row 7"],
    ]


def test_no_row_of_a_group_is_left_alone():
    # six lines would end the first page before the last row
    assert labels_of(groups([6]), 6) == [
        ["Group 0", "row 0", "row 1", "row 2", "row 3"],
        ["Group 0 (continued)", "row 4", "row 5"],
    ]


def test_the_last_page_has_more_than_one_row():
    rows = tuple(TableRow((f"row {i}", "1"), block=i) for i in range(7))
    table = DisplayTable(header=("", "A"), rows=rows, widths=(0.7, 0.3), listing=True)
    assert [len(page) for page in labels_of(table, 6)] == [5, 2]
    assert [len(page) for page in labels_of(replace(table, rows=rows[:4]), 3)] == [3, 1]  # no page is halved


def test_an_empty_table_has_one_page():
    assert labels_of(groups([]), 10) == [[]]


@given(st.lists(st.integers(1, 12), max_size=12), st.integers(6, 30))
def test_every_row_once_and_no_page_too_long(sizes, lines):
    table = groups(sizes)
    pages = paginate(table, PAPER, lines=lines)
    kept = [row for page in pages for row in page if not row.cells[0].endswith("(continued)")]
    assert tuple(kept) == table.rows
    for page in pages:
        assert len(page) <= lines
        assert not page or not page[-1].keep
        assert not page or page[0].head


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("", 50, 1),
        ("one two", 100, 1),
        ("one two", 25, 2),
        ("a\nb", 100, 2),
        ("RECOVERED/RESOLVED", 70, 2),
        ("Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", 100, 3),
    ],
)
def test_lines(text, room, lines):
    assert line_count(text, room, 9) == lines


def test_columns_are_as_wide_as_their_longest_word():
    rows = (TableRow(("a", "SUBJECT-000000001", "some words that may be broken")),)
    table = DisplayTable(header=("A", "B", "C"), rows=rows, widths=(0.2, 0.1, 0.7), listing=True)
    fitted = fitted_widths(table, replace(PAPER, width=300 + PAPER.left + PAPER.right))
    assert sum(fitted.widths) == pytest.approx(1)
    assert fitted.widths[1] * 300 >= text_width("SUBJECT-000000001", 9) + 6


def test_repeated_values_are_shown_once():
    rows = [
        TableRow(("A", "1", "x")),
        TableRow(("A", "1", "y")),
        TableRow(("A", "2", "y")),
        TableRow(("B", "2", "y")),
    ]
    assert shown_once(rows, 2) == [("A", "1", "x"), ("", "", "y"), ("", "2", "y"), ("B", "2", "y")]


def test_a_text_that_is_shown_once_takes_its_lines_once():
    """Ten rows whose first text takes three lines: twelve lines on one page, or again on the next."""
    rows = tuple(TableRow(("one two three", str(number))) for number in range(10))
    table = DisplayTable(
        header=("A", "B"), rows=rows, widths=(30 / A4_LANDSCAPE.body_width, 0.5), repeats=1, listing=True
    )

    def sizes(lines: int) -> list[int]:
        return [len(page) for page in paginate(table, A4_LANDSCAPE, lines=lines)]

    assert sizes(12) == [10]
    assert sizes(7) == [5, 5]
    assert sizes(11) == [8, 2]  # no row is left alone


def test_the_body_is_what_head_and_foot_leave(table, header):
    page = page_of(table, header)
    # two running lines, two titles, subtitle and population, and two blank lines of 11.5 points
    assert page.top == 36 + 8 * 11.5
    # a footnote and two closing lines of 10 points
    assert page.bottom == 36 + 3 * 10 + 6
    assert page.body == pytest.approx(595.3 - page.top - page.bottom)
    longer = page_of(table, header, ["NE = not estimable.", "[a] Why."])
    assert longer.footnotes == ("n ≥ 1.", "NE = not estimable.", "[a] Why.")
    assert page.body - longer.body == pytest.approx(2 * 10)


def test_paper_decides_how_many_rows_a_page_has(table, header):
    rows = groups([40])
    # 395.3 points, less 2 of white, are 34 lines, one of which is the header
    assert [len(page) for page in pages_of(rows, page_of(table, header))] == [33, 9]
    portrait = page_of(table, header, paper=replace(A4_LANDSCAPE, width=595.3, height=841.9))
    assert [len(page) for page in pages_of(rows, portrait)] == [41]

"""Pages: no row lost, none too long, no label alone, groups together where they fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.tlf.pages import fitted_widths, line_count, paginate, text_width
from il2cdisc.tlf.table import Row, Table, shown_once


def groups(sizes: list[int]) -> Table:
    """A table of groups: a label and `size` rows each."""
    rows: list[Row] = []
    for block, size in enumerate(sizes):
        label = f"Group {block}"
        rows.append(Row((label, ""), head=True, keep=True, block=block))
        rows += [Row((f"row {i}", "1"), indent=1, block=block, heads=((0, label),)) for i in range(size)]
    return Table(header=("", "A"), rows=tuple(rows), widths=(0.7, 0.3))


def pages_of(table: Table, lines: int) -> list[list[str]]:
    pages = paginate(table, width=700, lines=lines, size=9, padding=6)
    return [[row.cells[0] for row in page] for page in pages]


def test_groups_stay_together_where_they_fit():
    assert pages_of(groups([3, 3, 3]), 9) == [
        ["Group 0", "row 0", "row 1", "row 2", "Group 1", "row 0", "row 1", "row 2"],
        ["Group 2", "row 0", "row 1", "row 2"],
    ]


def test_a_group_longer_than_a_page_says_that_it_goes_on():
    assert pages_of(groups([8]), 6) == [
        ["Group 0", "row 0", "row 1", "row 2", "row 3", "row 4"],
        ["Group 0 (continued)", "row 5", "row 6", "row 7"],
    ]


def test_no_row_of_a_group_is_left_alone():
    # six lines would end the first page before the last row
    assert pages_of(groups([6]), 6) == [
        ["Group 0", "row 0", "row 1", "row 2", "row 3"],
        ["Group 0 (continued)", "row 4", "row 5"],
    ]


def test_an_empty_table_has_one_page():
    assert pages_of(groups([]), 10) == [[]]


@given(st.lists(st.integers(1, 12), max_size=12), st.integers(6, 30))
def test_every_row_once_and_no_page_too_long(sizes, lines):
    table = groups(sizes)
    pages = paginate(table, width=700, lines=lines, size=9, padding=6)
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
    rows = (Row(("a", "SUBJECT-000000001", "some words that may be broken")),)
    table = Table(header=("A", "B", "C"), rows=rows, widths=(0.2, 0.1, 0.7), listing=True)
    fitted = fitted_widths(table, width=300, size=9, padding=6)
    assert sum(fitted.widths) == pytest.approx(1)
    assert fitted.widths[1] * 300 >= text_width("SUBJECT-000000001", 9) + 6


def test_repeated_values_are_shown_once():
    rows = [Row(("A", "1", "x")), Row(("A", "1", "y")), Row(("A", "2", "y")), Row(("B", "2", "y"))]
    assert shown_once(rows, 2) == [("A", "1", "x"), ("", "", "y"), ("", "2", "y"), ("B", "2", "y")]

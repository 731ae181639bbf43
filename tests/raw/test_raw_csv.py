"""CSV: text as it stands, physical line numbers, and each kind of damage told."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Problems
from il2cdisc.raw.readers.csv import READER, CsvOptions
from il2cdisc.raw.table import RawTable


def read(data: bytes, **options: object) -> tuple[RawTable | None, Problems]:
    problems = Problems()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ae.csv"
        path.write_bytes(data)
        given = CsvOptions.model_validate(options)
        return READER.whole(path, "raw/edc/ae.csv", given, problems), problems


def rows(table: RawTable | None) -> list[list[str | None]]:
    assert table is not None
    return [[None if pd.isna(cell) else cell for cell in row] for row in table.frame.to_numpy(dtype=object)]


def test_nothing_is_guessed() -> None:
    table, problems = read(b"A,B,C\n007,NA, x \nNULL,,1e5\n#N/A,nan,TRUE\n")
    assert rows(table) == [["007", "NA", " x "], ["NULL", None, "1e5"], ["#N/A", "nan", "TRUE"]]
    assert table is not None
    assert table.lines.tolist() == [2, 3, 4]
    assert [str(dtype) for dtype in table.frame.dtypes] == ["str"] * 3
    assert not problems


def test_quotes_and_physical_lines() -> None:
    table, problems = read(b'A,B\r\n"x, ""y""",1\r\n"two\r\nlines",2\r\nlast,3\r\n')
    assert rows(table) == [['x, "y"', "1"], ["two\r\nlines", "2"], ["last", "3"]]
    assert table is not None
    assert table.lines.tolist() == [2, 3, 5]
    assert not problems


def test_byte_order_mark_encoding_delimiter_title() -> None:
    table, _ = read(
        "Export of today\nA;B\n1,5;è\n".encode("latin-1"), encoding="latin-1", delimiter=";", header_line=2
    )
    assert rows(table) == [["1,5", "è"]]
    assert table is not None
    assert table.lines.tolist() == [3]
    table, _ = read("\ufeffA,B\n1,è\n".encode())
    assert rows(table) == [["1", "è"]]
    assert table is not None
    assert list(table.frame.columns) == ["A", "B"]
    assert table.notes == ("begins with a byte order mark",)
    table, _ = read("A,B\n1,è\n".encode("utf-16"), encoding="utf-16")
    assert rows(table) == [["1", "è"]]


def test_header_only_and_one_column() -> None:
    table, problems = read(b"A,B\n")
    assert rows(table) == []
    assert not problems
    table, _ = read(b'A\n""\nx\n')
    assert rows(table) == [[None], ["x"]]


def test_both_ways_agree() -> None:
    plain = "A,B,C\n" + "".join(f"{n},x{n},\n" for n in range(500))
    quoted = plain.replace("x7,", '"x7",')
    fast, careful = read(plain.encode())[0], read(quoted.encode())[0]
    assert fast is not None
    assert careful is not None
    pd.testing.assert_frame_equal(fast.frame, careful.frame)
    assert fast.lines.tolist() == careful.lines.tolist()


BAD = {
    "empty": b"",
    "blank": b"\n\n",
    "ragged": b"A,B\n1,2\n1\n1,2,3\n1,2\n",
    "cut off": b"A,B,C\n1,2,3\n1,2",
    "cut off but complete": b"A,B\n1,2\n1,2",
    "NUL": b"A,B\n1,2\n1,\x00\n",
    "latin-1 for utf-8": b"A,B\n1,2\n1,perch\xe9\n",
    "utf-16 for utf-8": "A,B\n1,2\n".encode("utf-16"),
    "unclosed quote": b'A,B\n1,2\n"1,2\n3,4\n5,6\n',
    "text after quote": b'A,B\n1,2\n"1"x,2\n',
    "lone carriage return": b"A,B\n1,2\n1\r1,2\n",
    "duplicate names": b"A,B,A\n1,2,3\n",
    "no name": b"A,,C\n1,2,3\n",
    "blank lines": b"A,B\n1,2\n\n\n3,4\n",
    "blank header": b"\nA,B\n1,2\n",
}


@pytest.mark.parametrize("case", list(BAD))
def test_damage_is_told(case: str, told: Callable[[Problems], str], snapshot: SnapshotAssertion) -> None:
    table, problems = read(BAD[case])
    assert (table is None) == bool(problems.stops)
    assert told(problems) == snapshot


BAD_LATIN = {
    "utf-8 for latin-1": ("A;B\n1;perché\n".encode(), "latin-1"),
    "utf-8 mark for latin-1": (b"\xef\xbb\xbfA;B\n1;2\n", "latin-1"),
    "cp1252 for latin-1": (b"A;B\n1;2 \x80\n", "latin-1"),
}


@pytest.mark.parametrize("case", list(BAD_LATIN))
def test_a_wrong_one_byte_encoding_is_told(
    case: str, told: Callable[[Problems], str], snapshot: SnapshotAssertion
) -> None:
    data, encoding = BAD_LATIN[case]
    table, problems = read(data, encoding=encoding, delimiter=";")
    assert table is None
    assert told(problems) == snapshot


def test_many_ragged_lines_are_one_problem() -> None:
    table, problems = read(b"A,B\n" + b"1\n" * 1000)
    assert table is None
    assert len(problems) == 1
    assert "and 995 more" in str(problems.items[0])


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(text, min_size=n, max_size=n), min_size=1, max_size=6)
    )
)
def test_any_text_survives(cells: list[list[str]]) -> None:
    names = [f"C{number}" for number in range(len(cells[0]))]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([names, *cells])
    table, problems = read(stream.getvalue().encode())
    assert rows(table) == [[cell or None for cell in row] for row in cells]
    assert not problems


plain_text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='",'), max_size=8)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.tuples(plain_text, plain_text), min_size=1, max_size=6))
def test_any_plain_text_survives_the_fast_way(cells: list[tuple[str, str]]) -> None:
    data = "A,B\n" + "".join(f"{a},{b}\n" for a, b in cells)
    table, problems = read(data.encode())
    assert rows(table) == [[cell or None for cell in row] for row in cells]
    assert table is not None
    assert table.lines.tolist() == list(range(2, len(cells) + 2))
    assert not problems


def test_a_field_of_megabytes() -> None:
    table, problems = read(b"A,B\n1," + b"x" * 5_000_000 + b"\n2,y\n")
    assert table is not None
    assert len(table.frame["B"][0]) == 5_000_000
    assert not problems

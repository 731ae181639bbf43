"""The registry of readers, a further one of one file, and the pieces that readers yield."""

from __future__ import annotations

import datetime
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.base.problems import Problem, Problems, Stopped
from il2cdisc.raw import check_sources
from il2cdisc.raw import readers as package
from il2cdisc.raw.readers import _stat, all_readers, csv, reader_of, readers_in, xlsx
from il2cdisc.raw.readers._text import text_blocks
from il2cdisc.raw.table import MOST_ROWS, RawTable, joined, text_table

ROOT = Path(__file__).parents[2]


# --- the registry


def test_a_reader_for_each_module_of_the_folder() -> None:
    folder = Path(package.__file__).parent
    modules = {path.stem for path in folder.glob("[!_]*.py")}
    assert set(all_readers()) == modules
    assert list(all_readers()) == sorted(modules)
    for name, reader in all_readers().items():
        assert reader.name == name
        assert reader.title
        for suffix in reader.suffixes:
            assert reader_of(suffix.upper()) is reader
    assert reader_of(".docx") is None


def test_two_readers_of_one_ending_are_refused(tmp_path: Path) -> None:
    source = (Path(package.__file__).parent / "sas7bdat.py").read_text(encoding="utf-8")
    (tmp_path / "sas8.py").write_text(source.replace('"sas7bdat", (".sas7bdat",)', '"sas8", (".xpt",)'))
    before = dict(all_readers())
    with readers_in(tmp_path), pytest.raises(ValueError, match=r"SAS and SAS transport share \.xpt"):
        all_readers()
    assert dict(all_readers()) == before


def test_an_option_that_every_form_has_is_refused(further: Path) -> None:
    text = (further / "jsonl.py").read_text(encoding="utf-8")
    (further / "jsonl.py").write_text(text.replace("within", "trim"))
    with (
        readers_in(further),
        pytest.raises(ValueError, match="JSON lines has the option trim, which every form has"),
    ):
        all_readers()


# --- a further format: the worked example of CONTRIBUTING.md


@pytest.fixture
def further(tmp_path: Path) -> Path:
    """A folder with the reader that CONTRIBUTING.md shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = re.search(r"## A raw format\n.*?```python\n(.*?)```", text, re.DOTALL)
    assert example is not None
    folder = tmp_path / "further"
    folder.mkdir()
    (folder / "jsonl.py").write_text(example[1], encoding="utf-8")
    return folder


LINES = b'{"PAT": "001", "TERM": "Headache"}\n{"PAT": "002", "SEV": 2}\n'


def test_a_further_format_is_one_file(trial: Any, further: Path) -> None:
    trial.form("ae", "ae.jsonl", LINES, "PAT TERM SEV")
    trial.form("cm", "cm.ndjson", b'{"n": 1, "data": {"PAT": "003"}}\n', "PAT", 'within = "data"')
    study = trial.study()
    before = {problem.what for problem in check_sources(study)}
    names = "csv, dta, odm, sas7bdat, sav, xlsx, xport"
    assert f"The ending of the file says no format; give format = one of {names}." in before
    with readers_in(further):
        assert check_sources(study) == []
        export = trial.read()
        (receipt,) = [item for item in export.receipts if item.form == "ae"]
    assert export.forms["ae"].frame().fillna("").to_dict("list") == {
        "@ae": [0, 1],
        "ae.PAT": ["001", "002"],
        "ae.TERM": ["Headache", ""],
        "ae.SEV": ["", "2"],
    }
    assert export.forms["cm"].frame()["cm.PAT"].tolist() == ["003"]
    assert str(export.address("ae", 1, "SEV")) == "raw/ae.jsonl:2 SEV"
    assert (receipt.rows, receipt.encoding) == (2, "utf-8")


def test_its_options_and_its_damage_are_named_like_those_of_others(trial: Any, further: Path) -> None:
    trial.form(
        "ae", "ae.jsonl", b'{"PAT": "001"}\nPAT\n', "PAT", 'subject = "PAT"\nwithn = "data"\nsheet = "A"'
    )
    with readers_in(further):
        unknown, useless = check_sources(trial.study())
        assert (unknown.code, str(unknown.where), unknown.hint) == (
            "STU002",
            "study.toml:26 forms.ae.withn",
            "within",
        )
        assert (useless.code, useless.what, useless.fix) == (
            "STU011",
            "A file of format jsonl is read without sheet.",
            "Remove the key. Options of the format jsonl: within.",
        )
        trial.toml = trial.toml.replace('withn = "data"\nsheet = "A"\n', "")
        with pytest.raises(Stopped, match=r"RAW002 raw/ae\.jsonl:2: The line is not an object"):
            trial.read()


def test_a_reader_that_finds_nothing_and_says_nothing_is_reported(trial: Any, further: Path) -> None:
    text = (further / "jsonl.py").read_text(encoding="utf-8")
    (further / "jsonl.py").write_text(text.replace("    yield RawTable", "    return\n    yield RawTable"))
    trial.form("ae", "ae.jsonl", LINES, "PAT TERM SEV")
    with readers_in(further), pytest.raises(Stopped, match="The reader of JSON lines files found no table"):
        trial.read()


# --- pieces


def pieces_of(folder: Path, data: bytes, **options: object) -> tuple[list[RawTable], list[Problem]]:
    """What the reader of CSV yields, and the problems."""
    (folder / "ae.csv").write_bytes(data)
    problems = Problems()
    given_options = csv.CsvOptions.model_validate(options)
    return list(csv.READER.read(folder / "ae.csv", "raw/ae.csv", given_options, problems)), problems.items


def test_pieces_of_a_csv_file_are_bounded_and_its_lines_go_on(tmp_path: Path) -> None:
    rows = 2 * MOST_ROWS + 5
    body = "".join(f"{number},x\n" for number in range(rows))
    pieces, problems = pieces_of(tmp_path, f"kg,\nA,B\n{body}\n".encode(), header_line=2, unit_line=1)
    assert [len(piece.frame) for piece in pieces] == [MOST_ROWS, MOST_ROWS, 5]
    assert [int(piece.lines[0]) for piece in pieces] == [3, MOST_ROWS + 3, 2 * MOST_ROWS + 3]
    assert pieces[2].frame["A"].tolist() == [str(number) for number in range(rows - 5, rows)]
    assert [piece.units for piece in pieces] == [{"A": "kg", "B": ""}, {}, {}]
    assert [piece.encoding for piece in pieces] == ["utf-8", "", ""]
    assert [piece.notes for piece in pieces] == [
        ("the header is line 2",), (), (f"blank lines: {rows + 3}",)
    ]  # fmt: skip
    assert problems == []
    whole = joined(pieces)
    assert whole.frame["A"].tolist() == [str(number) for number in range(rows)]
    assert np.array_equal(whole.lines, np.arange(rows) + 3)


def test_what_is_wrong_at_the_end_of_a_long_file_is_said_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("il2cdisc.raw.readers._text.BLOCK", 64)
    data = b"A,B\n" + b"1,2\n" * 50 + b"1\n" + b"1,2\n" * 50 + b"1,2,3\n1"
    _, (problem,) = pieces_of(tmp_path, data)
    assert problem.values == ("line 52: 1 fields", "line 103: 3 fields", "line 104: 1 fields")
    assert (problem.what, problem.out_of) == (
        "Lines do not have the header's 2 fields. The last line has no line end: the file was cut off.",
        103,
    )


def test_a_quoted_text_may_be_longer_than_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("il2cdisc.raw.readers._text.BLOCK", 16)
    note = "line\n" * 40
    pieces, problems = pieces_of(tmp_path, f'A,B\n1,x\n2,"{note}"\n3,y\n'.encode())
    whole = joined(pieces)
    assert whole.frame["B"].tolist() == ["x", note, "y"]
    assert whole.lines.tolist() == [2, 3, 44]
    assert problems == []
    _, (problem,) = pieces_of(tmp_path, f'A,B\n1,x\n2,"{note}\n3,y\n'.encode())
    assert str(problem).startswith(
        "RAW005 raw/ae.csv:3: A quote that is opened in this record is never closed."
    )


texts = st.text(st.sampled_from('ab,;"\n\r é€\u2028\ufeff'), max_size=60)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(
    texts,
    st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16", "shift_jis"]),
    st.sampled_from(["utf-8", "latin-1", "utf-16", "gb18030"]),
    st.integers(1, 3),
)
def test_blocks_of_any_size_give_the_same(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str, written: str, header_line: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    data = text.encode(written, "replace")
    found = []
    for size in (2**20, 7, 4):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("il2cdisc.raw.readers._text.BLOCK", size)
            pieces, problems = pieces_of(folder, data, encoding=encoding, header_line=header_line)
            found.append((pieces, problems))
    (whole, problems), *others = found
    stopped = any(problem.stops for problem in problems)
    assert stopped or whole
    for pieces, told in others:
        assert told == problems
        if not stopped:
            one, other = joined(whole), joined(pieces)
            pd.testing.assert_frame_equal(one.frame, other.frame)
            assert one.lines.tolist() == other.lines.tolist()
            assert (one.notes, one.encoding, one.units) == (other.notes, other.encoding, other.units)


def test_blocks_of_text_end_with_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("il2cdisc.raw.readers._text.BLOCK", 4)
    (tmp_path / "a.txt").write_bytes("né\nab\ncdefgh\ni".encode())
    assert list(text_blocks(tmp_path / "a.txt", "utf-8")) == ["né\n", "ab\n", "cdefgh\n", "i"]


def test_a_header_beyond_the_end_of_a_csv_file_is_reported(tmp_path: Path) -> None:
    for data, count in ((b"A,B\n1,2\n", "2 lines"), (b"A,B", "1 line")):
        pieces, (problem,) = pieces_of(tmp_path, data, header_line=9)
        assert pieces == []
        assert str(problem).startswith(
            f"RAW002 raw/ae.csv:9: The file has {count}, its header should be line 9."
        )


def test_cells_of_a_workbook_that_are_equal_and_not_the_same(tmp_path: Path) -> None:
    cells = [1, True, 1.0, "1", "TRUE", 0, False, None]
    (moment,) = pd.to_datetime(["2021-03-04"]).to_pydatetime()
    days = [None, moment, datetime.date(2021, 3, 4), "2021-03-04"] * 2
    pd.DataFrame({"A": pd.Series(cells, dtype=object), "D": pd.Series(days, dtype=object)}).to_excel(
        tmp_path / "a.xlsx", sheet_name="S", index=False
    )
    (table,) = xlsx.READER.read(tmp_path / "a.xlsx", "a.xlsx", xlsx.XlsxOptions(sheet="S"), Problems())
    assert table.frame["A"].fillna("").tolist() == ["1", "TRUE", "1", "1", "TRUE", "0", "FALSE", ""]
    assert table.records["A"].distinct == ["1", "TRUE", "0", "FALSE"]
    assert table.records["D"].distinct == ["2021-03-04"]
    assert table.date_columns == ("D",)


def test_pieces_of_a_table_joined() -> None:
    one = RawTable(text_table({"A": ["1", "", "3"]}), np.array([2, 4, 5]), "utf-8", ("a note",))
    other = RawTable(text_table({"A": [None, "3", "4"]}), np.array([6, 7, 8]), notes=("another",))
    table = joined([one, other])
    assert table.frame["A"].fillna("").tolist() == ["1", "", "3", "", "3", "4"]
    assert table.records["A"].distinct == ["1", "3", "4"]
    assert (table.lines.tolist(), table.notes) == ([2, 4, 5, 6, 7, 8], ("a note", "another"))
    assert joined([one]) is one
    with pytest.raises(ValueError, match="different columns"):
        joined([one, RawTable(text_table({"B": ["1"]}), np.array([6]))])


@pytest.mark.parametrize("format", ["sav", "dta", "xport"])
def test_a_file_of_sas_spss_or_stata_in_pieces_is_the_same_as_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    numbers = [1.5, None, 3.0, 1.5, 7.0]
    frame = pd.DataFrame(
        {"ID": list("aabca"), "N": numbers, "E": [None] * 4 + [2.0], "T": ["", "", "x", "", "y"]}
    )
    write = {"sav": "write_sav", "dta": "write_dta", "xport": "write_xport"}[format]
    path = tmp_path / f"a{all_readers()[format].suffixes[0]}"
    getattr(pyreadstat, write)(frame, path)
    reader = all_readers()[format]
    whole = reader.whole(path, "a", reader.options(), Problems())
    for size in (1, 2, 5):
        monkeypatch.setattr(_stat, "MOST_ROWS", size)
        pieces = reader.whole(path, "a", reader.options(), Problems())
        assert whole is not None
        assert pieces is not None
        pd.testing.assert_frame_equal(pieces.frame, whole.frame)
        assert pieces.records["ID"].distinct == ["a", "b", "c"]
        assert pieces.lines.tolist() == [1, 2, 3, 4, 5]
        others = [item.name for item in fields(whole) if item.name not in ("records", "lines")]
        assert [getattr(pieces, name) for name in others] == [getattr(whole, name) for name in others]

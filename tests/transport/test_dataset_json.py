"""Dataset-JSON: what is written says what the transport file says, and is read back as it was."""

from __future__ import annotations

import io
import json
import zlib
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.base.problems import Stopped
from il2cdisc.transport import dataset_json_read
from il2cdisc.transport.codec import ColumnFacts, FileFacts
from il2cdisc.transport.dataset_json import FileLayout, write_dataset_json
from il2cdisc.transport.dataset_json_read import read_dataset_json
from il2cdisc.transport.xpt import read_xpt, write_xpt

CREATED = datetime.fromisoformat("2024-12-20T16:30:00")
VARIABLES = (
    Variable("USUBJID", "Unique Subject Identifier", "Char", 4),
    Variable("AVAL", "Analysis Value", "Num"),
    Variable("ASEQ", "Analysis Sequence Number", "Num"),
    Variable("ADT", "Analysis Date", "Num", 8, "DATE9."),
    Variable("ADTM", "Analysis Datetime", "Num", 8, "DATETIME20."),
    Variable("ATM", "Analysis Time", "Num", 8, "TIME8."),
)
FRAME = pd.DataFrame(
    {
        "USUBJID": pd.array(['A"1', "B\\2", None], dtype="str"),
        "AVAL": [0.1, np.nan, -0.0],
        "ASEQ": [1.0, 2.0, 3.0],
        "ADT": [22646.0, np.nan, -1.0],
        "ADTM": [22646.0 * 86400 + 1, np.nan, 0.0],
        "ATM": [34260.0, np.nan, 0.0],
    }
)
FACTS = FileFacts(
    created=CREATED,
    item_group="IG.ADXX",
    columns={
        "USUBJID": ColumnFacts("IT.ADXX.USUBJID", "text", 1),
        "AVAL": ColumnFacts("IT.ADXX.AVAL", "float"),
        "ASEQ": ColumnFacts("IT.ADXX.ASEQ", "integer", 2),
        "ADT": ColumnFacts("IT.ADXX.ADT", "integer"),
    },
    file="SYN.ADXX",
    study="STDY.SYN",
    metadata_version="MDV.SYN",
    metadata="../../adam/define.xml",
    originator="Invented Remedies",
    system="il2cdisc",
    system_version="1",
)


def dataset(frame: pd.DataFrame = FRAME, variables: tuple[Variable, ...] = VARIABLES) -> Dataset:
    return Dataset("ADXX", "Analysis Data", variables, ("USUBJID", "ASEQ"), frame, no_edges())


def written(layout: FileLayout, item: Dataset | None = None) -> bytes:
    stream = io.BytesIO()
    write_dataset_json(item or dataset(), FACTS, stream, layout=layout)
    return stream.getvalue()


def test_records_and_metadata() -> None:
    given = json.loads(written(FileLayout.JSON))
    assert given["rows"] == [
        ['A"1', 0.1, 1, "2022-01-01", "2022-01-01T00:00:01", "09:31:00"],
        ["B\\2", None, 2, None, None, None],
        ["", -0.0, 3, "1959-12-31", "1960-01-01T00:00:00", "00:00:00"],
    ]
    assert given["records"] == 3
    assert given["datasetJSONCreationDateTime"] == "2024-12-20T16:30:00"
    assert given["columns"][:4] == [
        {
            "itemOID": "IT.ADXX.USUBJID",
            "name": "USUBJID",
            "label": "Unique Subject Identifier",
            "dataType": "string",
            "length": 4,
            "keySequence": 1,
        },
        {"itemOID": "IT.ADXX.AVAL", "name": "AVAL", "label": "Analysis Value", "dataType": "float"},
        {
            "itemOID": "IT.ADXX.ASEQ",
            "name": "ASEQ",
            "label": "Analysis Sequence Number",
            "dataType": "integer",
            "keySequence": 2,
        },
        {
            "itemOID": "IT.ADXX.ADT",
            "name": "ADT",
            "label": "Analysis Date",
            "dataType": "date",
            "targetDataType": "integer",
            "displayFormat": "DATE9.",
        },
    ]


def test_lines_say_the_same_and_are_what_is_compressed() -> None:
    whole = json.loads(written(FileLayout.JSON))
    first, *rows = written(FileLayout.NDJSON).decode().splitlines()
    assert {**json.loads(first), "rows": [json.loads(row) for row in rows]} == whole
    assert zlib.decompress(written(FileLayout.DSJC)) == written(FileLayout.NDJSON)


def test_a_date_with_a_time_of_day_stays_a_number() -> None:
    frame = FRAME.assign(ADT=[22646.5, np.nan, 1.0])
    given = json.loads(written(FileLayout.JSON, dataset(frame)))
    assert [row[3] for row in given["rows"]] == [22646.5, None, 1]
    assert given["columns"][3]["dataType"] == "float"
    assert "targetDataType" not in given["columns"][3]


@pytest.mark.parametrize("layout", list(FileLayout))
def test_what_is_read_is_what_was_written(layout: FileLayout, tmp_path: Path) -> None:
    path = tmp_path / f"adxx.{layout}"
    path.write_bytes(written(layout))
    found = read_dataset_json(path, path.name, layout=layout)
    assert (found.name, found.label, found.variables) == ("ADXX", "Analysis Data", VARIABLES)
    pd.testing.assert_frame_equal(found.frame, FRAME)
    assert np.signbit(found.frame["AVAL"][2])


@pytest.mark.parametrize("layout", list(FileLayout))
def test_a_dataset_without_records(layout: FileLayout, tmp_path: Path) -> None:
    path = tmp_path / f"adxx.{layout}"
    path.write_bytes(written(layout, dataset(FRAME.iloc[:0])))
    found = read_dataset_json(path, path.name, layout=layout)
    pd.testing.assert_frame_equal(found.frame, FRAME.iloc[:0].reset_index(drop=True))


def test_ten_thousand_numbers_survive_xpt_json_xpt(tmp_path: Path) -> None:
    chance = np.random.default_rng(8)
    numbers = chance.standard_normal(10_000) * 10.0 ** chance.integers(-70, 70, 10_000)
    variables = (Variable("AVAL", "Analysis Value", "Num"),)
    before = tmp_path / "before.xpt"
    with before.open("wb") as stream:
        write_xpt(dataset(pd.DataFrame({"AVAL": numbers}), variables), stream, created=CREATED)
    frame = read_xpt(before).frame
    path = tmp_path / "adxx.json"
    path.write_bytes(written(FileLayout.JSON, dataset(frame, variables)))
    again = read_dataset_json(path, path.name, layout=FileLayout.JSON).frame
    assert (again["AVAL"].to_numpy().view("int64") == frame["AVAL"].to_numpy().view("int64")).all()
    after = tmp_path / "after.xpt"
    with after.open("wb") as stream:
        write_xpt(dataset(again, variables), stream, created=CREATED)
    assert after.read_bytes() == before.read_bytes()


@given(
    st.lists(st.one_of(st.floats(allow_infinity=False), st.integers(-(2**53), 2**53).map(float)), min_size=1)
)
def test_any_number_is_itself_again(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    path = tmp_path_factory.mktemp("any") / "adxx.ndjson"
    variables = (Variable("AVAL", "Analysis Value", "Num"),)
    frame = pd.DataFrame({"AVAL": np.array(numbers, dtype="float64")})
    path.write_bytes(written(FileLayout.NDJSON, dataset(frame, variables)))
    again = read_dataset_json(path, path.name, layout=FileLayout.NDJSON).frame["AVAL"].to_numpy()
    missing = np.isnan(frame["AVAL"].to_numpy())
    assert np.isnan(again[missing]).all()
    assert (again[~missing].view("int64") == frame["AVAL"].to_numpy()[~missing].view("int64")).all()


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])), min_size=1))
def test_any_text_is_itself_again(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("any") / "adxx.ndjson"
    variables = (Variable("AVALC", "Analysis Value (C)", "Char", 200),)
    frame = pd.DataFrame({"AVALC": pd.array([text or None for text in texts], dtype="str")})
    path.write_bytes(written(FileLayout.NDJSON, dataset(frame, variables)))
    again = read_dataset_json(path, path.name, layout=FileLayout.NDJSON).frame
    pd.testing.assert_frame_equal(again, frame)


def changed(**attributes: object) -> bytes:
    given = json.loads(written(FileLayout.JSON))
    return json.dumps({**given, **attributes}).encode()


def column(**attributes: object) -> bytes:
    given = json.loads(written(FileLayout.JSON))
    columns = [given["columns"][0], {**given["columns"][1], **attributes}, *given["columns"][2:]]
    return changed(columns=columns)


ROW = ['A"1', 0.1, 1, "2022-01-01", "2022-01-01T00:00:01", "09:31:00"]
DAMAGED = {
    "not JSON": b"PK\x03\x04",
    "cut off": written(FileLayout.JSON)[:-40],
    "other encoding": changed(label="Größe").decode("unicode_escape").encode("latin-1"),
    "a list": b"[]",
    "not a number of JSON": written(FileLayout.JSON).replace(b"0.1", b"NaN"),
    "deep": b"[" * 100_000,
    "another version": changed(datasetJSONVersion="1.0.0"),
    "an attribute that 1.1 has not": changed(clinicalData={}),
    "no columns": changed(columns=[]),
    "rows are no list": changed(rows="none"),
    "fewer records": changed(records=4),
    "a short record": changed(rows=[ROW[:-1]], records=1),
    "text in numbers": changed(rows=[[*ROW[:1], "high", *ROW[2:]]], records=1),
    "a number in text": changed(rows=[[7, *ROW[1:]]], records=1),
    "true in numbers": changed(rows=[[*ROW[:1], True, *ROW[2:]]], records=1),
    "a number beyond all": changed(rows=[[*ROW[:1], 10**400, *ROW[2:]]], records=1),
    "no day of the calendar": changed(rows=[[*ROW[:3], "2022-02-30", *ROW[4:]]], records=1),
    "a boolean column": column(dataType="boolean"),
    "an unknown data type": column(dataType="money"),
    "two columns of one name": column(name="USUBJID"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_are_refused(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    path = tmp_path / "adxx.json"
    path.write_bytes(DAMAGED[name])
    with pytest.raises(Stopped) as stopped:
        read_dataset_json(path, "received/adxx.json", layout=FileLayout.JSON)
    assert [str(problem) for problem in stopped.value.problems] == snapshot


PACKED = written(FileLayout.DSJC)
DAMAGED_PACKED = {
    "cut off": PACKED[:-20],
    "goes on": PACKED + b"more",
    "not compressed": written(FileLayout.NDJSON),
    "empty": b"",
    "one endless line": zlib.compress(b'{"name": "' + b"a" * 5_000, 1),
}


@pytest.mark.parametrize("name", DAMAGED_PACKED)
def test_damaged_compressed_files_are_refused(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_json_read, "LONGEST_LINE", 4_000)
    path = tmp_path / "adxx.dsjc"
    path.write_bytes(DAMAGED_PACKED[name])
    with pytest.raises(Stopped) as stopped:
        read_dataset_json(path, "received/adxx.dsjc", layout=FileLayout.DSJC)
    assert [str(problem) for problem in stopped.value.problems] == snapshot


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "adxx.ndjson"
    lines = written(FileLayout.NDJSON).splitlines()
    path.write_bytes(b"\n".join([*lines[:2], lines[2].replace(b"2,", b'"x",', 1), lines[3]]))
    with pytest.raises(Stopped) as stopped:
        read_dataset_json(path, "received/adxx.ndjson", layout=FileLayout.NDJSON)
    assert "received/adxx.ndjson:3" in str(stopped.value.problems[0])

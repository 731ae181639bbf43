"""Files and folders compared by the command: what it prints, writes and exits with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from il2cdisc.cli import app

Save = Callable[..., Path]
ONE_DAY = timedelta(days=1)
KEYS = ("--keys", "USUBJID,LBSEQ")


def compared(*arguments: object, code: int) -> str:
    done = CliRunner().invoke(app, ["compare", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.output


def test_identical_is_said_aloud(save: Save, lb: pd.DataFrame) -> None:
    out = compared(save("a/lb.xpt", lb), save("b/lb.xpt", lb), code=0)
    assert out.splitlines()[-1] == "identical: 1 dataset, 4 common records, 20 values compared"
    assert "records matched by their number, as no keys are known" in out
    assert "Tolerance: 0 (numbers must be equal)." in out


def test_all_that_may_differ(
    save: Save, lb: pd.DataFrame, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    a = save("a/lb.xpt", lb.assign(LBNAM="X"), formats={"LBDT": "DATE9."})
    other = pd.DataFrame(
        {
            "LBSEQ": [2.0, 1.0, 1.0, 3.0],
            "USUBJID": pd.Series(["S-1", "S-1", "S-2", "S-2"], dtype="str"),
            "LBTEST": pd.Series(
                ["Glucose", "Glucose ", "Glucose, fasting", "Sodium"], dtype="str"
            ).str.rstrip(),
            "LBSTRESN": pd.Series(["ND", "5.1", "4.9", "141"], dtype="str"),
            "LBDT": [23381.0, 23379.0, float("nan"), 23382.0],
            "LBCAT": pd.Series(["CHEMISTRY"] * 4, dtype="str"),
        }
    )
    b = save("b/lb.xpt", other, label="Laboratory", formats={"LBDT": "YYMMDD10."}, labels={"LBTEST": "Test"})
    out = compared(a, b, *KEYS, code=1).replace(str(tmp_path), "")
    assert out == snapshot


def test_numbers_within_the_tolerance(save: Save, lb: pd.DataFrame) -> None:
    a = save("a/lb.xpt", lb)
    b = save("b/lb.xpt", lb.assign(LBSTRESN=lb["LBSTRESN"] + 0.01))
    out = compared(a, b, code=1)
    assert "LBSTRESN: 3 of 4 records differ; greatest difference 0.01" in out
    assert "record 1: 5.1 in A, 5.109999999999999 in B" in out
    out = compared(a, b, "--tolerance", "0.0101", code=0)
    assert "Tolerance: absolute 0.0101." in out
    out = compared(a, b, "--relative-tolerance", "1e-3", code=1)
    assert "LBSTRESN: 2 of 4 records differ" in out  # 141.01 is within a thousandth
    out = compared(a, b, "--tolerance", "-1", code=2)
    assert "CMP010 --tolerance" in out


def test_records_that_one_of_them_has(save: Save, lb: pd.DataFrame) -> None:
    a, b = save("a/lb.xpt", lb), save("b/lb.xpt", lb.iloc[[0, 1, 3]].reset_index(drop=True))
    by_key = compared(a, b, *KEYS, code=1)
    assert "Records only in A: 1\n    USUBJID=S-2, LBSEQ=1\n" in by_key
    assert "records differ" not in by_key
    by_number = compared(a, b, code=1)
    assert "Records only in A: 1\n    record 4\n" in by_number
    assert "LBSTRESN: 1 of 3 records differs; greatest difference 136.1" in by_number


def test_counts_are_full_and_what_is_shown_is_asked_for(save: Save, lb: pd.DataFrame) -> None:
    many = pd.concat([lb] * 20, ignore_index=True)
    a, b = save("a/lb.xpt", many), save("b/lb.xpt", many.assign(LBSEQ=many["LBSEQ"] + 1))
    out = compared(a, b, "--show", "2", code=1)
    assert re.search(r"LBSEQ: 80 of 80 records .*\n.*record 1: .*\n.*record 2: .*\n    and 78 more", out)


def test_blank_is_missing_and_trailing_blanks_do_not_count(
    save: Save, lb: pd.DataFrame, tmp_path: Path
) -> None:
    given = lb.assign(LBTEST=pd.Series(["Glucose  ", "", "Glucose", "Sodium"], dtype="str"))
    given.to_parquet(tmp_path / "lb.parquet", index=False)
    out = compared(save("a/lb.xpt", lb), tmp_path / "lb.parquet", code=0)
    assert "label (Parquet does not hold it), length (Parquet does not hold it)" in out


def test_special_missing_values_are_told_apart(save: Save, lb: pd.DataFrame) -> None:
    letters = pd.Series([None, "A", None, None], dtype="str")
    a, b = save("a/lb.xpt", lb, specials={"LBSTRESN": letters}), save("b/lb.xpt", lb)
    assert "record 2: .A in A, missing in B" in compared(a, b, code=1)
    compared(a, a, code=0)


def test_dates_of_three_formats(save: Save, lb: pd.DataFrame, tmp_path: Path) -> None:
    """A SAS number with a date format, Parquet's dates and moments, ISO 8601 of CSV: one day is one day."""
    a = save("a/lb.xpt", lb, formats={"LBDT": "DATE9."})
    days = [None if pd.isna(n) else date(1960, 1, 1) + timedelta(days=n) for n in lb["LBDT"]]
    moments = [None if day is None else datetime.combine(day, time()) for day in days]
    for name, values, kind in (("date", days, pa.date32()), ("moment", moments, pa.timestamp("us"))):
        table = pa.Table.from_pandas(lb).set_column(4, "LBDT", pa.array(values, type=kind))
        pq.write_table(table, tmp_path / f"{name}.parquet")
        compared(a, tmp_path / f"{name}.parquet", code=0)
        late = [None if value is None else value + ONE_DAY for value in values]
        changed = table.set_column(4, "LBDT", pa.array(late, type=kind))
        pq.write_table(changed, tmp_path / "late.parquet")
        out = compared(a, tmp_path / "late.parquet", code=1)
        assert (
            "LBDT: 3 of 4 records differ; greatest difference 1\n    record 1: 2024-01-05 in A, 2024-01-06"
            in out
        )
    texts = pd.Series([None if day is None else day.isoformat() for day in days], dtype="str")
    lb.assign(LBDT=texts).to_csv(tmp_path / "lb.csv", index=False)
    compared(a, tmp_path / "lb.csv", code=0)


def test_csv_takes_its_types_from_the_other_file(save: Save, lb: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "lb.csv"
    lb.assign(LBSTRESN=["5.10", "", "4.9", "1.41e2"]).to_csv(path, index=False)
    compared(save("a/lb.xpt", lb), path, code=0)
    lb.assign(LBSTRESN=["5.10", "ND", "4.9", "141"]).to_csv(path, index=False)
    out = compared(save("a/lb.xpt", lb), path, code=1)
    assert "LBSTRESN type: 'Num' in A, 'text' in B" in out
    assert "record 2: missing in A, ND in B" in out


def test_two_csv_files_have_numbers_only_where_all_are_written_plainly(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("CODE,AVAL\n007,1\n")
    b.write_text("CODE,AVAL\n7,1.0001\n")
    out = compared(a, b, "--tolerance", "0.001", code=1)
    assert "CODE: 1 of 1 record differs\n    record 1: '007' in A, '7' in B" in out
    assert "AVAL: " not in out


def test_keys_of_problems(save: Save, lb: pd.DataFrame, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    a, b = save("a/lb.xpt", lb), save("b/lb.xpt", lb.drop(columns="LBDT").assign(LBSEQ=lb["LBTEST"]))
    told = [compared(a, a, "--keys", keys, code=2) for keys in ("USUBJID", "USUBJID,LBSEQQ", " , ")] + [
        compared(a, b, "--keys", "USUBJID,LBSEQ", code=2),
        compared(a, b, "--keys", "LBDT", code=2),
    ]
    assert "\n".join(told).replace(str(tmp_path), "") == snapshot


def test_what_cannot_be_compared(
    save: Save, lb: pd.DataFrame, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    a = save("a/lb.xpt", lb)
    (tmp_path / "lb.txt").write_text("x")
    (tmp_path / "bad.xpt").write_bytes(b"no transport file")
    (tmp_path / "bad.parquet").write_bytes(b"no Parquet file")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "latin.csv").write_bytes("LBTEST\nGrün\n".encode("cp1252"))
    (tmp_path / "twice.csv").write_text("LBTEST,LBTEST\n1,2\n")
    (tmp_path / "none").mkdir()
    lb.assign(LBFL=[True, False, True, False]).to_parquet(tmp_path / "flags.parquet")
    lb.assign(LBSEQ=[1, 2, 2**60, 4]).to_parquet(tmp_path / "large.parquet")
    names = ("nothing.xpt", "lb.txt", "bad.xpt", "bad.parquet", "empty.csv", "latin.csv", "twice.csv",
             "none", "flags.parquet", "large.parquet")  # fmt: skip
    told = [compared(a, tmp_path / name, code=2) for name in names]
    told.append(compared(a.parent, tmp_path / "none", code=2))
    assert "\n".join(told).replace(str(tmp_path), "") == snapshot


def test_folders_by_the_names_of_their_datasets(save: Save, lb: pd.DataFrame, tmp_path: Path) -> None:
    save("a/lb.xpt", lb)
    save("a/dm.xpt", lb, name="DM")
    (tmp_path / "b").mkdir()
    lb.iloc[:3].to_csv(tmp_path / "b" / "LB.csv", index=False)
    lb.to_parquet(tmp_path / "b" / "ae.parquet")
    (tmp_path / "b" / "README.txt").write_text("not a dataset")
    out = compared(tmp_path / "a", tmp_path / "b", code=1)
    assert "Datasets only in A: DM\n" in out
    assert "Datasets only in B: AE\n" in out
    assert f"Not compared in {tmp_path / 'b'}: 1 file that is not a dataset\n" in out
    assert out.splitlines()[-1].startswith("different: AE, DM, LB; 1 dataset, 3 common records")
    lb.to_parquet(tmp_path / "b" / "lb.parquet")
    assert "CMP003" in compared(tmp_path / "a", tmp_path / "b", code=2)


def test_a_dataset_that_cannot_be_compared_does_not_hide_the_others(
    save: Save, lb: pd.DataFrame, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        save(f"{folder}/lb.xpt", lb)
        save(f"{folder}/dm.xpt", lb.drop(columns="LBSEQ"), name="DM")
    out = compared(tmp_path / "a", tmp_path / "b", *KEYS, code=2)
    assert "LB: identical" in out
    assert out.count("CMP005") == 2
    assert "not all compared: 1 dataset" in out


def test_the_report_in_files(save: Save, lb: pd.DataFrame, tmp_path: Path) -> None:
    """Workbook and JSON hold what the terminal says; the same comparison gives the same bytes."""
    a = save("a/lb.xpt", lb)
    b = save("b/lb.xpt", lb.iloc[:3].assign(LBSTRESN=[5.2, float("nan"), 4.9]), label="Laboratory")
    for folder in ("one", "two"):
        assert f"{folder}/comparison.xlsx" in compared(a, b, *KEYS, "--out", tmp_path / folder, code=1)
    for name in ("comparison.xlsx", "comparison.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    told = json.loads((tmp_path / "one" / "comparison.json").read_text())
    assert (told["schema"], told["identical"], told["different"]) == ("il2cdisc-comparison/1", False, ["LB"])
    (dataset,) = told["datasets"]
    assert dataset["only_a"] == {"count": 1, "first": ["USUBJID=S-2, LBSEQ=2"]}
    assert dataset["values"] == [
        {"variable": "LBSTRESN", "type": "Num", "count": 1, "greatest": "0.1",
         "first": [{"record": "USUBJID=S-1, LBSEQ=1", "a": "5.1", "b": "5.2"}]}
    ]  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "one" / "comparison.xlsx")
    assert book.sheetnames == ["Summary", "Attributes", "Records", "Values"]
    rows = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    assert rows["Values"][1] == ("LB", "LBSTRESN", "USUBJID=S-1, LBSEQ=1", "5.1", "5.2")
    assert rows["Records"][1] == ("LB", "A", "USUBJID=S-2, LBSEQ=2")
    assert ("LB", None, "label of the dataset", "Laboratory Test Results", "Laboratory") in [
        (row[0], row[1] or None, *row[2:]) for row in rows["Attributes"]
    ]
    assert rows["Summary"][-1][:11] == (
        "LB",
        "different",
        4,
        3,
        3,
        1,
        0,
        5,
        len(rows["Attributes"]) - 1,
        1,
        1,
    )


def test_the_report_never_goes_into_what_is_compared(save: Save, lb: pd.DataFrame, tmp_path: Path) -> None:
    save("a/lb.xpt", lb)
    out = compared(tmp_path / "a", tmp_path / "a", "--out", tmp_path / "a" / "report", code=2)
    assert "CMP009" in out
    assert not (tmp_path / "a" / "report").exists()


@pytest.mark.parametrize("rows", [0, 1])
def test_datasets_of_few_records(save: Save, lb: pd.DataFrame, tmp_path: Path, rows: int) -> None:
    a = save("a/lb.xpt", lb.iloc[:rows])
    lb.iloc[:rows].to_parquet(tmp_path / "lb.parquet", index=False)
    lb.iloc[:rows].to_csv(tmp_path / "lb.csv", index=False)
    for b in (a, tmp_path / "lb.parquet", tmp_path / "lb.csv"):
        compared(a, b, *KEYS, code=0)

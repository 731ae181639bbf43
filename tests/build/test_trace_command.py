"""`il2cdisc trace` over the shipped trial: SDTM, SUPP--, RELREC, cells through the sample, analysis data."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.transport.xpt import read_xpt

ROOT = Path(__file__).parents[2]


def frame(built: Path, name: str) -> pd.DataFrame:
    return read_xpt(built / "sdtm" / f"{name}.xpt").frame


def test_cell_data_lead_through_the_sample_to_the_subject(built: Path, command) -> None:
    subject = frame(built, "cp")["USUBJID"].iloc[0]
    done = command("trace", "CP", subject, "1", "--out", str(built))
    assert done.returncode == 0, done.stderr
    assert "← raw/lab/flow.csv:" in done.stdout
    assert "← raw/lab/samples.csv:" in done.stdout
    # the barcode is on both lines: that is how the subject is found
    codes = [line.split("=")[1].split()[0] for line in done.stdout.splitlines() if "BARCODE =" in line]
    assert len(codes) == 2
    assert len(set(codes)) == 1


@pytest.mark.parametrize("name", ["SUPPAE", "RELREC", "AE", "LB", "DM", "TV"])
def test_records_of_every_kind_have_a_way_back(built: Path, command, name: str) -> None:
    data = frame(built, name.lower())
    subject = [data["USUBJID"].iloc[0]] if "USUBJID" in data else []
    done = command("trace", name, *subject, "--out", str(built))
    assert done.returncode == 0, done.stderr
    assert ("← raw/" in done.stdout) == (name != "TV")
    assert done.stderr == ""


def test_a_relation_shows_both_sides(built: Path, command) -> None:
    data = frame(built, "relrec")
    row = data[data["RELID"].str.startswith("EC-EX")].iloc[0]
    done = command("trace", "RELREC", row["USUBJID"], row["IDVARVAL"], "--json", "--out", str(built))
    records = json.loads(done.stdout)["records"]
    sides = {source["dataset"] for record in records for source in record["from"]}
    assert {"EC", "EX"} <= sides


def test_a_variable_as_json_has_file_line_column_and_value(built: Path, command) -> None:
    subject = frame(built, "ae")["USUBJID"].iloc[0]
    done = command("trace", "AE", subject, "1", "--variable", "AESEV", "--json", "--out", str(built))
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout)["records"][0]["from"][0]
    raw = (ROOT / line["file"]).read_text().splitlines()
    header, values = raw[0].split(","), raw[line["line"] - 1].split(",")
    assert line["cells"] == [
        {"column": "AESEV", "value": values[header.index("AESEV")], "variables": ["AESEV"]}
    ]


def test_analysis_data_lead_to_the_raw_line(built: Path, command) -> None:
    adcp = read_xpt(built / "adam" / "adcp.xpt").frame
    subject = adcp["USUBJID"].iloc[0]
    done = command("trace", "ADCP", subject, "1", "--variable", "AVAL", "--out", str(built))
    assert done.returncode == 0, done.stderr
    assert "← CP USUBJID=" in done.stdout
    assert "← raw/lab/flow.csv:" in done.stdout


def test_a_changed_raw_file_is_told(built: Path, command, tmp_path: Path) -> None:
    trial = tmp_path / "trial"
    trial.mkdir()
    shutil.copy(ROOT / "study.toml", trial)
    shutil.copytree(ROOT / "raw", trial / "raw")
    path = trial / "raw" / "edc" / "ae.csv"
    path.write_text(path.read_text() + "\n")
    subject = frame(built, "ae")["USUBJID"].iloc[0]
    done = command("trace", "AE", subject, "1", "--trial", str(trial), "--out", str(built))
    assert done.returncode == 0
    assert "TRC004 raw/edc/ae.csv: the file has SHA-256" in done.stderr
    assert "(the file has changed since the build)" in done.stdout

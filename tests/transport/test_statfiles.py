"""SPSS and Stata files: numbers as they are, labels beside them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from il2cdisc.transport.statfiles import read_statfile


def test_an_spss_file(tmp_path: Path) -> None:
    path = tmp_path / "scale.sav"
    frame = pd.DataFrame({"SUBJID": ["001", "002"], "ITEM1": [0.0, 3.0], "DAY": [13_800_000_000.0, None]})
    pyreadstat.write_sav(
        frame,
        path,
        column_labels={"SUBJID": "Subject", "ITEM1": "Item 1", "DAY": "Day"},
        variable_value_labels={"ITEM1": {0.0: "absent", 3.0: "severe"}},
        variable_format={"DAY": "DATE11"},
    )
    found = read_statfile(path)
    assert found.frame["SUBJID"].tolist() == ["001", "002"]
    assert found.frame["ITEM1"].tolist() == [0.0, 3.0]
    assert found.frame["DAY"].iloc[0] == 13_800_000_000.0  # SPSS seconds, no date made of it
    assert found.column_labels == {"SUBJID": "Subject", "ITEM1": "Item 1", "DAY": "Day"}
    assert found.value_labels == {"ITEM1": {0.0: "absent", 3.0: "severe"}}
    assert found.formats["DAY"] == "DATE11"


def test_a_stata_file(tmp_path: Path) -> None:
    path = tmp_path / "visit.DTA"
    pyreadstat.write_dta(pd.DataFrame({"x": [1.5, 2.5]}), path, column_labels=["Number"])
    found = read_statfile(path)
    assert found.frame["x"].tolist() == [1.5, 2.5]
    assert found.column_labels == {"x": "Number"}


def test_another_suffix() -> None:
    with pytest.raises(ValueError, match=r"ae\.xlsx: the suffix is none of \.sas7bdat, \.sav"):
        read_statfile("ae.xlsx")

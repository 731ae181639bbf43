"""Lineage: the raw column of a variable, rows of repeated raw records, the way through other datasets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.origins import Origin, PlannedVariable
from il2cdisc.trace import store
from il2cdisc.trace.store import Lineage, write_lineage
from il2cdisc.transport import parquet


def edges(*rows: tuple[int, str, int, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["row", "source", "id", "field"])
    return frame.astype({"source": "str", "field": "str"})


def dataset(name: str, edge_table: pd.DataFrame) -> Dataset:
    return Dataset(name, name, (), (), pd.DataFrame(), edge_table)


def places(file: str, lines: list[int], repeats: list[int]) -> pd.DataFrame:
    frame = pd.DataFrame({"id": range(len(lines)), "file": file, "sheet": "", "line": lines})
    return frame.astype({"file": "str", "sheet": "str"}).assign(repeats=repeats)


@pytest.fixture(params=[1, 2, 3, store.ROWS_A_GROUP])
def lineage(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Lineage:
    """LB of tubes and a wide form `chem`, of which the second record repeats the first; ADLB of LB.

    The files have row groups of one, two, three or all rows, and one of them is kept.
    """
    for module in (parquet, store):
        monkeypatch.setattr(module, "ROWS_A_GROUP", request.param)
    monkeypatch.setattr(store, "KEPT", 1)
    tubes = edges(
        (0, "tubes", 0, None), (0, "chem", 0, "chem.NA"), (1, "chem", 0, "chem.K"), (2, "chem", 1, "chem.NA")
    )
    adlb = edges((0, "ADSL", 0, None), (0, "LB", 0, None), (1, "ADSL", 0, None))
    adsl = edges((0, "dm", 0, None))
    forms = {
        "chem": places("raw/chem.csv", [2, 3], [-1, 0]),
        "tubes": places("raw/tubes.csv", [9], [-1]),
        "dm": places("raw/dm.csv", [5], [-1]),
    }
    plan = [
        PlannedVariable("LB", "LBORRES", Origin.COLLECTED, ("chem.NA", "chem.K"), ""),
        PlannedVariable("LB", "LBDTC", Origin.COLLECTED, ("chem.DAT", "chem.TIM"), ""),
        PlannedVariable("LB", "LBREFID", Origin.COLLECTED, ("tubes.CODE",), ""),
        PlannedVariable("ADLB", "REFID", Origin.PREDECESSOR, ("LB.LBREFID",), ""),
    ]
    datasets = [dataset("LB", tubes), dataset("ADLB", adlb), dataset("ADSL", adsl)]
    write_lineage(tmp_path, datasets, forms, plan)
    return Lineage(tmp_path)


@pytest.mark.parametrize(
    ("name", "row", "variable", "told"),
    [
        ("LB", 0, "LBORRES", ["raw/chem.csv:2 NA", "raw/tubes.csv:9"]),
        ("LB", 1, "LBORRES", ["raw/chem.csv:2 K"]),
        ("LB", 0, "LBSTRESN", ["raw/chem.csv:2 NA", "raw/tubes.csv:9"]),  # made of LBORRES
        ("LB", 0, "LBDY", ["raw/chem.csv:2 DAT", "raw/tubes.csv:9"]),  # made of LBDTC
        ("LB", 0, "LBREFID", ["raw/tubes.csv:9 CODE", "raw/chem.csv:2"]),  # its own source first
        ("LB", 2, "", ["raw/chem.csv:3 NA"]),  # the field that the row was gathered from
        ("ADLB", 0, "REFID", ["raw/tubes.csv:9 CODE", "raw/chem.csv:2"]),
        ("ADLB", 1, "", ["raw/dm.csv:5"]),
        ("XX", 0, "", []),
    ],
)
def test_the_raw_column_of_a_variable(
    lineage: Lineage, name: str, row: int, variable: str, told: list[str]
) -> None:
    assert list(map(str, lineage.origin(name, row, variable))) == told


def test_edges_of_a_row(lineage: Lineage) -> None:
    assert list(lineage.of_row("LB", 0)) == [("tubes", 0, ""), ("chem", 0, "chem.NA")]
    assert list(lineage.of_row("LB", 9)) == []
    assert lineage.fields("LB", "chem") == {"chem.NA", "chem.K"}


def test_rows_of_repeated_raw_records(lineage: Lineage) -> None:
    assert lineage.repeated("LB").tolist() == [2]
    assert lineage.repeated("ADLB").tolist() == lineage.repeated("XX").tolist() == []

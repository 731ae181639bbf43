"""The records behind a result, and what is said of a result that does not exist."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.base.resultkey import LISTED, ResultKey
from il2cdisc.trace.files import BuiltFiles
from il2cdisc.trace.rows_behind import rows_behind
from il2cdisc.transport.parquet import write_parquet

SODIUM = ResultKey("T-1", "LAB", 0, "Active", "n")
RECORD = ResultKey("L-1", "ROWS", 0, "", LISTED)
RESULTS = pd.DataFrame(
    [
        ("T-1", "LAB", 0, "LB", "LBTESTCD EQ SODIUM", "USUBJID EQ S1", "Active", "LBSTRESN", "n"),
        ("T-1", "LAB", 1, "LB", "LBTESTCD EQ K", "", "Active", "LBSTRESN", "n"),
        ("T-1", "LAB", 1, "LB", "LBTESTCD EQ K", "", "Total", "LBSTRESN", "n"),
        ("L-1", "ROWS", 0, "AE", "AESEQ GT 1", "", "", "", "rows"),
        ("T-9", "GONE", 0, "ADGONE", "", "", "Active", "AVAL", "n"),
    ],
    columns=["display", "analysis", "row", "dataset", "where", "population_where", "group1_level", "variable",
             "statistic"],
)  # fmt: skip


@pytest.fixture
def outputs(built: Path) -> Path:
    """The small build, with results; its population is ADSL, which has S1 alone."""
    (built / "results").mkdir()
    frame = RESULTS.assign(
        population_dataset="ADSL", group1=["" if not label else "TRT01A" for label in RESULTS["group1_level"]]
    )
    with (built / "results" / "results.parquet").open("wb") as stream:
        write_parquet(frame, stream)
    (built / "results" / "listings").mkdir()
    listed = pd.DataFrame({"USUBJID": ["S1"], "AESEQ": [2.0], "AETERM": ["vomiting"]})
    with (built / "results" / "listings" / "l-1.parquet").open("wb") as stream:
        write_parquet(listed, stream)
    return built


def test_records_of_the_where_clause_and_the_population(outputs: Path) -> None:
    found = rows_behind(outputs, SODIUM)
    assert (found.dataset, found.where, len(found), found.subjects) == (
        "LB", "LBTESTCD EQ SODIUM", 1, ("S1",)
    )  # fmt: skip
    assert (found.population_dataset, found.population_where) == ("ADSL", "USUBJID EQ S1")
    # position in the file, from 0; the keys alone, and all variables
    assert found.keys.to_dict("index") == {1: {"USUBJID": "S1", "LBSEQ": 2.0, "LBTESTCD": "SODIUM"}}
    assert found.records["LBSTRESN"].tolist() == [140.0]
    # S2 has potassium too, but is not in the population
    assert rows_behind(outputs, SODIUM._replace(row=1)).keys["USUBJID"].tolist() == ["S1"]


def test_a_line_of_the_results_is_a_result_too(outputs: Path) -> None:
    files = BuiltFiles(outputs)  # read once for several results
    found, key = rows_behind(files, 0), SODIUM
    assert found.result == key
    assert found.keys.equals(rows_behind(files, key).keys)


def test_a_row_of_a_listing_leads_to_its_record(outputs: Path) -> None:
    found = rows_behind(outputs, RECORD)
    assert found.where == "AESEQ GT 1 AND USUBJID EQ S1 AND AESEQ EQ 2"
    assert (found.result, found.dataset) == (RECORD, "AE")
    assert found.records["AETERM"].tolist() == ["vomiting"]


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (SODIUM._replace(display="T-11"), ("no display 'T-11' in the results", "T-1")),
        (SODIUM._replace(analysis="LABS"), ("no analysis 'LABS' in display T-1", "LAB")),
        (SODIUM._replace(row=7), ("no row 7 in display T-1, analysis LAB", "")),
        (
            SODIUM._replace(row=1, column="Totale"),
            ("no column 'Totale' in display T-1, analysis LAB, row 1", "Total"),
        ),
        (
            SODIUM._replace(statistic="N1"),
            ("no statistic 'N1' in display T-1, analysis LAB, row 0, column Active", "n"),
        ),
        (RECORD._replace(row=1), ("no row 1 in the listing L-1; rows are counted from 0 to 0", "")),
        (SODIUM._replace(statistic=LISTED), ("no row 0 in the listing T-1; it lists no record", "")),
        (5, ("no line 5 in the results; lines are counted from 0 to 4", "")),
        (-1, ("no line -1 in the results; lines are counted from 0 to 4", "")),
    ],
)
def test_a_result_that_does_not_exist(outputs: Path, result: ResultKey | int, said: tuple[str, str]) -> None:
    with pytest.raises(Stopped) as stopped:
        rows_behind(outputs, result)
    (problem,) = stopped.value.problems
    assert problem.code == "TRC008"
    assert problem.what == said[0]
    assert problem.hint == said[1]


def test_what_there_is_in_place_of_it_is_named(outputs: Path, snapshot: object) -> None:
    with pytest.raises(Stopped) as stopped:
        rows_behind(outputs, SODIUM._replace(row=1, column="Activ"))
    assert str(stopped.value) == snapshot


def test_a_build_without_results_or_without_the_dataset(built: Path, outputs: Path) -> None:
    with pytest.raises(Stopped, match="TRC001 ADGONE"):
        rows_behind(outputs, 4)
    (outputs / "results" / "results.parquet").unlink()
    with pytest.raises(Stopped, match=r"TRC003 .*: there is no results/results\.parquet"):
        rows_behind(built, SODIUM)

"""From the numbers of the second trial's displays back to records of its analysis data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.resultkey import ResultKey
from il2cdisc.spec.tlf_load import load_displays
from il2cdisc.tlf.layout import lay_out
from il2cdisc.trace.files import BuiltFiles
from il2cdisc.trace.rows_behind import RowsBehind, rows_behind

TRIAL = Path(__file__).parent


@pytest.fixture(scope="module")
def files(second: Path) -> BuiltFiles:
    return BuiltFiles(second)


def size(found: RowsBehind, method: str) -> int:
    """What a count of these records is: of the values of a summary, else of events or of subjects."""
    of_records = found.result.statistic == "events" or method == "Continuous"
    return len(found) if of_records else len(found.subjects)


def test_every_count_is_that_of_the_records_behind_it(files: BuiltFiles) -> None:
    counts = files.results[files.results["statistic"].isin(["n", "N", "events"])]
    methods = {
        "Header",
        "Subjects",
        "Categorical",
        "Continuous",
        "Occurrence",
        "Worst",
        "Limits",
        "Subgroups",
    }
    assert set(counts["method"]) == methods
    assert (counts["chosen"] != "").sum() > 20
    assert {"DS", "ADSL", "ADAE", "ADLB"} == set(counts["dataset"])
    for line, method, value in zip(counts.index, counts["method"], counts["value"], strict=True):
        assert size(rows_behind(files, int(line)), method) == value, files.results.loc[line].to_dict()


def test_every_displayed_cell_leads_to_its_records(files: BuiltFiles) -> None:
    shown = 0
    for display in load_displays(TRIAL / "specs" / "tlf.xlsx"):
        table = lay_out(display, files.results)
        cells = [(text, keys) for row in table.rows for text, keys in zip(row.cells, row.keys, strict=True)]
        for text, keys in cells:
            if keys and text[0].isdigit() and keys[0].statistic == "n":
                method = files.results.loc[_line(files.results, keys[0]), "method"]
                assert size(rows_behind(files, keys[0]), method) == int(text.split(" ")[0].partition("/")[0])
                shown += 1
    assert shown > 50


def test_every_row_of_a_listing_leads_to_the_record_that_it_shows(second: Path, files: BuiltFiles) -> None:
    shown = 0
    for display in load_displays(TRIAL / "specs" / "tlf.xlsx"):
        if display.kind != "Listing":
            continue
        names = [item.name for item in display.analyses[0].variables]
        listed = files.listed(display.id)
        table = lay_out(display, files.results, CodedTable.of(listed))
        of_dataset = files.frame(display.analyses[0].dataset)
        assert len(table.rows) == len(listed) > 0
        for number, row in enumerate(table.rows):
            (key,) = dict.fromkeys(key for keys in row.keys for key in keys)
            found = rows_behind(files, key).records
            assert len(found) == 1, key
            own = [name for name in names if name in of_dataset]
            assert found[own].iloc[0].fillna("").tolist() == listed[own].iloc[number].fillna("").tolist()
            shown += 1
    assert shown > 20


def test_records_against_an_independent_reader(second: Path, files: BuiltFiles) -> None:
    key = ResultKey("T-3", "VISIT", 1, "Fictamol 40 mg", "n")
    found = rows_behind(files, key)
    adlb, _ = pyreadstat.read_xport(second / "adam" / "adlb.xpt")
    own = adlb[(adlb["PARAMCD"] == "HGB") & (adlb["ANL01FL"] == "Y") & (adlb["TRTA"] == "Fictamol 40 mg")]
    line = files.results.loc[_line(files.results, key)]
    own = own[(own["AVISIT"] == line["group2_level"]) & own[line["variable"]].notna()]
    assert found.dataset == "ADLB"
    assert len(own) == line["value"] > 0
    assert found.keys["ASEQ"].tolist() == own["ASEQ"].tolist()
    assert found.records.index.tolist() == own.index.tolist()


def _line(results: pd.DataFrame, key: ResultKey) -> int:
    same = (results["group1_level"] == key.column) & (results["row"] == key.row)
    for name in ("display", "analysis", "statistic"):
        same &= results[name] == getattr(key, name)
    (found,) = results.index[same]
    return int(found)

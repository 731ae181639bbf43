"""Received datasets: what a made dataset says of itself, with the records as distinct values and codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.base.received import ReceivedDataset
from il2cdisc.run.blocks import split_received

FRAME = pd.DataFrame(
    {
        "USUBJID": pd.array(["S2", "S1", None, "S10", "S2"], dtype="str"),
        "VSTEST": pd.array(["Pulse", None, "Pulse", "Wärme", "Pulse"], dtype="str"),
        "VSPOS": pd.array([None] * 5, dtype="str"),
        "VSSTRESN": [60.0, np.nan, 60.0, 37.5, 61.0],
    }
)
VARIABLES = (
    Variable("USUBJID", "Unique Subject Identifier", "Char", 3),
    Variable("VSTEST", "Vital Signs Test Name", "Char", 6),
    Variable("VSPOS", "Vital Signs Position of Subject", "Char", 1),
    Variable("VSSTRESN", "Numeric Result/Finding in Standard Units", "Num"),
)


def received(frame: pd.DataFrame = FRAME) -> ReceivedDataset:
    return ReceivedDataset("VS", "Vital Signs", VARIABLES, ("USUBJID",), CodedTable.of(frame))


def test_it_says_what_a_made_dataset_says() -> None:
    made = Dataset("VS", "Vital Signs", VARIABLES, ("USUBJID",), FRAME, no_edges())
    given = received()
    assert (given.rows, given.names) == (made.rows, made.names)
    for name in ("USUBJID", "VSTEST", "VSPOS"):
        assert given.longest(name) == made.longest(name)
    for name in given.names:
        assert given.is_empty(name) == made.is_empty(name)
        assert list(given.distinct([name])[name]) == list(made.distinct([name])[name])
    pd.testing.assert_frame_equal(given.frame(), FRAME)
    pd.testing.assert_frame_equal(pd.concat(given.frames(), ignore_index=True), FRAME)
    assert [len(edges) for edges in given.edge_tables()] == [0]


def test_a_part_says_it_of_its_own_records() -> None:
    part = received().take(np.array([0, 2, 4]))
    assert part.longest("VSTEST") == 5  # the longest of all, Wärme in six bytes, is not here
    assert part.distinct(["VSSTRESN"])["VSSTRESN"].tolist() == [60.0, 61.0]
    assert part.places is not None
    assert part.places.tolist() == [0, 2, 4]


def test_blocks_hold_whole_subjects_and_know_where_their_records_are() -> None:
    """By code point S1, S10 and S2; a record of nobody is in the first block, a dataset of nobody in each."""
    design = ReceivedDataset("TA", "Trial Arms", (), (), CodedTable.of(pd.DataFrame({"ARMCD": ["A"]})))
    blocks = list(split_received({"VS": received(), "TA": design}, 2))
    assert [block["VS"].frame()["VSTEST"].tolist()[1:] for block in blocks] == [["Pulse", "Wärme"], ["Pulse"]]
    assert [block["VS"].places.tolist() for block in blocks if block["VS"].places is not None] == [
        [1, 2, 3],
        [0, 4],
    ]
    assert [block["TA"] for block in blocks] == [design, design]
    whole = received()
    (only,) = split_received({"VS": whole}, 3)
    assert only["VS"] is whole

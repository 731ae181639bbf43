"""The name of one result of a build, shared by the rooms that compute, show and trace it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

LISTED = "record"
"""In the place of a statistic: the record that a row of a listing shows."""


class ResultKey(NamedTuple):
    """Which result it is: its display, analysis, row, column and statistic.

    `row` numbers the rows of an analysis from 0; `column` is the label of a column of the display. A listing
    shows records and no results: its key is that of a row, with no column and the statistic `LISTED`.
    """

    display: str
    analysis: str
    row: int
    column: str
    statistic: str


def record_keys(columns: Iterable[object]) -> list[str]:
    """The variables of a dataset that say which record it is: USUBJID and sequence numbers.

    >>> record_keys(["STUDYID", "USUBJID", "AESEQ", "AETERM"])
    ['USUBJID', 'AESEQ']
    """
    return ["USUBJID", *(name for name in map(str, columns) if name.endswith("SEQ"))]

"""The name of one result of a build, shared by the rooms that compute, show and trace it."""

from __future__ import annotations

from typing import NamedTuple


class ResultKey(NamedTuple):
    """Which result it is: its display, analysis, row, column and statistic.

    `row` numbers the rows of an analysis from 0; `column` is the label of a column of the display, and in a
    listing the variable.
    """

    display: str
    analysis: str
    row: int
    column: str
    statistic: str

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


WITHOUT_NUMBER = (
    "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "RELID", "VISITNUM", "SVSTDTC", "ETCD", "SESTDTC", "PARAMCD",
    "AVISITN", "ADT", "ATPTN", "DTYPE",
)  # fmt: skip
"""Keys of the records of a subject where there is no sequence number: of SUPP--, RELREC, SV, SE, ADaM."""


def record_keys(columns: Iterable[object]) -> list[str]:
    """The variables of a dataset that say which record it is: USUBJID and numbers, or what else does.

    >>> record_keys(["STUDYID", "USUBJID", "AESEQ", "AETERM"])
    ['USUBJID', 'AESEQ']
    >>> record_keys(["STUDYID", "USUBJID", "VISITNUM", "VISIT", "SVSTDTC"])
    ['USUBJID', 'VISITNUM', 'SVSTDTC']
    """
    names = list(map(str, columns))
    numbers = [name for name in names if name.endswith("SEQ")]
    return ["USUBJID", *(numbers or [name for name in names if name in WITHOUT_NUMBER])]

"""What a workbook is made of before it is written: rows by header, sheet by sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Cell = str | int
SheetCells = dict[str, Cell]
"""Header → value of one row; a header that is not there is an empty cell."""
Tables = Mapping[str, Sequence[SheetCells]]
"""Sheet → its rows in order."""

"""Control characters in raw text: none belongs in a field, whatever the format of its file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Problem
from il2cdisc.raw.forms import Form
from il2cdisc.raw.problems import CONTROL
from il2cdisc.transport.arrow import pc
from il2cdisc.transport.text import text_array

_PATTERN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_LEAST, _DELETE = 32, 127
_BETWEEN_WORDS = (9, 10, 13)
"""Tab, line feed and carriage return: inside quotes they part lines of a text."""


def control_characters(form: Form) -> list[Problem]:
    """A problem for each column with control characters, at every field that has one."""
    out: list[Problem] = []
    for name in form.frame.columns:
        column = form.frame[name]
        if not str(name).startswith(f"{form.name}.") or not _may_have(column):
            continue
        rows = np.flatnonzero(np.asarray(pc.fill_null(_found(column), False)))
        if len(rows):
            raw = str(name).removeprefix(f"{form.name}.")
            cells = form.addresses(rows, raw)
            texts = column.iloc[rows].unique().tolist()
            what = f"{raw} holds control characters"
            out.append(CONTROL.at(cells[0], what, values=texts, records=cells, out_of=len(column)))
    return out


def _found(column: pd.Series) -> object:
    return pc.match_substring_regex(text_array(column), _PATTERN)


def _may_have(column: pd.Series) -> bool:
    """Whether any byte of a text column is one of a control character: quicker than to look at each text."""
    if not isinstance(column.dtype, pd.StringDtype):
        return False
    held = text_array(column).buffers()[2]
    given = np.frombuffer(held, dtype="uint8") if held is not None else np.empty(0, dtype="uint8")
    low = given[(given < _LEAST) | (given == _DELETE)]
    return bool((~np.isin(low, _BETWEEN_WORDS)).any())

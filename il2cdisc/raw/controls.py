"""Control characters in raw text: none belongs in a field, whatever the format of its file."""

from __future__ import annotations

from typing import Any

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
    for name in form.columns:
        column = form.column(name)
        texts = text_array(pd.Series(column.values))
        if not _may_have(texts):
            continue
        wrong = np.asarray(pc.match_substring_regex(texts, _PATTERN))
        rows = np.flatnonzero(column.where(wrong))
        if len(rows):
            cells = form.addresses(rows, name)
            what = f"{name} holds control characters"
            values = column.found(rows)
            out.append(CONTROL.at(cells[0], what, values=values, records=cells, out_of=form.rows))
    return out


def _may_have(texts: Any) -> bool:
    """Whether any byte of texts is one of a control character: quicker than to look at each text."""
    held = texts.buffers()[2]
    given = np.frombuffer(held, dtype="uint8") if held is not None else np.empty(0, dtype="uint8")
    low = given[(given < _LEAST) | (given == _DELETE)]
    return bool((~np.isin(low, _BETWEEN_WORDS)).any())

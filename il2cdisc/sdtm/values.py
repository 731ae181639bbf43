"""Values of columns that a mapping makes before it describes them: `recoded`, `text_where`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import texts_at
from il2cdisc.base.dates import text_over_distinct


def recoded(column: pd.Series, table: Mapping[str, str | None]) -> pd.Series:
    """The text that `table` gives for each value of a text column; missing where it gives none.

    >>> vs = pd.DataFrame({"vs.SIDE": ["l", "r", None]})
    >>> vs.assign(VSLAT=recoded(vs["vs.SIDE"], {"l": "LEFT", "r": "RIGHT"}))
      vs.SIDE  VSLAT
    0       l   LEFT
    1       r  RIGHT
    2     NaN    NaN
    """
    return text_over_distinct(column, dict(table).get)


def text_where(text: str, where: pd.Series) -> pd.Series:
    """A text where a condition holds, missing elsewhere; a missing condition does not hold.

    >>> vs = pd.DataFrame({"VSORRES": ["60", None]})
    >>> vs.assign(VSSTAT=text_where("NOT DONE", vs["VSORRES"].isna()))
      VSORRES    VSSTAT
    0      60       NaN
    1     NaN  NOT DONE
    """
    place = np.where(where.fillna(False).astype("bool"), 0, -1)
    return pd.Series(texts_at([text], place), index=where.index)

"""Strata: the combinations of levels of several variables."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.work import level_texts


def stratum_of(rows: pd.DataFrame, names: Sequence[str]) -> pd.Series | None:
    """The stratum of each row: the levels of the variables `names`, joined by ` / `.

    Missing where one of them is. None without variables.
    """
    if not names:
        return None
    out = level_texts(rows[names[0]])
    for name in names[1:]:
        out = out + " / " + level_texts(rows[name])
    return out

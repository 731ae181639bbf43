"""Parameters of exposure, and parameters that say whether a subject has a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import mask_of, need_columns, need_one_of, need_unique, refuse, text_at
from il2cdisc.adam.keys import key_numbers
from il2cdisc.adam.merging import STATISTICS, unite_ids
from il2cdisc.adam.records import derive_summary_records
from il2cdisc.adam.rows import append_rows
from il2cdisc.base.rowids import gathered_ids, id_columns

Values = Mapping[str, str | float]
_DATES = {"ASTDT": "min", "ASTDTM": "min", "AENDT": "max", "AENDTM": "max"}


def derive_param_exposure(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    source: str,
    statistic: str,
    set_values: Values,
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a summary of the parameter `source` per key: total dose, overall duration.

    `statistic` is one of count, sum, mean, min, max, median. A new row has the summary as AVAL, the first
    ASTDT (ASTDTM) and the last AENDT (AENDTM) of its records, as far as the dataset has them. `where` limits
    the records (a period). A quotient of two such parameters, such as dose intensity, is
    `derive_param_computed`. The rest is `derive_summary_records`.

    >>> ex = pd.DataFrame({"USUBJID": "S1", "PARAMCD": "DOSE", "AVAL": [10.0, 20.0]})
    >>> ex = ex.assign(ASTDT=[100.0, 107.0], AENDT=[106.0, 113.0])
    >>> derive_param_exposure(
    ...     ex, by=["USUBJID"], source="DOSE", statistic="sum", set_values={"PARAMCD": "CUMDOSE"}
    ... ).tail(1)
      USUBJID  PARAMCD  AVAL  ASTDT  AENDT
    2      S1  CUMDOSE  30.0  100.0  113.0
    """
    name = "derive_param_exposure"
    need_one_of(name, "statistic", statistic, STATISTICS)
    need_columns(name, dataset, [*by, "PARAMCD", "AVAL", *keep])
    wanted = dataset["PARAMCD"].eq(source).fillna(False).to_numpy(dtype=bool) & mask_of(name, dataset, where)
    rows = pd.Series(wanted & dataset["AVAL"].notna().to_numpy(), index=dataset.index)
    values = {"AVAL": statistic} | {column: how for column, how in _DATES.items() if column in dataset}
    return derive_summary_records(dataset, by=by, values=values, set_values=set_values, where=rows, keep=keep)


def derive_param_exist_flag(
    dataset: pd.DataFrame,
    adsl: pd.DataFrame,
    dataset_add: pd.DataFrame,
    *,
    met: pd.Series,
    set_values: Values,
    keep: Sequence[str] = (),
    missing_value: str = "",
) -> pd.DataFrame:
    """`dataset` and, behind it, a yes/no parameter per subject of `adsl`: does `met` hold for a row?

    AVALC is Y and AVAL 1 where it has one, N and 0 where it has rows but none of them, and AVALC is
    `missing_value` (empty: missing) where it has no row of the subject. `keep` are columns of `adsl`. Row ids
    are those of `adsl` and of the rows of `dataset_add` that decide: those that `met` holds for, or else all
    of the subject.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2", "S3"]})
    >>> rs = pd.DataFrame({"USUBJID": ["S1", "S1", "S2"], "AVALC": ["SD", "PR", "SD"]})
    >>> new = {"PARAMCD": "RSP"}
    >>> derive_param_exist_flag(pd.DataFrame(), adsl, rs, met=rs["AVALC"] == "PR", set_values=new)
      USUBJID AVALC  AVAL PARAMCD
    0      S1     Y   1.0     RSP
    1      S2     N   0.0     RSP
    2      S3   NaN   NaN     RSP
    """
    name = "derive_param_exist_flag"
    need_columns(name, adsl, ["USUBJID", *keep], "adsl")
    need_columns(name, dataset_add, ["USUBJID"], "dataset_add")
    need_unique(name, adsl, ["USUBJID"], "adsl")
    if missing_value not in ("", "N"):
        raise refuse(name, f"missing_value={missing_value!r} is neither empty nor N")
    ours, theirs = key_numbers(["USUBJID"], adsl, dataset_add)
    holds = mask_of(name, dataset_add, met)
    yes, any_ = np.isin(ours, theirs[holds & (theirs >= 0)]), np.isin(ours, theirs[theirs >= 0])
    place = np.where(yes, 0, np.where(any_ | (missing_value == "N"), 1, -1))
    out = adsl[list(dict.fromkeys(["USUBJID", *keep, *id_columns(adsl)]))].reset_index(drop=True)
    out = out.assign(
        AVALC=text_at(out.index, ["Y", "N"], place),
        AVAL=np.where(place < 0, np.nan, (place == 0) * 1.0),
        **dict(set_values),
    )
    decides = np.isin(theirs, ours[yes]) <= holds  # of a subject with a yes only those that are one
    for column in id_columns(dataset_add):
        gathered = gathered_ids(dataset_add[column][decides], theirs[decides])
        ids = pd.Series(gathered.reindex(ours).to_numpy(dtype=object), index=out.index)
        out[column] = unite_ids(out[column], ids) if column in out else ids
    return append_rows(dataset, out)

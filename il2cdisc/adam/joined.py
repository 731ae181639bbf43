"""Variables from rows of another dataset that meet a condition between the two rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    mask_of,
    need_absent,
    need_columns,
    need_numbers,
    need_one_of,
    need_unique,
    numbers,
    refuse,
    text_at,
    text_column,
)
from il2cdisc.adam.keys import key_numbers, latest_places, rows_at, with_columns
from il2cdisc.adam.merging import STATISTICS, unite_ids
from il2cdisc.adam.time_to_event import TimeSource, first_of_source
from il2cdisc.base.rowids import id_columns
from il2cdisc.base.rows import extreme

Condition = Callable[[pd.DataFrame, pd.DataFrame], pd.Series]
"""A condition between two rows: of `dataset`, and of `dataset_add`; both frames have a row for each pair."""
PAIRS = 500_000
"""So many pairs of rows are looked at together, which bounds memory."""
_TAKEN = ("date", "description", "srcdom", "srcvar", "srcseq")


def derive_vars_joined(
    dataset: pd.DataFrame,
    dataset_add: pd.DataFrame,
    *,
    by: Sequence[str],
    new_vars: Sequence[str] | Mapping[str, str],
    order: Sequence[str],
    mode: Literal["first", "last"],
    condition: Condition | None = None,
    where: pd.Series | None = None,
    ids: bool = False,
) -> pd.DataFrame:
    """`dataset` with variables of the first or last row of `dataset_add` that meets `condition`, by key.

    `where` are the rows of `dataset_add` that may be taken, `order` its columns (as in `filter_extreme`).
    `condition` gets two frames, row by row a pair: the row of `dataset` and that of `dataset_add`. `new_vars`
    are names, or `{new name: name in dataset_add}`. Rows without a partner get missing values. With
    `ids=True` the id columns of `dataset_add` come along.

    >>> ae = pd.DataFrame({"USUBJID": "S1", "ASTDT": [103.0, 99.0]})
    >>> ex = pd.DataFrame({"USUBJID": "S1", "EXSTDT": [100.0, 102.0, 104.0], "EXDOSE": [5.0, 10.0, 15.0]})
    >>> derive_vars_joined(
    ...     ae, ex, by=["USUBJID"], new_vars={"LDOSE": "EXDOSE"}, order=["EXSTDT"], mode="last",
    ...     condition=lambda event, dose: dose["EXSTDT"] <= event["ASTDT"],
    ... )
      USUBJID  ASTDT  LDOSE
    0      S1  103.0   10.0
    1      S1   99.0    NaN
    """
    name = "derive_vars_joined"
    wanted = dict(new_vars) if isinstance(new_vars, Mapping) else {new: new for new in new_vars}
    need_one_of(name, "mode", mode, ["first", "last"])
    ordered = [item.removeprefix("-") for item in order]
    need_columns(name, dataset, by)
    need_columns(name, dataset_add, [*by, *wanted.values(), *ordered], "dataset_add")
    need_absent(name, dataset, wanted)
    place = np.full(len(dataset), -1)
    for ours, theirs in _pairs(name, dataset, dataset_add, by, condition, where):
        found = extreme(
            ours,
            [dataset_add[column].iloc[theirs].reset_index(drop=True) for column in ordered],
            last=mode == "last",
            descending=[item.startswith("-") for item in order],
        )
        place[ours[found]] = theirs[found]
    return _with_rows(dataset, dataset_add, place, wanted, ids=ids)


def derive_var_joined_exist_flag(
    dataset: pd.DataFrame,
    dataset_add: pd.DataFrame,
    *,
    by: Sequence[str],
    new_var: str,
    condition: Condition,
    where: pd.Series | None = None,
    false_value: str = "",
) -> pd.DataFrame:
    """`dataset` with Y where a row of `dataset_add` of the same key meets `condition`, else `false_value`.

    Serves what needs two records: a response that is confirmed later, two results within so many days. An
    empty `false_value` is missing; the rest is `derive_vars_joined`.

    >>> rs = pd.DataFrame({"USUBJID": "S1", "ADT": [100.0, 130.0], "AVALC": ["CR", "CR"]})
    >>> derive_var_joined_exist_flag(
    ...     rs, rs, by=["USUBJID"], new_var="CONFFL",
    ...     condition=lambda row, later: (later["ADT"] >= row["ADT"] + 28) & (later["AVALC"] == "CR"),
    ... )
      USUBJID    ADT AVALC CONFFL
    0      S1  100.0    CR      Y
    1      S1  130.0    CR    NaN
    """
    name = "derive_var_joined_exist_flag"
    need_columns(name, dataset, by)
    need_columns(name, dataset_add, by, "dataset_add")
    need_absent(name, dataset, [new_var])
    there = np.zeros(len(dataset), dtype=bool)
    for ours, _ in _pairs(name, dataset, dataset_add, by, condition, where):
        there[ours] = True
    flag = text_column(dataset.index, there, "Y")
    return dataset.assign(**{new_var: flag.fillna(false_value) if false_value else flag})


def derive_vars_joined_summary(
    dataset: pd.DataFrame,
    dataset_add: pd.DataFrame,
    *,
    by: Sequence[str],
    new_vars: Mapping[str, tuple[str, str]],
    condition: Condition,
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with summaries of the rows of `dataset_add` of its key that meet `condition`.

    `new_vars` are `{new name: (column, statistic)}` with the statistics of `derive_vars_merged_summary`: the
    dose up to an event, the number of earlier events. A row without a partner gets missing values.

    >>> ae = pd.DataFrame({"USUBJID": "S1", "ASTDT": [103.0, 99.0]})
    >>> ex = pd.DataFrame({"USUBJID": "S1", "EXSTDT": [100.0, 102.0, 104.0], "EXDOSE": [5.0, 10.0, 15.0]})
    >>> derive_vars_joined_summary(
    ...     ae, ex, by=["USUBJID"], new_vars={"CUMDOSE": ("EXDOSE", "sum")},
    ...     condition=lambda event, dose: dose["EXSTDT"] <= event["ASTDT"],
    ... )
      USUBJID  ASTDT  CUMDOSE
    0      S1  103.0     15.0
    1      S1   99.0      NaN
    """
    name = "derive_vars_joined_summary"
    need_columns(name, dataset, by)
    need_columns(name, dataset_add, by, "dataset_add")
    need_numbers(name, dataset_add, [column for column, _ in new_vars.values()], "dataset_add")
    need_absent(name, dataset, new_vars)
    for _, statistic in new_vars.values():
        need_one_of(name, "statistic", statistic, STATISTICS)
    made = {new: np.full(len(dataset), np.nan) for new in new_vars}
    for ours, theirs in _pairs(name, dataset, dataset_add, by, condition, where):
        for new, (column, statistic) in new_vars.items():
            found = dataset_add[column].iloc[theirs].reset_index(drop=True).groupby(ours).agg(statistic)
            made[new][found.index.to_numpy()] = found.to_numpy("float64")
    return dataset.assign(**made)


def derive_vars_last_dose(
    dataset: pd.DataFrame,
    ex: pd.DataFrame,
    *,
    date: str,
    dose_date: str,
    new_vars: Sequence[str] | Mapping[str, str],
    by: Sequence[str] = ("USUBJID",),
    where: pd.Series | None = None,
    ids: bool = False,
) -> pd.DataFrame:
    """`dataset` with variables of the last dose on or before the date of each row: LDOSEDTM, LDOSE.

    `date` (of `dataset`) and `dose_date` (of `ex`) are on one scale, SAS days or SAS seconds. `where` are the
    records of `ex` that are doses. Of several doses of one moment the later row is taken. What
    `derive_vars_joined` gives for this condition, without looking at all pairs of rows.

    >>> ae = pd.DataFrame({"USUBJID": "S1", "ASTDT": [103.0, 99.0]})
    >>> ex = pd.DataFrame({"USUBJID": "S1", "EXSTDT": [100.0, 102.0, 104.0], "EXDOSE": [5.0, 10.0, 15.0]})
    >>> last = {"LDOSEDT": "EXSTDT", "LDOSE": "EXDOSE"}
    >>> derive_vars_last_dose(ae, ex, date="ASTDT", dose_date="EXSTDT", new_vars=last)
      USUBJID  ASTDT  LDOSEDT  LDOSE
    0      S1  103.0    102.0   10.0
    1      S1   99.0      NaN    NaN
    """
    name = "derive_vars_last_dose"
    wanted = dict(new_vars) if isinstance(new_vars, Mapping) else {new: new for new in new_vars}
    need_columns(name, dataset, by)
    need_numbers(name, dataset, [date])
    need_columns(name, ex, [*by, *wanted.values()], "ex")
    need_numbers(name, ex, [dose_date], "ex")
    need_absent(name, dataset, wanted)
    ours, theirs = key_numbers(by, dataset, ex)
    dosed = np.where(mask_of(name, ex, where), theirs, -1)
    place = latest_places(ours, numbers(dataset[date]), dosed, numbers(ex[dose_date]))
    return _with_rows(dataset, ex, place, wanted, ids=ids)


def derive_vars_extreme_event(
    dataset: pd.DataFrame,
    *,
    sources: Sequence[TimeSource],
    mode: Literal["first", "last"],
    new_vars: Mapping[str, str],
) -> pd.DataFrame:
    """`dataset` (one row per subject) with the first or last date of several sources: LSTALVDT, DTHCAUS.

    `sources` are made by `event_source`. `new_vars` are `{new name: what}` with what one of date,
    description, srcdom, srcvar, srcseq. Of several on one day the source named first is taken, and within a
    source the first row. The id columns of the chosen records come along. A subject without any date gets
    missing values.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"], "TRTEDT": [100.0, 110.0]})
    >>> ae = pd.DataFrame({"USUBJID": ["S1"], "ASTDT": [125.0], "AESEQ": [1.0]})
    >>> from il2cdisc.adam import event_source
    >>> dose = event_source(adsl, date="TRTEDT", description="LAST DOSE", srcdom="ADSL")
    >>> event = event_source(ae, date="ASTDT", description="ADVERSE EVENT", srcdom="AE", srcseq="AESEQ")
    >>> alive = {"LSTALVDT": "date", "LALVDOM": "srcdom", "LALVSEQ": "srcseq"}
    >>> derive_vars_extreme_event(adsl, sources=[dose, event], mode="last", new_vars=alive)
      USUBJID  TRTEDT  LSTALVDT LALVDOM  LALVSEQ
    0      S1   100.0     125.0      AE      1.0
    1      S2   110.0     110.0    ADSL      NaN
    """
    name = "derive_vars_extreme_event"
    need_one_of(name, "mode", mode, ["first", "last"])
    need_columns(name, dataset, ["USUBJID"])
    need_unique(name, dataset, ["USUBJID"], "dataset")
    need_absent(name, dataset, new_vars)
    for what in new_vars.values():
        need_one_of(name, "new_vars", what, _TAKEN)
    if not sources:
        raise refuse(name, "no source is named")
    last, start = mode == "last", np.full(len(dataset), -np.inf)
    which, place = np.full(len(dataset), -1), np.full(len(dataset), -1)
    date, seq = np.full(len(dataset), np.nan), np.full(len(dataset), np.nan)
    for number, source in enumerate(sources):
        day, row, _ = first_of_source(dataset, source, start, last=last)
        better = (row >= 0) & (np.isnan(date) | ((day > date) if last else (day < date)))
        which, place = np.where(better, number, which), np.where(better, row, place)
        date = np.where(better, day, date)
    for number, source in enumerate(sources):
        if source.srcseq:
            ours = which == number
            seq[ours] = numbers(source.dataset[source.srcseq])[place[ours]]
    texts = {
        what: text_at(dataset.index, [str(getattr(source, what)) for source in sources], which)
        for what in ("description", "srcdom", "srcvar")
    }
    found: dict[str, pd.Series | np.ndarray] = {**texts, "date": date, "srcseq": seq}
    out = dataset.assign(**{new: found[what] for new, what in new_vars.items()})
    for number, source in enumerate(sources):
        out = _with_ids(out, source.dataset, np.where(which == number, place, -1))
    return out


def _pairs(
    function: str,
    dataset: pd.DataFrame,
    other: pd.DataFrame,
    by: Sequence[str],
    condition: Condition | None,
    where: pd.Series | None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions of pairs of rows of one key that meet a condition; those of a row of `dataset` together."""
    ours, theirs = key_numbers(by, dataset, other)
    theirs = np.where(mask_of(function, other, where), theirs, -1)
    order = np.argsort(theirs, kind="stable")
    first, end = (np.searchsorted(theirs[order], ours, side=side) for side in ("left", "right"))
    count = np.where(ours >= 0, end - first, 0)
    block = np.cumsum(count) // PAIRS
    for number in np.unique(block[count > 0]):
        rows = np.flatnonzero((block == number) & (count > 0))
        left = np.repeat(rows, count[rows])
        within = np.arange(len(left)) - np.repeat(np.cumsum(count[rows]) - count[rows], count[rows])
        right = order[first[left] + within]
        if condition is not None:
            frames = (f.iloc[at].reset_index(drop=True) for f, at in ((dataset, left), (other, right)))
            met = condition(*frames)
            if len(met) != len(left) or not pd.api.types.is_bool_dtype(met):
                raise refuse(function, "condition does not give True or False for each pair of rows")
            kept = met.fillna(False).to_numpy(dtype=bool)
            left, right = left[kept], right[kept]
        yield left, right


def _with_rows(
    dataset: pd.DataFrame, other: pd.DataFrame, place: np.ndarray, wanted: Mapping[str, str], *, ids: bool
) -> pd.DataFrame:
    """`dataset` with columns of the rows of `other` at positions, -1 for none."""
    taken = rows_at(other[list(wanted.values())], place).set_axis(list(wanted), axis=1)
    out = with_columns(dataset, taken)
    return _with_ids(out, other, place) if ids else out


def _with_ids(dataset: pd.DataFrame, other: pd.DataFrame, place: np.ndarray) -> pd.DataFrame:
    """`dataset` with the ids of the rows of `other` at positions, united with those that it has."""
    new: dict[str, pd.Series] = {}
    for column in id_columns(other):
        ids = rows_at(other[[column]], place)[column].set_axis(dataset.index)
        new[column] = unite_ids(dataset[column], ids) if column in dataset else ids
    return dataset.assign(**new)

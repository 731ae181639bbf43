"""Checks of a derivation's arguments, made before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam.problems import ALREADY_THERE, BAD_ARGUMENT, NO_COLUMN, NOT_UNIQUE, WRONG_TYPE
from il2cdisc.base.datasets import texts_at
from il2cdisc.base.problems import Problem, Stopped, did_you_mean


def need_columns(function: str, dataset: pd.DataFrame, columns: Iterable[str], of: str = "dataset") -> None:
    """Stop unless every column is in `dataset`."""
    lacking = [name for name in dict.fromkeys(columns) if name not in dataset.columns]
    there = [str(name) for name in dataset.columns if not str(name).startswith("@")] if lacking else []
    _stop(
        [
            NO_COLUMN.at(function, f"{of} has no column {name}", hint=did_you_mean(name, there))
            for name in lacking
        ]
    )


def need_numbers(function: str, dataset: pd.DataFrame, columns: Iterable[str], of: str = "dataset") -> None:
    """Stop unless every column is there and holds numbers (an all-missing column passes)."""
    names = list(columns)
    need_columns(function, dataset, names, of)
    problems = [
        WRONG_TYPE.at(
            function, f"{of} column {name} holds text, not numbers", values=dataset[name].dropna().head(5)
        )
        for name in names
        if not pd.api.types.is_numeric_dtype(dataset[name]) and dataset[name].notna().any()
    ]
    _stop(problems)


def need_text(function: str, column: pd.Series, of: str = "dataset") -> None:
    """Stop unless a column holds text (an all-missing column passes)."""
    if isinstance(column.dtype, pd.StringDtype):
        return
    given = column.dropna()
    others = given[[not isinstance(value, str) for value in given.tolist()]]
    if len(others):
        what = f"{of} column {column.name} holds {_kind(others)}, not text"
        fix = "Name the text as collected (a --DTC variable of SDTM), or turn the column into text before."
        _stop([WRONG_TYPE.at(function, what, values=others.head(5), fix=fix)])


def _kind(values: pd.Series) -> str:
    return "dates of pandas" if pd.api.types.is_datetime64_any_dtype(values) else "numbers"


def need_absent(function: str, dataset: pd.DataFrame, columns: Iterable[str]) -> None:
    """Stop when a new variable is already a column."""
    problems = [
        ALREADY_THERE.at(function, f"the dataset already has a column {name}")
        for name in columns
        if name in dataset.columns
    ]
    _stop(problems)


def need_one_of(function: str, argument: str, value: str, allowed: Sequence[str]) -> None:
    """Stop unless `value` is one of `allowed`."""
    if value not in allowed:
        what = f"{argument}={value!r}; known are {', '.join(map(repr, allowed))}"
        raise Stopped([BAD_ARGUMENT.at(function, what, hint=did_you_mean(value, allowed))])


def need_unique(function: str, dataset: pd.DataFrame, by: Sequence[str], of: str) -> None:
    """Stop when `dataset` has several rows of one key (rows with a missing key do not count)."""
    keyed = dataset[list(by)].dropna()
    doubled = keyed[keyed.duplicated(keep=False)].drop_duplicates()
    if len(doubled):
        shown = [" ".join(map(str, row)) for row in doubled.itertuples(index=False)]
        what = f"{of} has several rows with the same {', '.join(by)}"
        raise Stopped([NOT_UNIQUE.at(function, what, values=shown)])


def refuse(function: str, what: str, fix: str = "", values: Sequence[str] = ()) -> Stopped:
    """The `Stopped` to raise for an argument that makes no sense."""
    return Stopped([BAD_ARGUMENT.at(function, what, fix=fix, values=values)])


def mask_of(function: str, dataset: pd.DataFrame, where: pd.Series | None) -> np.ndarray:
    """`where` as a plain boolean array over the rows of `dataset`; missing counts as False."""
    if where is None:
        return np.ones(len(dataset), dtype=bool)
    if len(where) != len(dataset) or not where.index.equals(dataset.index):
        what = f"where has {len(where)} rows of another frame, not the dataset's {len(dataset)}"
        raise refuse(function, what)
    if not pd.api.types.is_bool_dtype(where):
        raise refuse(function, f"where holds {where.dtype}, not True and False")
    return where.fillna(False).to_numpy(dtype=bool)


def text_column(index: pd.Index, mask: np.ndarray | None = None, value: str = "") -> pd.Series:
    """A text column, missing but where `mask` is True."""
    place = np.full(len(index), -1) if mask is None else np.where(mask, 0, -1)
    return text_at(index, [value], place)


def text_at(index: pd.Index, texts: Sequence[str], places: np.ndarray) -> pd.Series:
    """A text column: the one of `texts` at each place, missing where a place is -1."""
    return pd.Series(texts_at(texts, places), index=index)


def numbers(column: pd.Series) -> np.ndarray:
    """A numeric column as float64, missing as NaN."""
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _stop(problems: list[Problem]) -> None:
    if problems:
        raise Stopped(problems)

"""Scores of questionnaires by a table of rules: items, their ranges, reversed items, missing items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import need_columns, need_numbers, numbers, refuse, text_column
from il2cdisc.adam.keys import key_numbers
from il2cdisc.adam.problems import BAD_SCORING, ITEM_RANGE
from il2cdisc.adam.rows import append_rows
from il2cdisc.base.numbers import above, below, number_of, number_text
from il2cdisc.base.problems import Address, Problem, Stopped, at_record, did_you_mean, values_of
from il2cdisc.base.rowids import gathered_ids, id_columns

SCORING_COLUMNS = ("PARAMCD", "ITEM", "LOW", "HIGH", "REVERSE", "METHOD", "MISSING")
_METHODS = ("SUM", "MEAN")


@dataclass(frozen=True, slots=True)
class _Score:
    """The rules of one score; `low`, `high` and `turned` of each item."""

    variables: dict[str, str | float]
    items: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    turned: np.ndarray
    method: str
    allowed: int


def derive_params_score(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    scoring: pd.DataFrame,
    item: str = "PARAMCD",
    value: str = "AVAL",
    keep: Sequence[str] = (),
    dtype: str = "PRORATED",
    seq: str = "",
) -> tuple[pd.DataFrame, list[Problem]]:
    """`dataset` and, behind it, the scores of each key; and a finding (ADM047) per item out of its range.

    `item` is the column that names the item of a row. `scoring` has a row per score and item, all columns as
    text or numbers (see `read_table`):

    * PARAMCD of the score; further columns PARAM, PARAMN and PARCATy are set on its rows, too;
    * ITEM, its LOW and HIGH (blank: any value), REVERSE (Y: the item counts as LOW + HIGH - its value);
    * METHOD, SUM or MEAN; MISSING, how many items may be missing (both the same on all rows of a score).

    An item is missing when it has no row, no value, or one out of its range, which is reported and never
    counted. With at most MISSING missing a SUM is the mean of the others times the number of items, a MEAN is
    that mean, not rounded, and DTYPE says `dtype`; with more the score is missing. A key without any item of
    a score has no row of it. `keep` are columns taken from the key's first row; id columns hold the ids of
    the items that count. `seq` names the sequence number of the items' records (QSSEQ), for the findings.
    Give those to `analysis_dataset`.

    Raises `Stopped`: ADM048 rows of `scoring` that can't be used, ADM003 a key that has an item twice.

    >>> qs = pd.DataFrame({"USUBJID": "S1", "PARAMCD": ["ITEM1", "ITEM2"], "AVAL": [1.0, 3.0]})
    >>> scoring = pd.DataFrame({"PARAMCD": "TOTAL", "ITEM": ["ITEM1", "ITEM2", "ITEM3"], "LOW": 0, "HIGH": 4})
    >>> scoring = scoring.assign(REVERSE=["Y", None, None], METHOD="SUM", MISSING=1)
    >>> out, findings = derive_params_score(qs, by=["USUBJID"], scoring=scoring)
    >>> out
      USUBJID PARAMCD  AVAL     DTYPE
    0      S1   ITEM1   1.0       NaN
    1      S1   ITEM2   3.0       NaN
    2      S1   TOTAL   9.0  PRORATED
    """
    name = "derive_params_score"
    need_columns(name, dataset, [*by, item, *keep, *([seq, "USUBJID"] if seq else [])])
    need_numbers(name, dataset, [value])
    need_columns(name, scoring, SCORING_COLUMNS, "scoring")
    scores = _scores(name, scoring)
    wanted = dataset[item].isin({code for score in scores for code in score.items})
    known = wanted & dataset[value].notna() & dataset[list(by)].notna().all(axis=1)
    rows = dataset[known.to_numpy(dtype=bool)]
    _check_twice(name, rows, [*by, item])
    made: list[pd.DataFrame] = []
    outside = np.zeros(len(rows), dtype=bool)
    for score in scores:
        place = _places(rows[item], score.items)
        values, wrong = _counted(numbers(rows[value]), place, score)
        outside |= wrong
        counted = (place >= 0) & ~wrong
        made.append(_rows(rows, (place >= 0), counted, values, score, by, keep, value, dtype))
    out = dataset
    for new in made:
        out = append_rows(out, new) if len(new) else out
    return out, list(_findings(rows[outside], scores, item, value, seq, len(rows)))


def _places(column: pd.Series, items: Sequence[str]) -> np.ndarray:
    """Place of each row's item among those of a score, -1 for none."""
    codes, distinct = pd.factorize(column)
    where = {code: number for number, code in enumerate(items)}
    return np.array([*(where.get(str(code), -1) for code in distinct.tolist()), -1])[codes]


def _counted(values: np.ndarray, place: np.ndarray, score: _Score) -> tuple[np.ndarray, np.ndarray]:
    """Values as the score counts them, and where they are out of the range of their item."""
    low, high = (np.append(bound, np.nan)[place] for bound in (score.low, score.high))
    wrong = below(values, low) | above(values, high)
    turned = np.append(score.turned, False)[place]
    return np.where(turned, low + high - values, values), wrong


def _rows(
    rows: pd.DataFrame,
    asked: np.ndarray,
    counted: np.ndarray,
    values: np.ndarray,
    score: _Score,
    by: Sequence[str],
    keep: Sequence[str],
    value: str,
    dtype: str,
) -> pd.DataFrame:
    """The rows of one score: one per key that has one of its items."""
    part = rows[asked].reset_index(drop=True)
    if part.empty:
        return part
    number = key_numbers(by, part)[0]
    weight = counted[asked].astype("float64")
    found = np.bincount(number, weight)
    total = np.bincount(number, np.where(counted[asked], values[asked], 0.0))
    missing = len(score.items) - found
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / found
        whole = total if score.method == "SUM" else mean
        scaled = mean * len(score.items) if score.method == "SUM" else mean
    first = np.unique(number, return_index=True)[1]
    new = part[list(dict.fromkeys([*by, *keep]))].iloc[first].reset_index(drop=True)
    enough = missing <= score.allowed
    made: dict[str, Any] = dict(score.variables)
    made[value] = np.where(missing == 0, whole, np.where(enough, scaled, np.nan))
    made["DTYPE"] = text_column(new.index, (missing > 0) & enough, dtype)
    for column in id_columns(part):
        ids = part[column].where(pd.Series(counted[asked]), None)
        made[column] = gathered_ids(ids, number).to_numpy(dtype=object)
    return new.assign(**made)


def _check_twice(function: str, rows: pd.DataFrame, key: list[str]) -> None:
    doubled = rows[rows.duplicated(key, keep=False)][key].drop_duplicates()
    if len(doubled):
        shown = [" ".join(map(str, row)) for row in doubled.itertuples(index=False)]
        fix = "Keep one record per key and item first (filter_extreme)."
        raise refuse(function, f"several rows have the same {', '.join(key)}", fix=fix, values=shown)


def _findings(
    rows: pd.DataFrame, scores: Sequence[_Score], item: str, value: str, seq: str, out_of: int
) -> Iterator[Problem]:
    """One finding per item with its range."""
    ranges = {
        code: (low, high)
        for score in scores
        for code, low, high in zip(score.items, score.low, score.high, strict=True)
    }
    for code, part in rows.groupby(item, sort=True):
        low, high = (number_text(bound) for bound in ranges[str(code)])
        found = list(map(number_text, part[value].unique()))
        where = Address(file=str(code), column=value)
        records = (
            [
                at_record(seq[:2], str(subject), int(number), str(code))
                for subject, number in part[["USUBJID", seq]].itertuples(index=False)
            ]
            if seq
            else []
        )
        what = f"Item {code} is not from {low} to {high}; it is not counted in the scores"
        yield ITEM_RANGE.at(
            records[0] if records else where,
            what,
            values=found,
            records=records,
            out_of=out_of,
            of=values_of(value),
        )


def _scores(function: str, scoring: pd.DataFrame) -> list[_Score]:
    """The scores of a table in its order; stops with all that can't be used."""
    names = [str(name) for name in scoring.columns]
    table = scoring.astype(object).where(scoring.notna(), "").map(_text).reset_index(drop=True)
    problems: list[Problem] = []
    made: list[_Score] = []
    extra = [name for name in names if name.startswith(("PARAM", "PARCAT"))]
    for code, rows in table.groupby("PARAMCD", sort=False):
        wrong = list(_faults(function, str(code), rows))
        problems.extend(wrong)
        if not wrong:
            made.append(_score(rows, extra))
    ranges = table[["ITEM", "LOW", "HIGH"]].drop_duplicates()
    several = ranges[ranges["ITEM"].duplicated()]["ITEM"].drop_duplicates().tolist()
    if several:
        problems.append(BAD_SCORING.at(function, "an item has two ranges", values=several))
    if problems or not made:
        raise Stopped(problems or [BAD_SCORING.at(function, "scoring has no rows")])
    return made


def _score(rows: pd.DataFrame, extra: Sequence[str]) -> _Score:
    low, high = (
        np.array([number_of(text) if text else np.nan for text in rows[column]]) for column in ("LOW", "HIGH")
    )
    first = {str(name): str(value) for name, value in rows.iloc[0].items()}
    variables: dict[str, str | float] = {
        name: number_of(first[name]) if name == "PARAMN" else first[name] for name in extra if first[name]
    }
    turned = (rows["REVERSE"] == "Y").to_numpy(dtype=bool)
    allowed = int(number_of(first["MISSING"])) if first["MISSING"] else 0
    return _Score(variables, tuple(rows["ITEM"]), low, high, turned, first["METHOD"], allowed)


def _faults(function: str, code: str, rows: pd.DataFrame) -> Iterator[Problem]:
    """What makes the rules of a score unusable."""

    def fault(what: str, found: pd.Series, options: Sequence[str] = ()) -> Problem:
        shown = found.drop_duplicates().tolist()
        hint = did_you_mean(shown[0], options) if shown else ""
        return BAD_SCORING.at(function, f"score {code or 'without PARAMCD'}: {what}", values=shown, hint=hint)

    if not code:
        yield fault("PARAMCD is missing", rows["ITEM"])
    for column in ("METHOD", "MISSING"):
        if rows[column].nunique() > 1:
            yield fault(f"{column} differs between its rows", rows[column])
    if not rows["METHOD"].isin(_METHODS).all():
        yield fault(
            "METHOD is neither SUM nor MEAN", rows["METHOD"][~rows["METHOD"].isin(_METHODS)], _METHODS
        )
    wrong = ~rows["REVERSE"].isin(["", "Y", "N"])
    if wrong.any():
        yield fault("REVERSE is not Y, N or blank", rows["REVERSE"][wrong])
    again = rows["ITEM"].duplicated() | (rows["ITEM"] == "")
    if again.any():
        yield fault("ITEM is missing or there twice", rows["ITEM"][again])
    allowed = [number_of(text or "0") for text in rows["MISSING"]]
    if any(not float(n).is_integer() or not 0 <= n < len(rows) for n in allowed):
        yield fault(f"MISSING is not a whole number from 0 to {len(rows) - 1}", rows["MISSING"])
    low, high = (pd.Series([number_of(t) for t in rows[c]], index=rows.index) for c in ("LOW", "HIGH"))
    text = (rows["LOW"].ne("") & low.isna()) | (rows["HIGH"].ne("") & high.isna())
    reverse = rows["REVERSE"].eq("Y") & (low.isna() | high.isna())
    unranged = text | reverse | (low >= high)
    if unranged.any():
        what = "LOW and HIGH are not two ascending numbers, which a reversed item needs"
        yield fault(what, rows["ITEM"][unranged])


def _text(value: object) -> str:
    return number_text(float(value)) if isinstance(value, int | float) else str(value).strip()

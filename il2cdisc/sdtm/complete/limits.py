"""Reference limits in the standard unit, and the range indicator that is judged by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import texts_at
from il2cdisc.base.dates import over_distinct
from il2cdisc.base.numbers import Flags, Floats, Readings, at_least, below, number_of, read_numbers
from il2cdisc.base.ranges import ABNORMAL, INDICATORS, NORMAL, indicators
from il2cdisc.base.rows import alike
from il2cdisc.sdtm.complete.conversions import ConversionRule
from il2cdisc.sdtm.complete.mapped import with_new
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.spec.models import RangeSpec, Spec


@dataclass(frozen=True)
class ReferenceLimits:
    """The collected lower or upper limits of a domain.

    `values` are in the standard unit, NaN for none; `unreadable` are the rows whose limit is there and is
    not a number, before or after conversion. A limit without a known unit is neither.
    """

    variable: str
    readings: Readings
    values: Floats
    unreadable: Flags


def collected_limits(
    frame: pd.DataFrame,
    variable: str,
    rules: Sequence[ConversionRule],
    rule: NDArray[np.int64],
    places: RawPlaces,
) -> ReferenceLimits:
    """The collected limits of one end; all missing where the variable is not there."""
    if variable not in frame:
        nothing = Readings((), np.full(len(frame), -1))
        return ReferenceLimits(variable, nothing, nothing.values, nothing.are_numbers)
    readings = read_numbers(frame[variable], places.decimal_commas(frame, variable))
    group, first = alike([pd.Series(readings.place), pd.Series(rule)])
    pairs = zip(readings.place[first].tolist(), rule[first].tolist(), strict=True)
    texts = [None if place < 0 else rules[n].standard_text(readings.distinct[place]) for place, n in pairs]
    values = np.array([np.nan if text is None else number_of(text) for text in texts])[group]
    unknown = np.array([item.unknown for item in rules], dtype=bool)[rule] & readings.are_numbers
    return ReferenceLimits(variable, readings, values, (readings.place >= 0) & np.isnan(values) & ~unknown)


def with_ranges(
    frame: pd.DataFrame,
    name: str,
    spec: Spec,
    subjects: pd.DataFrame,
    limits: tuple[ReferenceLimits, ReferenceLimits],
) -> pd.DataFrame:
    """--STNRLO, --STNRHI and --NRIND: collected limits, else those of the sheet Ranges.

    A row with a limit that can't be read, or with its lower limit above the upper one, is not judged
    by it: it has an indicator only where the other limit decides. A result below a limit of quantification
    (`<0.5`) keeps the limits that it is judged by. A test whose results are words has its normal ones in the
    sheet: they become --STNRC, and any other result is ABNORMAL.
    """
    low, high = (item.values.copy() for item in limits)
    unread = [item.unreadable for item in limits]
    open_ = (
        frame[f"{name}STRESC"].notna().to_numpy() & np.isnan(low) & np.isnan(high) & ~unread[0] & ~unread[1]
    )
    ranges = list(_ranges(frame, name, spec, subjects, open_))
    for row, hit in ranges:
        low[hit] = np.nan if row.low is None else row.low
        high[hit] = np.nan if row.high is None else row.high
    values, results = frame[f"{name}STRESN"].to_numpy("float64"), read_numbers(frame[f"{name}STRESC"])
    indicator = indicators(values, low, high, results)
    indicator[(unread[0] | unread[1]) & (indicator == INDICATORS.index(NORMAL))] = -1
    words = _judge_words(frame[f"{name}STRESC"], ranges, indicator)
    return with_new(
        frame,
        {
            **({f"{name}STNRC": words} if words.notna().any() else {}),
            f"{name}STNRLO": low,
            f"{name}STNRHI": high,
            f"{name}NRIND": texts_at(INDICATORS, indicator),
        },
    )


def _ranges(
    frame: pd.DataFrame, name: str, spec: Spec, subjects: pd.DataFrame, rows: Flags
) -> Iterator[tuple[RangeSpec, Flags]]:
    """Each row of the sheet Ranges with the records among `rows` that it is for, by test, specimen, unit,
    sex and age."""
    table = [r for r in spec.ranges if r.dataset == name]
    if not table:
        return
    known = subjects.set_index("USUBJID").reindex(columns=["SEX", "AGE"])  # DM may do without an age
    sex = _being(over_distinct(frame["USUBJID"], known["SEX"].to_dict().get))
    age = over_distinct(frame["USUBJID"], known["AGE"].to_dict().get).to_numpy("float64")
    test, unit = _being(frame[f"{name}TESTCD"]), _being(frame[f"{name}STRESU"].fillna(""))
    specimen = _being(frame[f"{name}SPEC"]) if f"{name}SPEC" in frame else None
    for row in table:
        hit = rows & test(row.testcd) & unit(row.unit)
        if row.specimen:
            hit &= specimen(row.specimen) if specimen else False
        if row.sex:
            hit &= sex(row.sex)
        if row.age_from is not None:
            hit &= at_least(age, row.age_from)
        if row.age_to is not None:
            hit &= below(age, row.age_to)
        yield row, hit


def _judge_words(
    results: pd.Series, ranges: Iterable[tuple[RangeSpec, Flags]], indicator: NDArray[np.int64]
) -> pd.Series:
    """--STNRC: the normal words of the ranges that have some; their records are judged in `indicator`."""
    words = pd.Series(index=results.index, dtype="str")
    for row, hit in ranges:
        if row.normal and hit.any():
            words = words.mask(hit, ", ".join(row.normal))
            indicator[hit] = INDICATORS.index(ABNORMAL)
            indicator[hit & results.isin(row.normal).to_numpy(dtype=bool)] = INDICATORS.index(NORMAL)
    return words


def _being(column: pd.Series) -> Callable[[str], Flags]:
    """Which rows hold a text, asked for one text after another: compared as numbers."""
    codes, found = pd.factorize(column)
    place = {value: number for number, value in enumerate(found.tolist())}
    return lambda text: codes == place.get(text, -2)

"""The records behind a result of a display: from a number to the rows of analysis data that it is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.numbers import number_text
from il2cdisc.base.problems import Kind, Severity, Stopped, did_you_mean
from il2cdisc.base.resultkey import LISTED, ResultKey, record_keys
from il2cdisc.spec.chosen import chosen_rows, parse_choice
from il2cdisc.spec.conditions import equals, parse, written
from il2cdisc.spec.where import select
from il2cdisc.trace.files import RESULTS, BuiltFiles, key_names

NO_RESULT = Kind(
    "TRC008",
    "Unknown result",
    Severity.STOP,
    "Name the display, analysis, row, column and statistic of a line of results/results.csv.",
)


@dataclass(frozen=True, slots=True, eq=False)
class RowsBehind:
    """The records of `dataset` that a result is of.

    They satisfy `where` (and are those chosen, where one record of each subject enters), and their subject
    has a record of `population_dataset` that satisfies `population_where`. `records` has all variables, as
    they are in the transport file, in its order; the index is the position in the file, from 0.
    """

    result: ResultKey
    dataset: str
    where: str
    population_dataset: str
    population_where: str
    records: pd.DataFrame

    def __len__(self) -> int:
        return len(self.records)

    @property
    def subjects(self) -> tuple[str, ...]:
        """USUBJID of each subject that has a record, once."""
        return tuple(self.records["USUBJID"].dropna().unique())

    @property
    def keys(self) -> pd.DataFrame:
        """The records, with only the variables that say which they are: subject, number, visit, ..."""
        return self.records[key_names(self.dataset, self.records.columns)]


def rows_behind(build: Path | BuiltFiles, result: ResultKey | int) -> RowsBehind:
    """The records of analysis data behind a result of a build.

    `build` is its folder, or its files, which for several results are read once; `result` is the key of a
    displayed number, or the line of `results/results.parquet`, from 0. The records are those that enter the
    number: of a count of subjects those of the subjects counted, of a count of events the events, of a mean
    the records whose value is not missing, of a percentage those of its numerator, of an estimate of a model
    all that the model is fitted to, of a row of a listing its record.

    Raises `Stopped` for a build without results (TRC003), a result that does not exist (TRC008), and a
    dataset that the build does not have (TRC001).
    """
    files = build if isinstance(build, BuiltFiles) else BuiltFiles(build)
    results = _with_column(files.results)
    if isinstance(result, ResultKey) and result.statistic == LISTED:
        found = _of_listing(files, results, result)
    else:
        found = _keyed(results, result) if isinstance(result, ResultKey) else _line(results, result)
    display, analysis, row, column, statistic = found[list(ResultKey._fields)]
    return RowsBehind(
        result=ResultKey(display, analysis, int(row), column, statistic),
        dataset=found["dataset"],
        where=found["where"],
        population_dataset=found["population_dataset"],
        population_where=found["population_where"],
        records=_records(files, found),
    )


def _records(files: BuiltFiles, found: pd.Series) -> pd.DataFrame:
    dataset = files.frame(found["dataset"])
    population = files.frame(found["population_dataset"])
    subjects = population.loc[select(population, parse(found["population_where"])), "USUBJID"]
    inside = select(dataset, parse(found["where"])) & dataset["USUBJID"].isin(subjects)
    choice, _, among = found.get("chosen", "").partition(" OF ")
    if choice:
        one = chosen_rows(dataset.loc[select(dataset, parse(among))], parse_choice(choice))
        inside &= dataset.index.isin(one.index)
    return dataset.loc[inside]


def _with_column(results: pd.DataFrame) -> pd.DataFrame:
    """The results with `column` as their keys have it: a label; the variable of one without a column."""
    return results.assign(column=results["group1_level"].where(results["group1"] != "", results["variable"]))


def _of_listing(files: BuiltFiles, results: pd.DataFrame, key: ResultKey) -> pd.Series:
    """The record that a row of a listing shows, as the result whose only record it is."""
    found, listed = _keyed(results, key, ("display", "analysis")), files.listed(key.display)
    if not 0 <= key.row < len(listed):
        rows = f"rows are counted from 0 to {len(listed) - 1}" if len(listed) else "it lists no record"
        what = f"no row {key.row} in the listing {key.display}; {rows}"
        raise Stopped([NO_RESULT.at(RESULTS, what)])
    record = listed.iloc[key.row]
    own = [equals(name, _text(record[name])) for name in record_keys(listed.columns)]
    return pd.Series({**found, **key._asdict(), "where": written((*parse(found["where"]), *own))})


def _text(value: object) -> str:
    """A value as a where-clause names it."""
    if isinstance(value, float):
        return "" if np.isnan(value) else number_text(value)
    return str(value)


def _line(results: pd.DataFrame, number: int) -> pd.Series:
    if 0 <= number < len(results):
        return results.iloc[number]
    what = f"no line {number} in the results; lines are counted from 0 to {len(results) - 1}"
    raise Stopped([NO_RESULT.at(RESULTS, what)])


def _keyed(results: pd.DataFrame, key: ResultKey, parts: Sequence[str] = ResultKey._fields) -> pd.Series:
    """The result with a key, found part by part, so that the first part that does not exist is named."""
    frame, matched = results, list[str]()
    for name in parts:
        wanted = getattr(key, name)
        same = frame[name] == wanted
        if not same.any():
            known = frame[name].drop_duplicates().astype("str").tolist()
            what = f"no {name} {wanted!r} in {', '.join(matched) or 'the results'}"
            hint = did_you_mean(str(wanted), known)
            raise Stopped([NO_RESULT.at(RESULTS, what, values=known, hint=hint)])
        frame = frame.loc[same]
        matched.append(f"{name} {wanted}")
    return frame.iloc[0]

"""The datasets of a build compared with what their twins make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.problems import MAX_VALUES, Address, Problem, at_record, did_you_mean
from il2cdisc.base.stored import AnyDataset
from il2cdisc.compare.clocks import clock_of
from il2cdisc.compare.datasets import DatasetDifferences, describer, key_text, match
from il2cdisc.compare.problems import TWIN_KEYS, TWIN_REPEATED, TWIN_RESULT, TWIN_TYPE, TWIN_VARIABLE
from il2cdisc.compare.records import Matching
from il2cdisc.compare.tables import Attributes, Column, GivenTable, from_arrow, text_column
from il2cdisc.compare.twins import TwinFrames, run_twins
from il2cdisc.compare.values import Tolerance, differences, paired
from il2cdisc.transport.arrow import ArrowError, pa

WITHIN = Tolerance(relative=1e-9)
"""Two ways to one number differ in its last digits."""


@dataclass(frozen=True, slots=True)
class TwinsOutcome:
    """What the comparison of a build with its twins found. `without`: analysis datasets that have no twin;
    `failed`: those whose twin could not be compared; `total`: number of analysis datasets with records, and
    of others that have a twin. Where a build has no analysis datasets all of its datasets count."""

    compared: tuple[DatasetDifferences, ...]
    problems: tuple[Problem, ...]
    without: tuple[str, ...]
    failed: tuple[str, ...]
    total: int

    @property
    def complete(self) -> bool:
        """Whether there is a twin, and each one could be compared."""
        return bool(self.compared) and not self.failed

    @property
    def count(self) -> int:
        """Number of differences: values, and records that one of the two does not have."""
        alone = (len(i.matching.only_left) + len(i.matching.only_right) for i in self.compared)
        return sum(item.values for item in self.compared) + sum(alone)

    def lines(self) -> tuple[str, ...]:
        """What is said of it at the end of a build."""
        names = [item.left.name for item in self.compared]
        different = [item.left.name for item in self.compared if not item.identical]
        result = "identical"
        if different:
            result = f"{self.count:,} difference{'' if self.count == 1 else 's'} in {', '.join(different)}"
        head = f"independent twins: {len(names)} of {self.total} datasets compared"
        out = [f"{head} ({', '.join(names)}): {result}" if names else head]
        if self.problems:
            codes = ", ".join(sorted({problem.code for problem in self.problems}))
            what = ", ".join(self.failed) or "a part of them"
            out.append(f"independent twins: not compared: {what} (findings {codes})")
        if self.without:
            out.append(f"independent twins: no twin: {', '.join(self.without)}")
        return tuple(out)


def compare_twins(
    folder: Path, shown: str, sdtm: Sequence[AnyDataset], adam: Sequence[AnyDataset]
) -> TwinsOutcome:
    """Run the twins in a folder and compare each with the dataset of its name.

    Records are matched by the keys of the dataset, numbers compared within 1e-9 of their size, and attributes
    not at all: a twin gives values only.
    """
    made = run_twins(folder, shown, sdtm, adam)
    items = {item.name: item for item in (*sdtm, *adam)}
    found = [
        done
        for name, frame in sorted(made.frames.items())
        if (done := _compared(items[name], frame, made)) is not None
    ]
    named = {*made.frames, *made.failed}
    analysis = [item.name for item in adam] or list(items)  # twins are of ADaM, where there is any
    without = [name for name in analysis if name not in named and items[name].rows]
    failed = sorted({*made.failed} | ({*made.frames} - {item.left.name for item in found}))
    total = sum(1 for name in {*analysis, *named} if name in items and items[name].rows)
    return TwinsOutcome(tuple(found), tuple(made.problems), tuple(sorted(without)), tuple(failed), total)


def _compared(item: AnyDataset, frame: pd.DataFrame, made: TwinFrames) -> DatasetDifferences | None:
    """A dataset and its twin; None, and the problem is noted, where they can't be compared."""
    place = made.places[item.name]
    twin = _twin_table(item, frame, place, made.problems)
    keys = [key for key in item.keys if key in twin.attributes]
    absent = [key for key in item.keys if key not in twin.attributes]
    built = _built_table(item, twin.names)
    pairs = {name: paired(name, built, twin) for name in twin.names}
    for name in (name for name, pair in pairs.items() if pair is None):
        what = f"{name} is {_KINDS[twin.attributes[name].type]} in the twin, and not in the dataset"
        made.problems.append(TWIN_TYPE.at(Address(file=place, column=name), what))
    usable = [key for key in keys if pairs[key] is not None]
    if not usable or len(usable) < len(keys):
        if not keys:
            made.problems.append(TWIN_KEYS.at(place, "the frame has no key variable", values=item.keys))
        return None
    matching = match(built, twin, keys)
    if absent and len(matching.repeated_left):
        what = f"several records of {item.name} have the same {', '.join(keys)}"
        made.problems.append(TWIN_KEYS.at(place, what, values=absent))
        return None
    made.problems.extend(_repeated(built, twin, matching, keys))
    found = [differences(pair, matching, WITHIN) for pair in pairs.values() if pair is not None]
    return DatasetDifferences(
        built, twin, tuple(keys), matching, (), (), tuple(i for i in found if i.count), len(found)
    )


_KINDS: Mapping[object, str] = {"Char": "text", "Num": "a number", None: "empty"}


def _twin_table(item: AnyDataset, frame: pd.DataFrame, place: str, problems: list[Problem]) -> GivenTable:
    """What a twin made, without the columns that are not variables of the dataset, or can't be compared."""
    columns: dict[str, Column] = {}
    attributes: dict[str, Attributes] = {}
    for name in map(str, frame.columns):
        where = Address(file=place, column=name)
        if name not in item.names:
            what, hint = f"{item.name} has no variable {name}", did_you_mean(name, item.names)
            problems.append(TWIN_VARIABLE.at(where, what, hint=hint))
            continue
        try:
            columns[name], kind, clock = from_arrow(pa.array(frame[name], from_pandas=True))
        except (ValueError, ArrowError) as error:
            what = f"the column cannot be compared: {' '.join(str(error).split())[:200]}"
            problems.append(TWIN_RESULT.at(where, what))
            continue
        attributes[name] = Attributes(type=kind, clock=clock)
    return GivenTable(item.name, place, "twin", None, attributes, columns, len(frame))


def _built_table(item: AnyDataset, names: Sequence[str]) -> GivenTable:
    """The variables of a dataset that its twin makes, and what says to a person which record is which."""
    sequence = "ASEQ" if "ASEQ" in item.names else f"{item.name[:2]}SEQ"
    wanted = [name for name in item.names if name in {*names, *item.keys, "USUBJID", sequence}]
    table = item.table(wanted)
    variables = {v.name: v for v in item.variables if v.name in wanted}
    columns: dict[str, Column] = {}
    for name, variable in variables.items():
        column = table[name]
        columns[name] = column.numbers if variable.type == "Num" else _trimmed(column)
    attributes = {
        name: Attributes(v.type, v.label, v.length, v.format, clock_of(v.format))
        for name, v in variables.items()
    }
    return GivenTable(item.name, item.name, "build", item.label, attributes, columns, item.rows)


def _trimmed(column: CodedColumn) -> CodedColumn:
    """Text as a transport file holds it."""
    values = pa.array(pd.Series(column.values, dtype="str"), from_pandas=True)
    return text_column(values, np.asarray(column.codes, dtype="int64"))


def _repeated(built: GivenTable, twin: GivenTable, matching: Matching, keys: Sequence[str]) -> list[Problem]:
    """The records that are not compared, as they share their keys with another one of the dataset or twin."""
    rows = np.union1d(matching.repeated_left, matching.doubtful_left).tolist()
    others = np.union1d(matching.repeated_right, matching.doubtful_right).tolist()
    if not rows and not others:
        return []
    describe = describer(twin if others else built, keys)
    values = [describe(row) for row in (others or rows)[: MAX_VALUES + 1]]
    sequence = sequence_of(built)
    records = [at_record(built.name, key_text(built, "USUBJID", row), sequence(row)) for row in rows]
    what = f"several records of the dataset or of its twin have the same {', '.join(keys)}"
    place = at_record(built.name)
    return [TWIN_REPEATED.at(place, what, values=values, records=records, out_of=built.rows)]


def sequence_of(table: GivenTable) -> Callable[[int], int]:
    """A function that gives --SEQ or ASEQ of a row, 0 where it has none."""
    name = "ASEQ" if "ASEQ" in table.columns else f"{table.name[:2]}SEQ"
    column = table.columns.get(name)
    if column is None or isinstance(column, CodedColumn):
        return lambda row: 0
    return lambda row: 0 if np.isnan(column[row]) else int(column[row])

"""Two datasets compared: their attributes, their records, and the values of each variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from il2cdisc.base.problems import Address, Problems, at_record, did_you_mean
from il2cdisc.compare.problems import KEY_MISSING, KEY_TYPES, KEYS_REPEATED
from il2cdisc.compare.records import Matching, match_by_keys, match_by_number
from il2cdisc.compare.tables import Attributes, GivenTable, coded
from il2cdisc.compare.values import (
    ComparedColumn,
    ComparedPair,
    Tolerance,
    VariableDifferences,
    differences,
    paired,
)
from il2cdisc.transport.formats import parse_format

FACTS = ("type", "label", "length", "format")
WHOLE_STUDY = ("STUDYID", "DOMAIN")
"""Keys with one value in a dataset."""
XPT = "XPT"
SHOWN = 5
"""Repeated keys that a problem shows."""


@dataclass(frozen=True, slots=True)
class AttributeDifference:
    """An attribute of a variable, or of the dataset (`variable` is empty then), that differs."""

    variable: str
    attribute: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class DatasetDifferences:
    """How two datasets differ. `keys` are the variables that records were matched by, none for their number;
    `not_compared` says what was left out, and why."""

    left: GivenTable
    right: GivenTable
    keys: tuple[str, ...]
    matching: Matching
    attributes: tuple[AttributeDifference, ...]
    not_compared: tuple[str, ...]
    variables: tuple[VariableDifferences, ...]
    compared: int
    """Number of variables whose values were compared."""

    @property
    def identical(self) -> bool:
        found = self.matching
        alone = len(found.only_left) + len(found.only_right)
        return not (self.attributes or alone or self.variables)

    @property
    def values(self) -> int:
        """Number of values that differ."""
        return sum(item.count for item in self.variables)

    @property
    def records(self) -> int:
        """Number of records in both datasets with a value that differs."""
        if not self.variables:
            return 0
        return len(np.unique(np.concatenate([item.left for item in self.variables])))


def compare_tables(
    left: GivenTable, right: GivenTable, *, keys: Sequence[str], tolerance: Tolerance
) -> DatasetDifferences:
    """Compare two datasets, records matched by `keys`, without any by their number.

    Raises `Stopped` where a key is not in both, has two types, or several records have the same keys.
    """
    matching = match(left, right, keys)
    refuse_repeated(left, right, matching, keys)
    common = [name for name in left.names if name in right.attributes]
    pairs = [pair for name in common if (pair := paired(name, left, right)) is not None]
    of_two_types = [name for name in common if name not in {pair.name for pair in pairs}]
    attributes = [*_of_dataset(left, right, common, matching), *_of_variables(left, right, common, pairs)]
    found = [differences(pair, matching, tolerance) for pair in pairs]
    return DatasetDifferences(
        left, right, tuple(keys), matching, tuple(attributes),
        tuple(_not_compared(left, right, of_two_types)),
        tuple(item for item in found if item.count), len(pairs),
    )  # fmt: skip


def match(left: GivenTable, right: GivenTable, keys: Sequence[str]) -> Matching:
    """Which record is which. Raises `Stopped` where a key is not in both datasets, or has two types."""
    if not keys:
        return match_by_number(left.rows, right.rows)
    problems = Problems()
    for side in (left, right):
        for key in keys:
            if key not in side.attributes:
                place, hint = Address(file=side.file, column=key), did_you_mean(key, side.names)
                problems.add(KEY_MISSING.at(place, "the dataset does not have this variable", hint=hint))
    problems.stop_if_any()
    pairs: list[ComparedPair] = []
    for key in keys:
        pair = paired(key, left, right)
        if pair is None or pair.is_odd:
            what = f"{key} is text in one of {left.file} and {right.file}, and a number in the other"
            problems.add(KEY_TYPES.at(at_record(left.name, column=key), what))
        else:
            pairs.append(pair)
    problems.stop_if_any()
    sides = [[coded(pair.left.column) for pair in pairs], [coded(pair.right.column) for pair in pairs]]
    return match_by_keys(*sides)


def refuse_repeated(left: GivenTable, right: GivenTable, matching: Matching, keys: Sequence[str]) -> None:
    """Raise `Stopped` where several records of a dataset have the same keys."""
    problems = Problems()
    for side, rows in ((left, matching.repeated_left), (right, matching.repeated_right)):
        if len(rows):
            describe = describer(side, keys)
            what = f"{len(rows):,} records have keys that another record has, too"
            problems.add(KEYS_REPEATED.at(side.file, what, values=map(describe, rows[:SHOWN].tolist())))
    problems.stop_if_any()


def describer(table: GivenTable, keys: Sequence[str]) -> Callable[[int], str]:
    """A function that says which record a row is: by its keys, without any by its number.

    Identifiers of the whole study are left out where there are other keys.
    """
    named = [key for key in keys if key not in WHOLE_STUDY] or list(keys)

    def describe(row: int) -> str:
        if not named:
            return f"record {row + 1:,}"
        return ", ".join(f"{name}={key_text(table, name, row) or 'missing'}" for name in named)

    return describe


def key_text(table: GivenTable, name: str, row: int) -> str:
    """The value of a key as a person reads it, "" for a missing one, or where there is no such variable."""
    if name not in table.columns:
        return ""
    column = table.columns[name]
    return ComparedColumn(column, column, table.attributes[name].clock).text(row)


def _of_dataset(
    left: GivenTable, right: GivenTable, common: Sequence[str], matching: Matching
) -> Iterator[AttributeDifference]:
    """Label, variables in one dataset alone, and the order of variables and records."""
    if left.format == right.format == XPT and left.name != right.name:
        yield AttributeDifference("", "name of the dataset", left.name, right.name)
    if left.label is not None and right.label is not None and left.label != right.label:
        yield AttributeDifference("", "label of the dataset", left.label, right.label)
    for name in left.names:
        if name not in right.attributes:
            yield AttributeDifference(name, "variable", "present", "absent")
    for name in right.names:
        if name not in left.attributes:
            yield AttributeDifference(name, "variable", "absent", "present")
    theirs = [name for name in right.names if name in left.attributes]
    if theirs != list(common):
        place = next(n for n, pair in enumerate(zip(common, theirs, strict=True)) if pair[0] != pair[1])
        number = f"number {place + 1} of the common variables is"
        sides = [f"{number} {names[place]}" for names in (common, theirs)]
        yield AttributeDifference("", "order of variables", *sides)
    if not matching.in_order:
        place = int(np.flatnonzero(np.diff(matching.right) < 0)[0])
        sides = [
            f"two records are numbers {rows[place] + 1:,} and {rows[place + 1] + 1:,}"
            for rows in (matching.left, matching.right)
        ]
        yield AttributeDifference("", "order of records", *sides)


def _of_variables(
    left: GivenTable, right: GivenTable, common: Sequence[str], pairs: Sequence[ComparedPair]
) -> Iterator[AttributeDifference]:
    """Attributes of the common variables that both formats have, and text where numbers are compared."""
    odd = {pair.name for pair in pairs if pair.is_odd}
    for name in common:
        ours, theirs = (_facts(side.attributes[name]) for side in (left, right))
        for fact in FACTS:
            a, b = ours[fact], theirs[fact]
            if a is not None and b is not None and a != b:
                yield AttributeDifference(name, fact, a, b)
        if name in odd:
            sides = ["text" if side.attributes[name].type is None else "Num" for side in (left, right)]
            yield AttributeDifference(name, "type", *sides)


def _facts(given: Attributes) -> dict[str, str | None]:
    """Attributes as text; a format in one spelling, as readers leave the full stop away."""
    length = None if given.length is None else str(given.length)
    form = None if given.format is None else format_text(given.format)
    return dict(zip(FACTS, (given.type, given.label, length, form), strict=True))


def format_text(given: str) -> str:
    """A SAS format with its full stop, and without decimals that are 0.

    >>> format_text("DATE9"), format_text("8.0"), format_text("")
    ('DATE9.', '8.', '')
    """
    try:
        return str(parse_format(given if "." in given or not given else f"{given}."))
    except ValueError:
        return given


def _not_compared(left: GivenTable, right: GivenTable, names: Sequence[str]) -> Iterator[str]:
    """Attributes that one of the two formats does not have, and values of the variables of two types."""
    if names:
        yield f"values of {', '.join(names)} (text in one, numbers in the other)"
    for fact in FACTS:
        for side in (left, right):
            if all(getattr(given, fact) is None for given in side.attributes.values()):
                yield f"{fact} ({side.format} does not hold it)"
                break

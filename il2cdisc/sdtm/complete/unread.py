"""Results and reference limits that are not numbers where numbers are due, reported at their raw cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.numbers import Flags, Floats, NumberKind, Readings, above, read_number
from il2cdisc.base.problems import Address, Kind, Problems, values_of
from il2cdisc.base.rows import alike
from il2cdisc.sdtm.complete.limits import ReferenceLimits
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.problems import LIMIT_UNREAD, LIMITS_REVERSED, RESULT_UNREAD
from il2cdisc.spec.models import Spec

SAID = {
    NumberKind.TEXT: "is not a number",
    NumberKind.NOT_FINITE: "is not a finite number",
    NumberKind.BOUND: "is a limit, not a number",
    NumberKind.NUMBER: "is too large or too small in the standard unit",
}


def report_results(
    frame: pd.DataFrame,
    name: str,
    spec: Spec,
    variable: str,
    results: Readings,
    numbers: Floats,
    problems: Problems,
    places: RawPlaces,
) -> None:
    """Report results without a number of tests that have numbers: one problem per test and text.

    `results` are those of `variable` (--ORRES, or --STRESC where the mapping makes it), `numbers` their
    --STRESN. A test has numbers where one of its results is one, or where the workbook has a standard unit
    or a range for it. `<0.5` is no problem: its sign says what it is. Neither is a word without digits that
    is a term of a codelist of results, or one of a test whose results are mostly words.
    """
    there = results.place >= 0
    suspect = there & np.isnan(numbers) & results.where(lambda found: found.sign != "<")
    if not suspect.any():
        return
    test, first = alike(_test_keys(frame, name))
    are_numbers = np.bincount(test, results.are_numbers)[test]
    due = (are_numbers > 0) | _in_workbook(frame.iloc[first], name, spec)[test]
    terms = _terms(spec, name)
    words = results.where(lambda found: not found.has_digits)
    known = results.where(lambda found: found.given in terms) | (
        are_numbers * 2 < np.bincount(test, there)[test]
    )
    wrong = suspect & due & ~(words & known)

    def what(row: int) -> tuple[str, str]:
        found = results.distinct[results.place[row]]
        codes = frame.get(f"{name}TESTCD")
        of = "" if codes is None else f" of {codes.iloc[row]}"
        return found.given, f"{found.given!r} {SAID[found.kind]}; {name}STRESN{of} set to missing"

    _report(RESULT_UNREAD, frame, variable, wrong, [test, results.place], what, problems, places)


def report_limits(
    frame: pd.DataFrame,
    name: str,
    limits: tuple[ReferenceLimits, ReferenceLimits],
    results: Flags,
    problems: Problems,
    places: RawPlaces,
) -> None:
    """Report collected limits that are not numbers, and lower limits above the upper ones.

    `results`: the rows whose result is a number. A word is no problem as the limit of a result in words.
    """
    for limit in limits:
        wrong = limit.unreadable & (results | limit.readings.where(lambda found: found.has_digits))

        def what(row: int, limit: ReferenceLimits = limit) -> tuple[str, str]:
            found = limit.readings.distinct[limit.readings.place[row]]
            return found.given, f"{found.given!r} {SAID[found.kind]}; {name}NRIND is not derived from it"

        _report(LIMIT_UNREAD, frame, limit.variable, wrong, [limit.readings.place], what, problems, places)
    low, high = limits
    reversed_ = above(low.values, high.values)

    def both(row: int) -> tuple[str, str]:
        ends = [item.readings.distinct[item.readings.place[row]].given for item in limits]
        said = f"lower limit {ends[0]} is above upper limit {ends[1]}; {name}NRIND set to missing"
        return " > ".join(ends), said

    keys = [low.readings.place, high.readings.place]
    _report(LIMITS_REVERSED, frame, low.variable, reversed_, keys, both, problems, places)


def _report(
    kind: Kind,
    frame: pd.DataFrame,
    variable: str,
    wrong: Flags,
    keys: Sequence[NDArray[np.int64]],
    what: Callable[[int], tuple[str, str]],
    problems: Problems,
    places: RawPlaces,
) -> None:
    """A problem for each group of wrong rows with the same keys; `what` says a row's value and sentence."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return
    group, first = alike([pd.Series(key[rows]) for key in keys])
    out_of, of = int(frame[variable].notna().sum()), values_of(variable)
    for number, row in enumerate(rows[first].tolist()):
        mine = pd.Series(True, index=frame.index[rows[group == number]])
        cells = places.of(mine, variable)
        where = cells[0] if cells else Address(dataset=places.dataset or variable[:2], column=variable)
        value, said = what(row)
        hint = _other_mark(value)
        problems.add(kind.at(where, said, values=[value], hint=hint, records=cells, out_of=out_of, of=of))


def _other_mark(text: str) -> str:
    """The number that a text is with the other decimal mark; "" for none."""
    found = [read_number(text, ","), read_number(text, ".")]
    return next((reading.text for reading in found if reading.is_number and reading.text != text), "")


def _test_keys(frame: pd.DataFrame, name: str) -> list[pd.Series]:
    """What tells one test from another: its code, specimen and categories."""
    keys = [frame[f"{name}{key}"] for key in ("TESTCD", "SPEC", "CAT", "SCAT") if f"{name}{key}" in frame]
    return keys or [pd.Series(name, index=frame.index)]


def _in_workbook(tests: pd.DataFrame, name: str, spec: Spec) -> Flags:
    """Of tests (a row each): those with a standard unit in Conversions, or a row in Ranges."""
    units = {(c.testcd, c.specimen): bool(c.to_unit) for c in spec.conversions if c.dataset == name}
    for c in spec.conversions:
        if c.dataset == name and c.to_unit:
            units[c.testcd, c.specimen] = True
    ranges = {(r.testcd, r.specimen) for r in spec.ranges if r.dataset == name and not r.normal}
    codes = tests[f"{name}TESTCD"].fillna("").tolist() if f"{name}TESTCD" in tests else [""] * len(tests)
    specimens = tests[f"{name}SPEC"].fillna("").tolist() if f"{name}SPEC" in tests else [""] * len(tests)
    found = [
        units.get((code, specimen), units.get((code, ""), False))
        or bool({(code, specimen), (code, "")} & ranges)
        for code, specimen in zip(codes, specimens, strict=True)
    ]
    return np.array(found, dtype=bool)


def _terms(spec: Spec, name: str) -> set[str]:
    """The terms of all codelists of --ORRES and --STRESC."""
    names = {f"{name}ORRES", f"{name}STRESC"}
    variables = spec.datasets[name].variables if name in spec.datasets else ()
    lists = {v.codelist for v in variables if v.name in names}
    lists |= {level.codelist for variable in names for level in spec.values_of(name, variable)}
    return {value for item in lists if item in spec.codelists for value in spec.codelists[item].values}

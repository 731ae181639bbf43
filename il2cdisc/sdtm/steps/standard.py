"""Standard results, units, ranges and the range indicator, from the sheets Conversions and Ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.dates import over_distinct, text_over_distinct
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rounding import fixed
from il2cdisc.base.rows import alike
from il2cdisc.sdtm.steps.mapped import with_new
from il2cdisc.sdtm.steps.places import NOWHERE, Places
from il2cdisc.sdtm.steps.problems import NO_CONVERSION, NO_TEST_NAME
from il2cdisc.spec.models import Conversion, Spec
from il2cdisc.spec.where import columns, select

BELOW = re.compile(r"^<\s*(\d+\.?\d*|\.\d+)$")
SIGN = re.compile(r"^([<>]=?)?\s*([-+]?\d+(?:\.\d+)?)$")
INDICATORS = NORMAL, LOW, HIGH = "NORMAL", "LOW", "HIGH"
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """What the sheet Conversions says of results of one test, specimen and unit."""

    conversion: Conversion | None
    given: bool  # the results have a unit
    wanted: bool  # the test has a standard unit

    @property
    def unknown(self) -> bool:
        """True where a unit is there, or should be, that the sheet lacks."""
        return self.conversion is None and (self.given or self.wanted)

    @property
    def plain(self) -> bool:
        """True where the unit is the standard one."""
        return self.conversion is not None and (self.conversion.factor, self.conversion.offset) == (1, 0)

    @property
    def converts(self) -> bool:
        """True where numbers are to be converted."""
        return self.conversion is not None and self.given and not self.plain

    @property
    def unit(self) -> str | None:
        """The standard unit of a result that has a unit."""
        return self.conversion.to_unit or None if self.conversion and self.given else None

    def converted(self, value: float) -> str | None:
        """Text of a value in the standard unit, with the digits asked, or as many as it has."""
        if self.conversion is None or np.isnan(value):
            return None
        number = value * self.conversion.factor + self.conversion.offset
        digits = self.conversion.digits
        return f"{number:.10g}" if digits is None else fixed(number, digits)


def with_standard_results(
    frame: pd.DataFrame,
    name: str,
    spec: Spec,
    subjects: pd.DataFrame,
    problems: Problems,
    places: Places = NOWHERE,
) -> pd.DataFrame:
    """--STRESC, --STRESN, --STRESU, --STNRLO, --STNRHI, --NRIND of a findings domain.

    A mapping that makes --STRESC makes all of them; any other that it makes is kept.

    A result in its standard unit stays as it is; another is converted and rounded to the sheet's digits;
    `<0.5` keeps its sign and has no number. `subjects`: USUBJID, SEX, AGE, for the ranges.
    """
    if f"{name}ORRES" not in frame or f"{name}STRESC" in frame:
        return frame
    result = frame[f"{name}ORRES"]
    there = result.notna().to_numpy()
    rules, rule = _rules(frame, name, spec)
    unknown = there & np.array([r.unknown for r in rules], dtype="bool")[rule]
    if unknown.any():
        _tell_unknown(frame, name, unknown, problems, places)
    # what a standard result is depends on the result and its rule
    pair, first = alike([result, pd.Series(rule)])
    distinct = result.iloc[first]
    of_pair = [rules[number] for number in rule[first]]
    standard = _standard_texts(distinct.tolist(), of_pair)
    unit = pd.array([r.unit for r in rules], dtype="str")
    made = {
        f"{name}STRESC": pd.array(standard, dtype="str").take(pair),
        f"{name}STRESN": _as_numbers(standard)[pair],
        f"{name}STRESU": unit.take(np.where(there, rule, -1), allow_fill=True),
    }
    # limits of the laboratory count before those of the sheet
    low, high = (_given(frame, f"{name}ORNR{end}", rules, rule) for end in ("LO", "HI"))
    return _with_ranges(with_new(frame, made), name, spec, subjects, low, high)


def _rules(frame: pd.DataFrame, name: str, spec: Spec) -> tuple[list[Rule], NDArray[np.int64]]:
    """Rules of the tests, specimens and units of a domain, and which one each record has."""
    rows = [c for c in spec.conversions if c.dataset == name]
    specific = {(c.testcd, c.specimen, c.from_unit): c for c in rows}
    in_unit = {c.testcd for c in rows if c.to_unit}
    keys = [frame.get(f"{name}{key}") for key in ("TESTCD", "SPEC", "ORRESU")]
    number, first = alike([key for key in keys if key is not None])
    distinct = [[""] * len(first) if key is None else key.iloc[first].fillna("").tolist() for key in keys]
    rules: list[Rule] = []
    for test, specimen, unit in zip(*distinct, strict=True):
        found = specific.get((test, specimen, unit)) or specific.get((test, "", unit))
        rules.append(Rule(found, unit != "", test in in_unit))
    return rules, number


def _tell_unknown(
    frame: pd.DataFrame, name: str, unknown: NDArray[np.bool_], problems: Problems, places: Places
) -> None:
    rows = frame[unknown]
    unit = rows[f"{name}ORRESU"].fillna("no unit") if f"{name}ORRESU" in rows else "no unit"
    pairs = (rows[f"{name}TESTCD"] + " in " + unit).unique()
    what = f"no conversion to a standard unit ({int(unknown.sum())} of {len(frame)} records)"
    source = places.of(pd.Series(unknown, index=frame.index), f"{name}ORRESU")
    place = Address(dataset=name, column=f"{name}ORRESU")
    problems.add(NO_CONVERSION.at(place, what, values=pairs, source=source))


def _standard_texts(results: list[Any], rules: list[Rule]) -> list[str | None]:
    """Standard results as text: as they are, converted, or none where the sheet lacks the unit."""
    # text such as TRACE has nothing to convert
    parts = [
        SIGN.match(text) if rule.converts and isinstance(text, str) else None
        for text, rule in zip(results, rules, strict=True)
    ]
    values = _as_numbers([part[2] if part else None for part in parts]).tolist()
    return [
        f"{part[1] or ''}{rule.converted(value)}" if part else None if rule.unknown else text
        for text, part, value, rule in zip(results, parts, values, rules, strict=True)
    ]


def _as_numbers(values: pd.Series | Sequence[Any]) -> Numbers:
    """Numbers of texts; NaN of what is none: words, and digits behind a sign such as <."""
    return pd.to_numeric(pd.Series(values), errors="coerce").to_numpy("float64")


def _given(frame: pd.DataFrame, column: str, rules: list[Rule], rule: NDArray[np.int64]) -> Numbers:
    """A collected limit in the standard unit."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    pair, first = alike([frame[column], pd.Series(rule)])
    values = _as_numbers(frame[column].iloc[first])
    of_pair = [rules[number] for number in rule[first]]
    changed = _as_numbers([r.converted(value) for r, value in zip(of_pair, values.tolist(), strict=True)])
    return np.where([r.plain for r in of_pair], values, changed)[pair]


def _with_ranges(
    frame: pd.DataFrame,
    name: str,
    spec: Spec,
    subjects: pd.DataFrame,
    low: Numbers,
    high: Numbers,
) -> pd.DataFrame:
    """--STNRLO, --STNRHI and --NRIND: collected limits (`low`, `high`), else those of the sheet Ranges.

    A result below a limit of quantification (`<0.5`) keeps the limits that it is judged by.
    """
    table = [r for r in spec.ranges if r.dataset == name]
    if table:
        known = subjects.set_index("USUBJID").reindex(columns=["SEX", "AGE"])  # DM may do without an age
        sex = _being(over_distinct(frame["USUBJID"], known["SEX"].to_dict().get))
        age = over_distinct(frame["USUBJID"], known["AGE"].to_dict().get).to_numpy("float64")
        test, unit = _being(frame[f"{name}TESTCD"]), _being(frame[f"{name}STRESU"].fillna(""))
        specimen = _being(frame[f"{name}SPEC"]) if f"{name}SPEC" in frame else None
        done = frame[f"{name}STRESC"].notna().to_numpy() & np.isnan(low) & np.isnan(high)
        for row in table:
            hit = done & test(row.testcd) & unit(row.unit)
            if row.specimen:
                hit &= specimen(row.specimen) if specimen else False
            if row.sex:
                hit &= sex(row.sex)
            if row.age_from is not None:
                hit &= age >= row.age_from
            if row.age_to is not None:
                hit &= age < row.age_to
            low[hit] = np.nan if row.low is None else row.low
            high[hit] = np.nan if row.high is None else row.high
    value = frame[f"{name}STRESN"].to_numpy("float64")
    indicator = np.full(len(frame), -1)
    indicator[~np.isnan(value) & ~(np.isnan(low) & np.isnan(high))] = INDICATORS.index(NORMAL)
    indicator[value < low] = INDICATORS.index(LOW)
    indicator[value > high] = INDICATORS.index(HIGH)
    # a result below a limit: LOW when the limit is not above the range, NORMAL when all it may be is inside
    below = over_distinct(frame[f"{name}STRESC"], _limit).to_numpy("float64")
    indicator[(below <= high) & ~(low > 0)] = INDICATORS.index(NORMAL)
    indicator[below <= low] = INDICATORS.index(LOW)
    return with_new(
        frame,
        {
            f"{name}STNRLO": low,
            f"{name}STNRHI": high,
            f"{name}NRIND": pd.array(INDICATORS, dtype="str").take(indicator, allow_fill=True),
        },
    )


def _limit(text: str) -> float:
    """The number of a result below it: 0.5 of <0.5; NaN of any other."""
    found = BELOW.match(text)
    return float(found[1]) if found else np.nan


def _being(column: pd.Series) -> Callable[[str], NDArray[np.bool_]]:
    """Which rows hold a text, asked for one text after another: compared as numbers."""
    codes, found = pd.factorize(column)
    place = {value: number for number, value in enumerate(found.tolist())}
    return lambda text: codes == place.get(text, -2)


def with_test_names(
    frame: pd.DataFrame, name: str, spec: Spec, problems: Problems, places: Places = NOWHERE
) -> pd.DataFrame:
    """--TEST by the decode of --TESTCD; a code without one is told.

    The codelist of a record is that of the value level of --TESTCD that selects it, so that two categories
    may use one code for two tests; of records that none selects, that of the variable.
    """
    code, test = f"{name}TESTCD", f"{name}TEST"
    wanted = spec.datasets[name].by_name
    if code not in frame or test in frame or test not in wanted:
        return frame
    of_variable = wanted[code].codelist if code in wanted else ""
    names = _decoded(frame[code], of_variable, spec)
    # of the value levels that select a record the first one counts: it is the last to be put in
    for level in reversed(spec.values_of(name, code)):
        clause = spec.where_clauses.get(level.where)
        if clause is not None and level.codelist in spec.codelists and set(columns(clause)) <= set(frame):
            names = names.mask(select(frame, clause), _decoded(frame[code], level.codelist, spec))
    lost = names.isna() & frame[code].notna()
    if lost.any():
        count = f"{int(lost.sum())} of {len(frame)} records"
        what = f"no codelist decodes the test code; {test} is empty ({count})"
        place, source = Address(dataset=name, column=code), places.of(lost, code)
        problems.add(NO_TEST_NAME.at(place, what, values=frame.loc[lost, code].unique(), source=source))
    return frame.assign(**{test: names})


def _decoded(codes: pd.Series, codelist: str, spec: Spec) -> pd.Series:
    decodes = spec.codelists[codelist].decodes if codelist in spec.codelists else {}
    return text_over_distinct(codes, lambda code: decodes.get(code) or None)

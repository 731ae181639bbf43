"""Standard results of findings, from the sheets Conversions and Ranges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.numbers import Readings, numbers_of, read_numbers
from il2cdisc.base.problems import Address, Problems, values_of
from il2cdisc.base.rows import alike
from il2cdisc.sdtm.complete.conversions import ConversionRule
from il2cdisc.sdtm.complete.limits import ReferenceLimits, collected_limits, with_ranges
from il2cdisc.sdtm.complete.mapped import with_new
from il2cdisc.sdtm.complete.places import NOWHERE, RawPlaces
from il2cdisc.sdtm.complete.problems import NO_CONVERSION
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.sdtm.complete.unread import report_limits, report_results
from il2cdisc.spec.models import Spec


def _run(domain: Domain, study: Tabulation) -> Domain:
    spec, problems, places = study.spec, study.problems, domain.places
    frame = with_standard_results(domain.frame, domain.name, spec, study.subjects, problems, places)
    return replace(domain, frame=frame)


STEP = Step(
    "standard_results",
    _run,
    makes=("--STRESC", "--STRESN", "--STRESU", "--STNRLO", "--STNRHI", "--STNRC", "--NRIND"),
    after=("in_ascii",),
)


def with_standard_results(
    frame: pd.DataFrame,
    name: str,
    spec: Spec,
    subjects: pd.DataFrame,
    problems: Problems,
    places: RawPlaces = NOWHERE,
) -> pd.DataFrame:
    """--STRESC, --STRESN, --STRESU, --STNRLO, --STNRHI, --NRIND of a findings domain.

    A mapping that makes --STRESC makes all of them; any other that it makes is kept.

    A result in its standard unit stays as it is, in plain digits (`.9` is 0.9); another is converted and
    rounded to the sheet's digits; `<0.5` keeps its sign and has no number. Results and limits that are not
    numbers where numbers are due are reported at their raw cells. --ORRES and collected limits of a form
    with a decimal comma are written with a point. `subjects`: USUBJID, SEX, AGE, for the ranges.
    """
    orres, stresc, stresn = (f"{name}{stem}" for stem in ("ORRES", "STRESC", "STRESN"))
    if orres not in frame:
        return frame
    if stresc in frame:
        if stresn in frame:
            results, given = read_numbers(frame[stresc]), numbers_of(frame[stresn])
            report_results(frame, name, spec, stresc, results, given, problems, places)
        return frame
    there = frame[orres].notna().to_numpy()
    rules, rule = _rules(frame, name, spec)
    unknown = there & np.array([r.unknown for r in rules], dtype="bool")[rule]
    if unknown.any():
        _tell_unknown(frame, name, unknown, problems, places)
    results = read_numbers(frame[orres], places.decimal_commas(frame, orres))
    made = _standard(results, rules, rule, name)
    out = with_new(frame, made)
    known = np.where(unknown, 0.0, out[stresn])  # one cause is enough: the unit
    report_results(frame, name, spec, orres, results, known, problems, places)
    # limits of the laboratory count before those of the sheet
    ends = [collected_limits(frame, f"{name}ORNR{end}", rules, rule, places) for end in ("LO", "HI")]
    limits = ends[0], ends[1]
    are_numbers = results.are_numbers
    report_limits(frame, name, limits, are_numbers, problems, places)
    out = _with_points(out, orres, results, limits)
    return with_ranges(out, name, spec, subjects, limits)


def _standard(
    results: Readings, rules: list[ConversionRule], rule: NDArray[np.int64], name: str
) -> dict[str, pd.api.extensions.ExtensionArray | NDArray[np.float64]]:
    """--STRESC, --STRESN and --STRESU: they depend on the result and its rule alone."""
    group, first = alike([pd.Series(results.place), pd.Series(rule)])
    pairs = zip(results.place[first].tolist(), rule[first].tolist(), strict=True)
    made = [(None, np.nan) if place < 0 else rules[n].standard(results.distinct[place]) for place, n in pairs]
    texts = [text for text, _ in made]
    numbers = np.array([number for _, number in made], dtype="float64")
    lost = np.array([text is None for text in texts], dtype=bool)[group]
    unit = pd.array([r.unit for r in rules], dtype="str")
    return {
        f"{name}STRESC": pd.array(texts, dtype="str").take(group),
        f"{name}STRESN": numbers[group],
        f"{name}STRESU": unit.take(np.where(lost, -1, rule), allow_fill=True),
    }


def _with_points(
    frame: pd.DataFrame, variable: str, results: Readings, limits: tuple[ReferenceLimits, ReferenceLimits]
) -> pd.DataFrame:
    """Results and limits that were read with a decimal comma, with a point for it."""
    new: dict[str, pd.Series] = {}
    for name, readings in ((variable, results), *((item.variable, item.readings) for item in limits)):
        comma = readings.where(lambda found: found.value == found.value and "," in found.given)
        if comma.any():
            new[name] = frame[name].mask(comma, frame[name].str.replace(",", ".", regex=False))
    return frame.assign(**new) if new else frame


def _rules(frame: pd.DataFrame, name: str, spec: Spec) -> tuple[list[ConversionRule], NDArray[np.int64]]:
    """Rules of the tests, specimens and units of a domain, and which one each record has."""
    rows = [c for c in spec.conversions if c.dataset == name]
    specific = {(c.testcd, c.specimen, c.from_unit): c for c in rows}
    in_unit = {c.testcd for c in rows if c.to_unit}
    keys = [frame.get(f"{name}{key}") for key in ("TESTCD", "SPEC", "ORRESU")]
    known = [key for key in keys if key is not None]
    number, first = alike(known or [pd.Series("", index=frame.index)])
    distinct = [[""] * len(first) if key is None else key.iloc[first].fillna("").tolist() for key in keys]
    rules: list[ConversionRule] = []
    for test, specimen, unit in zip(*distinct, strict=True):
        found = specific.get((test, specimen, unit)) or specific.get((test, "", unit))
        rules.append(ConversionRule(found, unit != "", test in in_unit))
    return rules, number


def _tell_unknown(
    frame: pd.DataFrame, name: str, unknown: NDArray[np.bool_], problems: Problems, places: RawPlaces
) -> None:
    rows = frame[unknown]
    unit = rows[f"{name}ORRESU"].fillna("no unit") if f"{name}ORRESU" in rows else "no unit"
    pairs = (rows[f"{name}TESTCD"] + " in " + unit).unique()
    what = "the sheet Conversions has no row for the test and its unit"
    records = places.of(pd.Series(unknown, index=frame.index), f"{name}ORRESU")
    place = Address(dataset=name, column=f"{name}ORRESU")
    out_of = int(frame[f"{name}ORRES"].notna().sum())
    of = values_of(f"{name}ORRES")
    problems.add(NO_CONVERSION.at(place, what, values=pairs, records=records, out_of=out_of, of=of))

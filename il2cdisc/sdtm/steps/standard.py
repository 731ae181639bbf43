"""Standard results, units, ranges and the range indicator, from the sheets Conversions and Ranges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.dates import extract_distinct, over_distinct
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rounding import fixed
from il2cdisc.sdtm.steps.mapped import with_new
from il2cdisc.sdtm.steps.places import NOWHERE, Places
from il2cdisc.sdtm.steps.problems import NO_CONVERSION, NO_TEST_NAME
from il2cdisc.spec.models import Spec
from il2cdisc.spec.where import columns, select

BELOW = r"^<\s*([\d.]+)$"
SIGN = r"^([<>]=?)?\s*([-+]?\d+(?:\.\d+)?)$"


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
    unit = frame[f"{name}ORRESU"] if f"{name}ORRESU" in frame else pd.Series(index=frame.index, dtype="str")
    rule = _rules(frame, name, unit, spec)
    # a missing unit is told where the sheet knows none for the test
    unknown = result.notna() & rule["factor"].isna() & (unit.notna() | _has_unit(frame, name, spec))
    if unknown.any():
        pairs = (frame[f"{name}TESTCD"] + " in " + unit.fillna("no unit"))[unknown].unique()
        what = f"no conversion to a standard unit ({int(unknown.sum())} of {len(frame)} records)"
        place, source = Address(dataset=name, column=f"{name}ORRESU"), places.of(unknown, f"{name}ORRESU")
        problems.add(NO_CONVERSION.at(place, what, values=pairs, source=source))
    parts = extract_distinct(result, SIGN)
    # text such as TRACE has no unit to convert
    same = unit.isna() | ((rule["factor"] == 1) & (rule["offset"] == 0)) | parts[1].isna()
    sign, value = parts[0], pd.to_numeric(parts[1]).astype("float64")
    converted = value * rule["factor"] + rule["offset"]
    text = sign.fillna("") + _rounded(converted, rule["digits"])
    standard = result.where(same, text.astype("str")).where(~unknown)
    # digits of a thousands sign or a plus are no result: the number is read from the standard text
    number = pd.to_numeric(standard.where(sign.isna()), errors="coerce").astype("float64")
    out = with_new(
        frame,
        {
            f"{name}STRESC": standard.astype("str"),
            f"{name}STRESN": number,
            f"{name}STRESU": rule["to"].where(result.notna() & unit.notna()).astype("str"),
        },
    )
    return _with_ranges(out, name, spec, subjects, rule)


def _has_unit(frame: pd.DataFrame, name: str, spec: Spec) -> pd.Series:
    """True where the sheet Conversions has a standard unit for the test."""
    tests = {c.testcd for c in spec.conversions if c.dataset == name and c.to_unit}
    return frame[f"{name}TESTCD"].isin(tests)


def _rules(frame: pd.DataFrame, name: str, unit: pd.Series, spec: Spec) -> pd.DataFrame:
    """Factor, offset, digits and standard unit of each record."""
    rows = [c for c in spec.conversions if c.dataset == name]
    specific = {(c.testcd, c.specimen, c.from_unit): c for c in rows}
    specimen = frame[f"{name}SPEC"] if f"{name}SPEC" in frame else pd.Series("", index=frame.index)
    keys = pd.DataFrame(
        {"test": frame[f"{name}TESTCD"], "specimen": specimen.fillna(""), "unit": unit.fillna("")}
    )
    distinct = keys.drop_duplicates()
    found = [
        specific.get((t, s, u)) or specific.get((t, "", u))
        for t, s, u in distinct.itertuples(index=False, name=None)
    ]
    table = distinct.assign(
        factor=[c.factor if c else np.nan for c in found],
        offset=[c.offset if c else np.nan for c in found],
        digits=[np.nan if c is None or c.digits is None else float(c.digits) for c in found],
        to=pd.Series([c.to_unit or None if c else None for c in found], index=distinct.index, dtype="str"),
    )
    out = keys.merge(table, on=["test", "specimen", "unit"], how="left")
    out.index = frame.index
    return out


def _rounded(values: pd.Series, digits: pd.Series) -> pd.Series:
    """Text of the values with the digits asked, or as many as they have."""
    keys = pd.DataFrame({"value": values, "digits": digits})
    known = keys.dropna(subset=["value"]).drop_duplicates()
    texts = [
        fixed(value, int(number)) if not np.isnan(number) else f"{value:.10g}"
        for value, number in known.itertuples(index=False, name=None)
    ]
    table = known.assign(text=texts)
    return keys.merge(table, on=["value", "digits"], how="left")["text"].set_axis(values.index).astype("str")


def _with_ranges(
    frame: pd.DataFrame, name: str, spec: Spec, subjects: pd.DataFrame, rule: pd.DataFrame
) -> pd.DataFrame:
    low, high = _given(frame, f"{name}ORNRLO", rule), _given(frame, f"{name}ORNRHI", rule)
    table = [r for r in spec.ranges if r.dataset == name]
    if table:
        known = subjects.reindex(columns=["USUBJID", "SEX", "AGE"])  # DM may do without an age
        people = frame[["USUBJID"]].merge(known, on="USUBJID", how="left")
        sex, age = _being(people["SEX"]), people["AGE"].to_numpy("float64")
        test, unit = _being(frame[f"{name}TESTCD"]), _being(frame[f"{name}STRESU"].fillna(""))
        specimen = _being(frame[f"{name}SPEC"]) if f"{name}SPEC" in frame else None
        done = (frame[f"{name}STRESC"].notna() & low.isna() & high.isna()).to_numpy(dtype=bool)
        lows, highs = low.to_numpy("float64", copy=True), high.to_numpy("float64", copy=True)
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
            lows[hit] = np.nan if row.low is None else row.low
            highs[hit] = np.nan if row.high is None else row.high
        low, high = pd.Series(lows, index=frame.index), pd.Series(highs, index=frame.index)
    value = frame[f"{name}STRESN"]
    ranged = value.notna() & (low.notna() | high.notna())
    indicator = pd.Series("NORMAL", index=frame.index, dtype="str").where(ranged)
    indicator = indicator.mask(ranged & (value < low), "LOW").mask(ranged & (value > high), "HIGH")
    # a result below a limit: LOW when the limit is not above the range, NORMAL when all it may be is inside
    below = pd.to_numeric(extract_distinct(frame[f"{name}STRESC"], BELOW)[0]).astype("float64")
    inside = (below <= high) & ~(low > 0)
    indicator = indicator.mask(inside, "NORMAL").mask(below <= low, "LOW")
    # limits stand only beside a number (SDTMIG 3.4, 6.3.5.6); what is judged by them is kept
    result = frame[f"{name}ORRES"]
    words = result.notna() & pd.to_numeric(result, errors="coerce").isna()
    out = {f"{name}STNRLO": low.mask(words), f"{name}STNRHI": high.mask(words), f"{name}NRIND": indicator}
    given = [limit for limit in (f"{name}ORNRLO", f"{name}ORNRHI") if limit in frame]
    return with_new(frame, out).assign(**{limit: frame[limit].mask(words) for limit in given})


def _being(column: pd.Series) -> Callable[[str], NDArray[np.bool_]]:
    """Which rows hold a text, asked for one text after another: compared as numbers."""
    codes, found = pd.factorize(column)
    place = {value: number for number, value in enumerate(found.tolist())}
    return lambda text: codes == place.get(text, -2)


def _given(frame: pd.DataFrame, column: str, rule: pd.DataFrame) -> pd.Series:
    """A collected limit in the standard unit."""
    if column not in frame:
        return pd.Series(np.nan, index=frame.index)
    value = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    same = (rule["factor"] == 1) & (rule["offset"] == 0)
    changed = _rounded(value * rule["factor"] + rule["offset"], rule["digits"])
    return value.where(same, pd.to_numeric(changed).astype("float64"))


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
    names = pd.Series(np.nan, index=frame.index, dtype="str")
    open_ = pd.Series(True, index=frame.index)
    for level in spec.values_of(name, code):
        clause = spec.where_clauses.get(level.where)
        if clause is None or level.codelist not in spec.codelists or not set(columns(clause)) <= set(frame):
            continue
        here = select(frame, clause) & open_
        names = names.mask(here, _decoded(frame[code], level.codelist, spec))
        open_ &= ~here
    if code in wanted and wanted[code].codelist in spec.codelists:
        names = names.mask(open_, _decoded(frame[code], wanted[code].codelist, spec))
    lost = names.isna() & frame[code].notna()
    if lost.any():
        count = f"{int(lost.sum())} of {len(frame)} records"
        what = f"no codelist decodes the test code; {test} is empty ({count})"
        place, source = Address(dataset=name, column=code), places.of(lost, code)
        problems.add(NO_TEST_NAME.at(place, what, values=frame.loc[lost, code].unique(), source=source))
    return frame.assign(**{test: names.astype("str")})


def _decoded(codes: pd.Series, codelist: str, spec: Spec) -> pd.Series:
    decodes = {value: text for value, text in spec.codelists[codelist].decodes.items() if text}
    return over_distinct(codes, decodes.get).astype("str")

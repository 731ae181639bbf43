"""Variables looked up in the workbook: numeric companions, parameters and their units, groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    need_absent,
    need_columns,
    need_numbers,
    numbers,
    refuse,
    text_at,
)
from il2cdisc.adam.keys import partners, rows_at, with_columns
from il2cdisc.adam.problems import NO_NUMBER, OTHER_UNIT, PARAMETER_KEY
from il2cdisc.base.numbers import at_least
from il2cdisc.base.problems import Address, Problem, Stopped, at_record, did_you_mean

KEY_HEADERS = (
    "Test Code",
    "Specimen",
    "Method",
    "Location",
    "Laterality",
    "Position",
    "Time Point",
    "Object",
    "Binding Agent",
    "Markers",
    "Cell State",
)
"""Headers of the sheet Parameters that say which results are a parameter's; all filled ones count."""


def derive_var_number(
    dataset: pd.DataFrame, *, source: str, new_var: str, values: Mapping[str, float]
) -> pd.DataFrame:
    """`dataset` with the numeric companion of a text column: TRT01P → TRT01PN, one to one.

    `values` maps text to number (see `numbers_of`). Raises `Stopped` with ADM007 for a text without number.

    >>> dm = pd.DataFrame({"USUBJID": ["S1", "S2", "S3"], "SEX": ["F", "M", None]})
    >>> derive_var_number(dm, source="SEX", new_var="SEXN", values={"F": 1, "M": 2})
      USUBJID  SEX  SEXN
    0      S1    F   1.0
    1      S2    M   2.0
    2      S3  NaN   NaN
    """
    name = "derive_var_number"
    need_columns(name, dataset, [source])
    need_absent(name, dataset, [new_var])
    if len(set(values.values())) != len(values):
        raise refuse(name, f"two texts of {source} have the same number")
    codes, texts = pd.factorize(dataset[source])
    unknown = [str(text) for text in texts.tolist() if text not in values]
    if unknown:
        what = f"{source} has values without a number for {new_var}"
        raise Stopped([NO_NUMBER.at(name, what, values=unknown, hint=did_you_mean(unknown[0], values))])
    table = np.array([*(values[text] for text in texts.tolist()), np.nan])
    return dataset.assign(**{new_var: table[codes]})  # a missing text has the code -1: the last of the table


def derive_vars_group(
    dataset: pd.DataFrame,
    *,
    source: str,
    new_var: str,
    lower: Mapping[str, float],
    number: str = "",
) -> pd.DataFrame:
    """`dataset` with a group of a number: `lower` maps each group, ascending, to its inclusive lower bound.

    `number` names a companion 1, 2, 3 ...

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"], "AGE": [40.0, 65.0]})
    >>> derive_vars_group(
    ...     adsl, source="AGE", new_var="AGEGR1", lower={"<65": -np.inf, ">=65": 65}, number="AGEGR1N"
    ... )
      USUBJID   AGE AGEGR1  AGEGR1N
    0      S1  40.0    <65      1.0
    1      S2  65.0   >=65      2.0
    """
    name = "derive_vars_group"
    need_numbers(name, dataset, [source])
    need_absent(name, dataset, [new_var, number] if number else [new_var])
    bounds = np.array(list(lower.values()), dtype="float64")
    if np.any(np.diff(bounds) <= 0):
        raise refuse(name, f"the bounds of {new_var} do not ascend")
    values = numbers(dataset[source])
    place = np.sum([at_least(values, bound) for bound in bounds], axis=0, dtype="int64")
    known = place > 0
    new: dict[str, Any] = {new_var: text_at(dataset.index, list(lower), np.where(known, place - 1, -1))}
    if number:
        new[number] = np.where(known, place.astype("float64"), np.nan)
    return dataset.assign(**new)


def derive_vars_parameter(
    dataset: pd.DataFrame, parameters: pd.DataFrame, *, by: Sequence[str], new_vars: Sequence[str]
) -> pd.DataFrame:
    """The rows of `dataset` whose key is a parameter, with its variables (PARAMCD, PARAM, PARAMN ...).

    Missing parts of a key equal each other here (a test without specimen). Rows that are no parameter
    are left out: an analysis dataset holds what the workbook lists. Columns of `parameters` that distinguish
    parameters (`KEY_HEADERS`) are renamed to the variables of `by` that they mean; one that is
    filled and not renamed stops (ADM030), as results of several kinds would share a parameter.

    >>> vs = pd.DataFrame({"VSTESTCD": ["SYSBP", "FRMSIZE"], "VSSTRESN": [118.0, None]})
    >>> parameters = pd.DataFrame({"VSTESTCD": ["SYSBP"], "PARAMCD": ["SYSBP"], "PARAMN": [1.0]})
    >>> derive_vars_parameter(vs, parameters, by=["VSTESTCD"], new_vars=["PARAMCD", "PARAMN"])
      VSTESTCD  VSSTRESN PARAMCD  PARAMN
    0    SYSBP     118.0   SYSBP     1.0
    """
    name = "derive_vars_parameter"
    unused = [header for header in KEY_HEADERS if header in parameters and parameters[header].notna().any()]
    if unused:
        what = f"parameters are chosen by {', '.join(by)}; the sheet has {', '.join(unused)}, too"
        raise Stopped([PARAMETER_KEY.at(f"{name}()", what)])
    need_columns(name, dataset, by)
    need_columns(name, parameters, [*by, *new_vars], "parameters")
    need_absent(name, dataset, new_vars)
    left, right = (frame[list(by)].astype("str").fillna("") for frame in (dataset, parameters))
    found = partners(name, left, right, by, "parameters")
    known = found >= 0
    return with_columns(dataset[known], rows_at(parameters[list(new_vars)], found[known]))


def check_units(
    dataset: pd.DataFrame, *, result: str, unit: str, wanted: str, by: str = "PARAMCD"
) -> tuple[pd.Series, list[Problem]]:
    """Which rows have their parameter's unit, and a finding (ADM018) for each parameter and other unit.

    `result` is the column of results as text (LBSTRESC), `unit` that of their units (LBSTRESU), `wanted` that
    of the parameter's. A result without a unit is in another one unless the parameter has none either; a
    record without a result has its place whatever its unit. Keep the rows of the first, give the
    second to `analysis_dataset`.

    >>> lb = pd.DataFrame({"PARAMCD": "ALB", "LBSTRESC": ["42", "4.2"], "LBSTRESU": ["g/L", "g/dL"]})
    >>> lb = lb.assign(_UNIT="g/L")
    >>> same, findings = check_units(lb, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    >>> lb[same]
      PARAMCD LBSTRESC LBSTRESU _UNIT
    0     ALB       42      g/L   g/L
    >>> findings[0].what
    'Result in g/dL, but parameter ALB is in g/L; it is not in the analysis dataset'
    """
    name = "check_units"
    need_columns(name, dataset, [result, unit, wanted, by])
    found, asked = dataset[unit].fillna(""), dataset[wanted].fillna("")
    there = dataset[result].notna()
    same = ~there | (found == asked)
    other = ~same.to_numpy(dtype=bool)
    others = dataset[other]
    # a record without a parameter has a finding, too, and row labels may repeat
    keys = [others[by].fillna("(missing)").to_numpy(), found.to_numpy()[other]]
    problems = [
        _other_unit(rows, str(code), unit, wanted) for (code, _), rows in others.groupby(keys, sort=True)
    ]
    return same, problems


def _other_unit(rows: pd.DataFrame, code: str, unit: str, wanted: str) -> Problem:
    shown, asked = rows[unit].iloc[0], rows[wanted].iloc[0]
    has = f"in {shown}" if isinstance(shown, str) else "without a unit"
    needs = f"is in {asked}" if isinstance(asked, str) else "has no unit"
    records = _records(rows, unit)
    place = records[0] if len(records) == 1 else Address(dataset=unit.removesuffix("STRESU"), column=unit)
    what = f"Result {has}, but parameter {code} {needs}; it is not in the analysis dataset"
    values = [shown] if isinstance(shown, str) else []
    return OTHER_UNIT.at(place, what, values=values, records=records)


def _records(rows: pd.DataFrame, unit: str) -> list[Address]:
    """Addresses of results in their SDTM dataset, known from the name of the unit's variable."""
    root = unit.removesuffix("STRESU")
    if not {"USUBJID", f"{root}SEQ"} <= set(rows.columns):
        return []
    pairs = zip(rows["USUBJID"].astype("str"), rows[f"{root}SEQ"].astype("int64"), strict=True)
    return [at_record(root, subject, seq, unit) for subject, seq in pairs]

"""Parameters computed from other parameters of the same key, their units checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import mask_of, need_columns, need_numbers, numbers, refuse
from il2cdisc.adam.formulas import compute_bmi, compute_map, compute_rr
from il2cdisc.adam.keys import key_numbers
from il2cdisc.adam.problems import UNIT_OF_FORMULA
from il2cdisc.adam.rows import append_rows, no_rows
from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.base.rowids import gathered_ids, id_columns
from il2cdisc.base.rows import alike

Values = Mapping[str, str | float]
Formula = Callable[..., np.ndarray]
"""A function of one array per input, in the order of the inputs."""


def derive_param_computed(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    inputs: Mapping[str, str],
    formula: Formula,
    set_values: Values,
    unit: str = "",
    constant: Sequence[str] = (),
    constant_by: Sequence[str] = ("USUBJID",),
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
    value: str = "AVAL",
) -> pd.DataFrame:
    """`dataset` and, behind it, a parameter computed from others: a row per key with a value of all inputs.

    `inputs` are `{PARAMCD: unit}`, `formula` gets their values as arrays in this order; `by` is the key
    within which rows belong together (subject, visit, time point). Inputs in `constant` are measured once:
    they are found by `constant_by` alone. Only rows of `where` are inputs. A new row has the key, the columns
    `keep` where all its inputs have the same value (those in `constant` are of another moment and not asked),
    and `set_values`; what is not finite is missing. Id columns hold the ids of all its inputs.

    With `unit`, the column of the rows' units, each input must be in the unit named; an empty unit is not
    checked.

    Raises `Stopped`: ADM051 an input in another unit, ADM003 a key that has an input twice.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "PARAMCD": ["SYSBP", "DIABP"], "AVAL": [125.0, 80.0]})
    >>> derive_param_computed(
    ...     vs.assign(UNIT="mmHg"), by=["USUBJID"], inputs={"SYSBP": "mmHg", "DIABP": "mmHg"}, unit="UNIT",
    ...     formula=lambda high, low: high - low, set_values={"PARAMCD": "PP", "UNIT": "mmHg"},
    ... )
      USUBJID PARAMCD   AVAL  UNIT
    0      S1   SYSBP  125.0  mmHg
    1      S1   DIABP   80.0  mmHg
    2      S1      PP   45.0  mmHg
    """
    return _computed(
        "derive_param_computed",
        dataset,
        by,
        inputs,
        formula,
        set_values,
        unit,
        constant,
        constant_by,
        where,
        keep,
        value,
    )


def derive_param_map(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    set_values: Values,
    unit: str,
    diastolic: str = "DIABP",
    systolic: str = "SYSBP",
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, the mean arterial pressure of each key (`compute_map`), in mmHg.

    With a heart rate: `derive_param_computed` with `compute_map_heart_rate`. The rest is
    `derive_param_computed`.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "PARAMCD": ["SYSBP", "DIABP"], "AVAL": [125.0, 80.0]})
    >>> vs = vs.assign(UNIT="mmHg")
    >>> derive_param_map(vs, by=["USUBJID"], set_values={"PARAMCD": "MAP"}, unit="UNIT").tail(1)
      USUBJID PARAMCD  AVAL  UNIT
    2      S1     MAP  95.0  mmHg
    """
    inputs = {diastolic: "mmHg", systolic: "mmHg"}
    made = {unit: "mmHg", **set_values}
    name = "derive_param_map"
    return _computed(name, dataset, by, inputs, compute_map, made, unit, (), (), where, keep, "AVAL")


def derive_param_bmi(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    set_values: Values,
    unit: str,
    height: str = "HEIGHT",
    weight: str = "WEIGHT",
    constant: Sequence[str] = (),
    constant_by: Sequence[str] = ("USUBJID",),
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, the body mass index of each key (`compute_bmi`), in kg/m2, of cm and kg.

    Where height is measured once, `constant=["HEIGHT"]`. The rest is `derive_param_computed`.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "PARAMCD": ["HEIGHT", "WEIGHT"], "AVAL": [160.0, 64.0]})
    >>> vs = vs.assign(UNIT=["cm", "kg"])
    >>> derive_param_bmi(vs, by=["USUBJID"], set_values={"PARAMCD": "BMI"}, unit="UNIT").tail(1)
      USUBJID PARAMCD  AVAL   UNIT
    2      S1     BMI  25.0  kg/m2
    """
    inputs = {height: "cm", weight: "kg"}
    made = {unit: "kg/m2", **set_values}
    name = "derive_param_bmi"
    return _computed(
        name, dataset, by, inputs, compute_bmi, made, unit, constant, constant_by, where, keep, "AVAL"
    )


def derive_param_bsa(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    formula: Formula,
    set_values: Values,
    unit: str,
    height: str = "HEIGHT",
    weight: str = "WEIGHT",
    constant: Sequence[str] = (),
    constant_by: Sequence[str] = ("USUBJID",),
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, the body surface area of each key, in m2, of cm and kg.

    `formula` is one of `compute_bsa_mosteller`, `compute_bsa_dubois`, `compute_bsa_haycock`,
    `compute_bsa_boyd`, `compute_bsa_gehan_george`, `compute_bsa_fujimoto`, `compute_bsa_takahira`. The rest
    is `derive_param_computed`.

    >>> from il2cdisc.adam import compute_bsa_mosteller
    >>> vs = pd.DataFrame({"USUBJID": "S1", "PARAMCD": ["HEIGHT", "WEIGHT"], "AVAL": [160.0, 90.0]})
    >>> derive_param_bsa(
    ...     vs.assign(UNIT=["cm", "kg"]), by=["USUBJID"], formula=compute_bsa_mosteller,
    ...     set_values={"PARAMCD": "BSA"}, unit="UNIT",
    ... ).tail(1)
      USUBJID PARAMCD  AVAL UNIT
    2      S1     BSA   2.0   m2
    """
    inputs = {height: "cm", weight: "kg"}
    made = {unit: "m2", **set_values}
    name = "derive_param_bsa"
    return _computed(
        name, dataset, by, inputs, formula, made, unit, constant, constant_by, where, keep, "AVAL"
    )


def derive_param_qtc(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    formula: Formula,
    set_values: Values,
    unit: str,
    qt: str = "QT",
    rr: str = "RR",
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, the corrected QT interval of each key, in ms, of QT and RR in ms.

    `formula` is one of `compute_qtc_fridericia`, `compute_qtc_bazett`, `compute_qtc_sagie`. RR is made of the
    heart rate by `derive_param_rr`. The rest is `derive_param_computed`.

    >>> from il2cdisc.adam import compute_qtc_fridericia
    >>> eg = pd.DataFrame({"USUBJID": "S1", "PARAMCD": ["QT", "RR"], "AVAL": [400.0, 1000.0], "UNIT": "ms"})
    >>> new = {"PARAMCD": "QTCF"}
    >>> derive_param_qtc(
    ...     eg, by=["USUBJID"], formula=compute_qtc_fridericia, set_values=new, unit="UNIT"
    ... ).tail(1)
      USUBJID PARAMCD   AVAL UNIT
    2      S1    QTCF  400.0   ms
    """
    made = {unit: "ms", **set_values}
    inputs = {qt: "ms", rr: "ms"}
    name = "derive_param_qtc"
    return _computed(name, dataset, by, inputs, formula, made, unit, (), (), where, keep, "AVAL")


def derive_param_rr(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    set_values: Values,
    unit: str,
    heart_rate: str = "HR",
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, the RR interval of each key, in ms, of the heart rate in beats/min.

    >>> eg = pd.DataFrame({"USUBJID": ["S1"], "PARAMCD": "HR", "AVAL": 75.0, "UNIT": "beats/min"})
    >>> derive_param_rr(eg, by=["USUBJID"], set_values={"PARAMCD": "RRR"}, unit="UNIT").tail(1)
      USUBJID PARAMCD   AVAL UNIT
    1      S1     RRR  800.0   ms
    """
    made = {unit: "ms", **set_values}
    inputs = {heart_rate: "beats/min"}
    name = "derive_param_rr"
    return _computed(name, dataset, by, inputs, compute_rr, made, unit, (), (), where, keep, "AVAL")


def _computed(
    name: str,
    dataset: pd.DataFrame,
    by: Sequence[str],
    inputs: Mapping[str, str],
    formula: Formula,
    set_values: Values,
    unit: str,
    constant: Sequence[str],
    constant_by: Sequence[str],
    where: pd.Series | None,
    keep: Sequence[str],
    value: str,
) -> pd.DataFrame:
    need_columns(name, dataset, ["PARAMCD", *by, *keep, *(constant_by if constant else ())])
    need_columns(name, dataset, [unit] if unit else [])
    need_numbers(name, dataset, [value])
    moving = [code for code in inputs if code not in constant]
    if not moving:
        raise refuse(name, "no input is measured for each key: all are constant")
    known = dataset["PARAMCD"].isin(list(inputs)) & dataset[value].notna()
    rows = dataset[known.to_numpy(dtype=bool) & mask_of(name, dataset, where)].reset_index(drop=True)
    if unit:
        _check_units(name, rows, inputs, unit)
    key = key_numbers(by, rows)[0]
    places = {code: _places(name, rows, key, code, by) for code in moving}
    found = np.flatnonzero(np.logical_and.reduce([place >= 0 for place in places.values()]))
    first = places[moving[0]][found]
    taken = {code: place[found] for code, place in places.items()}
    if constant:
        wider = key_numbers(constant_by, rows)[0]
        for code in constant:
            place = np.append(_places(name, rows, wider, code, constant_by), -1)
            taken[code] = place[wider[first]]
    whole = np.logical_and.reduce([place >= 0 for place in taken.values()])
    at = np.column_stack([taken[code][whole] for code in inputs])
    asked = [place for place, code in enumerate(inputs) if code in moving]
    if not len(at):
        return no_rows(dataset, set_values)
    return append_rows(
        dataset, _new_rows(rows, first[whole], at, asked, by, keep, formula, set_values, value)
    )


def _new_rows(
    rows: pd.DataFrame,
    base: np.ndarray,
    at: np.ndarray,
    asked: Sequence[int],
    by: Sequence[str],
    keep: Sequence[str],
    formula: Formula,
    set_values: Values,
    value: str,
) -> pd.DataFrame:
    """A row per line of `at`, the positions of its inputs; `base` is that of one which has its key.

    `asked` are the inputs whose values of `keep` must agree.
    """
    new = rows[list(dict.fromkeys([*by, *keep]))].iloc[base].reset_index(drop=True)
    made: dict[str, Any] = {}
    for column in (item for item in keep if item not in by):
        codes = alike([rows[column]])[0][at[:, asked]]
        made[column] = new[column].where((codes == codes[:, :1]).all(axis=1))
    values = numbers(rows[value])[at]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result = np.asarray(formula(*values.T), dtype="float64")
    made[value] = np.where(np.isfinite(result), result, np.nan)
    group = np.repeat(np.arange(len(at)), at.shape[1])
    for column in id_columns(rows):
        ids = rows[column].iloc[at.ravel()].reset_index(drop=True)
        made[column] = gathered_ids(ids, group).to_numpy(dtype=object)
    return new.assign(**made).assign(**dict(set_values))


def _places(function: str, rows: pd.DataFrame, key: np.ndarray, code: str, by: Sequence[str]) -> np.ndarray:
    """For each key the position of the row of an input, -1 for none."""
    chosen = np.flatnonzero((rows["PARAMCD"] == code).to_numpy(dtype=bool) & (key >= 0))
    if len(np.unique(key[chosen])) < len(chosen):
        part = rows.iloc[chosen]
        doubled = part[part.duplicated(list(by), keep=False)][list(by)].drop_duplicates()
        shown = [" ".join(map(str, row)) for row in doubled.itertuples(index=False)]
        what = f"several rows of {code} have the same {', '.join(by)}"
        fix = "Add a key, or name the rows that are inputs in where."
        raise refuse(function, what, fix=fix, values=shown)
    place = np.full(key.max(initial=-1) + 1, -1)
    place[key[chosen]] = chosen
    return place


def _check_units(function: str, rows: pd.DataFrame, inputs: Mapping[str, str], unit: str) -> None:
    problems: list[Problem] = []
    for code, wanted in inputs.items():
        found = rows[unit][(rows["PARAMCD"] == code).to_numpy(dtype=bool)].fillna("").unique().tolist()
        others = [other for other in found if wanted and other != wanted]
        if others:
            what = (
                f"{code} is in {' and '.join(other or 'no unit' for other in found)}; it must be in {wanted}"
            )
            problems.append(UNIT_OF_FORMULA.at(function, what, values=others))
    if problems:
        raise Stopped(problems)

"""Analysis of covariance of one value a subject: LS means, differences against the reference, p-values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, cast

import pandas as pd

from il2cdisc.results.frame import Cell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Analysis, Column, Display
from il2cdisc.stats.ancova import Contrast, ancova
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

MEANS = ("n", "lsmean", "lsmean_se", "lsmean_lower", "lsmean_upper")
DIFFERENCES = ("difference", "difference_se", "difference_lower", "difference_upper", "df", "p_value")
WEIGHTS = ("equal", "observed")
_BACK: dict[str, Callable[[float], float]] = {"exp": math.exp}


def run(work: Work) -> pd.DataFrame:
    """Statistics of each column that holds one treatment (a column of several takes no part).

    n, lsmean, lsmean_se, lsmean_lower, lsmean_upper; against the reference difference, difference_se,
    difference_lower, difference_upper, df, p_value. The option `transform = exp` adds exp_lsmean,
    exp_difference and their limits: means and ratios on the scale before the logarithm. Where the model can't
    be estimated each statistic carries the reason.
    """
    options = work.analysis.options
    response = work.analysis.variables[0].name
    columns = [column for column in work.display.columns if len(column.values) == 1]
    levels = [column.values[0] for column in columns]
    reference = options.get("reference", levels[0] if levels else "")
    try:
        _one_row_a_subject(work.rows)
        fit = ancova(
            work.rows[response],
            work.rows[work.treatment],
            levels=levels,
            reference=reference,
            factors={name: work.rows[name] for name in work.analysis.option_list("factors")},
            covariates={name: work.rows[name] for name in work.analysis.option_list("covariates")},
            confidence=float(options.get("confidence", "0.95")),
            weights=cast("Literal['equal', 'observed']", options.get("weights", "equal")),
        )
    except NotEstimableError as why:
        return frame_of(_failed(work, columns, reference, str(why)))
    cells: list[Cell] = []
    for column, level in zip(columns, levels, strict=True):
        found_here = {"n": found(fit.n[level])} | _interval("lsmean", fit.lsmeans[level], options)
        if level in fit.differences:
            contrast = fit.differences[level]
            found_here |= _interval("difference", contrast, options)
            found_here |= {"df": found(contrast.df), "p_value": found(contrast.p_value)}
        cells += _cells(work, column, found_here)
    return frame_of(cells)


def refuse(display: Display, analysis: Analysis) -> list[str]:
    """What is wrong with the options."""
    options = analysis.options
    levels = [column.values[0] for column in display.columns if len(column.values) == 1]
    out: list[str] = []
    if len(levels) < 2:
        out.append("a comparison needs two columns of one treatment each")
    if "reference" in options and options["reference"] not in levels:
        out.append(
            f"the reference {options['reference']!r} is none of the columns' treatments {', '.join(levels)}"
        )
    try:
        inside = 0 < float(options.get("confidence", "0.95")) < 1
    except ValueError:
        inside = False
    if not inside:
        out.append(f"the confidence {options['confidence']!r} is no number between 0 and 1")
    if options.get("weights", "equal") not in WEIGHTS:
        out.append(f"the weights {options['weights']!r} are none of {', '.join(WEIGHTS)}")
    if options.get("transform", "exp") not in _BACK:
        out.append(f"the transform {options['transform']!r} is none of {', '.join(_BACK)}")
    return out


def _interval(name: str, contrast: Contrast, options: dict[str, str]) -> dict[str, Estimate]:
    ends = {name: contrast.estimate, f"{name}_lower": contrast.lower, f"{name}_upper": contrast.upper}
    out = {key: found(value) for key, value in ends.items()} | {f"{name}_se": found(contrast.se)}
    back = _BACK.get(options.get("transform", ""))
    if back is not None:
        out |= {f"exp_{key}": _back(back, value) for key, value in ends.items()}
    return out


def _back(back: Callable[[float], float], value: float) -> Estimate:
    try:
        return found(back(value))
    except OverflowError:
        return missing("The result is too large to be transformed back.")


def _failed(work: Work, columns: list[Column], reference: str, why: str) -> list[Cell]:
    cells: list[Cell] = []
    for column in columns:
        names: list[str] = [*MEANS[1:]]
        if column.values[0] != reference:
            names += DIFFERENCES
        if work.analysis.options.get("transform"):
            names += [f"exp_{name}" for name in names if not name.endswith(("_se", "df", "p_value"))]
        complete = work.rows.loc[work.rows[work.analysis.variables[0].name].notna()]
        n = int((complete[work.treatment] == column.values[0]).sum())
        cells += _cells(work, column, {"n": found(n)} | {name: missing(why) for name in names})
    return cells


def _cells(work: Work, column: Column, estimates: dict[str, Estimate]) -> list[Cell]:
    variable = work.analysis.variables[0].name
    return [
        work.cell(0, name, estimate, column=column, variable=variable) for name, estimate in estimates.items()
    ]


def _one_row_a_subject(rows: pd.DataFrame) -> None:
    twice = rows["USUBJID"].duplicated()
    if twice.any():
        first = rows.loc[twice, "USUBJID"].iloc[0]
        raise NotEstimableError(f"The model needs one row per subject; {first} has several.")


_ENDS = ("lsmean", "lsmean_lower", "lsmean_upper", "difference", "difference_lower", "difference_upper")

METHOD = Method(
    run=run,
    statistics=(*MEANS, *DIFFERENCES, *(f"exp_{name}" for name in _ENDS)),
    needs=("Variables", "Lines"),
    most=1,
    numeric=True,
    options=("reference", "factors", "covariates", "confidence", "weights", "transform"),
    naming=("factors", "covariates"),
    numbers=("covariates",),
    refuse=refuse,
    takes=("Decimals",),
)

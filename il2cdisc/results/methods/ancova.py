"""Analysis of covariance of one value per subject: LS means, differences against the reference, p-values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal, cast

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.problems import NOT_ESTIMABLE
from il2cdisc.results.shape import P_VALUE, WHOLE, ResultRow, RowShape, ShownLine, as_collected, under
from il2cdisc.results.work import Work, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn
from il2cdisc.stats.ancova import Ancova, Contrast, ancova
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
    be estimated each statistic carries the reason. The records of n are the complete ones of the column;
    those of all else are the complete ones of all columns, since the model is fitted to them.
    """
    columns = [column for column in work.display.columns if len(column.values) == 1]
    levels = [column.values[0] for column in columns]
    reference = work.analysis.options.get("reference", levels[0] if levels else "")
    try:
        fit = _fit(work, levels, reference)
    except NotEstimableError as why:
        return frame_of(_failed(work, columns, reference, str(why)))
    cells: list[ResultCell] = []
    for column, level in zip(columns, levels, strict=True):
        cells += _cells(work, column, levels, _estimates(fit, level, work.analysis.options))
    return frame_of(cells)


def _fit(work: Work, levels: list[str], reference: str) -> Ancova:
    _one_row_a_subject(work.rows)
    options = work.analysis.options
    return ancova(
        work.rows[work.analysis.variables[0].name],
        work.rows[work.treatment],
        levels=levels,
        reference=reference,
        factors={name: work.rows[name] for name in work.analysis.option_list("factors")},
        covariates={name: work.rows[name] for name in work.analysis.option_list("covariates")},
        confidence=float(options.get("confidence", "0.95")),
        weights=cast("Literal['equal', 'observed']", options.get("weights", "equal")),
    )


def _estimates(fit: Ancova, level: str, options: dict[str, str]) -> dict[str, Estimate]:
    out = {"n": found(fit.n[level])} | _interval("lsmean", fit.lsmeans[level], options)
    if level in fit.differences:
        contrast = fit.differences[level]
        out |= _interval("difference", contrast, options)
        out |= {"df": found(contrast.df), "p_value": found(contrast.p_value)}
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[str]:
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
        out.append(f"the confidence {options['confidence']!r} is not a number between 0 and 1")
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


def _failed(work: Work, columns: list[DisplayColumn], reference: str, why: str) -> list[ResultCell]:
    cells: list[ResultCell] = []
    levels = [column.values[0] for column in columns]
    complete = work.rows.loc[work.rows[_model(work.analysis)].notna().all(axis="columns")]
    for column, level in zip(columns, levels, strict=True):
        names: list[str] = [*MEANS[1:]]
        if level != reference:
            names += DIFFERENCES
        if work.analysis.options.get("transform"):
            names += [f"exp_{name}" for name in names if not name.endswith(("_se", "df", "p_value"))]
        n = int((complete[work.treatment] == level).sum())
        cells += _cells(work, column, levels, {"n": found(n)} | {name: missing(why) for name in names})
    return cells


def _cells(
    work: Work, column: DisplayColumn, levels: list[str], estimates: dict[str, Estimate]
) -> list[ResultCell]:
    complete = tuple(present(name) for name in _model(work.analysis))
    return [
        work.cell(
            0,
            name,
            estimate,
            column=column,
            variable=work.analysis.variables[0].name,
            conditions=complete,
            treatments=None if name == "n" else levels,
        )
        for name, estimate in estimates.items()
    ]


def _model(analysis: DisplayAnalysis) -> list[str]:
    """The variables of the model: of a record that it uses none is missing."""
    names = [analysis.variables[0].name, *analysis.option_list("factors")]
    return list(dict.fromkeys([*names, *analysis.option_list("covariates")]))


def _one_row_a_subject(rows: pd.DataFrame) -> None:
    twice = rows["USUBJID"].duplicated()
    if twice.any():
        first = rows.loc[twice, "USUBJID"].iloc[0]
        raise NotEstimableError(f"The model needs one row per subject; {first} has several.")


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The label of the analysis, below it its lines."""
    shown = [(row.number, line) for row in found for line in lines]
    return under(
        analysis.label,
        [RowShape(label=line.label, result=number, template=line.template) for number, line in shown],
    )


_ENDS = ("lsmean", "lsmean_lower", "lsmean_upper", "difference", "difference_lower", "difference_upper")

METHOD = Method(
    name="ANCOVA",
    run=run,
    rows=rows,
    statistics={
        **{name: as_collected(2 if name.endswith("_se") else 1) for name in (*MEANS, *DIFFERENCES)},
        **{f"exp_{name}": as_collected(1) for name in _ENDS},
        "n": WHOLE,
        "df": WHOLE,
        "p_value": P_VALUE,
    },
    failure=NOT_ESTIMABLE,
    needs=("Variables", "Lines"),
    takes=("Decimals",),
    most={"Variables": 1},
    numeric=True,
    options=("reference", "factors", "covariates", "confidence", "weights", "transform"),
    naming=("factors", "covariates"),
    numbers=("covariates",),
    refuse=refuse,
)

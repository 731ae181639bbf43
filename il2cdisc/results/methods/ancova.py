"""Analysis of covariance of one value per subject: LS means, differences against the reference, p-values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import pandas as pd

from il2cdisc.results.compared import (
    MODEL_STATISTICS,
    TRANSFORMED,
    TRANSFORMS,
    ArmGroups,
    Estimates,
    Groups,
    are_present,
    at,
    cells_of,
    compared,
    complete,
    failed,
    interval,
    model_variables,
    need_one_row_per_subject,
    parts,
    tested,
    transformed,
)
from il2cdisc.results.fitted import COEFFICIENTS, FittedModel
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import (
    WEIGHTS,
    BadCell,
    confidence,
    refuse_choice,
    refuse_comparison,
    refuse_confidence,
    refuse_repeated,
    refuse_several,
    refuse_words,
)
from il2cdisc.results.problems import NOT_ESTIMABLE
from il2cdisc.results.shape import (
    NO_RECORD,
    P_VALUE,
    WHOLE,
    Decimals,
    ResultRow,
    RowShape,
    ShownLine,
    below,
)
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn
from il2cdisc.stats.ancova import Ancova, GroupMeans, Weights, ancova
from il2cdisc.stats.estimates import NotEstimableError, found
from il2cdisc.stats.least_squares import STANDARD_ERRORS, StandardErrors

INTERACTION = ("interaction_f", "interaction_p_value")


def run(work: Work) -> pd.DataFrame:
    """Statistics of each column that holds one treatment (a column of several takes no part).

    With By, a model is fitted to the records of each level. n, lsmean, lsmean_se, lsmean_lower,
    lsmean_upper; against the reference difference, difference_se, difference_lower, difference_upper, df,
    p_value. The option `transform = exp` adds exp_lsmean, exp_difference and their limits: means and ratios
    on the scale before the logarithm. `interaction = SEX`, one of the factors, adds its product with the
    treatment to the model: below the statistics over its levels are interaction_f and interaction_p_value,
    then the statistics at each level. `standard_errors = HC3` (HC0, HC1, HC2) gives robust standard errors.
    Where the model can't be estimated each statistic carries the reason. The records of n are the complete
    ones of the column; those of all else are the complete ones of all columns, since the model is fitted to
    them.
    """
    groups = compared(work)
    cells: list[ResultCell] = []
    row = 0
    for inside, part in parts(work):
        for within, estimates in _rows_of(work, groups, part):
            for column, treatment in groups.pairs:
                cells += _cells(work, row, column, inside, within, estimates[treatment])
            row += 1
    return frame_of(cells)


def _rows_of(
    work: Work, groups: ArmGroups, part: pd.DataFrame
) -> Iterator[tuple[Groups, dict[str, Estimates]]]:
    """The rows of one model: over all levels, the test of the interaction, each of its levels."""
    by = work.analysis.options.get("interaction", "")
    used = complete(part, model_variables(work.analysis))
    try:
        fit = _fit(work, groups, part)
    except NotEstimableError as why:
        fit = str(why)
    overall = fit if isinstance(fit, str) else GroupMeans(fit.n, fit.lsmeans, fit.differences)
    yield (), _estimates(work, groups, used, overall)
    if not by:
        return
    yield ((by, ""),), _tests(groups, by, fit)
    texts = level_texts(used[by])
    for level in [item.name for item in work.analysis.levels] or sorted(texts.unique()):
        why = f"No complete record is at {by} {level}."
        here = fit if isinstance(fit, str) else fit.by_level[by].get(level, why)
        yield ((by, level),), _estimates(work, groups, used.loc[texts == level], here)


def _fit(work: Work, groups: ArmGroups, part: pd.DataFrame) -> Ancova:
    need_one_row_per_subject(part)
    options = work.analysis.options
    return ancova(
        part[work.analysis.variables[0].name],
        part[work.treatment],
        levels=groups.levels,
        reference=groups.reference,
        factors={name: level_texts(part[name]) for name in work.analysis.option_list("factors")},
        covariates={name: part[name] for name in work.analysis.option_list("covariates")},
        interactions=work.analysis.option_list("interaction"),
        standard_errors=cast("StandardErrors", options.get("standard_errors", "model")),
        confidence=confidence(work.analysis),
        weights=cast("Weights", options.get("weights", "equal")),
    )


def _estimates(
    work: Work, groups: ArmGroups, used: pd.DataFrame, fit: GroupMeans | str
) -> dict[str, Estimates]:
    """n of the complete records `used`, and what the model gives, by treatment."""
    options = work.analysis.options
    out: dict[str, Estimates] = {}
    for level in groups.levels:
        out[level] = {"n": found(int((used[work.treatment] == level).sum()))}
        if isinstance(fit, str):
            out[level] |= failed(groups.statistics(level, options), fit)
            continue
        out[level] |= interval("lsmean", fit.lsmeans[level])
        if level in fit.differences:
            out[level] |= tested("difference", fit.differences[level])
        out[level] |= transformed(out[level], options)
    return out


def _tests(groups: ArmGroups, by: str, fit: Ancova | str) -> dict[str, Estimates]:
    """The test of the interaction, in the columns that have a difference."""
    own: Estimates
    if isinstance(fit, str):
        own = failed(INTERACTION, fit)
    else:
        test = fit.tests[f"group:{by}"]
        own = dict(zip(INTERACTION, (found(test.statistic), found(test.p_value)), strict=True))
    return {level: {} if level == groups.reference else own for level in groups.levels}


def _cells(
    work: Work, row: int, column: DisplayColumn, inside: Groups, within: Groups, estimates: Estimates
) -> list[ResultCell]:
    """n is of the records in the column and at the level, all else of those of the model."""
    used = (*are_present(model_variables(work.analysis)), *at(inside))
    own = {name: estimate for name, estimate in estimates.items() if name == "n"}
    rest = {name: estimate for name, estimate in estimates.items() if name != "n"}
    groups, levels = (*inside, *within), compared(work).levels
    return [
        *cells_of(work, row, own, column=column, groups=groups, conditions=(*used, *at(within))),
        *cells_of(work, row, rest, column=column, groups=groups, conditions=used, treatments=levels),
    ]


def report(work: Work) -> FittedModel:
    """The model behind the results, refitted. Raises `NotEstimableError` where there is none, or several."""
    if work.analysis.by:
        raise NotEstimableError("The analysis has a model for each level of By; a report is of one model.")
    groups = compared(work)
    fit = _fit(work, groups, work.rows)
    options, analysis = work.analysis.options, work.analysis
    used = work.rows.loc[fit.used]
    terms = [work.treatment, *analysis.option_list("factors"), *analysis.option_list("covariates")]
    terms += [f"{work.treatment}:{name}" for name in analysis.option_list("interaction")]
    errors = options.get("standard_errors", "model")
    facts = {
        "Model": f"{analysis.variables[0].name} ~ {' + '.join(terms)}",
        "Records used": f"{len(used)} records of {used['USUBJID'].nunique()} subjects",
        "Records left out": f"{len(work.rows) - len(used)} with a variable of the model missing",
        "Estimation": "ordinary least squares; covariates centred at their mean",
        "Degrees of freedom": f"{fit.df} (records less parameters)",
        "Standard errors": "of the model: one variance" if errors == "model" else f"robust, {errors}",
        "Choice and convergence": "The solution is exact; there is nothing to choose or to converge.",
    }
    table = [(c.estimate, c.se, float(c.df), c.statistic, c.p_value, "") for c in fit.coefficients.values()]
    coefficients = pd.DataFrame(
        table, columns=pd.Index([*COEFFICIENTS, "reason"]), index=pd.Index(_named(work, fit.coefficients))
    )
    records = pd.DataFrame(
        {
            "USUBJID": used["USUBJID"],
            "place": "",
            "observed": used[analysis.variables[0].name].astype("float64"),
            "predicted": fit.fitted,
            "sd": math.sqrt(fit.mse),
        }
    ).reset_index(drop=True)
    return FittedModel(
        facts=facts,
        coefficients=coefficients,
        covariance={("Residual", "Residual"): fit.mse},
        records=records,
    )


def _named(work: Work, names: Iterable[str]) -> list[str]:
    """The names of parameters, with the variable of the treatment in the place of "group"."""
    return [
        f"{work.treatment} {name.removeprefix('group ')}" if name.startswith("group ") else name
        for name in names
    ]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    treatment = analysis.treatment or display.treatment
    factors = analysis.option_list("factors")
    out = [
        *refuse_comparison(display, analysis),
        *refuse_repeated([treatment, *factors, *analysis.option_list("covariates")]),
        *refuse_confidence(analysis),
        *refuse_choice(analysis, "weights", WEIGHTS),
        *refuse_choice(analysis, "transform", TRANSFORMS),
        *refuse_choice(analysis, "standard_errors", STANDARD_ERRORS),
        *refuse_several(analysis, "interaction"),
        *refuse_words(analysis, "interaction", factors, "the factors"),
    ]
    if analysis.levels and not analysis.options.get("interaction"):
        what = "Levels are those of the option interaction, which is not given"
        out.append(BadCell(what, header="Levels"))
    return out


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The lines below the labels of analysis, level of By and level of the interaction.

    Lines of the test of the interaction are shown once, all others everywhere else.
    """
    of_test = [line for line in lines if {field.statistic for field in line.template.fields} & {*INTERACTION}]
    others = [line for line in lines if line not in of_test]
    items = [_item(analysis, row, others, of_test) for row in found]
    return below(items, block_at=bool(analysis.label) + bool(analysis.by))


def _item(
    analysis: DisplayAnalysis, row: ResultRow, others: list[ShownLine], of_test: list[ShownLine]
) -> tuple[list[str], int, list[ShownLine]]:
    """The labels that a row is below, its number and its lines."""
    depth = bool(analysis.by)
    by_levels = {item.name: item.label for item in analysis.by_levels}
    levels = {item.name: item.label for item in analysis.levels}
    path = [analysis.label] if analysis.label else []
    path += [by_levels.get(level, level) or NO_RECORD for level in row.path[:depth]]
    path += [levels.get(level, level) for level in row.path[depth:] if level]
    return path, row.number, of_test if row.path[depth:] == ("",) else others


METHOD = Method(
    name="ANCOVA",
    run=run,
    rows=rows,
    statistics={
        **MODEL_STATISTICS,
        **TRANSFORMED,
        "df": WHOLE,
        "interaction_f": Decimals(2),
        "interaction_p_value": P_VALUE,
    },
    failure=NOT_ESTIMABLE,
    needs=("Variables", "Lines"),
    takes=("By", "By Levels", "Levels", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=(
        "reference",
        "factors",
        "covariates",
        "interaction",
        "standard_errors",
        "confidence",
        "weights",
        "transform",
    ),
    naming=("factors", "covariates", "interaction"),
    numbers=("covariates",),
    refuse=refuse,
    report=report,
)

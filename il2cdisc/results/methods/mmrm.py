"""Mixed model for repeated measures: LS means, differences and p-values by visit, of one fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.results.compared import (
    DIFFERENCES,
    MEANS,
    MODEL_LINES,
    MODEL_STATISTICS,
    ArmGroups,
    Estimates,
    are_present,
    at,
    cells_of,
    compared,
    complete,
    failed,
    model_variables,
    need_each_group,
)
from il2cdisc.results.fitted import FittedModel
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
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
from il2cdisc.results.problems import NO_MIXED_MODEL, OTHER_COVARIANCE
from il2cdisc.results.shape import WHOLE
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn
from il2cdisc.stats.design import Weights
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing
from il2cdisc.stats.mmrm import Mmrm, clda, mmrm
from il2cdisc.stats.mmrm.inference import METHODS, STANDARD_ERRORS
from il2cdisc.stats.mmrm.structures import SPELLINGS, STRUCTURES

SATTERTHWAITE, SANDWICH = "satterthwaite", "sandwich"
NONE = "none"
"""The option `interactions` of a model in which nothing interacts with the visit."""
DDF = {
    "kenward-roger": "Kenward and Roger",
    "kenward-roger-linear": "Kenward and Roger, linear",
    "satterthwaite": "Satterthwaite",
}
LIKELIHOODS = {"REML": "Restricted maximum likelihood", "ML": "Maximum likelihood"}
_MEANS = {"lsmean": "estimate", "lsmean_se": "se", "lsmean_lower": "lower", "lsmean_upper": "upper"}
_DIFFERENCES = {
    "difference": "estimate",
    "difference_se": "se",
    "difference_lower": "lower",
    "difference_upper": "upper",
    "df": "df",
    "p_value": "p_value",
}


@dataclass(frozen=True, slots=True)
class _VisitFit:
    """A model, and its LS means and differences by the columns `arm` and `visit`."""

    model: Mmrm
    means: pd.DataFrame
    differences: pd.DataFrame


def run(work: Work) -> pd.DataFrame:
    """Statistics of each column that holds one treatment, by visit: By Levels, in their order.

    One model is fitted to the complete records at those visits (RES010 reports records at others, which
    are left out): treatment, visit, the options `factors` and `covariates`, and the products of the visit
    with what `interactions` names (the treatment alone unless given). n is of the column at the visit;
    lsmean, difference and what belongs to them are of all records of the fit. `covariance` lists structures
    in the order in which they are tried; the statistic covariance is the one that was used, and fit the
    verdict on all. `covariance_by` names a variable, as the treatment, whose levels each have a covariance
    of their own; `standard_errors = sandwich` gives empirical ones. `baseline` names the level of By at which
    the treatments have one mean (constrained longitudinal data analysis), and no difference. Where no
    structure converges, or there is no model to fit, each statistic carries the reason.
    """
    groups = compared(work)
    levels = [item.name for item in work.analysis.by_levels]
    rows = _rows(work, groups, levels)
    used = complete(rows, _variables(work.analysis))
    try:
        fit = _fit(work, rows, used, groups)
    except NotEstimableError as why:
        fit = str(why)
    cells: list[ResultCell] = []
    for row, level in enumerate(levels):
        here = used.loc[used[work.analysis.by] == level]
        estimates = _estimates(work, fit, groups, level)
        for column, treatment in groups.pairs:
            n = found(int((here[work.treatment] == treatment).sum()))
            cells += _cells(work, row, level, column, {"n": n} | estimates[treatment])
    return frame_of(cells)


def _variables(analysis: DisplayAnalysis) -> list[str]:
    """The variables of which a record that the model uses has all."""
    return list(dict.fromkeys([*model_variables(analysis), *analysis.option_list("covariance_by")]))


def _rows(work: Work, groups: ArmGroups, levels: Sequence[str]) -> pd.DataFrame:
    """The records at the visits, complete or not, with treatment, visit and factors as categories."""
    analysis = work.analysis
    visit = level_texts(work.rows[analysis.by])
    chosen = visit.isin(levels) & work.rows[work.treatment].isin(list(groups.levels))
    rows = work.rows.loc[chosen]
    order = [groups.reference, *(level for level in groups.levels if level != groups.reference)]
    named = [*analysis.option_list("factors"), *analysis.option_list("covariance_by")]
    typed: dict[str, Any] = {name: level_texts(rows[name]) for name in named}
    typed[work.treatment] = pd.Categorical(rows[work.treatment], categories=order)
    typed[analysis.by] = pd.Categorical(visit.loc[rows.index], categories=list(levels), ordered=True)
    return rows.assign(**typed)


def _fit(work: Work, rows: pd.DataFrame, used: pd.DataFrame, groups: ArmGroups) -> _VisitFit:
    analysis, options = work.analysis, work.analysis.options
    if len(used):  # else the model says which variables are missing
        need_each_group(used, work.treatment, groups.levels)
    arm, visit, baseline = work.treatment, analysis.by, options.get("baseline", "")
    weights = cast("Weights", options.get("weights", "equal"))
    given: dict[str, Any] = {
        "subject": "USUBJID",
        "visit": visit,
        "covariance": analysis.option_list("covariance") or ["UN"],
        "ddf": _ddf(analysis),
        "confidence": confidence(analysis),
        "covariance_by": options.get("covariance_by", ""),
        "standard_errors": options.get("standard_errors", STANDARD_ERRORS[0]),
    }
    response, terms = analysis.variables[0].name, _terms(work)
    names = {arm: "arm", visit: "visit"}
    if not baseline:
        model = mmrm(f"{response} ~ {' + '.join([arm, visit, *terms])}", rows, **given)
        means = model.lsmeans(arm, by=visit, weights=weights).rename(columns=names)
        differences = model.differences(arm, by=visit, reference=groups.reference, weights=weights)
        return _VisitFit(model, means, differences.rename(columns=names))
    if not (used[visit] == baseline).any():
        raise NotEstimableError(f"No complete record is at {visit} {baseline}, which is the baseline.")
    found = clda(
        response,
        rows,
        baseline=baseline,
        group=arm,
        reference=groups.reference,
        terms=[term for term in terms if term != f"{arm}:{visit}"],
        weights=weights,
        **given,
    )
    names = {"group": "arm"}
    return _VisitFit(found.fit, found.lsmeans.rename(columns=names), found.differences.rename(columns=names))


def _ddf(analysis: DisplayAnalysis) -> str:
    """The way to degrees of freedom: Kenward and Roger's unless the errors are not the model's."""
    sandwich = analysis.options.get("standard_errors", "") == SANDWICH
    return analysis.options.get("df", SATTERTHWAITE if sandwich else METHODS[0])


def _terms(work: Work) -> list[str]:
    """The terms of the model behind treatment and visit."""
    analysis = work.analysis
    named = analysis.option_list("interactions") or [work.treatment]
    products = [f"{name}:{analysis.by}" for name in named if name != NONE]
    return [*analysis.option_list("factors"), *analysis.option_list("covariates"), *products]


def _estimates(work: Work, fit: _VisitFit | str, groups: ArmGroups, level: str) -> dict[str, Estimates]:
    """The statistics at a visit by treatment, or the reason why there are none."""
    at_baseline = level == work.analysis.options.get("baseline", "")
    if isinstance(fit, str):
        return {name: failed(_names(name, groups, at_baseline), fit) for name in groups.levels}
    model = fit.model
    used: Estimate | str = model.structure if model.converged else missing(model.reason)
    common: Estimates = {"covariance": used, "fit": model.reason}
    if level not in model.visits:
        why = f"No complete record is at {work.analysis.by} {level}."
        return {name: failed(_names(name, groups, at_baseline), why) | common for name in groups.levels}
    out: dict[str, Estimates] = {}
    for name in groups.levels:
        out[name] = _numbers(_at(fit.means, name, level), _MEANS)
        if name != groups.reference and not at_baseline:
            out[name] |= _numbers(_at(fit.differences, name, level), _DIFFERENCES)
        out[name] |= common
    return out


def _at(frame: pd.DataFrame, arm: str, visit: str) -> pd.DataFrame:
    return frame.loc[(frame["arm"] == arm) & (frame["visit"] == visit)]


def _names(level: str, groups: ArmGroups, at_baseline: bool) -> tuple[str, ...]:
    without = at_baseline or level == groups.reference
    return (*MEANS, "covariance") if without else (*MEANS, *DIFFERENCES, "covariance")


def _numbers(rows: pd.DataFrame, names: Mapping[str, str]) -> Estimates:
    """The statistics `names` of one row of the model's estimates."""
    row = rows.iloc[0]
    why = str(row["reason"])
    return {
        name: missing(why) if why and math.isnan(row[column]) else found(float(row[column]))
        for name, column in names.items()
    }


def _cells(work: Work, row: int, level: str, column: DisplayColumn, estimates: Estimates) -> list[ResultCell]:
    """n is of the records at the visit in the column, all else of those of the fit."""
    visit = work.analysis.by
    used = are_present(_variables(work.analysis))
    every = (*used, equals(visit, *(item.name for item in work.analysis.by_levels)))
    groups = ((visit, level),)
    of_column = {"n": estimates["n"]}
    of_fit = {name: estimate for name, estimate in estimates.items() if name != "n"}
    here, levels = (*used, *at(groups)), compared(work).levels
    return [
        *cells_of(work, row, of_column, column=column, groups=groups, conditions=here),
        *cells_of(work, row, of_fit, column=column, groups=groups, conditions=every, treatments=levels),
    ]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    treatment = analysis.treatment or display.treatment
    terms = [treatment, *analysis.option_list("factors"), *analysis.option_list("covariates")]
    structures = [*STRUCTURES, *SPELLINGS]
    covariance = [
        BadCell(
            f"{word!r} is not a covariance structure; there are {', '.join(STRUCTURES)}",
            did_you_mean(word.upper(), structures),
        )
        for word in analysis.option_list("covariance")
        if word.upper() not in structures
    ]
    interactions = (
        []
        if analysis.options.get("interactions") == NONE
        else refuse_words(analysis, "interactions", list(dict.fromkeys(terms)), "the terms of the model")
    )
    levels = [item.name for item in analysis.by_levels]
    measured = [analysis.by, *(item.name for item in analysis.variables)]
    by_subject = [
        BadCell(f"the option covariance_by names {name}; it names a variable of the subject")
        for name in analysis.option_list("covariance_by")
        if name in measured
    ]
    wrong = analysis.options.get("standard_errors") == SANDWICH and _ddf(analysis) != SATTERTHWAITE
    sandwich = [BadCell("standard_errors = sandwich goes with df = satterthwaite")] if wrong else []
    return [
        *refuse_comparison(display, analysis),
        *refuse_repeated([*terms, analysis.by, *(item.name for item in analysis.variables)]),
        *interactions,
        *covariance,
        *refuse_choice(analysis, "df", METHODS),
        *refuse_choice(analysis, "standard_errors", STANDARD_ERRORS),
        *refuse_choice(analysis, "baseline", levels),
        *refuse_several(analysis, "covariance_by"),
        *by_subject,
        *sandwich,
        *refuse_confidence(analysis),
        *refuse_choice(analysis, "weights", WEIGHTS),
    ]


def report(work: Work) -> FittedModel:
    """The model behind the results, refitted. Raises `NotEstimableError` where there is none."""
    groups = compared(work)
    analysis = work.analysis
    rows = _rows(work, groups, [item.name for item in analysis.by_levels])
    used = complete(rows, _variables(analysis))
    model = _fit(work, rows, used, groups).model
    if not model.converged:
        raise NotEstimableError(model.reason)
    places = [place if isinstance(place, tuple) else ("", place) for place in model.covariance.index]
    names = [" ".join(str(part) for part in place if part != "") for place in places]
    matrix = model.covariance.to_numpy(dtype="float64")
    covariance = {
        (one, other): float(matrix[i, j])
        for i, one in enumerate(names)
        for j, other in enumerate(names[: i + 1])
        if i == j or matrix[i, j] != 0
    }
    block = analysis.option_list("covariance_by")
    at_place = used[analysis.by].astype("str")
    at_place = used[block[0]].astype("str") + " " + at_place if block else at_place
    sd = {name: math.sqrt(matrix[i, i]) for i, name in enumerate(names)}
    records = pd.DataFrame(
        {
            "USUBJID": used["USUBJID"],
            "place": at_place,
            "observed": used[analysis.variables[0].name].astype("float64"),
            "predicted": model.fitted,
            "sd": at_place.map(sd).astype("float64"),
        }
    ).reset_index(drop=True)
    last = model.attempts[-1]
    left_out = ", ".join(f"{name} missing in {n}" for name, n in model.left_out.items() if n) or "none"
    facts = {
        "Model": model.formula,
        "Records used": f"{model.n} records of {model.subjects} subjects",
        "Records left out": left_out,
        "Estimation": LIKELIHOODS.get(model.method, model.method),
        "Visits": ", ".join(map(str, model.visits)),
        "Degrees of freedom": DDF.get(model.ddf, model.ddf),
        "Covariance structures asked for": ", ".join(analysis.option_list("covariance") or ["UN"]),
        "Covariance structure used": f"{model.structure}, {last.parameters} parameters",
        "Choice and convergence": model.reason,
        "-2 log likelihood": f"{model.deviance:.4f}",
        "Coefficients not estimated": ", ".join(model.aliased) or "none",
        "Remarks": " ".join(model.notes) or "none",
    }
    return FittedModel(facts=facts, coefficients=model.coefficients, covariance=covariance, records=records)


def remark(analysis: DisplayAnalysis, found: pd.DataFrame) -> list[Problem]:
    """That the structure which was used is not the first one asked for."""
    texts = {name: found.loc[found["statistic"] == name, "text"] for name in ("covariance", "fit")}
    used = next((text for text in texts["covariance"] if text), "")
    first = (analysis.option_list("covariance") or ["UN"])[0].upper()
    if not used or used == SPELLINGS.get(first, first):
        return []
    what = f"{analysis.display} {analysis.id}: the covariance is {used}, not {first}"
    return [OTHER_COVARIANCE.at(analysis.at("Options"), what, values=texts["fit"].iloc[:1])]


METHOD = Method(
    name="MMRM",
    run=run,
    rows=continuous.rows,
    statistics={**MODEL_STATISTICS, "covariance": WHOLE, "fit": WHOLE},
    lines=MODEL_LINES,
    failure=NO_MIXED_MODEL,
    needs=("Variables", "By", "By Levels"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=(
        "reference",
        "factors",
        "covariates",
        "interactions",
        "covariance",
        "covariance_by",
        "standard_errors",
        "baseline",
        "df",
        "confidence",
        "weights",
    ),
    naming=("factors", "covariates", "covariance_by"),
    numbers=("covariates",),
    refuse=refuse,
    report=report,
    remark=remark,
)

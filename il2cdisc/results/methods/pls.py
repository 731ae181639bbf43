"""Partial least squares of one response: the importance of each variable, with bootstrap limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from il2cdisc.results.compared import (
    Estimates,
    are_present,
    cells_of,
    complete,
    failed,
    need_one_row_per_subject,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import (
    BadCell,
    confidence,
    number,
    refuse_absent,
    refuse_confidence,
    refuse_number,
)
from il2cdisc.results.problems import NO_IMPORTANCE
from il2cdisc.results.shape import WHOLE, Decimals, ResultRow, RowShape, ShownLine, below
from il2cdisc.results.work import Work, in_column, level_texts
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.arguments import is_are
from il2cdisc.stats.estimates import NotEstimableError, found
from il2cdisc.stats.pls import bootstrap_importance, cross_validated, pls

MOST_RESAMPLES = 100_000
"""More take a build hours, and change no limit that is shown."""
OF_VARIABLE = ("importance", "coefficient")
LIMITS = (
    "importance_lower",
    "importance_upper",
    "share_above_one",
    "coefficient_lower",
    "coefficient_upper",
)
OF_MODEL = ("n", "components", "r_squared", "q_squared")
_BOOTSTRAP = dict(zip(LIMITS, ("lower", "upper", *LIMITS[2:]), strict=True))


@dataclass(frozen=True, slots=True)
class _Table:
    """A row per subject: the response and a column for each variable."""

    response: pd.Series
    variables: pd.DataFrame


def run(work: Work) -> pd.DataFrame:
    """The importance (VIP) and the standardised coefficient of each variable, in every column.

    The first of Variables is the response, the others are what it is regressed on; with By, the second
    variable at each of By Levels (a parameter) is, and the response is that of the subject. `components`
    says how many (1 unless given). `resamples` and `seed` add limits from as many bootstrap samples of
    subjects: importance_lower, importance_upper, share_above_one, coefficient_lower, coefficient_upper. The
    last row is of the model: n, components, r_squared and q_squared (leaving out one subject at a time).
    Every statistic is of the subjects with all variables (with By, the records named are those from which
    these subjects are taken). A column without a model carries the reason.
    """
    names = _names(work.analysis)
    cells: list[ResultCell] = []
    for column in work.display.columns:
        of_column = in_column(work.rows, work.treatment, column)
        estimates = _estimates(work.analysis, of_column, names)
        for row, name in enumerate([*names, ""]):
            cells += _cells(work, row, column, name, estimates[name])
    return frame_of(cells)


def _names(analysis: DisplayAnalysis) -> list[str]:
    """What the response is regressed on: levels of By, or variables."""
    return [item.name for item in (analysis.by_levels if analysis.by else analysis.variables[1:])]


def _estimates(analysis: DisplayAnalysis, rows: pd.DataFrame, names: Sequence[str]) -> dict[str, Estimates]:
    """The statistics of each variable and, under the empty name, of the model."""
    count, resamples = int(number(analysis, "components", 1)), int(number(analysis, "resamples", 0))
    wanted = (*OF_VARIABLE, *(LIMITS if resamples else ()))
    try:
        table = _table(analysis, rows, names)
        fit = pls(table.response, table.variables, components=count)
        q = cross_validated(table.response, table.variables, components=count)[-1]
        spread = table.variables.loc[fit.used].std(ddof=1)
        out: dict[str, Estimates] = {
            name: {
                "importance": found(fit.importance[name]),
                "coefficient": found(fit.coefficients[name] * spread[name]),
            }
            for name in names
        }
        if resamples:
            table_of_limits = bootstrap_importance(
                table.response,
                table.variables,
                components=count,
                resamples=resamples,
                seed=int(number(analysis, "seed")),
                confidence=confidence(analysis),
            ).set_index("variable")
            limits = {key: table_of_limits[other].to_dict() for key, other in _BOOTSTRAP.items()}
            for name in names:
                out[name] |= {key: found(values[name]) for key, values in limits.items()}
    except NotEstimableError as why:
        return {name: failed(wanted if name else OF_MODEL, str(why)) for name in [*names, ""]}
    model = (fit.n, count, sum(fit.r_squared), q)
    out[""] = dict(zip(OF_MODEL, map(found, model), strict=True))
    return out


def _table(analysis: DisplayAnalysis, rows: pd.DataFrame, names: Sequence[str]) -> _Table:
    response = analysis.variables[0].name
    if not analysis.by:
        need_one_row_per_subject(rows)
        return _Table(rows[response], rows[list(names)])
    rows = rows.assign(**{analysis.by: level_texts(rows[analysis.by])})
    rows = complete(rows.loc[rows[analysis.by].isin(list(names))], [analysis.variables[1].name])
    twice = rows.loc[rows.duplicated(["USUBJID", analysis.by])].iloc[:1]
    if len(twice):
        who = f"{twice['USUBJID'].iloc[0]} has several at {twice[analysis.by].iloc[0]}"
        raise NotEstimableError(f"The model needs one row per subject and level; {who}.")
    differs = rows.groupby("USUBJID", sort=True)[response].nunique(dropna=False)
    changing = differs.index[differs > 1]
    if len(changing):
        raise NotEstimableError(f"{response} of {changing[0]} differs between its records.")
    wide = rows.pivot(index="USUBJID", columns=analysis.by, values=analysis.variables[1].name)
    own = rows.drop_duplicates("USUBJID").set_index("USUBJID")[response]
    return _Table(own.loc[wide.index], wide.reindex(columns=list(names)))


def _cells(work: Work, row: int, column: DisplayColumn, name: str, estimates: Estimates) -> list[ResultCell]:
    analysis = work.analysis
    conditions: tuple[Condition, ...] = are_present(item.name for item in analysis.variables)
    if analysis.by:
        conditions = (*conditions, equals(analysis.by, *_names(analysis)))
    variable = analysis.variables[1].name if analysis.by else name
    return cells_of(
        work,
        row,
        estimates,
        column=column,
        conditions=conditions,
        variable=variable if name else "",
        level=name if analysis.by else "",
    )


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = [
        *refuse_confidence(analysis),
        *refuse_number(analysis, "components", above=0, whole=True),
        *refuse_number(analysis, "resamples", above=1, below=MOST_RESAMPLES + 1, whole=True),
        *refuse_number(analysis, "seed", above=-1, whole=True),
    ]
    if "resamples" in analysis.options:
        out += refuse_absent(analysis, seed="the start of the resampling")
    count, most = len(analysis.variables), len(_names(analysis))
    if count < 2 or (analysis.by and count > 2):
        needed = "the response and the variable of each level of By" if analysis.by else "two or more"
        out.append(BadCell(f"PLS needs {needed}; there {is_are(count)}", header="Variables"))
    elif analysis.by and not analysis.by_levels:
        out.append(BadCell("PLS with By needs By Levels; the cell is empty", header="By Levels"))
    elif (components := number(analysis, "components", 1)) > most:
        out.append(BadCell(f"the option components is {components:g}; of variables there {is_are(most)}"))
    shown = {name for line in analysis.lines for name in line.statistics if name in LIMITS}
    if shown and "resamples" not in analysis.options:
        out.append(BadCell(f"{', '.join(sorted(shown))} needs the option resamples", header="Lines"))
    return out


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The lines of each variable, a single one at its label; those of the model once, at the end."""
    of_model = [line for line in lines if {field.statistic for field in line.template.fields} <= {*OF_MODEL}]
    others = [line for line in lines if line not in of_model]
    labels = {item.name: item.label for item in (*analysis.variables, *analysis.by_levels)}
    top = [analysis.label] if analysis.label else []
    items: list[tuple[list[str], int, Sequence[ShownLine]]] = []
    for row in found:
        label = labels.get(row.level or row.variable, "")
        if row.variable == analysis.variables[0].name:
            items.append((top, row.number, of_model))
        elif len(others) == 1:
            items.append((top, row.number, [ShownLine(label, others[0].template)]))
        else:
            items.append(([*top, label], row.number, others))
    return below(items, block_at=len(top))


METHOD = Method(
    name="PLS",
    run=run,
    rows=rows,
    statistics={
        **{name: Decimals(2) for name in (*OF_VARIABLE, *LIMITS, *OF_MODEL)},
        "n": WHOLE,
        "components": WHOLE,
    },
    lines=(
        Line(label="Importance", template="{importance}"),
        Line(label="Coefficient", template="{coefficient}"),
        Line(label="Subjects", template="{n}"),
        Line(label="R-squared, Q-squared", template="{r_squared}, {q_squared}"),
    ),
    failure=NO_IMPORTANCE,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines"),
    numeric=True,
    options=("components", "resamples", "seed", "confidence"),
    refuse=refuse,
)

"""Subjects by terms as Occurrence has them, each subject of a term once: in its worst level."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.methods.occurrence import CountedTerm, terms_of
from il2cdisc.results.options import BadCell, refuse_absent, refuse_several
from il2cdisc.results.problems import NO_SUBJECTS
from il2cdisc.results.shape import PERCENT, WHOLE, ResultRow, RowShape, ShownLine, head
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import found

MISSING = "Missing"


def run(work: Work) -> pd.DataFrame:
    """n and p (percent of N) of each term and each level of the option `of`, then of all its levels.

    Levels are in the order of the cell, the worst last; values that it does not name follow them, and missing
    ones are the worst of all (label: option `missing`), so that no subject gets a milder level than it may
    have had.
    """
    every = [CountedTerm((), ())]
    terms, shown = terms_of(work) if work.analysis.variables else (work.rows, every)
    levels = _Levels(work)
    out: list[ResultCell] = []
    row = 0
    for term in shown:
        parts = work.columns(work.rows.loc[_inside(work, terms, term)])
        worst = [(column, levels.worst(rows)) for column, rows in parts]
        for place, level in enumerate([*levels.names, ""]):
            for column, own in worst:
                subjects = own.index if place == len(levels.names) else own.index[own == place]
                out += _cells(work, row, column, term, level, subjects)
            row += 1
    return frame_of(out)


class _Levels:
    """The levels of the option `of`: their names, and of each row which it has."""

    def __init__(self, work: Work) -> None:
        missing = work.analysis.options.get("missing", MISSING)
        texts = level_texts(work.rows[work.analysis.options["of"]])
        known = [item.name for item in work.analysis.levels]
        others = sorted(set(texts.dropna()) - set(known))
        absent = [missing] if texts.isna().any() else []
        self.names = [*known, *others, *absent]
        places = {name: place for place, name in enumerate(self.names)}
        self._places = texts.fillna(missing).map(places)

    def worst(self, rows: pd.DataFrame) -> pd.Series:
        """The place of each subject's worst level, by USUBJID."""
        return self._places.loc[rows.index].groupby(rows["USUBJID"]).max()


def _inside(work: Work, terms: pd.DataFrame, term: CountedTerm) -> pd.Series:
    inside = pd.Series(True, index=work.rows.index)
    for item, level in zip(work.analysis.variables, term.path, strict=False):
        inside &= terms[item.name] == level
    return inside


def _cells(
    work: Work, row: int, column: DisplayColumn, term: CountedTerm, level: str, subjects: pd.Index
) -> list[ResultCell]:
    """The records behind: of the term, of the subjects counted, for they are the ones that can't be told by
    the level alone."""
    names = [item.name for item in work.analysis.variables]
    path, size = term.path, work.sizes[column.label]
    counted: tuple[Condition, ...] = () if not level else (equals("USUBJID", *(sorted(subjects) or [""])),)
    estimates = {"n": found(len(subjects)), "p": percentage(len(subjects), size)}
    return [
        work.cell(
            row,
            statistic,
            estimate,
            column=column,
            groups=tuple(zip(names, path, strict=False)),
            variable=work.analysis.options["of"],
            level=level,
            conditions=(*term.conditions, *counted),
            denominator=float(size),
        )
        for statistic, estimate in estimates.items()
    ]


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row of all levels for each term, below it a row for each level, worst last."""
    labels = {item.name: item.label for item in analysis.levels}
    totals = {row.path: row for row in found if not row.level}
    out: list[RowShape] = [head(analysis.label)] if analysis.label and analysis.variables else []
    top, block = len(out), -1
    above: tuple[str, ...] | None = None
    for row in found:
        depth = top + max(len(row.path) - 1, 0)
        title = row.path[-1] if row.path else analysis.label
        heads = tuple((top + place, label) for place, label in enumerate(row.path[:-1]))
        if row.path != above:
            above = row.path
            block += len(row.path) < 2 or block < 0
            total = totals[row.path]
            out.append(
                RowShape(
                    label=title, result=total.number, template=lines[0].template, indent=depth, keep=True,
                    block=block, heads=heads,
                )
            )  # fmt: skip
        if row.level:
            out.append(
                RowShape(
                    label=labels.get(row.level, row.level), result=row.number, template=lines[0].template,
                    indent=depth + 1, block=block, heads=(*heads, (depth, title)),
                )
            )  # fmt: skip
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    return [*refuse_absent(analysis, of="the variable of the level"), *refuse_several(analysis, "of")]


METHOD = Method(
    name="Worst",
    run=run,
    rows=rows,
    statistics={"n": WHOLE, "p": PERCENT},
    lines=(Line(label="", template="{n} ({p})"),),
    alone="n",
    failure=NO_SUBJECTS,
    needs=("Levels",),
    takes=("Variables", "Lines", "Sort", "Decimals"),
    most={"Lines": 1},
    options=("of", "missing"),
    naming=("of",),
    refuse=refuse,
)

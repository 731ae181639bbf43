"""Shares of subjects with each term and their differences, the largest first: a dot plot of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from il2cdisc.results.arms import refuse_reference
from il2cdisc.results.methods import incidence
from il2cdisc.results.options import BadCell, refuse_number
from il2cdisc.results.options import number as number_option
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line

DRAWN = ("n", "p", "difference", "difference_lower", "difference_upper")


def run(work: Work) -> pd.DataFrame:
    """The results of Incidence, terms by decreasing difference to the reference, then by name.

    Of several columns the largest difference counts. The option `least` leaves out terms with less than so
    many per cent of the subjects in every column.
    """
    found = incidence.run(work)
    if found.empty:
        return found
    largest = found.loc[found["statistic"] == "difference"].groupby("row")["value"].max()
    share = found.loc[found["statistic"] == "p"].groupby("row")["value"].max()
    names = found.drop_duplicates("row").set_index("row")["level"]
    least = number_option(work.analysis, "least", 0.0)
    kept = [row for row in names.index if not share.get(row, math.nan) < least]

    def place(row: int) -> tuple[float, str, str]:
        difference = float(largest.get(row, math.nan))
        return (math.inf if math.isnan(difference) else -difference, names[row].casefold(), names[row])

    new = {row: number for number, row in enumerate(sorted(kept, key=place))}
    out = found.loc[found["row"].isin(kept)]
    out = out.assign(row=out["row"].map(new).astype("int64"))
    return out.sort_values("row", kind="stable").reset_index(drop=True)


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each term."""
    return [RowShape(label=row.level, result=row.number, template=lines[0].template) for row in found]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = incidence.refuse(display, analysis)
    if not out:
        out = refuse_reference(display, analysis)
    return [*out, *refuse_number(analysis, "least", above=-1, below=100)]


METHOD = replace(
    incidence.METHOD,
    name="Event dot plot",
    run=run,
    rows=rows,
    lines=(
        Line(
            label="n (%); difference (CI)",
            template="{n} ({p}); {difference} ({difference_lower}, {difference_upper})",
        ),
    ),
    alone="",
    needs=("Variables",),
    takes=(),
    most={"Variables": 1},
    options=("missing", "reference", "difference", "confidence", "least"),
    naming=(),
    of_subjects=(),
    numbers=(),
    kind="Figure",
    drawn=DRAWN,
    refuse=refuse,
)

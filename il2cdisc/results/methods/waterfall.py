"""One value per subject, the largest first: the bars of a waterfall figure."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.arms import one_row_per_subject
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, refuse_numbers
from il2cdisc.results.shape import as_collected
from il2cdisc.results.subject_values import SUBJECT, columns_of, subject_cells, subject_rows
from il2cdisc.results.work import Work, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import NotEstimableError, found, missing


def run(work: Work) -> pd.DataFrame:
    """`value` of each subject in its column, over all columns from the largest to the smallest.

    Equal values are in the order of the subjects. Where a subject has several records no value is taken of
    them and the reason is in its place. The option `lines` names values at which the figure has a line.
    """
    name = work.analysis.variables[0].name
    rows = work.rows.loc[work.rows[name].notna()]
    columns = columns_of(work, rows)
    rows = rows.loc[rows[SUBJECT].isin(list(columns))]
    why = ""
    try:
        one_row_per_subject(rows)
    except NotEstimableError as error:
        why = str(error)
    rows = rows.drop_duplicates(SUBJECT).sort_values([name, SUBJECT], ascending=[False, True], kind="stable")
    cells = []
    for row, (subject, value) in enumerate(zip(rows[SUBJECT], rows[name], strict=True)):
        estimate = missing(why) if why else found(value)
        cells += subject_cells(
            work, row, columns[subject], subject, {"value": estimate},
            variable=name, conditions=(present(name),),
        )  # fmt: skip
    return frame_of(cells)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    return refuse_numbers(analysis, "lines")


METHOD = Method(
    name="Waterfall",
    run=run,
    rows=subject_rows,
    statistics={"value": as_collected(1)},
    lines=(Line(label="Value", template="{value}"),),
    needs=("Variables",),
    takes=("Decimals",),
    most={"Variables": 1},
    numeric=True,
    options=("lines",),
    kind="Figure",
    drawn=("value",),
    refuse=refuse,
)

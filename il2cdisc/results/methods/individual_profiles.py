"""The values of each subject by visit: the lines of a figure with one panel per column."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.shape import as_collected
from il2cdisc.results.subject_values import SUBJECT, columns_of, subject_cells, subject_rows
from il2cdisc.results.work import Work, level_texts, present
from il2cdisc.spec.tlf import Line
from il2cdisc.stats.estimates import found, missing

SEVERAL = "The subject has several records at this level."


def run(work: Work) -> pd.DataFrame:
    """`value` of each subject at each of By Levels, in the subject's column; a missing one has no row.

    A subject with several records at a level has the reason there in place of a value.
    """
    name, by = work.analysis.variables[0].name, work.analysis.by
    order = {item.name: place for place, item in enumerate(work.analysis.by_levels)}
    rows = work.rows.assign(**{by: level_texts(work.rows[by])})
    rows = rows.loc[rows[by].isin(list(order)) & rows[name].notna()]
    columns = columns_of(work, rows)
    values = rows.groupby([SUBJECT, by], sort=False)[name].agg(["first", "size"])
    places = sorted(values.index, key=lambda key: (str(key[0]), order[str(key[1])]))
    cells = []
    for row, (subject, level) in enumerate(place for place in places if place[0] in columns):
        first, size = values.loc[(subject, level)]
        estimate = found(first) if size == 1 else missing(SEVERAL)
        cells += subject_cells(
            work, row, columns[subject], subject, {"value": estimate},
            variable=name, groups=((by, level),), conditions=(present(name),),
        )  # fmt: skip
    return frame_of(cells)


METHOD = Method(
    name="Individual profiles",
    run=run,
    rows=subject_rows,
    statistics={"value": as_collected()},
    lines=(Line(label="Value", template="{value}"),),
    needs=("Variables", "By", "By Levels"),
    takes=("Decimals",),
    most={"Variables": 1},
    numeric=True,
    kind="Figure",
    drawn=("value",),
)

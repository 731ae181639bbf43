"""Results of displays before there are data: the rows that each will have, its numbers as `xx.x`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.results.frame import HEADER, ResultCell, Results, frame_of, joined
from il2cdisc.results.methods import all_methods
from il2cdisc.results.rows import shown_lines
from il2cdisc.results.selected import borrowed, named
from il2cdisc.results.subject_values import SUBJECT
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import DATE9, Display, DisplayAnalysis

COUNT = "xx"
TEXT = "xxxxxxxx"
LISTED = 3
"""Records of the shell of a listing."""

Labels = Callable[[str, str], str]
"""Dataset and variable → its label."""


def shells(displays: Sequence[Display], datasets: Mapping[str, pd.DataFrame], labels: Labels) -> Results:
    """The results of shells: what methods make of no records, each statistic as a placeholder.

    `datasets` are frames without rows. Terms that only data can name (preferred terms) stand as the label of
    their variable.
    """
    parts: list[pd.DataFrame] = []
    listed: dict[str, CodedTable] = {}
    for display in displays:
        parts.append(frame_of(_header(display)))
        for order, analysis in enumerate(display.analyses, start=1):
            rows, subjects = datasets[analysis.dataset], datasets[display.population_dataset]
            if display.kind == "Listing":
                listed[display.id] = _listed(display, analysis, rows, labels)
                continue
            found = _made(display, analysis, order, _of(display, analysis, rows), subjects)
            if found.empty:
                one = _invented(display, analysis, rows, labels)
                found = _made(display, analysis, order, one, subjects)
            parts.append(_masked(display, analysis, found))
    return Results(joined(parts), (), listed)


def _header(display: Display) -> list[ResultCell]:
    return [
        ResultCell(
            display=display.id,
            analysis=HEADER,
            method="Header",
            order=0,
            row=0,
            dataset=display.population_dataset,
            where="",
            population_dataset=display.population_dataset,
            population_where="",
            groups=((display.treatment, column.label),),
            statistic="N",
            value=0.0,
            text=COUNT,
        )
        for column in display.columns
    ]


def _of(display: Display, analysis: DisplayAnalysis, rows: pd.DataFrame) -> pd.DataFrame:
    """A frame with the variables that the method is given."""
    names = [*named(display, analysis, list(rows.columns)), *borrowed(display, analysis, list(rows.columns))]
    return rows.reindex(columns=list(dict.fromkeys(names)))


def _invented(
    display: Display, analysis: DisplayAnalysis, rows: pd.DataFrame, labels: Labels
) -> pd.DataFrame:
    """Records that show nothing but which variables there are: of a listing some, else one a column."""
    wanted = _of(display, analysis, rows)
    treated = [column.values[0] for column in display.columns if column.values]
    count = LISTED if display.kind == "Listing" else max(len(treated), 1)
    values: dict[str, object] = {}
    for name in wanted.columns:
        if pd.api.types.is_numeric_dtype(wanted[name]):
            values[name] = np.zeros(count)
        else:
            values[name] = pd.array([labels(analysis.dataset, name) or name] * count, dtype="str")
    made = pd.DataFrame(values)
    made[SUBJECT] = pd.array([f"{TEXT}-{number}" for number in range(count)], dtype="str")
    treatment = analysis.treatment or display.treatment
    if treated and display.kind != "Listing":
        made[treatment] = pd.array(treated, dtype="str")
    return made


def _made(
    display: Display, analysis: DisplayAnalysis, order: int, rows: pd.DataFrame, subjects: pd.DataFrame
) -> pd.DataFrame:
    method = all_methods()[analysis.method]
    sizes = {column.label: 0 for column in display.columns}
    return method.run(Work(display, analysis, order, rows, subjects, sizes))


def _masked(display: Display, analysis: DisplayAnalysis, found: pd.DataFrame) -> pd.DataFrame:
    """The results with placeholders for what they are."""
    method = all_methods()[analysis.method]
    fields = [field for line in shown_lines(analysis) for field in line.template.fields]
    decimals = {field.statistic: field.decimals for field in reversed(fields)}
    small = {name for name, item in method.statistics.items() if item.p_value}
    texts = [_number(decimals.get(name, 0), name in small) for name in found["statistic"]]
    blank = pd.Series(np.nan, index=found.index)
    return found.assign(value=blank, text=pd.array(texts, dtype="str"), error="")


def _listed(display: Display, analysis: DisplayAnalysis, rows: pd.DataFrame, labels: Labels) -> CodedTable:
    """What the shell of a listing shows: a few records of placeholders."""
    invented = _invented(display, analysis, rows, labels)
    numbers = {name for name in invented if pd.api.types.is_numeric_dtype(invented[name])}
    cells = {item.name: _cell(item.format, item.name in numbers) for item in analysis.variables}
    return CodedTable.of(
        pd.DataFrame({SUBJECT: invented[SUBJECT], **cells}, index=invented.index, dtype="str")
    )


def _cell(form: str, number: bool) -> str:
    if form == DATE9:
        return "ddMMMyyyy"
    return _number(int(form) if form.isdigit() else 0, small=False) if number else TEXT


def _number(decimals: int, small: bool) -> str:
    """`xx.x`; of a p-value `x.xxxx`."""
    whole = "x" if small else COUNT
    return f"{whole}.{'x' * decimals}" if decimals else whole

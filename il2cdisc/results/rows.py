"""The rows of an analysis in its display, as its method shapes them."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.method import Method
from il2cdisc.results.methods import all_methods
from il2cdisc.results.shape import Field, ResultRow, RowShape, ShownLine, Template
from il2cdisc.spec.tlf import FIELD, DisplayAnalysis


def shaped_rows(analysis: DisplayAnalysis, found: pd.DataFrame) -> tuple[RowShape, ...]:
    """The rows of an analysis; `found` are its results. An optional row is there if its statistics are."""
    method = all_methods()[analysis.method]
    shapes = tuple(method.rows(analysis, shown_lines(analysis), result_rows(found)))
    if not any(shape.optional for shape in shapes):
        return shapes
    there = set(zip(found["row"].tolist(), found["statistic"].tolist(), strict=True))
    return tuple(shape for shape in shapes if _due(shape, there))


def _due(shape: RowShape, there: set[tuple[int, str]]) -> bool:
    if not shape.optional or shape.template is None or shape.result is None:
        return True
    return any((shape.result, field.statistic) in there for field in shape.template.fields)


def shown_lines(analysis: DisplayAnalysis) -> tuple[ShownLine, ...]:
    """The lines that an analysis shows: its own, or those of its method."""
    method = all_methods()[analysis.method]
    return tuple(
        ShownLine(line.label, template(method, line.template, analysis.decimals))
        for line in analysis.lines or method.lines
    )


def template(method: Method, text: str, collected: int) -> Template:
    """`{mean} ({sd:2})` as fields of a method, for values that were collected with so many decimals."""
    texts = FIELD.split(text)  # text, statistic, decimals, text, ...
    parts: list[str | Field] = [texts[0]]
    for name, digits, after in zip(texts[1::3], texts[2::3], texts[3::3], strict=True):
        decimals = method.statistics[name]
        number = int(digits) if digits else decimals.shown(collected)
        parts += [Field(name, number, decimals.p_value), after]
    return Template(tuple(part for part in parts if part), method.alone)


def result_rows(found: pd.DataFrame) -> list[ResultRow]:
    """Each row of the results of one analysis once, in their order."""
    first = found.drop_duplicates("row").sort_values("row", kind="stable")
    pairs = [zip(first[name], first[f"{name}_level"], strict=True) for name in _groups(first.columns)]
    paths = (tuple(level for group, level in row if group) for row in zip(*pairs, strict=True))
    columns = (first["row"], first["variable"], first["level"])
    rows = zip(*columns, paths, strict=True)
    return [ResultRow(int(number), variable, level, path) for number, variable, level, path in rows]


def _groups(names: pd.Index) -> list[str]:
    """The columns of the groups behind the first, which is the display's column."""
    groups = [name for name in names if name.startswith("group") and not name.endswith("_level")]
    return groups[1:]

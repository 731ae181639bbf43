"""Participant flow, baseline and outcomes as tables to be typed into the forms of a registry."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.layout import lay_out

OUTCOMES = ("PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE")


def display_table(
    display: Display, results: pd.DataFrame, notice: str, listed: CodedTable | None = None
) -> bytes:
    """The rows of one display with their cells as shown; a label is indented by two blanks a step. UTF-8."""
    table = lay_out(display, results, listed)
    header = ["display", "title", "row", *(text.replace("\n", " ") for text in table.header[1:])]
    return _csv(
        header,
        (
            [
                display.full_number,
                _titled(display, notice),
                f"{'  ' * row.indent}{row.cells[0]}",
                *row.cells[1:],
            ]
            for row in table.rows
        ),
    )


def outcomes_table(displays: Sequence[Display], results: pd.DataFrame, notice: str) -> bytes:
    """The cells of every table with a primary or secondary outcome, one line per column of a row; UTF-8."""
    header = ["purpose", "display", "title", "population", "row", "group", "value"]
    lines: list[list[str]] = []
    for purpose in OUTCOMES:
        for display in displays:
            own = tuple(item for item in display.analyses if item.purpose == purpose)
            if display.kind != "Table" or not own:
                continue
            table = lay_out(display.model_copy(update={"analyses": own}), results)
            about = [purpose, display.full_number, _titled(display, notice), display.population]
            for row in table.rows:
                path = " / ".join([*(label for _, label in row.heads), row.cells[0]])
                cells = zip(table.header[1:], row.cells[1:], strict=False)
                lines += [[*about, path, group.replace("\n", " "), cell] for group, cell in cells if cell]
    return _csv(header, lines)


def _titled(display: Display, notice: str) -> str:
    return f"{notice} - {display.title}" if notice else display.title


def _csv(header: Sequence[str], lines: object) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)  # pyright: ignore[reportArgumentType]
    return out.getvalue().encode()

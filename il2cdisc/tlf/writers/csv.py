"""Writes the points of a figure as CSV, in full precision."""

from __future__ import annotations

import csv
import io

import pandas as pd

from il2cdisc.tlf.writer import Layout, Writer


def write(layout: Layout) -> bytes:
    """The points of the drawing: one line each, UTF-8, missing numbers empty."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["series", "visit", "x", "n", "mean", "se"])
    for point in layout.drawing.points if layout.drawing else ():
        exact = ("" if pd.isna(value) else repr(float(value)) for value in (point.mean, point.se))
        lines.writerow([point.series, point.place, f"{point.x:g}", f"{point.n:g}", *exact])
    return out.getvalue().encode()


WRITER = Writer("csv", ("Figure",), write, data=True)

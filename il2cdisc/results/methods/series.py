"""The points of a figure: summary statistics by visit, one series a column."""

from __future__ import annotations

from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
from il2cdisc.stats.descriptive import STATISTICS

METHOD = Method(
    run=continuous.run,
    statistics=STATISTICS,
    needs=("Variables", "By", "By Levels"),
    most=1,
    numeric=True,
    kind="Figure",
    takes=("Decimals",),
)

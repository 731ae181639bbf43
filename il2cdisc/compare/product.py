"""Product: a build compared with its independent twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset
from il2cdisc.compare.built import TwinsOutcome


@dataclass(frozen=True, slots=True)
class TwinsAsked:
    """Where the twins of a trial are: `shown` is the folder's name in messages, `notice` what every report
    says of the data."""

    folder: Path
    shown: str
    notice: str = ""


def write(
    folder: Path,
    sdtm: Sequence[AnyDataset],
    adam: Sequence[AnyDataset],
    created: datetime,
    twins_asked: TwinsAsked,
) -> TwinsOutcome:
    """`qc.xlsx` and `qc.json`: each twin with the dataset of its name, and the datasets without one."""
    from il2cdisc.compare.built import WITHIN, compare_twins
    from il2cdisc.compare.report import ComparisonReport, reported
    from il2cdisc.compare.write import write_comparison

    found = compare_twins(twins_asked.folder, twins_asked.shown, sdtm, adam)
    report = ComparisonReport(
        a="the datasets of the build",
        b=twins_asked.shown,
        tolerance=str(WITHIN),
        datasets=tuple(reported(item, keys_from="workbook") for item in found.compared),
        without_twin=found.without,
        problems=found.problems,
        notes=found.lines(),
        notice=twins_asked.notice,
    )
    write_comparison(report, folder, stem="qc", sides=("built", "twin"), created=created)
    return found


PRODUCT = Product("twins", write, "qc", "comparing the datasets with their independent twins")

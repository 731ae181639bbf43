"""Product: lineage, the way from each record back to raw files and lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from il2cdisc.base.origins import PlannedVariable
from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset


def write(
    folder: Path,
    sdtm: Sequence[AnyDataset],
    adam: Sequence[AnyDataset],
    raw_rows: Mapping[str, pd.DataFrame],
    variables: Iterable[PlannedVariable],
) -> None:
    """Edges of the datasets, file and line of the raw rows (by form), sources of the variables.

    `coverage.csv` says how many records of each dataset have a way back, and to which source.
    """
    from il2cdisc.trace.coverage import source_coverage
    from il2cdisc.trace.store import write_lineage

    planned = list(variables)
    write_lineage(folder, [*sdtm, *adam], raw_rows, planned)
    text = source_coverage([*sdtm, *adam], planned).to_csv(index=False, lineterminator="\n")
    (folder / "coverage.csv").write_text(text, encoding="utf-8", newline="\n")


PRODUCT = Product("lineage", write, "lineage", "writing lineage, receipts and ledger")

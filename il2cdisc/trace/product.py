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
    """Edges of the datasets, file and line of the raw rows (by form), sources of the variables."""
    from il2cdisc.trace.store import write_lineage

    write_lineage(folder, [*sdtm, *adam], raw_rows, variables)


PRODUCT = Product("lineage", write, "lineage", "writing lineage, receipts and ledger")

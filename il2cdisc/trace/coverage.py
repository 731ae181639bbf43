"""How many records of each dataset have a way back, and to which of its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.origins import PlannedVariable
from il2cdisc.base.stored import AnyDataset

ANY = "(any)"
COLUMNS = ("dataset", "source", "records", "linked")


def source_coverage(datasets: Iterable[AnyDataset], variables: Iterable[PlannedVariable]) -> pd.DataFrame:
    """A row for each dataset and source: its records, and how many of them an edge leads to the source.

    Sources are those of the edges and those that the plan names (0 linked: a mapping was given the source,
    and no record leads to it). The row `(any)` counts the records with at least one edge. Datasets keep
    their order, sources go by name, `(any)` first.
    """
    planned: dict[str, set[str]] = {}
    for variable in variables:
        name = f"SUPP{variable.dataset}" if variable.supplemental else variable.dataset
        planned.setdefault(name, set()).update(source.partition(".")[0] for source in variable.sources)
    out: list[tuple[str, str, int, int]] = []
    for item in datasets:
        linked = _linked(item)
        names = {*linked, *planned.get(item.name, ())} - {ANY}
        out += [(item.name, source, item.rows, linked[source]) for source in (ANY, *sorted(names))]
    return pd.DataFrame(out, columns=list(COLUMNS))


def _linked(item: AnyDataset) -> Counter[str]:
    """By source: how many rows have an edge to it. The edges of a row come in one piece, rows in order."""
    out: Counter[str] = Counter()
    for edges in item.edge_tables():
        rows = edges["row"].to_numpy("int64")
        out[ANY] += _different(rows)
        codes, sources = pd.factorize(edges["source"])
        for code, source in enumerate(sources):
            out[str(source)] += _different(rows[codes == code])
    return out


def _different(ordered: NDArray[np.int64]) -> int:
    """How many numbers there are in an ordered array, each counted once."""
    return int(np.count_nonzero(np.diff(ordered))) + 1 if len(ordered) else 0

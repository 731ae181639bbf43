"""Lineage on disk: edges of each dataset, places of raw rows, variables with their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.origins import PlannedVariable
from il2cdisc.base.problems import Address
from il2cdisc.base.stored import AnyDataset
from il2cdisc.standards import derived_from
from il2cdisc.transport.parquet import ParquetWriter, read_parquet, write_parquet

EDGES = {"row": "int64", "source": "str", "id": "int64", "field": "str"}


def write_lineage(
    folder: Path,
    datasets: Iterable[AnyDataset],
    rows: Mapping[str, pd.DataFrame],
    variables: Iterable[PlannedVariable],
) -> None:
    """Write the edges of each dataset, the file and line of each raw row, and the sources of variables."""
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    for dataset in datasets:
        _write_edges(dataset, folder / f"{dataset.name}.parquet")
    for form, table in rows.items():
        _write(table, folder / "raw" / f"{form}.parquet")
    lines = [
        (
            f"SUPP{v.dataset}" if v.supplemental else v.dataset,
            v.variable,
            v.origin.value,
            " ".join(v.sources),
            v.rule,
        )
        for v in sorted(variables, key=lambda v: (v.dataset, v.variable))
    ]
    names = ["dataset", "variable", "origin", "sources", "rule"]
    _write(pd.DataFrame(lines, columns=names).astype("str"), folder / "variables.parquet")


class Lineage:
    """Lineage of a build, read as it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, pd.DataFrame] = {}
        self._sources: dict[tuple[str, str], tuple[str, ...]] = {}
        self._steps: dict[str, _Steps] = {}
        self._lines: dict[str, _Lines] = {}

    def edges(self, dataset: str) -> pd.DataFrame:
        """Edges of a dataset: row, source, id, field."""
        return self._table(f"{dataset}.parquet")

    def places(self, form: str) -> pd.DataFrame:
        """Row id → file, sheet, line of a raw form."""
        return self._table(f"raw/{form}.parquet")

    def variables(self) -> pd.DataFrame:
        """Variables with their sources: dataset, variable, origin, sources, rule."""
        return self._table("variables.parquet")

    def sources(self, dataset: str, variable: str) -> tuple[str, ...]:
        """Raw columns `form.COLUMN`, or variables `DS.NAME`, that a variable is made of; maybe none."""
        key = (dataset, variable)
        if key not in self._sources:
            table = self.variables()
            own = table.loc[table["dataset"] == dataset].set_index("variable")["sources"]
            texts = (own.get(name) for name in (variable, derived_from(variable)))
            text = next((t for t in texts if isinstance(t, str) and t), "")
            self._sources[key] = tuple(text.split())
        return self._sources[key]

    def repeated(self, dataset: str) -> NDArray[np.int64]:
        """Rows of a dataset that come from a raw record which repeats an earlier one (and are told there)."""
        if not self.known(dataset):
            return np.empty(0, dtype="int64")
        edges = self.edges(dataset)
        found: list[pd.Series] = []
        for form in edges["source"].unique():
            if not str(form).isupper():
                places = self.places(str(form))
                ids = places.loc[places["repeats"] >= 0, "id"]
                found.append(edges.loc[(edges["source"] == form) & edges["id"].isin(ids), "row"])
        return np.unique(pd.concat(found).to_numpy("int64")) if found else np.empty(0, dtype="int64")

    def known(self, dataset: str) -> bool:
        """True when the build has lineage of the dataset."""
        return (self.folder / f"{dataset}.parquet").exists()

    def of_row(self, dataset: str, row: int) -> pd.DataFrame:
        """Edges of one row of a dataset (edges are sorted by row)."""
        table = self.edges(dataset)
        rows = table["row"].to_numpy()
        first, last = rows.searchsorted(row, "left"), rows.searchsorted(row, "right")
        return table.iloc[first:last]

    def address(self, form: str, row: int, column: str = "") -> Address:
        """Where a raw row stands."""
        if form not in self._lines:
            self._lines[form] = _Lines(self.places(form))
        return self._lines[form].address(row, column)

    def repeats(self, form: str, row: int) -> Address | None:
        """Where the earlier raw row stands that this one repeats; None if it repeats none."""
        places = self.places(form)
        earlier = int(places["repeats"].to_numpy("int64")[row]) if "repeats" in places else -1
        return self.address(form, earlier) if earlier >= 0 else None

    def origin(self, dataset: str, row: int, variable: str = "", *, most: int = 5) -> list[Address]:
        """Raw places behind a row of a dataset, through other datasets, at most `most` of them.

        Each has the raw column of `variable` where the plan names one, of gathered rows the field that
        the row came from. Sources of the variable come first; analysis data that are not among them only
        where there is nothing else.
        """
        out: list[Address] = []
        if not self.known(dataset):
            return out
        names = self.sources(dataset, variable) if variable else ()
        wanted: dict[str, str] = {}
        for name in names:
            source, _, column = name.partition(".")
            wanted.setdefault(source, column)
        if dataset not in self._steps:
            self._steps[dataset] = _Steps(self.edges(dataset))
        steps = self._steps[dataset].of(row)
        for source, number, own in sorted(
            steps, key=lambda step: (step[0].startswith("AD"), step[0] not in wanted)
        ):
            if len(out) >= most:
                break
            if out and source.startswith("AD") and source not in wanted:
                continue  # subject-level data beside the record's own source
            column = wanted.get(source, "")
            if source.isupper():
                out.extend(self.origin(source, number, column, most=most - len(out)))
            else:
                if own and (not names or own in names):
                    column = own.partition(".")[2]
                out.append(self.address(source, number, column))
        return list(dict.fromkeys(out))[:most]

    def _table(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = read_parquet(self.folder / name)
        return self._tables[name]


class _Steps:
    """Edges of a dataset for asking row after row: sorted by row, texts as numbers."""

    def __init__(self, edges: pd.DataFrame) -> None:
        self.rows = edges["row"].to_numpy("int64")
        self.ids = edges["id"].to_numpy("int64")
        self.source, self.sources = pd.factorize(edges["source"])
        self.field, fields = pd.factorize(edges["field"])
        self.fields = [*map(str, fields.tolist()), ""]  # the last one is for edges without a field

    def of(self, row: int) -> list[tuple[str, int, str]]:
        """Source, id and field (may be empty) of each edge of a row."""
        first, last = self.rows.searchsorted(row, "left"), self.rows.searchsorted(row, "right")
        numbers = (column[first:last].tolist() for column in (self.source, self.ids, self.field))
        return [
            (str(self.sources[source]), number, self.fields[field])
            for source, number, field in zip(*numbers, strict=True)
        ]


class _Lines:
    """Files, sheets and lines of a raw form by row."""

    def __init__(self, places: pd.DataFrame) -> None:
        self.line = places["line"].to_numpy("int64")
        self.file, self.files = pd.factorize(places["file"])
        self.sheet, sheets = pd.factorize(places["sheet"])
        self.sheets = [*map(str, sheets.tolist()), ""]  # the last one is for files without sheets

    def address(self, row: int, column: str) -> Address:
        file, sheet = str(self.files[self.file[row]]), self.sheets[self.sheet[row]]
        return Address(file=file, sheet=sheet, line=int(self.line[row]), column=column)


def _write_edges(dataset: AnyDataset, path: Path) -> None:
    with path.open("wb") as stream, ParquetWriter(stream, EDGES) as writer:
        for edges in dataset.edge_tables():
            writer.write(edges)


def _write(frame: pd.DataFrame, path: Path) -> None:
    with path.open("wb") as stream:
        write_parquet(frame, stream)

"""Lineage on disk: edges of each dataset, places of raw rows, variables with their sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.origins import PlannedVariable
from il2cdisc.base.problems import Address
from il2cdisc.base.stored import AnyDataset
from il2cdisc.standards import derived_from
from il2cdisc.transport.parquet import (
    ROWS_A_GROUP,
    ParquetWriter,
    parquet_spans,
    read_parquet,
    read_parquet_group,
    read_parquet_groups,
    write_parquet,
)

KEPT = 16
"""Row groups that are kept: of edges, each takes about 1.5 MB."""
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
    """Lineage of a build, read as it is asked for: of a large file only the rows around those asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._variables: pd.DataFrame | None = None
        self._sources: dict[tuple[str, str], tuple[str, ...]] = {}
        self._fields: dict[tuple[str, str], frozenset[str]] = {}
        self._repeating: dict[str, NDArray[np.int64]] = {}
        self._spans: dict[str, list[tuple[int, int]]] = {}
        self._groups: dict[tuple[str, int], _Group] = {}
        self._known: dict[str, bool] = {}

    def edges(self, dataset: str) -> pd.DataFrame:
        """All edges of a dataset: row, source, id, field."""
        return read_parquet(self.folder / f"{dataset}.parquet")

    def places(self, form: str) -> pd.DataFrame:
        """Row id → file, sheet, line of a raw form, all of them."""
        return read_parquet(self.folder / f"raw/{form}.parquet")

    def variables(self) -> pd.DataFrame:
        """Variables with their sources: dataset, variable, origin, sources, rule."""
        if self._variables is None:
            self._variables = read_parquet(self.folder / "variables.parquet")
        return self._variables

    def fields(self, dataset: str, form: str) -> frozenset[str]:
        """Raw columns of a form that rows of a dataset are gathered from."""
        key = (dataset, form)
        if key not in self._fields:
            found: set[str] = set()
            for part in read_parquet_groups(self.folder / f"{dataset}.parquet", ["source", "field"]):
                found.update(part.loc[part["source"] == form, "field"].dropna().unique())
            self._fields[key] = frozenset(found)
        return self._fields[key]

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
        found = [np.empty(0, dtype="int64")]
        for part in read_parquet_groups(self.folder / f"{dataset}.parquet", ["row", "source", "id"]):
            sources, ids = CodedColumn.of(part["source"]), part["id"].to_numpy("int64")
            for code, form in enumerate(sources.distinct):
                repeating = () if form.isupper() else self._repeating_ids(form)
                if len(repeating):
                    mine = np.flatnonzero(sources.codes == code)
                    found.append(part["row"].to_numpy("int64")[mine[np.isin(ids[mine], repeating)]])
        return np.unique(np.concatenate(found))

    def _repeating_ids(self, form: str) -> NDArray[np.int64]:
        """Ids of the raw rows of a form that repeat an earlier one."""
        if form not in self._repeating:
            places = read_parquet(self.folder / f"raw/{form}.parquet", ["id", "repeats"])
            self._repeating[form] = places.loc[places["repeats"] >= 0, "id"].to_numpy("int64")
        return self._repeating[form]

    def known(self, dataset: str) -> bool:
        """True when the build has lineage of the dataset."""
        if dataset not in self._known:  # asked for each record of a finding
            self._known[dataset] = (self.folder / f"{dataset}.parquet").exists()
        return self._known[dataset]

    def of_row(self, dataset: str, row: int) -> Iterator[tuple[str, int, str]]:
        """Source, id and field (may be "") of each edge of a row of a dataset; edges are sorted by row."""
        name = f"{dataset}.parquet"
        if name not in self._spans:
            self._spans[name] = parquet_spans(self.folder / name, "row")
        for number, (least, greatest) in enumerate(self._spans[name]):
            if least <= row <= greatest:
                group = self._group(name, number)
                for place in range(*group.with_number("row", row)):
                    yield group.text("source", place), group.number("id", place), group.text("field", place)

    def address(self, form: str, row: int, column: str = "") -> Address:
        """Where a raw row stands."""
        group, place = self._place(form, row)
        file, sheet = group.text("file", place), group.text("sheet", place)
        return Address(file=file, sheet=sheet, line=group.number("line", place), column=column)

    def repeats(self, form: str, row: int) -> Address | None:
        """Where the earlier raw row stands that this one repeats; None if it repeats none."""
        group, place = self._place(form, row)
        earlier = group.number("repeats", place) if "repeats" in group.numbers else -1
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
        for source, number, own in sorted(
            self.of_row(dataset, row), key=lambda step: (step[0].startswith("AD"), step[0] not in wanted)
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

    def _place(self, form: str, row: int) -> tuple[_Group, int]:
        """The row group with a raw row, and where in it the row is."""
        return self._group(f"raw/{form}.parquet", row // ROWS_A_GROUP), row % ROWS_A_GROUP

    def _group(self, name: str, number: int) -> _Group:
        """A row group of a file; those that were asked for last are kept."""
        key = (name, number)
        found = self._groups.pop(key, None) or _Group.of(read_parquet_group(self.folder / name, number))
        self._groups[key] = found
        while len(self._groups) > KEPT:
            del self._groups[next(iter(self._groups))]
        return found


@dataclass(frozen=True, slots=True)
class _Group:
    """A row group of a file: whole numbers, and texts as distinct values and codes."""

    numbers: dict[str, NDArray[np.int64] | NDArray[np.int32]]
    texts: dict[str, CodedColumn]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Group:
        whole = {str(name) for name in frame if pd.api.types.is_integer_dtype(frame[name].dtype)}
        return cls(
            {name: _narrow(frame[name].to_numpy("int64")) for name in sorted(whole)},
            {str(name): CodedColumn.of(frame[name]) for name in frame if name not in whole},
        )

    def with_number(self, name: str, number: int) -> tuple[int, int]:
        """From where to where a column that goes up has a number."""
        column = self.numbers[name]
        wanted = column.dtype.type(number)  # of another type the whole column would be converted
        return int(column.searchsorted(wanted, "left")), int(column.searchsorted(wanted, "right"))

    def number(self, name: str, place: int) -> int:
        return int(self.numbers[name][place])

    def text(self, name: str, place: int) -> str:
        """A text, "" where it is missing."""
        column = self.texts[name]
        code = int(column.codes[place])
        return str(column.values[code]) if code >= 0 else ""


def _narrow(numbers: NDArray[np.int64]) -> NDArray[np.int64] | NDArray[np.int32]:
    """Whole numbers in 4 bytes each, where they fit."""
    fits = len(numbers) == 0 or bool(np.abs(numbers).max() < 2**31)
    return numbers.astype("int32") if fits else numbers


def _write_edges(dataset: AnyDataset, path: Path) -> None:
    with path.open("wb") as stream, ParquetWriter(stream, EDGES) as writer:
        for edges in dataset.edge_tables():
            writer.write(edges)


def _write(frame: pd.DataFrame, path: Path) -> None:
    with path.open("wb") as stream:
        write_parquet(frame, stream)

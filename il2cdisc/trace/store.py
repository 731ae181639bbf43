"""Lineage on disk: edges of each dataset, places of raw rows, variables with their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.origins import PlannedVariable
from il2cdisc.base.problems import Address
from il2cdisc.transport.parquet import read_parquet, write_parquet


def write_lineage(
    folder: Path,
    datasets: Iterable[Dataset],
    rows: Mapping[str, pd.DataFrame],
    variables: Iterable[PlannedVariable],
) -> None:
    """Write the edges of each dataset, the file and line of each raw row, and the sources of variables."""
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    for dataset in datasets:
        _write(dataset.edges, folder / f"{dataset.name}.parquet")
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


MADE_OF = {
    "STRESC": "ORRES",
    "STRESN": "ORRES",
    "STRESU": "ORRESU",
    "STNRLO": "ORNRLO",
    "STNRHI": "ORNRHI",
    "NRIND": "ORRES",
    "TEST": "TESTCD",
    "STDY": "STDTC",
    "ENDY": "ENDTC",
    "DY": "DTC",
    "TRTEM": "STDTC",
}
"""Variables that the complete step makes, without their prefix → the collected one that they are made of."""


class Lineage:
    """Lineage of a build, read as it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, pd.DataFrame] = {}
        self._sources: dict[tuple[str, str], tuple[str, ...]] = {}

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
            root, stem = variable[:2], variable[2:]
            near = {"VISITNUM": "VISIT", "VISITDY": "VISIT"}.get(variable, root + MADE_OF.get(stem, stem))
            texts = (own.get(name) for name in (variable, near))
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
        places = self.places(form)
        file, sheet = places["file"].iat[row], places["sheet"].iat[row]
        line = places["line"].to_numpy("int64")[row]
        return Address(file=str(file), sheet=_text(sheet), line=int(line), column=column)

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
        edges = self.of_row(dataset, row)
        steps = zip(*(edges[name].tolist() for name in ("source", "id", "field")), strict=True)
        for source, number, field in sorted(
            steps, key=lambda step: (str(step[0]).startswith("AD"), step[0] not in wanted)
        ):
            if len(out) >= most:
                break
            if out and str(source).startswith("AD") and source not in wanted:
                continue  # subject-level data beside the record's own source
            column = wanted.get(str(source), "")
            if str(source).isupper():
                out.extend(self.origin(str(source), int(number), column, most=most - len(out)))
            else:
                own = _text(field)
                if own and (not names or own in names):
                    column = own.partition(".")[2]
                out.append(self.address(str(source), int(number), column))
        return list(dict.fromkeys(out))[:most]

    def _table(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = read_parquet(self.folder / name)
        return self._tables[name]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _write(frame: pd.DataFrame, path: Path) -> None:
    with path.open("wb") as stream:
        write_parquet(frame, stream)

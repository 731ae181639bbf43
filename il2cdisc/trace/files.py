"""The datasets of a build as a trace shows them: read once, records by their keys, dates as dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pandas as pd

from il2cdisc.base.problems import Address, Kind, Severity, Stopped, did_you_mean
from il2cdisc.package import RESULTS as RESULTS_FOLDER
from il2cdisc.package import Package, listing_file
from il2cdisc.transport.parquet import read_parquet
from il2cdisc.transport.xpt import XptFile

NO_DATASET = Kind("TRC001", "Dataset not found in the build", Severity.STOP, "Name a dataset of the build.")
NO_BUILD = Kind("TRC003", "No build to trace", Severity.STOP, "Run il2cdisc build first.")

RESULTS = f"{RESULTS_FOLDER}/results.parquet"

RELATIONS = ("RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL", "RELID")
EPOCH_OF_SAS = date(1960, 1, 1)


class BuiltFiles:
    """Transport files of a build's folder."""

    def __init__(self, outputs: Path) -> None:
        self.outputs = outputs
        self._package = Package(outputs)

    @cached_property
    def results(self) -> pd.DataFrame:
        """The results dataset of the displays. Raises `Stopped` for a build that has none."""
        path = self.outputs / RESULTS
        if not path.is_file():
            raise Stopped([NO_BUILD.at(Address(file=str(self.outputs)), f"there is no {RESULTS}")])
        return read_parquet(path)

    def listed(self, display: str) -> pd.DataFrame:
        """What a listing shows, with the keys of its records; empty for another display."""
        path = self.outputs / RESULTS_FOLDER / listing_file(display)
        return read_parquet(path) if path.is_file() else pd.DataFrame()

    def frame(self, name: str) -> pd.DataFrame:
        """Records of a dataset. Raises `Stopped` for one that the build has not."""
        return self._file(name).frame

    def lacking(self, names: Iterable[str]) -> list[str]:
        """Those of some datasets that the build has not: a part of one has those that were named."""
        return self._package.missing(names)

    def keys(self, name: str, record: pd.Series) -> dict[str, str]:
        """What says to a person which record it is: the values of `key_names` that are not missing."""
        there = [n for n in key_names(name, record.index) if not pd.isna(record[n])]
        return {n: self.shown(name, n, record[n]) for n in there}

    def shown(self, name: str, variable: str, value: object) -> str:
        """A value as a person reads it: numbers short, numbers with a date format as ISO 8601."""
        if pd.isna(value):  # pyright: ignore[reportArgumentType, reportCallIssue]
            return ""
        if not isinstance(value, float):
            return str(value)
        form = next((v.format for v in self._file(name).variables if v.name == variable), "")
        if form.startswith("DATETIME"):
            return (
                datetime.combine(EPOCH_OF_SAS, datetime.min.time()) + timedelta(seconds=value)
            ).isoformat()
        if form.startswith("DATE"):
            return (EPOCH_OF_SAS + timedelta(days=value)).isoformat()
        return f"{value:.15g}"

    def _file(self, name: str) -> XptFile:
        try:
            return self._package.file(name)
        except KeyError:
            have = self._package.names
        what = f"the build has {', '.join(have)}" if have else "the build has no dataset"
        raise Stopped([NO_DATASET.at(Address(dataset=name), what, hint=did_you_mean(name, have))])


def key_names(name: str, columns: Iterable[object]) -> list[str]:
    """The variables of a dataset that say which record it is: subject, sequence number, test, visit, result,
    relation."""
    have = [str(column) for column in columns]
    root = name[:2]
    names = ["USUBJID", *(column for column in have if column.endswith("SEQ")), *RELATIONS]
    names += ["PARAMCD", "AVISIT", *(f"{root}{x}" for x in ("TESTCD", "TERM", "TRT"))]
    names += ["AETERM", "VISIT", f"{root}STRESC", "AVAL", "DTYPE", "ARMCD", "ETCD"]
    return [n for n in dict.fromkeys(names) if n in have]

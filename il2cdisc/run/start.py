"""Finished datasets in a folder, taken as they are: where a build starts that has no raw export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from il2cdisc.base.datasets import Dataset, Variable, byte_length, no_edges
from il2cdisc.base.problems import Address, Kind, Problems, Severity, Stopped
from il2cdisc.package import dataset_files, read_dataset
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study
from il2cdisc.transport.parquet import read_parquet

NO_DATASETS = Kind(
    "STA001",
    "No datasets to start from",
    Severity.STOP,
    "Put the datasets (.xpt or .parquet) into the folder that [start] names, or correct the folder.",
)
TWO_FILES = Kind("STA002", "One dataset in two files", Severity.STOP, "Keep one of the files.")
UNREADABLE = Kind("STA003", "Unreadable dataset", Severity.STOP, "Ask for the file again.")
OTHER_TYPE = Kind(
    "STA004",
    "Column of neither text nor numbers",
    Severity.STOP,
    "Write the column as text or as numbers; dates of ADaM are SAS days.",
)


def start_files(study: Study) -> list[Path]:
    """The files of the datasets to start from. Raises `Stopped` where there is none, or two have one name."""
    assert study.start is not None
    folder = study.folder / study.start.folder
    files = [*dataset_files(folder), *sorted(folder.glob("*.parquet"))] if folder.is_dir() else []
    shown = study.start.folder
    if not files:
        what = (
            "There is no .xpt or .parquet file in the folder."
            if folder.is_dir()
            else "There is no such folder."
        )
        raise Stopped([NO_DATASETS.at(shown, what)])
    problems = Problems()
    stems = [path.stem.lower() for path in files]
    for path in files:
        if path.suffix == ".parquet" and stems.count(path.stem.lower()) > 1:
            what = f"The dataset {path.stem.upper()} is in several files."
            problems.add(TWO_FILES.at(study.shown(path), what))
        if not path.resolve().is_relative_to(study.folder):
            what = "The file is a link that leaves the study folder."
            problems.add(UNREADABLE.at(study.shown(path), what))
    problems.stop_if_any()
    return files


def read_datasets(study: Study, files: Iterable[Path], workbook: Spec) -> dict[str, Dataset]:
    """The datasets by name, in the order of the workbook; others, which it does not have, at the end.

    Of a transport file names, labels, types, lengths and formats are its own; of Parquet they are those of
    the workbook. Nothing is sorted, numbered or filled. Raises `Stopped` with every file that can't be read.
    """
    problems = Problems()
    found: dict[str, Dataset] = {}
    for path in files:
        try:
            dataset = _read(path, study.shown(path), workbook)
        except Stopped as stopped:
            problems.extend(stopped.problems)
            continue
        found[dataset.name] = dataset
    problems.stop_if_any()
    order = {name: number for number, name in enumerate(workbook.datasets)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def _read(path: Path, shown: str, workbook: Spec) -> Dataset:
    if path.suffix != ".parquet":
        file = read_dataset(path, shown=shown)
        return Dataset(
            file.name, file.label, file.variables, _keys(workbook, file.name), file.frame, no_edges()
        )
    try:
        frame = read_parquet(path)
    except (OSError, ValueError) as error:  # pyarrow's own errors are ValueErrors
        raise Stopped([UNREADABLE.at(shown, " ".join(str(error).split())[:200])]) from None
    name = path.stem.upper()
    frame = _typed(frame, shown)
    described = workbook.datasets.get(name)
    variables = tuple(_variable(frame[column], column, workbook, name) for column in map(str, frame.columns))
    return Dataset(
        name, described.label if described else name, variables, _keys(workbook, name), frame, no_edges()
    )


def _keys(workbook: Spec, name: str) -> tuple[str, ...]:
    return tuple(workbook.datasets[name].keys) if name in workbook.datasets else ()


def _typed(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """Text as `str`, numbers as float64."""
    problems = Problems()
    columns: dict[str, pd.Series] = {}
    for name, column in frame.items():
        if pd.api.types.is_bool_dtype(column) or not (
            pd.api.types.is_numeric_dtype(column) or isinstance(column.dtype, pd.StringDtype)
        ):
            what = f"The column holds {column.dtype}."
            problems.add(OTHER_TYPE.at(Address(file=shown, column=str(name)), what))
            continue
        text = isinstance(column.dtype, pd.StringDtype)
        columns[str(name)] = column.where(column != "") if text else column.astype("float64")
    problems.stop_if_any()
    return pd.DataFrame(columns, index=frame.index)


def _variable(column: pd.Series, name: str, workbook: Spec, dataset: str) -> Variable:
    described = workbook.variable(dataset, name) if dataset in workbook.datasets else None
    label, form = (described.label, described.format) if described else (name, "")
    if isinstance(column.dtype, pd.StringDtype):
        return Variable(name, label, "Char", byte_length(column), form)
    return Variable(name, label, "Num", 8, form)

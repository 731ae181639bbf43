"""Finished datasets in a folder, taken as they are: where a build starts that has no raw export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.datasets import Variable, byte_length
from il2cdisc.base.problems import Kind, Problems, Severity, Stopped
from il2cdisc.base.received import ReceivedDataset
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study
from il2cdisc.transport.codecs import all_codecs, codec_of
from il2cdisc.transport.codecs.parquet import UNREADABLE

NO_DATASETS = Kind(
    "STA001",
    "No datasets to start from",
    Severity.STOP,
    "Put the datasets (.xpt, .json, .ndjson, .dsjc or .parquet) into the folder that [start] names.",
)
TWO_FILES = Kind("STA002", "One dataset in two files", Severity.STOP, "Keep one of the files.")


def start_files(study: Study) -> list[Path]:
    """The files of the datasets to start from. Raises `Stopped` where there is none, or two have one name."""
    assert study.start is not None
    folder = study.folder / study.start.folder
    here = sorted(folder.iterdir()) if folder.is_dir() else []
    files = sorted((path for path in here if codec_of(path)), key=lambda path: (is_received(path), path.name))
    shown = study.start.folder
    if not files:
        what = (
            f"There is no dataset in the folder ({', '.join(all_codecs())})."
            if folder.is_dir()
            else "There is no such folder."
        )
        raise Stopped([NO_DATASETS.at(shown, what)])
    problems = Problems()
    stems = [path.stem.lower() for path in files]
    for path in files:
        if is_received(path) and stems.count(path.stem.lower()) > 1:
            what = f"The dataset {path.stem.upper()} is in several files."
            problems.add(TWO_FILES.at(study.shown(path), what))
        if not path.resolve().is_relative_to(study.folder):
            what = "The file is a link that leaves the study folder."
            problems.add(UNREADABLE.at(study.shown(path), what))
    problems.stop_if_any()
    return files


def read_datasets(study: Study, files: Iterable[Path], workbook: Spec) -> dict[str, ReceivedDataset]:
    """The datasets by name, in the order of the workbook; others, which it does not have, at the end.

    Of a transport file and of Dataset-JSON names, labels, types, lengths and formats are their own; of
    Parquet they are those of the workbook. Nothing is sorted, numbered or filled. Memory: distinct values and
    small codes, and one column of Parquet. Raises `Stopped` with every file that can't be read.
    """
    problems = Problems()
    found: dict[str, ReceivedDataset] = {}
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


def is_received(path: Path) -> bool:
    """Whether the dataset of a file is written anew as a transport file; a transport file is copied."""
    return path.suffix.lower() != ".xpt"


def _read(path: Path, shown: str, workbook: Spec) -> ReceivedDataset:
    codec = codec_of(path)
    assert codec is not None
    file = codec.read(path, shown)
    described = workbook.datasets.get(file.name)
    label, variables = file.label, file.variables
    if label is None:
        label = described.label if described else file.name
    if variables is None:
        held = {name: file.table[name] for name in file.table.names}
        variables = tuple(_variable(values, name, workbook, file.name) for name, values in held.items())
    return ReceivedDataset(file.name, label, variables, _keys(workbook, file.name), file.table)


def _keys(workbook: Spec, name: str) -> tuple[str, ...]:
    return tuple(workbook.datasets[name].keys) if name in workbook.datasets else ()


def _variable(values: CodedColumn, name: str, workbook: Spec, dataset: str) -> Variable:
    described = workbook.variable(dataset, name) if dataset in workbook.datasets else None
    label, form = (described.label, described.format) if described else (name, "")
    if isinstance(values.values, np.ndarray):
        return Variable(name, label, "Num", 8, form)
    return Variable(name, label, "Char", byte_length(pd.Series(values.values)), form)

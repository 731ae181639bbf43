"""The files of a build, re-read from disk for checking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.paged import paged
from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.check.context import CheckContext
from il2cdisc.check.problems import DOUBLE
from il2cdisc.check.table import NO_ROWS, CheckedTable, Rows
from il2cdisc.package import dataset_files, read_coded_dataset
from il2cdisc.spec.models import Spec
from il2cdisc.spec.supplements import with_supplements
from il2cdisc.standards.release import Terminology
from il2cdisc.transport.arrow import release_memory
from il2cdisc.transport.coded import CodedFile

DESCRIBED = ("QNAM", "QLABEL", "QORIG")


def read_package(
    folder: Path,
    spec: Spec,
    *,
    repeated: Callable[[str], Rows] | None = None,
    terminology: Terminology | None = None,
    shown: str = "",
    data_cut: date | None = None,
    exposed: frozenset[str] = frozenset(),
    demographics: CheckedTable | None = None,
    own_lengths: bool = False,
    awaited: frozenset[str] = frozenset(),
    scratch: Path | None = None,
) -> tuple[CheckContext, list[Problem]]:
    """Every transport file of a folder beside its specification; files that can't be read as problems.

    `repeated` gives the rows of a dataset whose raw record repeats another; `terminology` the standard's
    terms (those that come with il2cdisc if not given); `shown` is the folder's name in messages; `data_cut`,
    `exposed`, `demographics`, `own_lengths` and `awaited` see `CheckContext`. Tables come in the order of
    their names; in a folder `scratch` they keep the codes of large columns (`base.paged`).
    """
    files: dict[str, tuple[CodedFile, str]] = {}
    problems: list[Problem] = []
    for path in dataset_files(folder):
        name = f"{shown or folder.as_posix()}/{path.name}"
        try:
            file = read_coded_dataset(path, shown=name)
        except Stopped as stopped:
            problems.extend(stopped.problems)
            continue
        if file.name in files:
            what = f"the file holds the dataset {file.name}, as {files[file.name][1]} does"
            problems.append(DOUBLE.at(name, what))
            continue
        files[file.name] = replace(file, table=paged(file.table, scratch)), name
    supplements = {name: _qualifiers(file) for name, (file, _) in files.items() if _is_supplement(file)}
    spec = with_supplements(spec, supplements) if spec.standard == "SDTM" else spec
    tables = {
        name: CheckedTable(
            name=name,
            label=file.label,
            file=shown_name,
            variables=file.variables,
            table=file.table,
            spec=spec.datasets.get(name),
        )
        for name, (file, shown_name) in files.items()
    }
    release_memory()
    known = repeated or (lambda _dataset: NO_ROWS)
    words = terminology or Terminology()
    context = CheckContext(
        spec,
        dict(sorted(tables.items())),
        words.terms,
        known,
        near=words.near,
        data_cut=data_cut,
        exposed=exposed,
        demographics=demographics,
        own_lengths=own_lengths,
        awaited=awaited,
    )
    return context, problems


def _is_supplement(file: CodedFile) -> bool:
    return file.name.startswith("SUPP") and set(DESCRIBED) <= set(file.table.names)


def _qualifiers(file: CodedFile) -> pd.DataFrame:
    """The first record of each qualifier, what describes it alone."""
    first = np.unique(file.table["QNAM"].codes, return_index=True)[1]
    return file.table.frame(DESCRIBED, np.sort(first))

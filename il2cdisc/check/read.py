"""The files of a build, re-read from disk for checking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.check.context import Context
from il2cdisc.check.problems import DOUBLE
from il2cdisc.check.table import NO_ROWS, Rows, Table
from il2cdisc.spec.models import Spec
from il2cdisc.standards.release import Terminology
from il2cdisc.transport.xpt import read_xpt


def read_package(
    folder: Path,
    spec: Spec,
    *,
    repeated: Callable[[str], Rows] | None = None,
    terminology: Terminology | None = None,
    shown: str = "",
    data_cut: date | None = None,
    exposed: frozenset[str] = frozenset(),
) -> tuple[Context, list[Problem]]:
    """Every transport file of a folder beside its specification; files that can't be read as problems.

    `repeated` gives the rows of a dataset whose raw record repeats another; `terminology` the standard's
    terms (those that come with il2cdisc if not given); `shown` is the folder's name in messages; `data_cut`
    and `exposed` see `Context`. Tables come in the order of their names.
    """
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.xpt")):
        name = f"{shown or folder.as_posix()}/{path.name}"
        try:
            file = read_xpt(path, shown=name)
        except Stopped as stopped:
            problems.extend(stopped.problems)
            continue
        if file.name in tables:
            what = f"the file holds the dataset {file.name}, as {tables[file.name].file} does"
            problems.append(DOUBLE.at(name, what))
            continue
        tables[file.name] = Table(
            name=file.name,
            label=file.label,
            file=name,
            variables=file.variables,
            frame=file.frame,
            spec=spec.datasets.get(file.name),
        )
    known = repeated or (lambda _dataset: NO_ROWS)
    words = terminology or Terminology()
    context = Context(
        spec,
        dict(sorted(tables.items())),
        words.terms,
        known,
        near=words.near,
        data_cut=data_cut,
        exposed=exposed,
    )
    return context, problems

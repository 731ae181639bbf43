"""Whether mappings are right on any block: a few subjects mapped together and one by one, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Address, Kind, Problem, Problems, Severity
from il2cdisc.base.stored import AnyDataset
from il2cdisc.raw import RawExport
from il2cdisc.run.blocks import split
from il2cdisc.run.make import Making, read
from il2cdisc.run.plan import Plan

SUBJECTS = 8
"""So many subjects are tried."""
DEPENDS = Kind(
    "BLK001",
    "Mapping depends on other subjects",
    Severity.STOP,
    "Make each value from records of the same subject, or from a form without subjects.",
)


def check_blocks(plan: Plan) -> list[Problem]:
    """A problem for each dataset that differs when the first subjects are mapped one by one.

    Raises `Stopped` where the export can't be read, linked or mapped.
    """
    export = _first_subjects(read(plan, _silent, Problems()), SUBJECTS)
    with TemporaryDirectory(prefix="il2cdisc-") as scratch:
        folders = [Path(scratch) / name for name in ("together", "alone")]
        for folder in folders:
            folder.mkdir()
        sizes = zip((SUBJECTS, 1), folders, strict=True)
        together, alone = (_made(replace(plan, block_subjects=n), export, folder) for n, folder in sizes)
        return list(_differences(plan, together, alone))


def _silent(_: str) -> None:
    pass


def _first_subjects(export: RawExport, count: int) -> RawExport:
    """The export with the records of the first subjects by USUBJID; forms without subjects are whole."""
    assert export.subjects is not None
    names = sorted(export.subjects["USUBJID"].tolist())[:count]
    forms = {
        name: form.take(np.flatnonzero(form.column("USUBJID").among(names))) if form.has_subjects else form
        for name, form in export.forms.items()
    }
    subjects = export.subjects[export.subjects["USUBJID"].isin(names)].reset_index(drop=True)
    return replace(export, forms=forms, subjects=subjects)


def _made(plan: Plan, export: RawExport, scratch: Path) -> dict[str, AnyDataset]:
    making = Making(plan, export, Problems(), scratch)
    for frames in split(export, plan.block_subjects):
        making.map(frames)
        making.complete()
        making.derive()
    making.stop_if_unmapped()
    making.end_completion()
    return {**making.sdtm, **making.adam()}


def _differences(
    plan: Plan, together: Mapping[str, AnyDataset], alone: Mapping[str, AnyDataset]
) -> Iterator[Problem]:
    for name in dict.fromkeys((*together, *alone)):
        one, other = together.get(name), alone.get(name)
        if one is None or other is None or one.rows != other.rows:
            counts = [0 if item is None else item.rows for item in (one, other)]
            what = f"{name} has {counts[0]} records of some subjects together and {counts[1]} of each alone"
            yield DEPENDS.at(_module(plan, name), what)
            continue
        differ = [key for key in one.names if not _column(one, key).equals(_column(other, key))]
        if differ:
            what = f"{name} differs when subjects are mapped one by one"
            yield DEPENDS.at(_module(plan, name), what, values=differ)


def _module(plan: Plan, dataset: str) -> Address:
    """The mapping module of a dataset."""
    code, name = plan.study.shown(plan.study.mappings), dataset.removeprefix("SUPP")
    if name.lower() in plan.adam_functions:
        return Address(file=f"{code}/adam/{name.lower()}.py")
    return Address(file=f"{code}/sdtm/{plan.makers.get(name, name.lower())}.py")


def _column(item: AnyDataset, name: str) -> pd.Series:
    return item.table([name])[name].series()

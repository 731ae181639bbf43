"""Small workbooks and mapped datasets for the tests of the SDTM room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import numbered
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.context import Context
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec


def variable(dataset: str, name: str, data_type: str = "text", **more: Any) -> VariableSpec:
    """A variable of a workbook."""
    return VariableSpec(dataset=dataset, name=name, label=f"Label of {name}", data_type=data_type, **more)


def dataset_spec(
    name: str, columns: str, keys: Iterable[str], *, class_: str = "Findings", **lists: str
) -> DatasetSpec:
    """A dataset of a workbook: `columns` names its variables, `AESEQ:integer` a number; `lists` codelists."""
    items = [c.partition(":") for c in columns.split()]
    variables = tuple(
        variable(name, item, kind or "text", order=n, codelist=lists.get(item, ""))
        for n, (item, _, kind) in enumerate(items, start=1)
    )
    return DatasetSpec(
        name=name, label=f"Label of {name}", class_=class_, keys=tuple(keys), variables=variables
    )


def workbook(*datasets: DatasetSpec, **more: Any) -> Spec:
    """A workbook of these datasets."""
    return Spec(
        shown="specs/sdtm.xlsx", standard="SDTM", define={}, datasets={d.name: d for d in datasets}, **more
    )


def text_frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """A frame of text; None is missing."""
    return pd.DataFrame(rows, columns=columns.split()).astype("str")


def raw_frame(form: str, columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """A linked raw form: USUBJID first, then the columns as `form.COLUMN`, all text, with row ids."""
    names = " ".join(["USUBJID", *(f"{form}.{c}" for c in columns.split())])
    return numbered(text_frame(names, rows), form)


def mapped_dataset(name: str, form: str, frame: pd.DataFrame, **more: Any) -> MappedDataset:
    """A mapped dataset with the ids of one form; no qualifiers unless given."""
    ids = pd.Series(range(len(frame)), dtype="Int64", index=frame.index)
    rows = frame.assign(**{f"@{form}": ids})
    extra = more.pop("supplemental", pd.DataFrame(index=frame.index))
    return MappedDataset(name, rows, extra, **more)


def line_of(form: str, row: int, column: str) -> Address:
    """Raw places of the tests: record 0 is line 2 of its file."""
    return Address(file=f"raw/{form}.csv", line=row + 2, column=column)


@pytest.fixture
def problems() -> Problems:
    return Problems()


@pytest.fixture
def context(problems: Problems) -> Callable[..., Context]:
    """A context for columns: of an empty workbook unless one is given."""
    return lambda spec=None, **more: Context(spec or workbook(), problems, line_of, **more)


@pytest.fixture
def make() -> Any:
    """The builders above, by name."""
    functions = (variable, dataset_spec, workbook, text_frame, raw_frame, mapped_dataset, line_of)
    return SimpleNamespace(**{f.__name__: f for f in functions})

"""What workbook and file say of datasets and variables: order, which are written, lengths, decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from il2cdisc.base.datasets import Variable
from il2cdisc.define import model
from il2cdisc.define.columns import MadeColumns
from il2cdisc.define.measure import (
    DATE_TYPES,
    DistinctValues,
    Shape,
    longest_text,
    shape_of,
    shape_of_computed,
)
from il2cdisc.spec.models import DatasetSpec, DescribedItem, ValueLevelSpec, VariableSpec
from il2cdisc.standards import model_variable, sdtm_variable

CLASSES = (
    "SUBJECT LEVEL ANALYSIS DATASET",
    "TRIAL DESIGN",
    "SPECIAL PURPOSE",
    "INTERVENTIONS",
    "EVENTS",
    "FINDINGS",
    "FINDINGS ABOUT",
    "STUDY REFERENCE",
    "RELATIONSHIP",
)
"""Order of the datasets (SDTM Metadata Submission Guidelines 2.0)."""
CONTINUED = {"CO": "COVAL", "TS": "TSVAL"}
"""Variables whose text goes on in others with a number behind: COVAL1 is the standard's as COVAL is."""


def value_name(row: ValueLevelSpec, rows: Sequence[ValueLevelSpec]) -> str:
    """The end of a where-clause's name: of `WC.ADLB.AVAL.ALT`, a value level of AVAL, `ALT`."""
    tail = row.where.removeprefix("WC.").removeprefix(f"{row.dataset}.")
    short = tail.removeprefix(f"{row.variable}.")
    taken = {f"WC.{row.dataset}.{short}", short}
    return tail if any(other.where in taken for other in rows if other is not row) else short


def terminology(text: str) -> tuple[str, str] | None:
    """Publishing set and version: `SDTM CT 2026-03-27` → SDTM, 2026-03-27; None for a sponsor's list."""
    found = re.fullmatch(r"(?:CDISC )?([\w-]+) CT (\d{4}-\d\d-\d\d)", text.strip())
    return (found[1], found[2]) if found else None


def in_class_order(datasets: Iterable[DatasetSpec]) -> list[DatasetSpec]:
    places = {name: number for number, name in enumerate(CLASSES)}
    return sorted(datasets, key=lambda d: places.get(d.class_.upper(), len(places)))


def written_variables(dataset: DatasetSpec, made: MadeColumns | None) -> list[VariableSpec]:
    """Variables as they stand in the file; all of the workbook's for a dataset that has no file."""
    if made is None:
        return list(dataset.variables)
    return [dataset.by_name[name] for name in made.by_name if name in dataset.by_name]


def is_standard(dataset: DatasetSpec, name: str) -> bool:
    known = sdtm_variable(dataset.name, name) or model_variable(dataset.name, name)
    goes_on = dataset.name in CONTINUED and name.rstrip("0123456789") == CONTINUED[dataset.name]
    return known is not None or goes_on or dataset.name.startswith("SUPP")


def is_measured(variable: VariableSpec) -> bool:
    """Whether a define.xml has digits, or a kind of date, by the values: of text the file has the length."""
    kind = variable.data_type
    return kind in DATE_TYPES or (kind in model.DATA_TYPES_WITH_LENGTH and kind != "text")


def shape_of_item(
    standard: str, given: DescribedItem, values: DistinctValues | None, stored: Variable | None
) -> Shape:
    """Length and decimals as they are: of text the length in the file (or of the longest value).

    `values`: None where there is none, or only the length in the file is asked. Numbers of ADaM count as
    computed.
    """
    if given.data_type not in model.DATA_TYPES_WITH_LENGTH:
        return Shape()
    if values is None:
        digits = (given.significant_digits or 1) if given.data_type == "float" else None
        return Shape(stored.length if stored and stored.type == "Char" else given.length or 1, digits)
    if given.data_type == "text":
        return Shape(stored.length if stored else longest_text(values))
    if standard == "ADaM" and isinstance(values, np.ndarray):
        shape = shape_of_computed(values)
    else:
        shape = shape_of(values)
    if given.data_type == "integer":
        return Shape(shape.length)
    digits = max(shape.digits or 0, given.significant_digits or 0)
    return Shape(max(shape.length or 1, digits + 2), digits)

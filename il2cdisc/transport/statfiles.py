"""SAS datasets, SPSS and Stata files as frames with their labels; numbers as they are, nothing guessed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

SUFFIXES = (".sas7bdat", ".sav", ".zsav", ".dta")


@dataclass(frozen=True, slots=True)
class StatFile:
    """`frame`: numbers float64, text `str`; dates stay numbers. `value_labels`: variable → value → label."""

    frame: pd.DataFrame
    column_labels: Mapping[str, str]
    value_labels: Mapping[str, Mapping[Any, str]]
    formats: Mapping[str, str]


def read_statfile(path: str | os.PathLike[str]) -> StatFile:
    """A SAS7BDAT, .sav, .zsav or .dta file (by its suffix; `ValueError` for another).

    Raises what pyreadstat raises when the file can't be read (`pyreadstat.ReadstatError` or `OSError`).
    """
    import pyreadstat

    readers: dict[str, Any] = {
        ".sas7bdat": pyreadstat.read_sas7bdat,
        ".sav": pyreadstat.read_sav,
        ".zsav": pyreadstat.read_sav,
        ".dta": pyreadstat.read_dta,
    }
    suffix = Path(path).suffix.lower()
    if suffix not in readers:
        raise ValueError(f"{Path(path).name}: the suffix is none of {', '.join(SUFFIXES)}")
    frame, meta = readers[suffix](os.fspath(path), disable_datetime_conversion=True)
    return StatFile(
        frame=frame,
        column_labels={name: label or "" for name, label in meta.column_names_to_labels.items()},
        value_labels=dict(meta.variable_value_labels),
        formats={name: form or "" for name, form in meta.original_variable_types.items()},
    )

"""SPSS, SAS and Stata files → text, with their labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Problems
from il2cdisc.raw.numbers import number_text, number_texts
from il2cdisc.raw.problems import UNREADABLE
from il2cdisc.raw.table import Table, text_column


def read_stat(path: Path, shown: str, problems: Problems, *, format: str, encoding: str = "") -> Table | None:
    """A `.sav`, `.sas7bdat`, `.xpt` or `.dta` file as a `Table`; None after a problem. `lines` are records.

    Numbers are written as the shortest text that reads back to the same number, dates as ISO 8601 (listed
    in `date_columns`). User-missing values of SPSS stay visible; system-missing is missing.
    """
    import pyreadstat

    readers: dict[str, Any] = {
        "sav": pyreadstat.read_sav,
        "sas7bdat": pyreadstat.read_sas7bdat,
        "xport": pyreadstat.read_xport,
        "dta": pyreadstat.read_dta,
    }
    options: dict[str, Any] = {"user_missing": True} if format != "xport" else {}
    if encoding:
        options["encoding"] = encoding
    if path.stat().st_size == 0:
        problems.add(UNREADABLE.at(shown, "The file is empty."))
        return None
    try:
        frame, meta = readers[format](str(path), **options)
    except (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        OSError,
        ValueError,
        UnicodeDecodeError,
    ) as error:
        told = str(error).strip().rstrip(".")
        what = f"The {format} file is damaged, cut off or in another encoding ({told})."
        problems.add(UNREADABLE.at(shown, what))
        return None
    if meta.number_rows is not None and meta.number_rows != len(frame):
        what = f"The file announces {meta.number_rows} records and holds {len(frame)}: it was cut off."
        problems.add(UNREADABLE.at(shown, what))
        return None
    dated: list[str] = []
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        columns[name], is_date = _texts(frame[name])
        if is_date:
            dated.append(name)
    labels = {name: label or "" for name, label in meta.column_names_to_labels.items()}
    values = {
        name: {_key(value): str(label) for value, label in pairs.items()}
        for name, pairs in meta.variable_value_labels.items()
    }
    text = pd.DataFrame(columns, columns=list(frame.columns))
    lines = np.arange(1, len(frame) + 1, dtype="int64")
    notes = tuple(f"dates in {name}" for name in dated)
    return Table(text, lines, meta.file_encoding or encoding, notes, tuple(dated), labels, values)


def _key(value: object) -> str:
    return number_text(value) if isinstance(value, int | float) else str(value)


def _texts(column: pd.Series) -> tuple[pd.Series, bool]:
    """A column as text, and whether it held dates or times."""
    if pd.api.types.is_bool_dtype(column.dtype) or not pd.api.types.is_numeric_dtype(column.dtype):
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return column.dt.strftime("%Y-%m-%d %H:%M:%S").astype("str"), True
        distinct = column.dropna().unique()
        plain = all(isinstance(value, str) for value in distinct)
        texts = {value: _value(value) for value in distinct}
        return text_column(map(texts.get, column)), not plain and _dated(distinct)
    return number_texts(column), False


def _dated(distinct: Any) -> bool:
    return any(hasattr(value, "isoformat") for value in distinct)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return (
            value.isoformat(sep=" ")
            if hasattr(value, "hour") and hasattr(value, "year")
            else value.isoformat()
        )
    return number_text(float(value)) if isinstance(value, int | float | np.number) else str(value)

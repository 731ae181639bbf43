"""Reads the fact tables that come with the package."""

from __future__ import annotations

import csv
import io
from importlib.resources import files


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of `data/<name>.csv` as texts by header."""
    source = files("il2cdisc.standards").joinpath("data", f"{name}.csv")
    return list(csv.DictReader(io.StringIO(source.read_text(encoding="utf-8"))))

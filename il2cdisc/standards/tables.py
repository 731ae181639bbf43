"""Reads the fact tables that come with the package."""

from __future__ import annotations

import csv
from importlib.resources import files


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of `data/<name>.csv` as texts by header."""
    source = files("il2cdisc.standards").joinpath("data", f"{name}.csv")
    with source.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

"""Mess: the errors of a real export, planted one by one and written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from simulation.chance import Random
from simulation.writers import SCALES, SHEETS, Limits, place_of


@dataclass
class Planter:
    """The finished forms, and what was planted in them; rows are known by their label, which never changes."""

    forms: dict[str, pd.DataFrame]
    people: pd.DataFrame
    times: int
    planted: list[dict[str, Any]] = field(default_factory=list)
    used: set[tuple[str, int]] = field(default_factory=set)

    def rows(self, form: str, mask: pd.Series) -> list[int]:
        """Return the labels of the rows of a form that fit and hold no error yet."""
        return [int(label) for label in self.forms[form].index[mask] if (form, int(label)) not in self.used]

    def role(self, form: str, *names: str) -> pd.Series:
        """Return which rows belong to a subject with one of these roles."""
        return self.forms[form]["s"].map(self.people["role"]).isin(names)

    def note(self, kind: str, form: str, label: int, column: str, expect: str, finding: bool = True) -> None:
        """Write down an error at a row and column of a form."""
        self.used.add((form, label))
        self.planted.append({"kind": kind, "form": form, "label": label, "column": column, "expect": expect, "finding": finding})

    def put(self, kind: str, form: str, label: int, column: str, value: str, expect: str, finding: bool = True) -> None:
        """Set a cell to what is wrong, and write it down."""
        self.forms[form].loc[label, column] = value
        self.note(kind, form, label, column, expect, finding)

    def entries(self, limits: Limits) -> list[dict[str, Any]]:
        """Return what was planted with its file, line, subject and value, in the order of the files."""
        found = []
        for error in self.planted:
            form, frame = error["form"], self.forms[error["form"]]
            position = frame.index.get_loc(error["label"])
            file, line = place_of(form, position, limits)
            entry: dict[str, Any] = {"kind": error["kind"], "file": f"raw/{file}"}
            if form in SHEETS:
                entry["sheet"] = SHEETS[form]
            entry |= {"line": line, "column": error["column"]}
            entry["subject"] = str(self.people["subjid"].iloc[int(frame["s"].iloc[position])])
            entry["value"] = str(frame[error["column"]].iloc[position])
            entry |= {"expect": error["expect"], "finding": error["finding"]}
            found.append(entry)
        return sorted(found, key=lambda entry: (entry["file"], entry.get("sheet", ""), entry["line"], entry["kind"]))


def plant(random: Random, planter: Planter, drugs: dict[str, list[str]]) -> None:
    """Plant everything."""


_ = (SCALES, np)

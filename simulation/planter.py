"""Planter: the finished forms, and the record of every error that was put into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from simulation.chance import Random
from simulation.writers import SHEETS, Limits, place_of


@dataclass
class Planter:
    """Rows are known by their label, which never changes; a row put in between has a label in between."""

    forms: dict[str, pd.DataFrame]
    people: pd.DataFrame
    random: Random
    times: int  # how often a single error is planted: once for each 36 subjects
    planted: list[dict[str, Any]] = field(default_factory=list)
    used: set[tuple[str, float]] = field(default_factory=set)
    between: dict[str, list[pd.DataFrame]] = field(default_factory=dict)

    def role(self, form: str, *names: str) -> pd.Series:
        """Return which rows belong to a subject with one of these roles."""
        return self.forms[form]["s"].map(self.people["role"]).isin(names)

    def choose(self, form: str, mask: pd.Series, number: int = 1) -> list[float]:
        """Return `number` x `times` labels of rows that fit and hold no error yet, over many subjects."""
        frame = self.forms[form]
        fits = frame.index[mask & ~frame.index.isin([label for name, label in self.used if name == form])]
        shuffled = pd.Series(self.random.permutation(fits.to_numpy(dtype=float)), dtype=float)
        # one row of each subject first
        turn = shuffled.groupby(frame["s"].reindex(shuffled).to_numpy()).cumcount()
        return sorted(shuffled[turn.sort_values(kind="stable").index][: number * self.times].tolist())

    def cell(self, form: str, label: float, column: str) -> str:
        """Return the text of a cell."""
        return str(self.forms[form][column].at[label])

    def note(
        self, kind: str, form: str, label: float, column: str, expect: str, finding: bool = True
    ) -> None:
        """Write down an error at a row and column of a form."""
        self.used.add((form, float(label)))
        self.planted.append(
            {
                "kind": kind,
                "form": form,
                "label": float(label),
                "column": column,
                "expect": expect,
                "finding": finding,
            }
        )

    def note_all(
        self, kind: str, form: str, mask: pd.Series, column: str, expect: str, finding: bool = False
    ) -> None:
        """Write down every row that fits."""
        for label in self.forms[form].index[mask]:
            self.note(kind, form, label, column, expect, finding)

    def put(
        self, kind: str, form: str, label: float, column: str, value: str, expect: str, finding: bool = True
    ) -> None:
        """Set a cell to what is wrong, and write it down."""
        self.forms[form].loc[label, column] = value
        self.note(kind, form, label, column, expect, finding)

    def insert(self, form: str, after: float, **changed: str) -> float:
        """Put a copy of a row below it, with some cells changed; return the label of the copy."""
        row = self.forms[form].loc[[after]].assign(**changed)
        label = after + 0.5
        row.index = pd.Index([label])
        self.between.setdefault(form, []).append(row)
        return label

    def settle(self) -> None:
        """Let the rows that were put in between take their places."""
        for form, rows in self.between.items():
            frame = self.forms[form]
            frame.index = frame.index.astype(float)
            self.forms[form] = pd.concat([frame, *rows]).sort_index(kind="stable")
        self.between = {}

    def entries(self, limits: Limits) -> list[dict[str, Any]]:
        """Return what was planted with its file, line, subject and value, in the order of the files."""
        found = []
        for error in self.planted:
            form, frame = error["form"], self.forms[error["form"]]
            position = int(frame.index.get_indexer(pd.Index([error["label"]]))[0])
            file, line = place_of(form, position, limits)
            entry: dict[str, Any] = {"kind": error["kind"], "file": f"raw/{file}"}
            if form in SHEETS:
                entry["sheet"] = SHEETS[form]
            entry |= {"line": line, "column": error["column"]}
            entry["subject"] = str(self.people["subjid"].iloc[int(frame["s"].iloc[position])])
            entry["value"] = str(frame[error["column"]].iloc[position])
            entry |= {"expect": error["expect"], "finding": error["finding"]}
            found.append(entry)
        return sorted(
            found, key=lambda entry: (entry["file"], entry.get("sheet", ""), entry["line"], entry["kind"])
        )

"""What the branches of a mapping notice while it runs: codes that they name, rows that no code decides."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pandas as pd

from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.base.rowids import MARK, id_column, id_columns, row_ids
from il2cdisc.sdtm.problems import UNNAMED_CODE, UNNAMED_COLUMN

Codes = Mapping[str, Mapping[str, str]]
"""Raw column `form.COLUMN` → its codes and what they mean."""
GATHERED = "value"
"""The column of gathered rows whose raw column is told by `field`."""


class BranchOutcome(StrEnum):
    """What becomes of a row whose code does not decide it."""

    FILLED = "filled"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class NamedCodes:
    """The codes of a raw column that a line of the trial's code names."""

    column: str
    codes: frozenset[str]
    place: Address


@dataclass(frozen=True)
class Undecided:
    """Rows of a raw form, by id, whose column of codes has a text (None: nothing) that does not decide."""

    form: str
    column: str
    value: str | None
    known: bool
    ids: tuple[int, ...]
    outcome: BranchOutcome


@dataclass
class Steering:
    """What is noticed while one mapping runs. `folder`: the trial's code, called `shown` in messages."""

    folder: Path
    shown: str
    named: list[NamedCodes] = field(default_factory=list[NamedCodes])
    undecided: list[Undecided] = field(default_factory=list[Undecided])

    def place(self) -> Address:
        """The line of the trial's code that is running: in a mapping module rather than in a helper."""
        inside: list[tuple[Path, int]] = []
        folder = f"{self.folder}{os.sep}"
        frame = sys._getframe(1)
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(folder):
                inside.append((Path(name.removeprefix(folder)), frame.f_lineno))
            frame = frame.f_back
        if not inside:
            return Address(file=self.shown)
        path, line = next((item for item in inside if len(item[0].parts) > 1), inside[0])
        return Address(file=f"{self.shown}/{path.as_posix()}", line=line)


_running: ContextVar[Steering | None] = ContextVar("steering", default=None)


@contextmanager
def steering(folder: Path, shown: str) -> Iterator[Steering]:
    """Gather what the verbs notice inside."""
    token = _running.set(run := Steering(folder, shown))
    try:
        yield run
    finally:
        _running.reset(token)


def running_place() -> Address | None:
    """The line of the trial's code that is running; None outside of a run."""
    run = _running.get()
    return run.place() if run else None


def note_codes(frame: pd.DataFrame, column: str, codes: Iterable[str | None]) -> None:
    """Note that all codes of a raw column are named; of gathered rows, of the raw columns that they have."""
    if run := _running.get():
        named = frozenset(code for code in codes if code is not None)
        fields = frame["field"].unique().tolist() if column == GATHERED and "field" in frame else [column]
        place = run.place()
        run.named.extend(NamedCodes(str(name), named, place) for name in fields)


def note_rows(
    rows: pd.DataFrame, column: str, outcome: BranchOutcome, table: Mapping[str | None, object]
) -> None:
    """Note rows that their code does not decide."""
    if run := _running.get():
        sources = rows["field"] if column == GATHERED and "field" in rows else None
        for source, some in [(column, rows)] if sources is None else rows.groupby(sources, sort=False):
            name = str(source)
            form = name.partition(".")[0] if id_column(name.partition(".")[0]) in rows else _first(rows)
            ids = some[id_column(form)]
            for value, group in ids.groupby(some[column], sort=False, dropna=False):
                text = None if pd.isna(value) else str(value)
                found = tuple(row_ids(group).tolist())
                run.undecided.append(Undecided(form, name, text, text in table, found, outcome))


def _first(rows: pd.DataFrame) -> str:
    """The form of the first row ids of a frame: of rows that come from another dataset."""
    return next((name.removeprefix(MARK) for name in id_columns(rows)), "")


def check_codes(named: Iterable[NamedCodes], codes: Codes) -> list[Problem]:
    """Codes of the data dictionary that no branch names, and branches of codes that it does not have."""
    problems: list[Problem] = []
    for item in named:
        known = codes.get(item.column)
        if known is None:
            continue  # a column that a mapping made: its terms are those of the workbook
        if not known:
            what = f"{item.column} decides, and the data dictionary lists no codes of it"
            problems.append(UNNAMED_COLUMN.at(item.place, what))
            continue
        for code in known:
            if code not in item.codes:
                what = f"{item.column} has the code {code!r} ({known[code]}), which no branch names"
                problems.append(UNNAMED_CODE.at(item.place, what, values=[code]))
        for code in sorted(item.codes - set(known)):
            what = f"{code!r} is not a code of {item.column}"
            fix = "Name the codes of the data dictionary."
            hint = did_you_mean(code, known)
            problems.append(UNNAMED_CODE.at(item.place, what, values=[code], hint=hint, fix=fix))
    return list(dict.fromkeys(problems))

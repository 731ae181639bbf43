"""Reconciles a list of another system with records of this trial: who has what, and which values differ."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, Any

import pandas as pd

from il2cdisc.base.moments import SAME, UNKNOWN, compared
from il2cdisc.base.problems import did_you_mean
from il2cdisc.compare.write import Pages

SCHEMA = "il2cdisc-reconciliation/1"
LINE = "@line"
"""Column of the line of the file, and of the record's place in the trial."""
_YES, _NO = frozenset({"y", "yes", "1", "true"}), frozenset({"n", "no", "0", "false"})


class Mismatch(StrEnum):
    """How a record of the list and the records of the trial disagree."""

    ONLY_FILE = "only in the file"
    ONLY_TRIAL = "only in the trial"
    NOT_EXPECTED = "not expected in the file"
    VALUE = "different value"
    TWICE_FILE = "several in the file"
    TWICE_TRIAL = "several in the trial"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One difference: its kind, the keys of the record, where it is on both sides, and of a value the
    variable and what each side has. `hint`: a record of the other side that may be meant."""

    kind: Mismatch
    record: str
    in_file: str = ""
    in_trial: str = ""
    variable: str = ""
    file_value: str = ""
    trial_value: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Reconciliation:
    """What was compared, and every difference, in the order of the keys."""

    file: str
    trial: str
    keys: tuple[str, ...]
    variables: tuple[str, ...]
    not_compared: tuple[str, ...]
    records_file: int
    records_trial: int
    matched: int
    differences: tuple[Disagreement, ...]
    notice: str = ""

    @property
    def agrees(self) -> bool:
        """Whether there is no difference."""
        return not self.differences


@dataclass(frozen=True)
class Listed:
    """One side: records as texts ("" for none), with their place in the column `LINE`.

    `dates`: columns that are dates in ISO 8601; `flags`: columns of yes and no. `expected`: which records the
    other side must have, all if not given; `decided_by`: the column that says so.
    """

    name: str
    frame: pd.DataFrame
    dates: Collection[str] = ()
    flags: Collection[str] = ()
    expected: pd.Series | None = field(default=None, repr=False)
    decided_by: str = ""


def reconcile(
    file: Listed, trial: Listed, *, keys: Sequence[str], not_compared: Sequence[str] = (), notice: str = ""
) -> Reconciliation:
    """Compare a list with records of the trial by `keys`, columns that both have.

    Texts are compared without regard to case and blanks, dates as far as both are known, numbers as numbers.

    >>> names = ["SUBJID", "AESPID", "AEOUT", LINE]
    >>> given = pd.DataFrame([["1", "1", "FATAL", "2"], ["2", "1", "", "3"]], columns=names)
    >>> own = pd.DataFrame([["1", "1", "RECOVERED", "AESEQ=1"]], columns=names)
    >>> file, trial = Listed("sae.csv", given), Listed("AE", own)
    >>> for item in reconcile(file, trial, keys=["SUBJID", "AESPID"]).differences:
    ...     print(f"{item.kind}, {item.record}: {item.file_value or '-'}, {item.trial_value or '-'}")
    different value, SUBJID 1, AESPID 1: FATAL, RECOVERED
    only in the file, SUBJID 2, AESPID 1: -, -
    """
    shared = [name for name in columns_of(file) if name in trial.frame and name not in (*keys, LINE)]
    left, right = _with_key(file, keys), _with_key(trial, keys)
    found: list[tuple[str, Disagreement]] = []
    for side, kind in ((left, Mismatch.TWICE_FILE), (right, Mismatch.TWICE_TRIAL)):
        found += _several(side, kind, keys)
    first_left, first_right = (side.drop_duplicates("@key") for side in (left, right))
    both = first_left.merge(first_right, on="@key", how="outer", suffixes=(" file", " trial"), indicator=True)
    expected = set(right["@key"]) if trial.expected is None else set(right["@key"][trial.expected.to_numpy()])
    found += _alone(both, keys, expected)
    pairs = both[both["_merge"] == "both"]
    if trial.decided_by not in shared:  # else its values say the same
        found += _unexpected(pairs, keys, expected)
    for name in shared:
        found += _values(pairs, name, keys, file, trial)
    found.sort(key=lambda item: (item[0], item[1].kind, item[1].variable))
    return Reconciliation(
        file=file.name,
        trial=trial.name,
        keys=tuple(keys),
        variables=tuple(shared),
        not_compared=tuple(not_compared),
        records_file=len(left),
        records_trial=len(expected) if trial.expected is not None else len(right),
        matched=len(pairs),
        differences=tuple(item for _, item in found),
        notice=notice,
    )


def columns_of(side: Listed) -> list[str]:
    """The columns of one side, in their order."""
    return [str(name) for name in side.frame.columns]


def _with_key(side: Listed, keys: Sequence[str]) -> pd.DataFrame:
    """The records with one column of all keys, as they are compared."""
    parts = [_plain(side.frame[name]).str.slice(0, 10 if name in side.dates else None) for name in keys]
    out = side.frame.reset_index(drop=True)
    out["@key"] = ["\x1f".join(values) for values in zip(*(part.tolist() for part in parts), strict=True)]
    return out


def _plain(column: pd.Series) -> pd.Series:
    """Texts without regard to blanks and case."""
    return column.fillna("").astype("str").str.split().str.join(" ").str.casefold()


def _as_values(column: pd.Series) -> pd.Series:
    """Texts as values are compared: numbers whatever way they are written."""
    text = _plain(column)
    is_number = text.str.fullmatch(r"-?\d{1,15}(\.\d{1,15})?")
    number = pd.to_numeric(text.where(is_number), errors="coerce").astype("float64")
    return text.where(~is_number, number.astype("str"))


def _named(row: Mapping[str, Any], keys: Sequence[str], suffix: str) -> str:
    return ", ".join(f"{name} {row[f'{name}{suffix}']}" for name in keys)


def _several(side: pd.DataFrame, kind: Mismatch, keys: Sequence[str]) -> Iterator[tuple[str, Disagreement]]:
    again = side[side.duplicated("@key", keep=False)]
    for key, rows in again.groupby("@key", sort=True):
        where, first = "; ".join(rows[LINE]), {str(name): rows[name].iloc[0] for name in keys}
        in_file = where if kind is Mismatch.TWICE_FILE else ""
        in_trial = "" if in_file else where
        yield str(key), Disagreement(kind, _named(first, keys, ""), in_file, in_trial)


def _alone(both: pd.DataFrame, keys: Sequence[str], expected: set[str]) -> Iterator[tuple[str, Disagreement]]:
    """Records of one side; each with the record of the other side alone that it may be."""
    only_left, only_right = (both[both["_merge"] == name] for name in ("left_only", "right_only"))
    only_right = only_right[only_right["@key"].isin(expected)]
    options = {str(key): _named(row, keys, " trial") for key, row in _by_key(only_right)}
    for key, row in _by_key(only_left):
        near = did_you_mean(key, [name for name in options if _same_first(name, key)])
        record, hint = _named(row, keys, " file"), options.get(near, "")
        yield key, Disagreement(Mismatch.ONLY_FILE, record, in_file=row[f"{LINE} file"], hint=hint)
    options = {str(key): _named(row, keys, " file") for key, row in _by_key(only_left)}
    for key, row in _by_key(only_right):
        near = did_you_mean(key, [name for name in options if _same_first(name, key)])
        record, hint = _named(row, keys, " trial"), options.get(near, "")
        yield key, Disagreement(Mismatch.ONLY_TRIAL, record, in_trial=row[f"{LINE} trial"], hint=hint)


def _same_first(one: str, other: str) -> bool:
    """Whether two keys begin with the same value: of the same subject, in most cases."""
    return one.partition("\x1f")[0] == other.partition("\x1f")[0]


def _by_key(rows: pd.DataFrame) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for row in rows.to_dict("records"):
        yield str(row["@key"]), {str(name): value for name, value in row.items()}


def _unexpected(
    pairs: pd.DataFrame, keys: Sequence[str], expected: set[str]
) -> Iterator[tuple[str, Disagreement]]:
    """Records of the file that the trial has, but not among those that belong into it."""
    for key, row in _by_key(pairs[~pairs["@key"].isin(expected)]):
        places = row[f"{LINE} file"], row[f"{LINE} trial"]
        yield key, Disagreement(Mismatch.NOT_EXPECTED, _named(row, keys, " trial"), *places)


def _values(
    pairs: pd.DataFrame, name: str, keys: Sequence[str], file: Listed, trial: Listed
) -> Iterator[tuple[str, Disagreement]]:
    one, two = pairs[f"{name} file"].fillna(""), pairs[f"{name} trial"].fillna("")
    if name in file.dates and name in trial.dates:
        orders = compared(one.where(one != "").astype("str"), two.where(two != "").astype("str"))
        same = pd.Series((orders == SAME) | (orders == UNKNOWN), index=one.index)
        same &= (one == "") == (two == "")
    elif name in trial.flags:
        same = one.map(_flag) == two.map(_flag)
    else:
        same = _as_values(one) == _as_values(two)
    for key, row in _by_key(pairs[~same]):
        given = (str(row[f"{name} {side}"] or "") for side in ("file", "trial"))
        places = row[f"{LINE} file"], row[f"{LINE} trial"]
        yield key, Disagreement(Mismatch.VALUE, _named(row, keys, " trial"), *places, name, *given)


def _flag(text: str) -> str:
    """Y, N, or the text; a missing flag is no."""
    plain = text.strip().casefold()
    return "Y" if plain in _YES else "N" if plain in _NO or not plain else plain


def as_lines(found: Reconciliation) -> Iterator[str]:
    """The reconciliation as text, every difference a line."""
    if found.notice:
        yield found.notice
    yield f"{found.file}: {found.records_file:,} records; {found.trial}: {found.records_trial:,}"
    names = ", ".join(found.variables) or "nothing else"
    yield f"matched by {', '.join(found.keys)}: {found.matched:,}; compared: {names}"
    if found.not_compared:
        yield f"columns of the file that were not compared: {', '.join(found.not_compared)}"
    for item in found.differences:
        places = "; ".join(text for text in (item.in_file, item.in_trial) if text)
        values = f": {item.variable} is {item.file_value!r} in the file, {item.trial_value!r} in the trial"
        yield f"  {item.kind}: {item.record}{values if item.variable else ''} ({places})"
        if item.hint:
            yield f"    did you mean: {item.hint}"
    count = len(found.differences)
    yield f"{count:,} difference{'' if count == 1 else 's'}" if count else "no differences"


def as_json(found: Reconciliation) -> str:
    """The reconciliation as JSON; nothing is cut."""
    told = {"schema": SCHEMA, "agrees": found.agrees, **asdict(found)}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


_COLUMNS = (
    ("Difference", 24), ("Record", 44), ("Variable", 12), ("File", 30), ("Trial", 30),
    ("Place in the file", 26), ("Place in the trial", 34), ("Did you mean", 40),
)  # fmt: skip


def write_reconciliation(found: Reconciliation, stream: IO[bytes], *, created: datetime) -> None:
    """The reconciliation as XLSX; the same differences give the same bytes."""
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    library: Any = xlsxwriter
    plain = {f"strings_to_{name}": False for name in ("formulas", "urls", "numbers")}
    with library.Workbook(stream, {"in_memory": True, **plain}) as book:
        book.set_properties({"title": "Reconciliation", "author": "il2cdisc", "created": created})
        lines = list(as_lines(found))
        above = [*lines[1 if found.notice else 0 : 3], lines[-1]]
        rows = (
            (d.kind, d.record, d.variable, d.file_value, d.trial_value, d.in_file, d.in_trial, d.hint)
            for d in found.differences
        )
        Pages(book, found.notice, ("file", "trial")).add("Differences", _COLUMNS, above, rows)
